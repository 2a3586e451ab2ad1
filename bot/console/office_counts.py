"""課の件数: what the offices count by month, brought as a table or written by hand, and read again."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from bot.console.answer_desk import department_names, departments_in_use
from bot.console.carried import brought, carried, is_carried, stored, stored_id
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.importing import begin, begin_with, counts_taken, is_large, looked_at
from bot.console.layout import town_or_404
from bot.console.uploads import uploaded
from bot.office_count_jobs import COUNTS_LOOK, COUNTS_TAKE, MOST_SHOWN, read_counts, shown_from_json
from bot.services import services
from knowledge import audit
from knowledge.calendar import fiscal_year_name, fiscal_year_of, now, today
from knowledge.count_months import CountLine, MonthForm, count_lines, faults_of, month_form, way_lines
from knowledge.csv_files import csv_bytes
from knowledge.office_count_sheet import HEADINGS, CountsPlan, ShownCounts, planned, sample_counts, shown_counts
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    SERIES,
    WAYS,
    TwoFormsError,
    cell_name,
    counts_between,
    first_and_last_month,
    former_counts,
    has_invented,
    lock_counts,
    month_after,
    month_name,
    months_of_year,
    write_counts,
)
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.tabular import Sheet, sheets_digest
from knowledge.upload_limits import MAX_BYTES, MAX_NARROW_ROWS, MIB, UploadError

blueprint = Blueprint("office_counts", __name__)

SHORT_MONTHS = tuple(f"{(number + 3) % 12 + 1}月" for number in range(12))
_EMPTY_ROWS = 3


@dataclass(frozen=True)
class _Series:
    """One series of a 年度, as its table shows it."""

    name: str
    title: str
    lines: Sequence[CountLine]
    invented: bool


@blueprint.get("/<code>/counts")
def index(code: str) -> str:
    town_or_404(code)
    this_month = today().replace(day=1)
    with services().database.reading() as session:
        years = _years(session, code)
        year = _year(years)
        months = months_of_year(year)
        tables = [
            _Series(
                series,
                title,
                count_lines(session, code, series, months),
                has_invented(session, code, series, months[0], months[-1]),
            )
            for series, title in SERIES.items()
        ]
        ways = way_lines(counts_between(session, code, CERTIFICATES, months[0], months[-1]))
        names = department_names(session, code)
    return render_template(
        "console/office_counts/index.html",
        code=code,
        year=year,
        years=[(one, fiscal_year_name(one)) for one in reversed(years)],
        year_name=fiscal_year_name,
        months=list(zip(months, SHORT_MONTHS, strict=True)),
        this_month=this_month,
        tables=tables,
        ways=ways,
        way_names=WAYS,
        names=names,
        may_write=person().may(Role.EDITOR, code),
        writes_for=_own(code),
    )


def _years(session: Session, code: str) -> list[int]:
    """Those of which something is known, and this one."""
    this_year = fiscal_year_of(today())
    spans = [span for series in SERIES if (span := first_and_last_month(session, code, series))]
    first = min([fiscal_year_of(one) for one, _ in spans], default=this_year)
    return list(range(min(first, this_year), this_year + 1))


def _year(years: Sequence[int]) -> int:
    given = request.args.get("year", "")
    year = int(given) if given.isascii() and given.isdecimal() and len(given) < 5 else years[-1]
    return year if year in years else years[-1]


# --- Brought as a table ------------------------------------------------------------------------------------------


@blueprint.route("/<code>/counts/import", methods=["GET", "POST"])
def bring(code: str) -> Answered:
    """A table of counts: what would change is shown first, then it is taken whole.

    An editor for some 課 brings the counts of these alone.
    """
    town_or_404(code)
    if request.method == "GET":
        return _looked_at(code)
    end_missing, purpose = bool(request.form.get("end_missing")), f"counts {code}"
    try:
        if (file_id := stored_id()) is not None:
            return _take_large(code, file_id, carried(purpose), end_missing=end_missing)
        if is_carried():
            given = brought(purpose, list)
        else:
            with uploaded("file") as path:
                if path.suffix not in (".csv", ".xlsx"):
                    raise UploadError("この形式は読めません（読めるのは .csv と .xlsx）")
                if is_large(path):
                    payload = {"end_missing": end_missing, "own": _own(code)}
                    return begin_with(code, COUNTS_LOOK, purpose, path, payload)
                sheets = read_counts(path)
            given = brought(purpose, lambda: sheets)
        with services().database.reading() as session:
            plan = _planned(session, code, given.sheets, end_missing=end_missing)
    except UploadError as error:
        return _import_page(code, {"file": str(error)}), 422
    except ImportFaultsError as error:
        return _import_page(code, {"file": "／".join(error.faults)}), 422
    if not is_carried() or plan.problems:
        page = _import_page(code, {}, shown_counts(plan, MOST_SHOWN), given.held, end_missing=end_missing)
        return page, 422 if plan.problems else 200
    return _take(code, given.sheets, given.held, end_missing=end_missing)


def _own(code: str) -> list[str] | None:
    """The 課 whose counts the person may bring; None: all."""
    found = person().departments(Role.EDITOR, code)
    return None if found is None else sorted(found)


def _looked_at(code: str) -> Answered:
    """``job``: of a large file that was looked at."""
    job = looked_at(code, COUNTS_LOOK)
    if job is None:
        return _import_page(code, {})
    result = job.result or {}
    if "file_fault" in result:
        return _import_page(code, {"file": result["file_fault"]}), 422
    plan, end_missing = shown_from_json(result["shown"]), bool(job.payload["end_missing"])
    page = _import_page(code, {}, plan, stored(str(job.payload["file"])), end_missing=end_missing)
    return page, 422 if plan.problems else 200


def _take_large(code: str, file_id: str, held: Any, *, end_missing: bool) -> Answered:
    """What the jobs process has read it takes in, too.  Raises UploadError."""
    if isinstance(held, dict):
        raise UploadError("このファイルは、もう取り込みました")
    acts = actor()
    payload = {
        "file": file_id,
        "digest": text("seen", 64),
        "end_missing": end_missing,
        "own": _own(code),
        "writer": person().name,
        "actor": [acts.account_id, acts.login, acts.address_hash],
    }
    return begin(code, COUNTS_TAKE, payload)


def _planned(session: Session, code: str, sheets: Sequence[Sheet], *, end_missing: bool) -> CountsPlan:
    offices = dict(departments_in_use(session, code))
    return planned(session, code, sheets, offices, today(), end_missing=end_missing, own=_own(code))


def _take(code: str, sheets: list[Sheet], held: str, *, end_missing: bool) -> Answered:
    """What was shown and nothing else: where somebody changed a count since, it is shown anew."""
    with services().database.writing() as session:
        lock_counts(session, code)
        plan = _planned(session, code, sheets, end_missing=end_missing)
        is_same = plan.digest == text("seen", 64)
        if is_same:
            done = write_counts(session, code, plan.wanted, person().name, now())
            counts = {"added": done.added, "changed": done.changed, "gone": done.gone}
            details = counts | {"file_digest": sheets_digest(sheets)}
            audit.append(session, actor(), "office_counts_imported", at=now(), scope=code, details=details)
    if not is_same:
        errors = {"file": "確かめたあとに、ほかの人が件数を変えました。下の内容を、もう一度確かめてください"}
        return _import_page(code, errors, shown_counts(plan, MOST_SHOWN), held, end_missing=end_missing), 409
    tell(counts_taken(counts))
    year = max((fiscal_year_of(one.key.month) for one in plan.changes), default=fiscal_year_of(today()))
    return redirect(url_for("console.office_counts.index", code=code, year=year), 303)


def _import_page(
    code: str,
    errors: Mapping[str, str],
    plan: ShownCounts | None = None,
    held: str = "",
    *,
    end_missing: bool = False,
) -> str:
    with services().database.reading() as session:
        names = department_names(session, code)
    own = _own(code)
    return render_template(
        "console/office_counts/import.html",
        code=code,
        errors=errors,
        plan=plan,
        held=held,
        end_missing=end_missing,
        headings=HEADINGS,
        series=SERIES if own is None else {CERTIFICATES: SERIES[CERTIFICATES]},
        own=None if own is None else [names.get(one, one) for one in own],
        all_series=SERIES,
        names=names,
        cell_name=cell_name,
        month_name=month_name,
        most_size=MAX_BYTES // MIB,
        most_rows=MAX_NARROW_ROWS,
    )


@blueprint.get("/<code>/counts/sample/<series>.csv")
def sample(code: str, series: str) -> Response:
    town_or_404(code)
    if series not in SERIES:
        abort(404)
    with services().database.reading() as session:
        offices = [name for _, name in departments_in_use(session, code)]
    content = csv_bytes(sample_counts(series, offices, month_after(today().replace(day=1), -1)))
    return send_file(io.BytesIO(content), "text/csv", as_attachment=True, download_name=f"mihon-{series}.csv")


# --- Written by hand -----------------------------------------------------------------------------------------------


@blueprint.route("/<code>/counts/<series>/<month>", methods=["GET", "POST"])
def month(code: str, series: str, month: str) -> Answered:
    """The counts of one month; of certificates those of one 課."""
    town_or_404(code)
    day = _month_or_404(series, month)
    department = request.values.get("department", "")[:60] if series == CERTIFICATES else ""
    with services().database.reading() as session:
        offices = _offices(session, code)
        if department and department not in dict(offices):
            abort(404)
        shown = month_form(session, code, series, day, department)
    if request.method == "GET":
        return _month_page(code, shown, offices, {})
    require(Role.EDITOR, code, department or None)
    given, errors = faults_of(shown, _given(series))
    if errors:
        return _month_page(code, given, offices, errors), 422
    try:
        with services().database.writing() as session:
            lock_counts(session, code)
            is_same = month_form(session, code, series, day, department).digest == text("seen", 64)
            if is_same:
                done = write_counts(session, code, given.wanted, person().name, now())
                if done:
                    about = {"series": series, "month": f"{day:%Y-%m}", "department": department or None}
                    details = {**about, "added": done.added, "changed": done.changed, "gone": done.gone}
                    audit.append(session, actor(), "office_counts_written", at=now(), scope=code, details=details)
    except TwoFormsError:
        is_same = False
    if not is_same:
        told = {"seen": "開いたあとに、ほかの人が件数を変えました。開き直して、もう一度書いてください"}
        return _month_page(code, given, offices, told), 409
    tell(f"{month_name(day)}の件数を書きました。" if done else "変わったところはありません。")
    back = url_for("console.office_counts.month", code=code, series=series, month=month, department=department or None)
    return redirect(back, 303)


def _month_or_404(series: str, month: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        abort(404)
    if series not in SERIES or not dt.date(2000, 1, 1) <= day <= today():
        abort(404)
    return day


def _offices(session: Session, code: str) -> list[tuple[str, str]]:
    """Of whom counts may be written: all that there are, those of old with counts, too, are for reading."""
    names = department_names(session, code)
    in_use = departments_in_use(session, code)
    return [*in_use, *((one, name) for one, name in names.items() if one not in dict(in_use))]


def _given(series: str) -> list[dict[str, str]]:
    """The rows of the form: the fields of one row stand at the same place."""
    cells = tuple(WAYS) if series == CERTIFICATES else ("total",)
    columns = {name: request.form.getlist(name) for name in ("name", *cells)}
    if len({len(column) for column in columns.values()}) != 1:
        abort(400)
    return [{name: column[place].strip() for name, column in columns.items()} for place in range(len(columns["name"]))]


def _month_page(code: str, shown: MonthForm, offices: Sequence[tuple[str, str]], errors: Mapping[str, str]) -> str:
    this_month = today().replace(day=1)
    later = month_after(shown.month)
    with services().database.reading() as session:
        former = former_counts(session, code, shown.series, shown.month, shown.month, MOST_SHOWN)
    me = person()
    return render_template(
        "console/office_counts/month.html",
        code=code,
        shown=shown,
        offices=[("", "（課を分けない）"), *offices],
        errors=errors,
        title=SERIES[shown.series],
        month_name=month_name,
        before=month_after(shown.month, -1),
        after=later if later <= this_month else None,
        ways=WAYS,
        cells=tuple(WAYS.items()) if shown.series == CERTIFICATES else (("total", "月の合計"),),
        empty_rows=_EMPTY_ROWS,
        former=[one for one in former if shown.series == APPLICATIONS or one.department == shown.department],
        former_cell=cell_name,
        year=fiscal_year_of(shown.month),
        may_write=me.reaches(Role.EDITOR, code, shown.department or None),
    )
