"""報告書: monthly report, a page of A4, 年度末チェックシート and 議会想定問答シート, to be read and printed."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from bot.charts import Chart
from bot.console.entering import Answered
from bot.console.figure_choice import value_names
from bot.console.forms import tell
from bot.console.layout import moment_name, town_or_404
from bot.console.pictures import shown
from bot.console.year_facts import asked_year, years
from bot.pictures import DrawingFaultError, png_files
from bot.report_charts import month_course, named_alone, report_charts
from bot.services import services
from knowledge.assembly_sheet import YearTold, items, items_table
from knowledge.calendar import fiscal_year_name, now, today
from knowledge.figure_events import events_between
from knowledge.models import FigureEvent
from knowledge.overview import overview_of
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.report_documents import (
    Names,
    Report,
    about_lines,
    monthly_report,
    named,
    notes_of,
    sheets,
)
from knowledge.report_figures import DIMENSIONS, PeriodFigures, months_alike, period_figures, years_figures
from knowledge.report_tables import ReportTable
from knowledge.tallies import first_counted
from knowledge.workbooks import workbook_bytes
from knowledge.year_end_sheet import check_tables, measure_lines
from knowledge.year_facts import opening_day

blueprint = Blueprint("reports", __name__)

MOST_MONTHS = 36
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Monthly:
    """A month's figures with the names they are called by, and the events of the year that they are shown with."""

    found: PeriodFigures
    names: Names
    events: Sequence[FigureEvent]

    @property
    def report(self) -> Report:
        return monthly_report(self.found, self.names)

    @property
    def charts(self) -> list[Chart]:
        return report_charts(self.found, self.names, self.events)


@blueprint.get("/<code>/reports")
def index(code: str) -> str:
    town_or_404(code)
    month, year = _asked_month(), asked_year()
    with services().evidence.reading() as session:
        first = first_counted(session, code, PeriodKind.MONTH)
    return render_template(
        "console/reports/index.html",
        code=code,
        month=month,
        months=[(one.first.isoformat()[:7], one.name) for one in _months(first)],
        year=year,
        year_name=fiscal_year_name(year),
        years=years(),
    )


def _months(first: Period | None) -> list[Period]:
    """From the running month back to the first that was counted."""
    found = [period_of(PeriodKind.MONTH, today())]
    while first is not None and found[-1].first > first.first and len(found) < MOST_MONTHS:
        found.append(found[-1].previous)
    return found


def _asked_month() -> Period:
    """The month of the address (``2026-11``); where none is asked for, the last that is over.

    One that is not yet, or none at all, is not found: nobody shall take another month's report for it.
    """
    given = request.args.get("month", "")
    last = period_of(PeriodKind.MONTH, today()).previous
    if not given:
        return last
    try:
        day = dt.date.fromisoformat(f"{given}-01")
    except ValueError:
        abort(404)
    if not last.first.replace(year=last.first.year - 30) <= day <= today():
        abort(404)
    return period_of(PeriodKind.MONTH, day)


def _names(session: Session, code: str) -> Names:
    return named({one: value_names(session, code, one) for one in DIMENSIONS})


def _monthly(code: str) -> Monthly:
    town_or_404(code)
    month = _asked_month()
    with services().evidence.reading() as session:
        found = period_figures(session, code, month)
        events = events_between(session, code, found.course[0][0].first, month.last)
        return Monthly(found, _names(session, code), events)


@blueprint.get("/<code>/reports/monthly")
def monthly(code: str) -> str:
    told = _monthly(code)
    return render_template(
        "console/reports/monthly.html",
        code=code,
        report=told.report,
        charts=shown(code, told.charts),
        month=told.found.period.first.isoformat()[:7],
        made=moment_name(now()),
    )


@blueprint.get("/<code>/reports/monthly.xlsx")
def monthly_workbook(code: str) -> Response:
    told = _monthly(code)
    return _workbook(told.report, told.report.tables, f"getsuji-{told.found.period.first:%Y-%m}")


@blueprint.get("/<code>/reports/monthly-charts.zip")
def monthly_charts(code: str) -> Answered:
    """The charts as PNG: nothing is drawn where this machine has no letters to write them with."""
    told = _monthly(code)
    back = url_for("console.reports.monthly", code=code, month=told.found.period.first.isoformat()[:7])
    charts = [named_alone(told.found, chart) for chart in told.charts]
    try:
        files = png_files(charts)
    except DrawingFaultError:
        abort(503)
    if files is None:
        tell("このサーバーに日本語の書体がないため、画像（PNG）は作れません。サーバーの担当者に伝えてください。")
        return redirect(back, 303)
    if not files:
        tell("この月には、図にする値がありません。")
        return redirect(back, 303)
    name = f"zu-{told.found.period.first:%Y-%m}"
    return send_file(
        io.BytesIO(_packed(charts, files)), "application/zip", as_attachment=True, download_name=f"{name}.zip"
    )


def _packed(charts: Sequence[Chart], files: Sequence[bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (chart, content) in enumerate(zip(charts, files, strict=True), 1):
            title = chart.title.replace("/", "・")
            archive.writestr(f"{number:02}-{title}.png", content)
    return stream.getvalue()


@blueprint.get("/<code>/reports/overview")
def overview(code: str) -> str:
    """One page of A4, whatever the month."""
    told = _monthly(code)
    course = month_course(told.found, told.events)
    return render_template(
        "console/reports/overview.html",
        code=code,
        report=told.report,
        told=overview_of(told.found, told.names),
        charts=shown(code, [course]) if course else [],
        month=told.found.period.first.isoformat()[:7],
        made=moment_name(now()),
    )


@blueprint.get("/<code>/reports/year-end")
def year_end(code: str) -> str:
    found, tables = _year_end(code)
    return _tables_page(code, "年度末チェックシート", found, tables, "year_end")


@blueprint.get("/<code>/reports/year-end.xlsx")
def year_end_workbook(code: str) -> Response:
    found, tables = _year_end(code)
    return _workbook(_year_report("年度末チェックシート", found), tables, f"nendomatsu-{found.period.first:%Y}")


def _year_end(code: str) -> tuple[PeriodFigures, list[ReportTable]]:
    town_or_404(code)
    year = asked_year()
    with services().evidence.reading() as session:
        found, _, _ = years_figures(session, code, year)
        offices = value_names(session, code, "department")
        lines = measure_lines(session, code, found, year, today())
        return found, check_tables(lines, found, lambda one: offices.get(one, one))


@blueprint.get("/<code>/reports/assembly")
def assembly(code: str) -> str:
    told = _assembly(code)
    answers = items(told)
    return render_template(
        "console/reports/assembly.html",
        code=code,
        report=_year_report("議会想定問答シート", told.found),
        items=answers,
        unknown=sum(not one.known for one in answers),
        year=told.found.period.first.year,
        years=years(),
        made=moment_name(now()),
    )


@blueprint.get("/<code>/reports/assembly.xlsx")
def assembly_workbook(code: str) -> Response:
    told = _assembly(code)
    report = _year_report("議会想定問答シート", told.found)
    return _workbook(report, [items_table(items(told))], f"gikai-{told.found.period.first:%Y}")


def _assembly(code: str) -> YearTold:
    town_or_404(code)
    with services().evidence.reading() as session:
        found, facts, before = years_figures(session, code, asked_year())
        opened = opening_day(session, code)
        alike = months_alike(session, code, found, opened or found.begun)
        return YearTold(found, facts, before, _names(session, code), opened, tuple(alike))


def _year_report(title: str, found: PeriodFigures) -> Report:
    return Report(title, found.reporting.body, found.period.name, found.mark, notes_of(found), (), found.demo)


def _tables_page(code: str, title: str, found: PeriodFigures, tables: Sequence[ReportTable], name: str) -> str:
    return render_template(
        "console/reports/tables.html",
        code=code,
        report=_year_report(title, found),
        tables=tables,
        year=found.period.first.year,
        years=years(),
        workbook=url_for(f"console.reports.{name}_workbook", code=code, year=found.period.first.year),
        made=moment_name(now()),
    )


def _workbook(report: Report, tables: Sequence[ReportTable], name: str) -> Response:
    content = workbook_bytes(about_lines(report, moment_name(now())), sheets(tables))
    options: dict[str, Any] = {"as_attachment": True, "download_name": f"{name}.xlsx"}
    return send_file(io.BytesIO(content), XLSX, **options)
