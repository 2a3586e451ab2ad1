"""Large tables of the offices' counts: looked at, and taken in, as work of the jobs process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.effect_jobs import JobFaultError, Work
from bot.import_jobs import CHANGED_MEANWHILE, GONE, forgetting, held_value, keep_read, part_of, sheets_brought
from bot.many_questions import Progress
from bot.services import Services
from knowledge import audit
from knowledge.audit import Actor
from knowledge.brought_files import keep_value
from knowledge.calendar import now, today
from knowledge.models import Department
from knowledge.office_count_sheet import CountsPlan, ShownCounts, planned, shown_counts
from knowledge.office_counts import TwoFormsError, lock_counts, write_counts
from knowledge.sheet_kinds import IN_USE
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet, sheets_as_json, sheets_digest, sheets_of
from knowledge.upload_limits import MAX_NARROW_ROWS, UploadError

COUNTS_LOOK, COUNTS_TAKE = "counts_look", "counts_take"
MOST_SHOWN = 100
"""Counts of each kind, and faults, that a page shows."""
_READ, _HALF = 0.2, 0.5
"""Shares of the work: after which a file is read; after which nothing stops what is done."""
_SHOWN = TypeAdapter(ShownCounts)


def shown_from_json(value: Any) -> ShownCounts:
    return _SHOWN.validate_python(value)


def read_counts(path: Path) -> list[Sheet]:
    """The tables of a .csv or .xlsx.  Raises UploadError."""
    sheets = read_tables(path, MAX_NARROW_ROWS)
    # A CSV would be named after the file, which has a name of ours here.
    return [replace(sheet, name="") for sheet in sheets] if path.suffix == ".csv" else sheets


def look_at_counts(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``{"file", "end_missing", "own"}``: what the file would change, or what is wrong with it."""
    progress(0.0)
    try:
        sheets = sheets_brought(kit, code, payload, read_counts)
        with kit.database.reading() as session:
            plan = _planned(session, code, sheets, payload, part_of(progress, _READ, 1.0))
    except UploadError as error:
        return {"file_fault": str(error)}
    except ImportFaultsError as error:
        return {"file_fault": "／".join(error.faults)}
    if not plan.problems:
        keep_read(kit, code, payload, [plan.digest, sheets_as_json(sheets)])
    return {"shown": _SHOWN.dump_python(shown_counts(plan, MOST_SHOWN), mode="json")}


def take_counts(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Do what a look showed: all of it, in one transaction, or nothing.  Raises JobFaultError.

    ``{"file", "digest", "end_missing", "own", "writer", "actor"}``.  What was done is noted in the same transaction
    in the place of the file: work that is begun anew does it no second time.
    """
    held = held_value(kit, code, payload)
    if held is None:
        raise JobFaultError(GONE)
    if isinstance(held, dict):
        return held
    sheets = sheets_of(held[1])
    with kit.database.reading() as session:
        # Without the lock: it can be stopped here, and what others write waits for the writing alone.
        plan = _planned(session, code, sheets, payload, part_of(progress, 0.0, _HALF))
    if plan.problems or plan.digest != payload["digest"]:
        raise JobFaultError(CHANGED_MEANWHILE)
    progress(_HALF)
    try:
        return _taken(kit, code, sheets, plan, payload)
    except TwoFormsError as error:
        raise JobFaultError(CHANGED_MEANWHILE) from error


def _taken(
    kit: Services, code: str, sheets: Sequence[Sheet], plan: CountsPlan, payload: Mapping[str, Any]
) -> dict[str, Any]:
    moment, digest = now(), sheets_digest(sheets)
    with kit.database.writing() as session:
        lock_counts(session, code)
        if not plan.still_holds(session, code):
            raise JobFaultError(CHANGED_MEANWHILE)
        done = write_counts(session, code, plan.wanted, payload["writer"], moment)
        counts = {"added": done.added, "changed": done.changed, "gone": done.gone}
        details = counts | {"file_digest": digest}
        actor = Actor(*payload["actor"])
        audit.append(session, actor, "office_counts_imported", at=moment, scope=code, details=details)
        keep_value(session, code, str(payload["file"]), {"counts": counts})
    return {"counts": counts}


def _planned(
    session: Session, code: str, sheets: Sequence[Sheet], payload: Mapping[str, Any], progress: Callable[[float], None]
) -> CountsPlan:
    rows = session.execute(
        select(Department.entry_id, Department.name).where(
            Department.municipality_code == code, Department.state.in_(IN_USE)
        )
    )
    return planned(
        session,
        code,
        sheets,
        {row.entry_id: row.name for row in rows},
        today(),
        end_missing=bool(payload["end_missing"]),
        own=payload["own"],
        progress=progress,
    )


WORKS: Mapping[str, Work] = {COUNTS_LOOK: forgetting(look_at_counts), COUNTS_TAKE: take_counts}
"""What the jobs process does, by the kind of job."""
