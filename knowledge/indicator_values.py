"""The actual values of an indicator year by year, beside what the plan set out to reach."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import fiscal_year_of
from knowledge.models import Indicator, IndicatorValue

MOST_VALUE, MOST_NOTE = 40, 200
_FIGURE = re.compile(r"約?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(.*)", re.DOTALL)
_WITH_UNIT = re.compile(r"約?\d[\d,]*(?:\.\d+)?([^\d\s,.、。()「」~-]{1,4}?)(?:以上|以下|程度|未満|超)?")
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


def values_of_year(session: Session, code: str, year: int) -> dict[str, tuple[str, str]]:
    """Indicator -> value and note that hold of ``year``; none whose value was taken back."""
    rows = session.scalars(
        select(IndicatorValue)
        .where(IndicatorValue.municipality_code == code, IndicatorValue.fiscal_year == year)
        .order_by(IndicatorValue.number)
    )
    newest = {row.entry_id: row for row in rows}
    return {entry_id: (row.value, row.note) for entry_id, row in newest.items() if row.value is not None}


def latest_values(session: Session, code: str, year: int) -> dict[str, tuple[int, str]]:
    """Indicator -> the last fiscal year up to ``year`` of which a value holds, and that value."""
    rows = session.scalars(
        select(IndicatorValue)
        .where(IndicatorValue.municipality_code == code, IndicatorValue.fiscal_year <= year)
        .order_by(IndicatorValue.fiscal_year, IndicatorValue.number)
    )
    newest = {(row.entry_id, row.fiscal_year): row.value for row in rows}
    return {entry_id: (of, value) for (entry_id, of), value in newest.items() if value is not None}


def history(session: Session, code: str, entry_id: str) -> list[IndicatorValue]:
    """Everything that was written, the newest first."""
    return sorted(_rows(session, code, entry_id), key=lambda row: (row.written_at, row.number), reverse=True)


def _rows(session: Session, code: str, entry_id: str) -> list[IndicatorValue]:
    wanted = select(IndicatorValue).where(IndicatorValue.municipality_code == code, IndicatorValue.entry_id == entry_id)
    return list(session.scalars(wanted.order_by(IndicatorValue.fiscal_year, IndicatorValue.number)))


@dataclass(frozen=True)
class Written:
    """What became of one year; ``changed`` is False where the same held already, and nothing was written."""

    before: str | None
    changed: bool


def write_value(
    session: Session, indicator: Indicator, year: int, value: str | None, note: str, who: str, moment: dt.datetime
) -> Written:
    """Write what holds of a year from now on, None to take it back."""
    code, entry_id = indicator.municipality_code, indicator.entry_id
    before = [row for row in _rows(session, code, entry_id) if row.fiscal_year == year]
    held = (before[-1].value, before[-1].note) if before else (None, "")
    if (value, note) == held or (value is None and held[0] is None):
        return Written(held[0], changed=False)
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
    return Written(held[0], changed=True)


def number_of(shown: str, unit: str) -> float | None:
    """The number that a value is; None where it is a text, so that nothing is drawn that nobody wrote."""
    plain = "".join(unicodedata.normalize("NFKC", shown).split())
    found = _FIGURE.fullmatch(plain)
    if found is None:
        return None
    rest = found[3].removeprefix("".join(unicodedata.normalize("NFKC", unit).split())) if unit else found[3]
    return float(found[1].replace(",", "") + (found[2] or "")) if rest in _AFTER else None


def unit_of(indicator: Indicator) -> str:
    """The unit of its values; where it has none of its own, that of its target (「1,000件」, 「27手続以上」)."""
    if indicator.unit:
        return indicator.unit
    plain = "".join(unicodedata.normalize("NFKC", str((indicator.target or {}).get("value") or "")).split())
    found = _WITH_UNIT.fullmatch(plain)
    return found[1] if found else ""


def planned_points(indicator: Indicator) -> list[Point]:
    """現状, 途中の目標 and 目標 as the plan gives them, as far as they have a year (or a day) and a number."""
    readings = (one or {} for one in (indicator.baseline, *indicator.interim, indicator.target))
    return _points((_with_year(one) for one in readings), unit_of(indicator))


def _with_year(reading: Mapping[str, Any]) -> Mapping[str, Any]:
    """A value of a month or a day belongs to the fiscal year of it."""
    if reading.get("fiscal_year") or not reading.get("as_of"):
        return reading
    year, month, *_ = map(int, reading["as_of"].split("-"))
    return {**reading, "fiscal_year": fiscal_year_of(dt.date(year, month, 1))}


def actual_points(rows: Iterable[IndicatorValue], unit: str) -> list[Point]:
    return _points(({"fiscal_year": row.fiscal_year, "value": row.value} for row in rows), unit)


def undrawn(rows: Iterable[IndicatorValue], unit: str) -> list[IndicatorValue]:
    """Those whose value is no number that a drawing could show."""
    return [row for row in rows if row.value and number_of(row.value, unit) is None]


def series(points: Sequence[Point], breaks: Iterable[int]) -> list[list[Point]]:
    """``points`` in the order of the years, parted where the way of counting changed: unlike ones are not joined."""
    starts = sorted(breaks)
    parts: dict[int, list[Point]] = {}
    for point in sorted(points, key=lambda one: one.year):
        parts.setdefault(bisect_right(starts, point.year), []).append(point)
    return list(parts.values())


def _points(readings: Iterable[Mapping[str, Any]], unit: str) -> list[Point]:
    points = []
    for one in readings:
        year, shown = one.get("fiscal_year"), one.get("value")
        number = number_of(str(shown), unit) if year and shown else None
        if number is not None:
            points.append(Point(int(year or 0), number, str(shown)))
    return sorted(points, key=lambda point: point.year)
