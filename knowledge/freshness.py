"""What staff should look at again, and why: checks that are due, days that come or are over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from knowledge.application_terms import application_term
from knowledge.calendar import a_year_after
from knowledge.models import Department, Entry, Indicator, Municipality, Plan, ScheduleItem, Term

DAYS_AHEAD = 30
NO_DEPARTMENT = "（担当課なし）"

_Curated: TypeAlias = type[Entry] | type[Indicator] | type[ScheduleItem] | type[Department] | type[Term]


class Reason(Enum):
    """Why something is due; the values are what staff read."""

    RECHECK = "再確認の日を過ぎています"
    RECHECK_SOON = "もうすぐ再確認の日です"
    EXPIRED = "有効期間が終わり、表示されていません"
    EXPIRES_SOON = "もうすぐ有効期間が終わります"
    NOT_YET_VALID = "有効期間の前で、まだ表示されていません"
    TERM_OPENS_SOON = "もうすぐ受付が始まります"
    TERM_CLOSES_SOON = "もうすぐ受付が終わります"
    TERM_OVER = "受付が終わり、終了後の文を表示しています"
    PLAN_OVER = "計画の期間が終わっています"
    PLAN_OVER_SOON = "もうすぐ計画の期間が終わります"


@dataclass(frozen=True)
class Watched:
    """One published thing and its days; for a plan, only ``valid_until`` (the last day of its period)."""

    municipality_code: str
    municipality: str
    kind: str
    entry_id: str
    title: str
    department: str
    checked_on: dt.date | None
    recheck_on: dt.date | None
    valid_from: dt.date | None
    valid_until: dt.date | None
    opens: dt.date | None = None
    closes: dt.date | None = None


@dataclass(frozen=True)
class Due:
    """One thing to do: ``day`` is when it was, or will be, due."""

    thing: Watched
    reason: Reason
    day: dt.date


def recheck_day(checked_on: dt.date, recheck_on: dt.date | None) -> dt.date:
    """When a piece of knowledge is to be checked again: the day that staff set, else a year after the last time."""
    return recheck_on or a_year_after(checked_on)


def due(rows: Iterable[Watched], day: dt.date, days: int = DAYS_AHEAD) -> list[Due]:
    """What is due on ``day`` or within ``days`` after it: office by office, the oldest first."""
    until = day + dt.timedelta(days=days)
    found = [item for row in rows for item in _due(row, day, until)]
    return sorted(
        found,
        key=lambda item: (
            item.thing.municipality_code,
            item.thing.department == NO_DEPARTMENT,
            item.thing.department,
            item.day,
            item.thing.entry_id,
        ),
    )


def _due(row: Watched, day: dt.date, until: dt.date) -> Iterator[Due]:
    if row.kind == "plan":
        yield from _ending(row, row.valid_until, day, until, Reason.PLAN_OVER, Reason.PLAN_OVER_SOON)
        return
    if row.checked_on:
        again = recheck_day(row.checked_on, row.recheck_on)
        if again <= until:
            yield Due(row, Reason.RECHECK if again <= day else Reason.RECHECK_SOON, again)
    if row.valid_from and row.valid_from > day:
        yield Due(row, Reason.NOT_YET_VALID, row.valid_from)
    yield from _ending(row, row.valid_until, day, until, Reason.EXPIRED, Reason.EXPIRES_SOON)
    if row.opens and day < row.opens <= until:
        yield Due(row, Reason.TERM_OPENS_SOON, row.opens)
    # Before the first day the end is no news yet.
    if not (row.opens and day < row.opens):
        yield from _ending(row, row.closes, day, until, Reason.TERM_OVER, Reason.TERM_CLOSES_SOON)


def _ending(
    row: Watched, last: dt.date | None, day: dt.date, until: dt.date, over: Reason, soon: Reason
) -> Iterator[Due]:
    """Something lasts through its last day: it is over on the next."""
    if last and last <= until:
        yield Due(row, over if last < day else soon, last)


def watched(session: Session, code: str | None = None, until: dt.date | None = None) -> list[Watched]:
    """Everything published of one municipality, or of all.

    ``until``: only what may be due by then; whether it is, ``due`` tells.
    """
    named = select(Municipality).order_by(Municipality.code)
    towns = session.scalars(named.where(Municipality.code == code) if code else named)
    return [row for town in towns for row in _watched(session, town, until)]


def _watched(session: Session, town: Municipality, until: dt.date | None) -> Iterator[Watched]:
    offices = department_names(session, town.code)
    for kind, table, title in _TITLES:
        yield from _curated(session, town, offices, kind, table, title, until)
    in_charge = offices.get(town.contact_department, NO_DEPARTMENT)
    for plan in session.scalars(select(Plan).where(Plan.municipality_code == town.code).order_by(Plan.plan_id)):
        if plan.kind == "plan":
            yield Watched(
                town.code, town.name, "plan", plan.plan_id, plan.title, in_charge, None, None, None, plan.period_until
            )


_TITLES: tuple[tuple[str, _Curated, str], ...] = (
    ("entry", Entry, "question"),
    ("indicator", Indicator, "name"),
    ("schedule", ScheduleItem, "name"),
    ("department", Department, "name"),
    ("term", Term, "term"),
)

KINDS: Mapping[str, str] = {
    "entry": "質問と答え",
    "indicator": "指標",
    "schedule": "工程",
    "department": "担当課",
    "term": "用語",
    "plan": "計画",
}
"""What staff read for each kind."""


def _may_be_due(table: _Curated, until: dt.date) -> ColumnElement[bool]:
    """No day of checking is due before 365 days; a term is read from its text, so each with one stays."""
    dated = [
        table.recheck_on <= until,
        and_(table.recheck_on.is_(None), table.checked_on <= until - dt.timedelta(days=365)),
        table.valid_until <= until,
        table.valid_from.is_not(None),
    ]
    return or_(*dated, Entry.term.is_not(None)) if table is Entry else or_(*dated)


def _curated(
    session: Session,
    town: Municipality,
    offices: Mapping[str, str],
    kind: str,
    table: _Curated,
    title: str,
    until: dt.date | None,
) -> Iterator[Watched]:
    columns: list[Any] = [
        table.entry_id,
        getattr(table, title).label("title"),
        table.department,
        table.checked_on,
        table.recheck_on,
        table.valid_from,
        table.valid_until,
    ]
    if table is Entry:
        columns.append(Entry.term.label("days"))
    published = (
        select(*columns)
        .where(table.municipality_code == town.code, table.state.in_(("published", "staff")))
        .order_by(table.entry_id)
    )
    if until is not None:
        published = published.where(_may_be_due(table, until))
    for row in session.execute(published):
        term = application_term(row.days) if table is Entry else None
        yield Watched(
            town.code,
            town.name,
            kind,
            row.entry_id,
            row.title,
            # A department is its own office.
            row.title if kind == "department" else offices.get(row.department or "", NO_DEPARTMENT),
            row.checked_on,
            row.recheck_on,
            row.valid_from,
            row.valid_until,
            term.opens if term else None,
            term.closes if term else None,
        )


def department_names(session: Session, code: str) -> dict[str, str]:
    """The names of a municipality's departments by their id."""
    rows = session.execute(select(Department.entry_id, Department.name).where(Department.municipality_code == code))
    return {row.entry_id: row.name for row in rows}
