"""Counting periods for the figures pages, as work of the jobs process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from bot.services import Services
from knowledge.calendar import now
from knowledge.jobs import ask_once
from knowledge.log_offices import office_departments
from knowledge.models import Entry, Municipality
from knowledge.period_closing import count_due, due_periods
from knowledge.tally_counting import EntryKind

FIGURES = "figures"
"""The kind of work."""

Progress = Callable[[float], None]


def count_figures(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Count what is due, each period in a transaction of its own: work that is begun anew goes on where it was."""
    share = 0.0

    def go_on() -> None:
        progress(share)

    go_on()
    entries = entry_kinds(kit, code)
    with kit.database.reading() as session:
        offices = office_departments(session, code)
    counted = corrected = 0
    for at_once in (bool(payload.get("now")), False):  # what a correction touches is due after it
        with kit.database.reading() as session:
            due = due_periods(session, code, now(), at_once=at_once)
        for one in count_due(kit.database, code, due, entries, now(), offices, go_on):
            counted, corrected = counted + 1, corrected + (one.corrected > 0)
            share = min(counted / len(due), 1.0)
            go_on()
    return {"counted": counted, "corrected": corrected}


def ask_for_counting(kit: Services, moment: dt.datetime) -> list[str]:
    """Ask for it where something is due."""
    with kit.database.reading() as session:
        codes = list(session.scalars(select(Municipality.code).order_by(Municipality.code)))
        due = [code for code in codes if due_periods(session, code, moment)]
    for code in due:
        with kit.database.writing() as session:
            ask_once(session, code, FIGURES, {}, moment)
    return due


def entry_kinds(kit: Services, code: str) -> dict[str, EntryKind]:
    """What every entry counts under: as it is answered now, and those of old as they were left."""
    wanted = (Entry.entry_id, Entry.category, Entry.measure, Entry.department)
    with kit.database.reading() as session:
        rows = session.execute(select(*wanted).where(Entry.municipality_code == code))
        found = {row.entry_id: EntryKind(row.category, row.measure, row.department) for row in rows}
    for entry_id, answer in kit.corpus.current(code).answers.items():
        found[entry_id] = EntryKind(answer.category, answer.measure, answer.department_id)
    return found
