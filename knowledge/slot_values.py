"""What each municipality has put into the slots: read, written, and checked on the way in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.bundle import SlotValue as BundledValue
from knowledge.models import Municipality, SlotValue
from knowledge.slots import Slot, SlotValueError


@dataclass(frozen=True)
class SlotChange:
    """A slot's value before and after; None where there was or will be none."""

    slot: str
    old: str | None
    new: str | None
    checked_on: dt.date | None


def slot_rows(session: Session, code: str) -> dict[str, SlotValue]:
    return {row.slot: row for row in session.scalars(select(SlotValue).where(SlotValue.municipality_code == code))}


def slot_values(session: Session, code: str) -> dict[str, str]:
    """Slot -> stored value."""
    return {slot: row.value for slot, row in slot_rows(session, code).items()}


def bundled_faults(given: Mapping[str, BundledValue], slots: Mapping[str, Slot]) -> list[str]:
    """What is wrong with the values that a content folder gives, a line each."""
    faults = []
    for slot, one in given.items():
        if slot not in slots:
            faults.append(f"municipality.yaml: slots: 知らない穴です: {slot}")
            continue
        try:
            slots[slot].clean(one.value)
        except SlotValueError as error:
            faults.append(f"municipality.yaml: slots.{slot}: {error}: {one.value}")
    return faults


def load_bundled(
    session: Session, code: str, given: Mapping[str, BundledValue], slots: Mapping[str, Slot], moment: dt.datetime
) -> bool:
    """Follow the bundled values, except where staff wrote their own.  Whether anything changed."""
    present = slot_rows(session, code)
    changed = False
    for slot, one in given.items():
        row, value = present.get(slot), slots[slot].clean(one.value)
        if row is None:
            row = SlotValue(municipality_code=code, slot=slot, by_staff=False)
            session.add(row)
        elif row.by_staff or (row.value, row.checked_on) == (value, one.checked_on):
            continue
        row.value, row.checked_on, row.updated_at = value, one.checked_on, moment
        changed = True
    for slot, row in present.items():
        if slot not in given and not row.by_staff:
            session.delete(row)
            changed = True
    return changed


def write_by_staff(session: Session, code: str, changes: Iterable[SlotChange], moment: dt.datetime) -> int:
    """Store what staff wrote, all in the caller's transaction; the number of changes.

    A value that staff emptied is deleted; the bundled one comes back with the next load.
    """
    present = slot_rows(session, code)
    done = 0
    for change in changes:
        row = present.get(change.slot)
        done += 1
        if change.new is None:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = SlotValue(municipality_code=code, slot=change.slot)
            session.add(row)
        row.value, row.updated_at, row.by_staff = change.new, moment, True
        row.checked_on = change.checked_on or moment.date()
    if done:
        session.get_one(Municipality, code, with_for_update=True).knowledge_version += 1
    return done
