"""Sheets that have no schema of the bundle: what all municipalities share, and the sections of imported plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from knowledge.calendar import today
from knowledge.common_content import common_content
from knowledge.common_entries import common_states
from knowledge.common_sheet import HEADINGS as COMMON_HEADINGS
from knowledge.common_sheet import SHEET as COMMON_SHEET
from knowledge.common_sheet import apply_decisions, known_decisions
from knowledge.import_items import RowChange, Work
from knowledge.section_sheet import HEADINGS as SECTION_HEADINGS
from knowledge.section_sheet import NEEDED as SECTION_NEEDED
from knowledge.section_sheet import SHEET as SECTION_SHEET
from knowledge.section_sheet import apply_changes as apply_sections
from knowledge.section_sheet import known_changes as known_sections
from knowledge.section_sheet import stored_by_id
from knowledge.sheet_places import Known
from knowledge.slot_sheet import HEADINGS as SLOT_HEADINGS
from knowledge.slot_sheet import SHEET as SLOT_SHEET
from knowledge.slot_sheet import known_changes
from knowledge.slot_values import slot_rows, write_by_staff
from knowledge.subject_names import subject_names
from knowledge.subject_offices import apply_changes, changes, subject_table
from knowledge.subject_sheet import HEADINGS as SUBJECT_HEADINGS
from knowledge.subject_sheet import SHEET as SUBJECT_SHEET
from knowledge.subject_sheet import known_rows

SHARED_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "common": COMMON_HEADINGS,
    "slots": SLOT_HEADINGS,
    "subjects": SUBJECT_HEADINGS,
    "sections": SECTION_HEADINGS,
}
SHARED_TITLES: Mapping[str, str] = {
    "common": COMMON_SHEET,
    "slots": SLOT_SHEET,
    "subjects": SUBJECT_SHEET,
    "sections": SECTION_SHEET,
}
SHARED_MARKS: Mapping[str, tuple[str, ...]] = {**SHARED_HEADINGS, "sections": SECTION_NEEDED}
"""The headings by which a sheet is known, and which it must have."""


def read_shared(work: Work, known: Known) -> None:
    """Add what a sheet changes, or what is wrong with it."""
    _READERS[known.name](work, known)


def _read_common(work: Work, known: Known) -> None:
    states = {state.entry_id: state for state in common_states(work.session, work.code)}
    decisions, faults = known_decisions(known, states)
    work.faults += faults
    work.shared += [
        RowChange("common", one.entry_id, one.question, "changed", one.number, one.cells) for one in decisions
    ]
    if decisions:
        work.later.append(lambda session, moment: apply_decisions(session, work.code, decisions, moment, work.author))


def _read_slots(work: Work, known: Known) -> None:
    slots = common_content().slots
    found, faults = known_changes(known, slots, slot_rows(work.session, work.code), today())
    work.faults += faults
    for change, number in found:
        slot = slots[change.slot]
        old, new = (slot.shown(value) if value is not None else "" for value in (change.old, change.new))
        cells = (("値", old, new),) if old != new else (("確認した日", "", str(change.checked_on)),)
        work.shared.append(RowChange("slots", change.slot, slot.name, "changed", number, cells))
    if found:
        work.later.append(
            lambda session, moment: write_by_staff(session, work.code, [change for change, _ in found], moment)
        )


def _read_subjects(work: Work, known: Known) -> None:
    found, faults = known_rows(known)
    work.faults += faults
    numbers = {row.subject: number for row, number in found}
    changed = changes(subject_table(work.session, work.code), [row for row, _ in found])
    names = subject_names()
    for change in changed:
        pairs = zip(SUBJECT_HEADINGS[1:], change.before.values, change.after.values, strict=True)
        cells = tuple((heading, old or "", new or "") for heading, old, new in pairs if old != new)
        subject = change.after.subject
        work.shared.append(RowChange("subjects", subject, names[subject], "changed", numbers[subject], cells))
    if changed:
        work.later.append(lambda session, moment: apply_changes(session, work.code, changed, moment))


def _read_sections(work: Work, known: Known) -> None:
    found, faults = known_sections(known, stored_by_id(work.session, work.code))
    work.faults += faults
    work.shared += [RowChange("sections", one.key, one.name, "changed", one.number, one.cells) for one in found]
    if found:
        work.later.append(lambda session, moment: apply_sections(session, work.code, found, moment))


_READERS: Mapping[str, Callable[[Work, Known], None]] = {
    "common": _read_common,
    "slots": _read_slots,
    "subjects": _read_subjects,
    "sections": _read_sections,
}
