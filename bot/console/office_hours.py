"""電子申請の曜日・時間帯: when applications are made online, beside when residents ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from bot.console.layout import town_or_404
from bot.services import services
from knowledge.calendar import fiscal_year_name, fiscal_year_of, today
from knowledge.count_hours import HOURS, HourTable, hour_table, outside_bounds
from knowledge.demo_hours import counting_hours
from knowledge.office_counts import (
    APPLICATIONS,
    LONGEST_NAME,
    WEEKDAYS,
    first_and_last_month,
    has_invented,
    months_of_year,
    names_of,
    sums_by_cell,
)
from knowledge.opening_hours import OpeningHours
from knowledge.periods import Period, PeriodKind
from knowledge.tallies import BOT, standing, tallies

blueprint = Blueprint("office_hours", __name__)


@dataclass(frozen=True)
class _Shown:
    """One table with what it is of.  ``bounds``: at least and at most so many when the main place is closed."""

    caption: str
    empty: str
    table: HourTable
    bounds: tuple[int, int] | None


@blueprint.get("/<code>/counts/hours")
def index(code: str) -> str:
    town_or_404(code)
    with services().database.reading() as session:
        years = _years(session, code)
        year = _year(years)
        months = months_of_year(year)
        names = names_of(session, code, APPLICATIONS)
        given = request.args.get("name", "")[:LONGEST_NAME]
        name = given if given in names else ""
        applied = sums_by_cell(session, code, months[0], months[-1], name)
        period = Period(months[0], PeriodKind.YEAR)
        asked = {cell: one.asked for cell, one in tallies(session, code, period, BOT, "hour").items()}
        is_counted = standing(session, code, period) is not None
        hours = counting_hours(session, code)
        invented = has_invented(session, code, APPLICATIONS, months[0], months[-1])
    return render_template(
        "console/office_hours/index.html",
        code=code,
        year=year,
        years=[(one, fiscal_year_name(one)) for one in reversed(years)],
        year_name=fiscal_year_name,
        name=name,
        names=[("", "すべての手続"), *((one, one) for one in names)],
        shown=[
            _shown("電子申請の件数", "この年度の、曜日・時間帯ごとの件数はまだ入っていません。", applied, hours),
            _shown(
                "LINE・ウェブ・APIで聞かれた質問の件数",
                "この年度に聞かれた質問はありません。" if is_counted else "この年度の質問は、まだ数えていません。",
                asked,
                hours,
                of_questions=True,
            ),
        ],
        weekdays=WEEKDAYS,
        hours=HOURS,
        invented=invented,
        has_opening=bool(hours),
    )


def _shown(
    caption: str, empty: str, cells: Mapping[str, int], hours: OpeningHours, *, of_questions: bool = False
) -> _Shown:
    table = hour_table(cells, of_questions=of_questions)
    return _Shown(caption, empty, table, outside_bounds(table, hours.places[0]) if hours else None)


def _years(session: Session, code: str) -> list[int]:
    this_year = fiscal_year_of(today())
    span = first_and_last_month(session, code, APPLICATIONS)
    first = min(fiscal_year_of(span[0]), this_year) if span else this_year - 1
    return list(range(first, this_year + 1))


def _year(years: Sequence[int]) -> int:
    given = request.args.get("year", "")
    year = int(given) if given.isascii() and given.isdecimal() and len(given) < 5 else years[-1]
    return year if year in years else years[-1]
