"""Writing the masked log into a file for a colleague, as work of the jobs process."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from bot.services import Services
from knowledge.calendar import now
from knowledge.jobs import StopAskedError
from knowledge.log_files import begin_file, cells, csv_text, filter_of, forget_file, keep_part, portions
from knowledge.log_offices import log_offices
from knowledge.models import Entry

LOG_FILE = "log_file"
"""The kind of work."""
Progress = Callable[[float], None]


def write_log_file(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``{"file", "filter"}``: the file's name and what goes into it.  Begun anew, it is written anew."""
    wanted, name = filter_of(payload["filter"]), str(payload["file"])
    progress(0.0)
    titles, names = _titles(kit, code), _names(kit, code)
    key = secrets.token_bytes(32)
    days = (wanted.last - wanted.first).days + 1
    _keep(kit, code, name, 0, csv_text([], head=True))
    rows, parts, waiting = 0, 1, list[list[str]]()
    try:
        for day, found in portions(kit.database, code, wanted):
            rows += len(found)
            waiting += [cells(row, titles, names, key) for row in found]
            if len(waiting) >= _PART:
                _keep(kit, code, name, parts, csv_text(waiting))
                parts, waiting = parts + 1, []
            progress(((day - wanted.first).days + 0.5) / days)
        if waiting:
            _keep(kit, code, name, parts, csv_text(waiting))
    except StopAskedError:
        with kit.database.writing() as session:
            forget_file(session, code, name)
        raise
    return {"rows": rows}


_PART = 5_000
"""Rows of a part, at least; many days with few questions are one."""


def _keep(kit: Services, code: str, name: str, number: int, content: bytes) -> None:
    with kit.database.writing() as session:
        if number == 0:
            begin_file(session, name, now())
        keep_part(session, code, name, number, content, now())


def _titles(kit: Services, code: str) -> dict[str, str]:
    with kit.database.reading() as session:
        wanted = select(Entry.entry_id, Entry.question).where(Entry.municipality_code == code)
        return {row.entry_id: row.question for row in session.execute(wanted)}


def _names(kit: Services, code: str) -> dict[str, str]:
    with kit.database.reading() as session:
        return dict(log_offices(session, code).names)
