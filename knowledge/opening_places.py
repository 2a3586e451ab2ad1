"""The opening hours that staff entered, read from the tables and written to them.

Each change moves the knowledge's version: every process answers by it from the next question on.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from knowledge.digests import short_digest
from knowledge.models import Municipality, OpeningPlaceRow, SpecialDayRow
from knowledge.opening_hours import NO_HOURS, DayKind, OpeningHours, Place, Span, SpecialDay, span_of

DAYS_IN_A_WEEK = 7


class PlaceChangedError(Exception):
    """Somebody else changed the place since it was opened; ``now``: as it is, None where it is gone."""

    def __init__(self, now: Place | None) -> None:
        super().__init__("place changed")
        self.now = now


def opening_hours(session: Session, code: str) -> OpeningHours:
    """All that is entered for a municipality, the main place first."""
    places = session.scalars(
        select(OpeningPlaceRow).where(OpeningPlaceRow.municipality_code == code).order_by(OpeningPlaceRow.number)
    ).all()
    if not places:
        return NO_HOURS
    days = session.scalars(
        select(SpecialDayRow)
        .where(SpecialDayRow.municipality_code == code)
        .order_by(SpecialDayRow.day, SpecialDayRow.place)
    )
    return OpeningHours(tuple(map(_place, places)), tuple(map(_special, days)))


def save_place(session: Session, code: str, place: Place, seen: str = "") -> Mapping[str, Any]:
    """Keep ``place``; a number of 0 makes a new one.  What changed, as ``number``, ``before`` and ``after``.

    ``seen``: the mark of the place as the person saw it.  Raises PlaceChangedError where it is another one now.
    """
    town = _town(session, code)
    number = place.number or _next_number(session, code)
    before = session.get(OpeningPlaceRow, (code, number))
    if place.number and (before is None or mark_of(_place(before)) != seen):
        raise PlaceChangedError(_place(before) if before else None)
    told_before = told(_place(before)) if before else None
    row = OpeningPlaceRow(
        municipality_code=code,
        number=number,
        name=place.name,
        also_called=list(place.also_called),
        week=[_kept(span) for span in place.week],
        lunch_from=clock(place.lunch.opens) if place.lunch else None,
        lunch_until=clock(place.lunch.closes) if place.lunch else None,
        closed_on_holidays=place.closed_on_holidays,
        closed_at_new_year=place.closed_at_new_year,
    )
    after = told(_place(session.merge(row)))
    if told_before != after:
        town.knowledge_version += 1
    return {"number": number, "before": told_before, "after": after}


def remove_place(session: Session, code: str, number: int) -> None:
    """Take a place away with its single days."""
    town = _town(session, code)
    for table, column in ((SpecialDayRow, SpecialDayRow.place), (OpeningPlaceRow, OpeningPlaceRow.number)):
        session.execute(delete(table).where(table.municipality_code == code, column == number))
    town.knowledge_version += 1


def set_day(session: Session, code: str, special: SpecialDay) -> None:
    """Keep a single day; what was entered for it at the same place gives way."""
    town = _town(session, code)
    session.merge(
        SpecialDayRow(
            municipality_code=code,
            place=special.place,
            day=special.day,
            kind=special.kind.value,
            opens=clock(special.span.opens) if special.span else None,
            closes=clock(special.span.closes) if special.span else None,
            reason=special.reason,
        )
    )
    town.knowledge_version += 1


def remove_day(session: Session, code: str, place: int, day: dt.date) -> SpecialDay | None:
    """Make a day usual again; what it was."""
    town = _town(session, code)
    row = session.get(SpecialDayRow, (code, place, day))
    if row is None:
        return None
    session.delete(row)
    town.knowledge_version += 1
    return _special(row)


def clock(time: dt.time) -> str:
    """``08:30``: as it is kept, and as a form shows it."""
    return time.strftime("%H:%M")


def told(place: Place) -> dict[str, Any]:
    """A place as the audit log tells it."""
    return {
        "name": place.name,
        "also_called": list(place.also_called),
        "week": [_kept(span) for span in place.week],
        "lunch": _kept(place.lunch),
        "closed_on_holidays": place.closed_on_holidays,
        "closed_at_new_year": place.closed_at_new_year,
    }


def mark_of(place: Place) -> str:
    """The same as long as nobody changes the place."""
    return short_digest(json.dumps(told(place), sort_keys=True), letters=16)


def _town(session: Session, code: str) -> Municipality:
    return session.get_one(Municipality, code, with_for_update=True)


def _next_number(session: Session, code: str) -> int:
    highest = session.scalar(select(func.max(OpeningPlaceRow.number)).where(OpeningPlaceRow.municipality_code == code))
    return (highest or 0) + 1


def _kept(span: Span | None) -> list[str] | None:
    return [clock(span.opens), clock(span.closes)] if span else None


def _place(row: OpeningPlaceRow) -> Place:
    return Place(
        row.number,
        row.name,
        tuple(row.also_called),
        tuple(span_of(given) for given in row.week),
        span_of((row.lunch_from, row.lunch_until)) if row.lunch_from and row.lunch_until else None,
        row.closed_on_holidays,
        row.closed_at_new_year,
    )


def _special(row: SpecialDayRow) -> SpecialDay:
    span = span_of((row.opens, row.closes)) if row.opens and row.closes else None
    return SpecialDay(row.place, row.day, DayKind(row.kind), span, row.reason)
