"""Files too large to be read while somebody waits: looked at, and taken in, as work of the jobs process.

What a look finds wrong with a file is its result, not its failure: staff read it on the page where they brought it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.effect_jobs import JobFaultError, Work
from bot.faq_brought import BroughtList, read_list_file
from bot.import_gate import OPEN, Gate, gate_of_sheets
from bot.many_questions import Progress
from bot.plan_brought import document_as_json
from bot.services import Services
from knowledge import audit
from knowledge.audit import Actor
from knowledge.brought_files import forget_file, keep_value, read_value, unread_file
from knowledge.calendar import now, today
from knowledge.entry_versions import Author
from knowledge.faq_drafts import FaqPlan, list_source, planned_list
from knowledge.faq_lists import MappingError
from knowledge.import_items import Flags, ImportPlan, RowChange
from knowledge.imports import planned
from knowledge.plan_documents.document import PlanFileError
from knowledge.plan_documents.reading import read_plan
from knowledge.proposed_changes import changes_digest
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet, sheets_as_json, sheets_of
from knowledge.taken_imports import import_and_keep
from knowledge.upload_limits import UploadError

SHEETS_LOOK, SHEETS_TAKE, PLAN_LOOK, FAQ_LOOK = "sheets_look", "sheets_take", "plan_look", "faq_look"
MOST_SHOWN, MOST_NOTICES = 500, 300
"""Rows that change, and notices, that a page shows."""
GONE = "ファイルが見つかりません（1日たつと消えます）。もう一度ファイルをえらんでください"
CHANGED_MEANWHILE = (
    "確かめてから取り込むまでに、ほかの人が内容を変えました。もう一度ファイルをえらんで、確かめてください"
)
_READ, _HALF = 0.1, 0.5
"""Shares of the work: after which a file is read; after which nothing stops what is done."""


@dataclass(frozen=True)
class LookedSheets:
    """What a file of sheets would change, as the page shows it; ``rows`` and ``notices``: as many as it shows."""

    counts: dict[str, int]
    rows: tuple[RowChange, ...]
    more: int
    notices: tuple[str, ...]
    public: bool
    digest: str
    gate: Gate = OPEN

    @property
    def is_refused(self) -> bool:
        """Too many 確認用の質問 would be answered wrongly."""
        return self.gate.is_closed

    @property
    def changes(self) -> bool:
        return bool(self.rows)


_LOOKED = TypeAdapter(LookedSheets)
_FAQ_PLAN = TypeAdapter(FaqPlan)


def looked_through(kit: Services, code: str, sheets: Sequence[Sheet], flags: Flags, plan: ImportPlan) -> LookedSheets:
    """With what it would do to the 確認用の質問, where residents would notice it at all."""
    found = looked_sheets(plan)
    return replace(found, gate=gate_of_sheets(kit, code, sheets, flags, now())) if found.public else found


def looked_sheets(plan: ImportPlan) -> LookedSheets:
    changed = plan.changed
    return LookedSheets(
        dict(plan.counts),
        changed[:MOST_SHOWN],
        max(0, len(changed) - MOST_SHOWN),
        tuple(_shortened(plan.notices)),
        any(row.public for row in changed),
        changes_digest(changed),
    )


def _shortened(lines: Sequence[str]) -> list[str]:
    """As many sentences as a page shows, and how many there are beside."""
    more = len(lines) - MOST_NOTICES
    return [*lines[:MOST_NOTICES], *([f"ほかに{more:,}件あります"] if more > 0 else [])]


def looked_from_json(value: Any) -> LookedSheets:
    return _LOOKED.validate_python(value)


def faq_plan_from_json(value: Any) -> FaqPlan:
    return _FAQ_PLAN.validate_python(value)


def look_at_sheets(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``{"file", "publish", "end_missing"}``: what the file would change, or what is wrong with it."""
    progress(0.0)
    try:
        sheets = sheets_brought(kit, code, payload)
        with kit.database.reading() as session:
            plan = planned(session, code, sheets, **_flags(payload), progress=part_of(progress, _READ, 1.0))
    except UploadError as error:
        return {"file_fault": str(error)}
    except ImportFaultsError as error:
        return {"faults": list(error.faults)}
    found = looked_through(kit, code, sheets, _flags(payload), plan)
    if not found.is_refused:
        # Only what is kept can be taken in.
        keep_read(kit, code, payload, [found.digest, sheets_as_json(sheets), found.public])
    return {"looked": _LOOKED.dump_python(found, mode="json")}


def sheets_brought(
    kit: Services, code: str, payload: Mapping[str, Any], read: Callable[[Path], list[Sheet]] = read_tables
) -> list[Sheet]:
    """What was read before the work was begun anew; else what ``read`` finds in the file.  Raises UploadError."""
    held = held_value(kit, code, payload)
    if held is not None:
        return sheets_of(held[1])
    with opened_file(kit, code, payload) as path:
        return read(path)


def take_sheets(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Do what a look showed: all of it, in one transaction, or nothing.  Raises JobFaultError.

    ``{"file", "digest", "publish", "end_missing", "author", "actor"}``.  What was done is noted in the same
    transaction in the place of the file: work that is begun anew does it no second time.
    """
    held = held_value(kit, code, payload)
    if held is None:
        raise JobFaultError(GONE)
    if isinstance(held, dict):
        return held
    sheets, flags = sheets_of(held[1]), _flags(payload)
    with kit.database.reading() as session:
        # Once more without the lock: it can be stopped here, and what others write waits for the rest alone.
        looked = part_of(progress, 0.0, _HALF)
        _still(lambda: planned(session, code, sheets, **flags, progress=looked), payload)
    progress(_HALF)
    moment, author = now(), Author(*payload["author"])
    with kit.database.writing() as session:
        plan = _still(lambda: import_and_keep(session, code, sheets, moment, **flags, author=author), payload)
        counts = {action: plan.counts[action] for action in ("added", "changed", "ended")}
        details = counts | {"changes_digest": payload["digest"]}
        audit.append(session, Actor(*payload["actor"]), "sheets_imported", at=moment, scope=code, details=details)
        done = {"counts": counts, "public": any(row.public for row in plan.changed)}
        keep_value(session, code, str(payload["file"]), done)
    return done


def _still(make: Callable[[], ImportPlan], payload: Mapping[str, Any]) -> ImportPlan:
    """Raises JobFaultError where it is not what was shown any more."""
    try:
        plan = make()
    except ImportFaultsError as error:
        raise JobFaultError(CHANGED_MEANWHILE) from error
    if changes_digest(plan.changed) != payload["digest"]:
        raise JobFaultError(CHANGED_MEANWHILE)
    return plan


def look_at_plan(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``{"file"}``: the lines of a plan are kept for the page."""
    progress(0.0)
    try:
        with opened_file(kit, code, payload) as path:
            document = read_plan(path, lambda page, of: progress(page / max(of, 1)))
    except (UploadError, PlanFileError) as error:
        return {"file_fault": str(error)}
    keep_read(kit, code, payload, document_as_json(document))
    return {}


def look_at_list(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``{"file", "columns", "given": {"title", "url"}}``: what the list would bring, or what is wrong."""
    progress(0.0)
    try:
        found = _list_of(kit, code, payload)
        listed = found.listed(payload["columns"])
        with kit.database.reading() as session:
            title, url = payload["given"]["title"] or listed.title, payload["given"]["url"] or None
            source = list_source(session, code, plan=None, title=title, url=url)
            plan = planned_list(session, code, listed, source, today(), progress=part_of(progress, _READ, 1.0))
    except UploadError as error:
        return {"file_fault": str(error)}
    except MappingError:
        return {"mapping_fault": True}
    return {"plan": _FAQ_PLAN.dump_python(plan, mode="json")}


def _list_of(kit: Services, code: str, payload: Mapping[str, Any]) -> BroughtList:
    """What was read before where other columns are tried now; else the file.  Raises UploadError."""
    held = held_value(kit, code, payload)
    if held is not None:
        return BroughtList(held)
    with opened_file(kit, code, payload) as path:
        found = read_list_file(path)
    keep_read(kit, code, payload, found.value)
    return found


@contextmanager
def opened_file(kit: Services, code: str, payload: Mapping[str, Any]) -> Iterator[Path]:
    """The file outside the folders that are served, as long as it is read.  Raises UploadError, without its name."""
    with kit.database.reading() as session:
        found = unread_file(session, code, str(payload["file"]))
    if found is None:
        raise UploadError(GONE)
    ending, content = found
    with tempfile.TemporaryDirectory(prefix="kotae-import-") as folder:
        path = Path(folder) / f"file{ending}"
        path.write_bytes(content)
        try:
            yield path
        except (UploadError, PlanFileError) as error:
            raise type(error)(str(error).removeprefix(f"{path.name}: ")) from error


def held_value(kit: Services, code: str, payload: Mapping[str, Any]) -> Any | None:
    with kit.database.reading() as session:
        return read_value(session, code, str(payload["file"]))


def keep_read(kit: Services, code: str, payload: Mapping[str, Any], value: Any) -> None:
    with kit.database.writing() as session:
        keep_value(session, code, str(payload["file"]), value)


def _flags(payload: Mapping[str, Any]) -> Flags:
    return Flags(publish=bool(payload["publish"]), end_missing=bool(payload["end_missing"]))


def part_of(progress: Callable[[float], None], begins: float, ends: float) -> Callable[[float], None]:
    """The progress of a part of the work as that of the whole."""
    return lambda share: progress(begins + (ends - begins) * share)


def forgetting(look: Work) -> Work:
    """``look``, after which a file that was no good is gone; where it is stopped the file stays for the next."""

    def work(kit: Services, code: str, payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        result = look(kit, code, payload, progress)
        with kit.database.writing() as session:
            forget_file(session, code, str(payload["file"]))
        return result

    return work


WORKS: Mapping[str, Work] = {
    SHEETS_LOOK: forgetting(look_at_sheets),
    SHEETS_TAKE: take_sheets,
    PLAN_LOOK: forgetting(look_at_plan),
    FAQ_LOOK: forgetting(look_at_list),
}
"""What the jobs process does, by the kind of job."""
