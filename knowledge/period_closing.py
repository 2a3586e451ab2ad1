"""月次締め: which periods are to be counted, when their figures begin to stand, and what is corrected later.

A period is counted again while it runs; from its closing day on its figures stand.  What then still counts
otherwise (a question noted late, a row erased on request) is taken over as 訂正, with every figure before and after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.demo_hours import counting_hours
from knowledge.models import CountedPeriod, LoggedQuestion, PeriodCorrection, PeriodCount
from knowledge.opening_hours import OpeningHours
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.retention import COUNTS, days_kept
from knowledge.tallies import FIGURES, NOTHING, Tally, tally_of
from knowledge.tally_counting import Cell, EntryKind, count_period

AGAIN = dt.timedelta(minutes=10)
"""Between two countings of a period that runs, at least."""
AT_REST = dt.timedelta(hours=6)
"""The same where nobody asked meanwhile, or the period is over and not yet closed."""
EFFORT = 100
"""How many times as long as a counting took one waits for the next."""
LONGEST_CORRECTED = 400
"""Days after which a closed month is not counted again to see whether it must be corrected."""


@dataclass(frozen=True)
class Counted:
    """``corrected``: the number of figures that moved in a closed period."""

    period: Period
    corrected: int


def due_periods(session: Session, code: str, moment: dt.datetime, *, at_once: bool = False) -> list[Period]:
    """What is to be counted now, the shortest and oldest first.  ``at_once``: all that is not closed, too."""
    today = moment.astimezone(JST).date()
    whole_from = today - dt.timedelta(days=days_kept(session, code)[COUNTS] - 1)
    held = {(row.kind, row.first): row for row in _held(session, code)}
    days = (first for kind, first in held if kind == PeriodKind.DAY and first >= whole_from)
    begun = [max(day, whole_from) for day in (first_day(session, code), *days) if day]
    if not begun:
        return []
    asked_at = _last_asked(session, code, today)
    return [
        period
        for kind in PeriodKind
        for period in _periods(kind, min(begun), today)
        if (row := held.get((kind.value, period.first))) is None
        # What the log holds a part of only was counted while it was whole.
        or (period.first >= whole_from and _is_due(period, row, today, moment, asked_at))
        or (at_once and row.closed_at is None)
    ]


def first_day(session: Session, code: str) -> dt.date | None:
    """The day in Japan of the oldest question that is still kept."""
    return session.scalar(select(func.min(LoggedQuestion.jst_date)).where(LoggedQuestion.municipality_code == code))


def count_due(
    database: Database,
    code: str,
    periods: Iterable[Period],
    entries: Mapping[str, EntryKind],
    moment: dt.datetime,
    offices: Mapping[str, str] = MappingProxyType({}),
    go_on: Callable[[], None] = lambda: None,
) -> Iterator[Counted]:
    """Count one period after the other, each kept in a transaction of its own.

    ``entries``, ``offices``: as count_period takes them.  ``go_on`` may raise to stop.
    """
    for period in periods:
        began = monotonic()
        with database.reading() as session:
            hours = counting_hours(session, code, period.last)
            cells = count_period(session, code, period, entries, hours, offices, go_on)
        took = int((monotonic() - began) * 1000)
        with database.writing() as session:
            corrected = _keep(session, code, period, cells, hours, took, moment)
        yield Counted(period, corrected)


def forget_counts(session: Session, code: str, first: dt.date | None = None) -> None:
    """Take kept figures away, of the periods that end on ``first`` or later; they are counted anew from the log."""
    kept = select(CountedPeriod.kind, CountedPeriod.first).where(CountedPeriod.municipality_code == code)
    earliest: dict[str, dt.date] = {}
    for kind, begun in session.execute(kept).all():
        if first is None or Period(begun, PeriodKind(kind)).last >= first:
            earliest[kind] = min(begun, earliest.get(kind, begun))
    # Of one kind, what begins later ends later: a statement for each table takes them all.
    for kind, begun in earliest.items():
        for table in (PeriodCount, PeriodCorrection, CountedPeriod):
            these = (table.municipality_code == code, table.kind == kind, table.first >= begun)
            session.execute(delete(table).where(*these))


def corrections_of(session: Session, code: str, period: Period) -> list[PeriodCorrection]:
    """The 訂正 of one period, the oldest first."""
    own = select(PeriodCorrection).where(*_own(PeriodCorrection, code, period))
    return list(session.scalars(own.order_by(PeriodCorrection.number)))


def counted_periods(session: Session, code: str, kind: PeriodKind, most: int) -> list[CountedPeriod]:
    """The counted periods of a kind, closed or not, the newest first."""
    of = CountedPeriod
    wanted = select(of).where(of.municipality_code == code, of.kind == kind.value)
    return list(session.scalars(wanted.order_by(of.first.desc()).limit(most)))


def give_reason(
    session: Session, code: str, period: Period, number: int, reason: str, who: str
) -> PeriodCorrection | None:
    """Why a closed period was corrected, in staff's words; None where there is no such 訂正."""
    row = session.get(PeriodCorrection, (code, period.kind.value, period.first, number))
    if row is not None:
        row.reason, row.reason_by = reason, who
    return row


def corrections(session: Session, code: str, kind: PeriodKind | None = None) -> list[PeriodCorrection]:
    """All 訂正 of a municipality, the newest first."""
    wanted = select(PeriodCorrection).where(PeriodCorrection.municipality_code == code)
    if kind is not None:
        wanted = wanted.where(PeriodCorrection.kind == kind.value)
    return list(
        session.scalars(
            wanted.order_by(PeriodCorrection.found_at.desc(), PeriodCorrection.first, PeriodCorrection.number)
        )
    )


@dataclass(frozen=True)
class _Held:
    kind: str
    first: dt.date
    counted_at: dt.datetime
    took: int
    closed_at: dt.datetime | None
    checked_on: dt.date | None


def _held(session: Session, code: str) -> Iterator[_Held]:
    of = CountedPeriod
    wanted = select(of.kind, of.first, of.counted_at, of.took, of.closed_at, of.checked_on)
    return (_Held(*row) for row in session.execute(wanted.where(of.municipality_code == code)))


def _last_asked(session: Session, code: str, today: dt.date) -> dt.datetime | None:
    log = LoggedQuestion
    recent = (log.municipality_code == code, log.jst_date >= today - dt.timedelta(days=1))
    return session.scalar(select(func.max(log.asked_at)).where(*recent))


def _periods(kind: PeriodKind, first: dt.date, today: dt.date) -> Iterator[Period]:
    """Those of a kind from the one of ``first`` to the one that runs."""
    period = period_of(kind, first)
    while period.first <= today:
        yield period
        period = period.next


def _is_due(period: Period, held: _Held, today: dt.date, moment: dt.datetime, asked_at: dt.datetime | None) -> bool:
    if held.closed_at is not None:
        return _is_to_be_checked(period, held, today)
    if today >= period.closes_on:
        return True
    waited = moment - held.counted_at
    if waited < max(AGAIN, dt.timedelta(milliseconds=held.took * EFFORT)):
        return False
    is_running = period.last >= today
    return waited >= AT_REST or (is_running and asked_at is not None and asked_at > held.counted_at)


def _is_to_be_checked(period: Period, held: _Held, today: dt.date) -> bool:
    """Whether it must be corrected: a month once a day; what lies in it, or around it, follows where it was."""
    if held.checked_on is None:
        return True
    is_recent = (today - period.last).days <= LONGEST_CORRECTED
    return period.kind is PeriodKind.MONTH and is_recent and held.checked_on != today


def _keep(
    session: Session,
    code: str,
    period: Period,
    cells: Mapping[Cell, Tally],
    hours: OpeningHours,
    took: int,
    moment: dt.datetime,
) -> int:
    key = (code, period.kind.value, period.first)
    today = moment.astimezone(JST).date()
    row = session.get(CountedPeriod, key, with_for_update=True)
    before = _kept_cells(session, code, period)
    moved = [] if row is None or row.closed_at is None else _moved(before, cells)
    if row is None:
        row = CountedPeriod(municipality_code=code, kind=period.kind.value, first=period.first, closed_at=None)
        session.add(row)
    row.counted_at, row.took, row.hours_known = moment, took, bool(hours)
    row.checked_on = today
    if row.closed_at is None and today >= period.closes_on:
        row.closed_at = moment
    session.flush()
    if moved:
        _note_correction(session, code, period, moved, moment)
        _reopen_around(session, code, period, moved)
    if before != dict(cells):
        _write_cells(session, code, period, cells)
    return len(moved)


def _kept_cells(session: Session, code: str, period: Period) -> dict[Cell, Tally]:
    rows = session.scalars(select(PeriodCount).where(*_own(PeriodCount, code, period)))
    return {(row.dimension, row.channel, row.value): tally_of(row) for row in rows}


def _write_cells(session: Session, code: str, period: Period, cells: Mapping[Cell, Tally]) -> None:
    session.execute(delete(PeriodCount).where(*_own(PeriodCount, code, period)))
    rows = [
        {
            "municipality_code": code,
            "kind": period.kind.value,
            "first": period.first,
            "dimension": dimension,
            "channel": channel,
            "value": value,
            **{name: getattr(one, name) for name in FIGURES},
        }
        for (dimension, channel, value), one in cells.items()
    ]
    if rows:
        session.execute(insert(PeriodCount), rows)


def _moved(before: Mapping[Cell, Tally], after: Mapping[Cell, Tally]) -> list[dict[str, Any]]:
    """Every figure that is another one now."""
    return [
        {"dimension": cell[0], "channel": cell[1], "value": cell[2], "figure": name, "before": old, "after": new}
        for cell in sorted({*before, *after})
        for name in FIGURES
        if (old := getattr(before.get(cell, NOTHING), name)) != (new := getattr(after.get(cell, NOTHING), name))
    ]


def _note_correction(
    session: Session, code: str, period: Period, moved: list[dict[str, Any]], moment: dt.datetime
) -> None:
    numbers = select(func.max(PeriodCorrection.number)).where(*_own(PeriodCorrection, code, period))
    session.add(
        PeriodCorrection(
            municipality_code=code,
            kind=period.kind.value,
            first=period.first,
            number=(session.scalar(numbers) or 0) + 1,
            found_at=moment,
            changes=moved,
        )
    )


def _reopen_around(session: Session, code: str, period: Period, moved: list[dict[str, Any]]) -> None:
    """What a corrected month lies in, and what lies in it, is counted again: its own correction follows."""
    if period.kind is not PeriodKind.MONTH or not moved:
        return
    for row in session.scalars(select(CountedPeriod).where(CountedPeriod.municipality_code == code)):
        other = Period(row.first, PeriodKind(row.kind))
        if other.kind is not PeriodKind.MONTH and other.first <= period.last and other.last >= period.first:
            row.checked_on = None


def _own(table: type[Any], code: str, period: Period) -> tuple[Any, ...]:
    return (table.municipality_code == code, table.kind == period.kind.value, table.first == period.first)
