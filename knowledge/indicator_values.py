"""The actual values of an indicator year by year, beside what the plan set out to reach."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.models import Indicator, IndicatorValue

MOST_VALUE, MOST_NOTE = 40, 200
_FIGURE = re.compile(r"約?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(.*)", re.DOTALL)
_AFTER = ("", "以上", "以下", "程度", "未満", "超")


@dataclass(frozen=True)
class Point:
    """A value of a fiscal year, as a drawing takes it."""

    year: int
    value: float
    shown: str


def values_by_year(session: Session, code: str, entry_id: str) -> list[IndicatorValue]:
    """What holds of each year, the oldest first; years whose value was taken back are left out."""
    newest = {row.fiscal_year: row for row in _rows(session, code, entry_id)}
    return [row for _, row in sorted(newest.items()) if row.value is not None]


def history(session: Session, code: str, entry_id: str) -> list[IndicatorValue]:
    """Everything that was written, the newest first."""
    return sorted(_rows(session, code, entry_id), key=lambda row: (row.written_at, row.number), reverse=True)


def _rows(session: Session, code: str, entry_id: str) -> list[IndicatorValue]:
    wanted = select(IndicatorValue).where(IndicatorValue.municipality_code == code, IndicatorValue.entry_id == entry_id)
    return list(session.scalars(wanted.order_by(IndicatorValue.fiscal_year, IndicatorValue.number)))


def write_value(
    session: Session, indicator: Indicator, year: int, value: str | None, note: str, who: str, moment: dt.datetime
) -> str | None:
    """Write what holds of a year from now on, None to take it back; the value that held before."""
    code, entry_id = indicator.municipality_code, indicator.entry_id
    before = [row for row in _rows(session, code, entry_id) if row.fiscal_year == year]
    session.add(
        IndicatorValue(
            municipality_code=code,
            entry_id=entry_id,
            fiscal_year=year,
            number=before[-1].number + 1 if before else 1,
            value=value,
            note=note,
            written_by=who,
            written_at=moment,
        )
    )
    return before[-1].value if before else None


def number_of(shown: str, unit: str) -> float | None:
    """The number that a value is; None where it is a text, so that nothing is drawn that nobody wrote."""
    plain = "".join(unicodedata.normalize("NFKC", shown).split())
    found = _FIGURE.fullmatch(plain)
    if found is None:
        return None
    rest = found[3].removeprefix("".join(unicodedata.normalize("NFKC", unit).split())) if unit else found[3]
    return float(found[1].replace(",", "") + (found[2] or "")) if rest in _AFTER else None


def planned_points(indicator: Indicator) -> list[Point]:
    """現状, 途中の目標 and 目標 as the plan gives them, as far as they have a year and a number."""
    return _points(((one or {}) for one in (indicator.baseline, *indicator.interim, indicator.target)), indicator.unit)


def actual_points(rows: Iterable[IndicatorValue], unit: str) -> list[Point]:
    return _points(({"fiscal_year": row.fiscal_year, "value": row.value} for row in rows), unit)


def _points(readings: Iterable[Mapping[str, Any]], unit: str) -> list[Point]:
    points = []
    for one in readings:
        year, shown = one.get("fiscal_year"), one.get("value")
        number = number_of(str(shown), unit) if year and shown else None
        if number is not None:
            points.append(Point(int(year or 0), number, str(shown)))
    return sorted(points, key=lambda point: point.year)
