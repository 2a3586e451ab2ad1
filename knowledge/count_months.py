"""The offices' counts as tables: a 年度 by month, and one month as a form that is filled by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from intents.text import normalize
from knowledge.cells import control_character
from knowledge.count_cells import count_of
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    LONGEST_NAME,
    TOTAL,
    WAYS,
    CountKey,
    counts_between,
    month_after,
    sums_by_month,
)

_MONTHS_BACK = 15
"""What was counted in so many months before stands in the form of a month, to be filled."""


@dataclass(frozen=True)
class CountLine:
    """What was counted of one thing in each month; None where it is not known."""

    department: str
    name: str
    by_month: tuple[int | None, ...]

    @property
    def total(self) -> int:
        return sum(count or 0 for count in self.by_month)

    @property
    def known(self) -> int:
        """In how many months."""
        return sum(count is not None for count in self.by_month)


@dataclass(frozen=True)
class WayLine:
    """How one kind of certificate was had in a year; None where a way was never counted."""

    department: str
    name: str
    by_way: Mapping[str, int | None]


def count_lines(session: Session, code: str, series: str, months: Sequence[dt.date]) -> list[CountLine]:
    sums = sums_by_month(session, code, series, months[0], months[-1])
    things = sorted({(department, name) for department, name, _ in sums})
    return [
        CountLine(department, name, tuple(sums.get((department, name, month)) for month in months))
        for department, name in things
    ]


def way_lines(counts: Mapping[CountKey, int]) -> list[WayLine]:
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for key, count in counts.items():
        ways = sums[key.department, key.name]
        ways[key.cell] = ways.get(key.cell, 0) + count
    return [
        WayLine(department, name, {way: ways.get(way) for way in WAYS})
        for (department, name), ways in sorted(sums.items())
    ]


@dataclass(frozen=True)
class MonthRow:
    """A thing in the form: its counts as they stand in the fields.  ``parts``: the sum where it has hours."""

    name: str
    cells: Mapping[str, str]
    is_new: bool = False
    parts: int | None = None


@dataclass(frozen=True)
class MonthForm:
    """One month as it is filled by hand.  ``known``: what is kept of it; ``wanted``: what is to be."""

    series: str
    month: dt.date
    department: str
    rows: tuple[MonthRow, ...]
    known: Mapping[CountKey, int]
    wanted: Mapping[CountKey, int | None]

    @property
    def digest(self) -> str:
        """The same as long as nobody changes the month."""
        told = "\0".join(f"{key.name}\0{key.cell}\0{count}" for key, count in sorted(self.known.items()))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def month_form(session: Session, code: str, series: str, month: dt.date, department: str) -> MonthForm:
    """The month with all that is known of it, and what was counted in the months before."""
    since = month_after(month, -_MONTHS_BACK)
    earlier = sums_by_month(session, code, series, since, month)
    known = counts_between(session, code, series, month, month, department)
    names = sorted({name for office, name, _ in earlier if office == department})
    rows = tuple(_row(series, name, known) for name in names)
    return MonthForm(series, month, department, rows, known, {})


def _row(series: str, name: str, known: Mapping[CountKey, int]) -> MonthRow:
    own = {key.cell: count for key, count in known.items() if key.name == name}
    if series == CERTIFICATES:
        return MonthRow(name, {way: str(own.get(way, "")) for way in WAYS})
    parts = [count for cell, count in own.items() if cell != TOTAL]
    return MonthRow(name, {"total": str(own.get(TOTAL, ""))}, parts=sum(parts) if parts else None)


def faults_of(shown: MonthForm, given: Sequence[Mapping[str, str]]) -> tuple[MonthForm, dict[str, str]]:
    """The form as it was sent, and what is wrong with it, by field: ``name-2``, ``store-2``."""
    errors: dict[str, str] = {}
    old = {normalize(row.name): row for row in shown.rows}
    rows: list[MonthRow] = []
    wanted: dict[CountKey, int | None] = {}
    seen: set[str] = set()
    told: list[tuple[str, Mapping[str, str]]] = []
    for place, one in enumerate(given):
        name = " ".join(one["name"].split())
        cells = {cell: text for cell, text in one.items() if cell != "name"}
        before = old.get(normalize(name))
        if (not name and not any(cells.values())) or (normalize(name), cells) in told:
            continue  # the same row twice is one
        told.append((normalize(name), cells))
        rows.append(MonthRow(before.name if before else name, cells, before is None, before.parts if before else None))
        fault = _name_fault(name, before, seen)
        if fault:
            errors[f"name-{len(rows) - 1}"] = f"{place + 1}行目：{fault}"
        seen.add(normalize(name))
        wanted |= _wanted(shown, rows[-1], len(rows) - 1, errors)
    kept = [row for row in shown.rows if row.parts is not None and normalize(row.name) not in seen]
    return replace(shown, rows=(*rows, *kept), wanted=wanted), errors


def _name_fault(name: str, before: MonthRow | None, seen: set[str]) -> str:
    if not name:
        return "名前を書いてください"
    if len(name) > LONGEST_NAME:
        return f"名前は{LONGEST_NAME}字までで書いてください（今は{len(name)}字）"
    if unusable := control_character(name):
        return f"名前に使えない文字があります（{unusable}）。消してください"
    if normalize(name) in seen:
        return f"「{name}」が二度あります。一つの行にまとめてください"
    if before is not None and before.parts is not None:
        return f"「{name}」のこの月には、曜日・時間帯ごとの件数が入っています。合計は書けません"
    return ""


def _wanted(shown: MonthForm, row: MonthRow, place: int, errors: dict[str, str]) -> dict[CountKey, int | None]:
    found: dict[CountKey, int | None] = {}
    for cell, text in row.cells.items():
        kept = TOTAL if shown.series == APPLICATIONS else cell
        key = CountKey(shown.series, shown.month, shown.department, row.name, kept)
        try:
            found[key] = count_of(text)
        except ValueError as error:
            errors[f"{cell}-{place}"] = f"「{row.name}」：{error}"
    return found
