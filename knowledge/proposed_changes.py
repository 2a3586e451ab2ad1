"""A change of tables as somebody asks for it: what it would do to what there is now, and doing it.

What is kept of it (``payload``, of JSON) is only what the author changed, so that it can be held against another
present: a value, a cell or a row that somebody else changes meanwhile is not set back by it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from knowledge.common_content import common_content
from knowledge.entry_versions import Author
from knowledge.import_items import Flags, ImportPlan, RowChange
from knowledge.imports import known_sheet, planned, told_rows
from knowledge.sheet_kinds import KINDS, LANGUAGES, STATE, STATES, VERSION
from knowledge.sheet_places import ImportFaultsError
from knowledge.sheet_row import WHOLE_ROW, RowFaultsError, look_at_row, row_cells, write_row
from knowledge.slot_values import SlotChange, slot_rows, write_by_staff
from knowledge.slots import Slot, SlotValueError
from knowledge.staff_words import (
    FOREIGN,
    Word,
    faults_of,
    keep_word,
    listed_words,
    remove_word,
    same_word,
    spelt_otherwise,
)
from knowledge.staff_words import KINDS as WORD_KINDS
from knowledge.tabular import Sheet, sheets_as_json, sheets_of
from knowledge.taken_imports import import_and_keep, kept

SHEETS, SLOTS, ROW, WORD = "sheets", "slots", "row", "word"
NAMES: Mapping[str, str] = {
    SHEETS: "表の取り込み",
    SLOTS: "穴埋めシート",
    ROW: "指標・計画・課などの表",
    WORD: "ことば",
}
ROW_TITLES: Mapping[str, str] = {
    "indicators": "指標",
    "schedule": "予定",
    "departments": "課",
    "terms": "用語",
    "plans": "計画",
    "measures": "施策",
}
"""The kinds of rows that are changed one at a time, as the console calls them."""
WORDS = "words"
"""The kind of a row that stands for a word."""
MOST_TITLE = 100
_DEPARTMENT = "担当課"


class CannotBeDoneError(Exception):
    """It cannot be done as things are now; ``faults`` tells why, a line each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Proposal:
    """``payload``: of JSON; what it holds is this module's own business."""

    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """What it does.  ``departments``: whose business the rows are before and after; None is the municipality's own."""

    rows: tuple[RowChange, ...]
    notices: tuple[str, ...] = ()
    departments: frozenset[str | None] = frozenset({None})
    slots: tuple[SlotChange, ...] = ()

    @property
    def digest(self) -> str:
        return changes_digest(self.rows)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.action for row in self.rows)
        return {action: found[action] for action in ("added", "changed", "ended")}

    @property
    def public(self) -> bool:
        return any(row.public for row in self.rows)

    @property
    def department(self) -> str | None:
        """The one 課 whose business it is; None where it is of several, or the municipality's."""
        return next(iter(self.departments)) if len(self.departments) == 1 else None


def changes_digest(rows: Iterable[RowChange]) -> str:
    """Names what is changed, row by row: done is only what was shown."""
    told = [[row.kind, row.key, row.action, row.public, row.cells] for row in rows]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def title_of(proposal: Proposal, effect: Effect) -> str:
    """What the change is called in lists."""
    match proposal.kind:
        case "sheets":
            words = told_rows(effect.rows)
        case "slots":
            more = f"ほか{len(effect.rows) - 1}項目" if len(effect.rows) > 1 else ""
            words = f"穴埋めシート（{effect.rows[0].label}{more}）"
        case "word":
            words = f"ことば：{effect.rows[0].label}"
        case _:
            words = f"{ROW_TITLES[effect.rows[0].kind]}「{effect.rows[0].label}」"
    return words if len(words) <= MOST_TITLE else f"{words[: MOST_TITLE - 1]}…"


def effect_of(session: Session, code: str, proposal: Proposal) -> Effect:
    """What it would do now; nothing is written.  Raises CannotBeDoneError."""
    with _as_faults():
        match proposal.kind:
            case "sheets":
                return _of_plan(planned(session, code, _sheets(proposal), **_flags(proposal)))
            case "slots":
                return _of_slots(_slot_changes(session, code, proposal))
            case "word":
                return _of_word(_word_change(session, code, proposal))
            case _:
                kind, cells = _row(session, code, proposal)
                return _of_row(session, code, look_at_row(session, code, KINDS[kind], cells))


def carry_out(session: Session, code: str, proposal: Proposal, moment: dt.datetime, author: Author) -> Effect:
    """Do it within a transaction of the caller's; what was done.  Raises CannotBeDoneError."""
    with _as_faults():
        match proposal.kind:
            case "sheets":
                plan = import_and_keep(session, code, _sheets(proposal), moment, author=author, **_flags(proposal))
                return _of_plan(plan)
            case "slots":
                changes = _slot_changes(session, code, proposal)
                effect, values = _of_slots(changes), [change for change, _ in changes]
                if changes:
                    title = title_of(proposal, effect)
                    kept(
                        session,
                        code,
                        lambda: write_by_staff(session, code, values, moment),
                        lambda _: title,
                        moment,
                        author,
                    )
                return effect
            case "word":
                change = _word_change(session, code, proposal)
                word, remove = asked_word(proposal)
                if change is not None and remove:
                    remove_word(session, code, word)
                elif change is not None:
                    keep_word(session, code, word, moment, author.account)
                return _of_word(change)
            case _:
                kind, cells = _row(session, code, proposal)
                return _of_row(session, code, write_row(session, code, KINDS[kind], cells, moment, author))


def audit_details(proposal: Proposal, effect: Effect) -> tuple[str, str, dict[str, Any]]:
    """What the audit log tells of it, whoever decided: the act, what of, and its fields."""
    match proposal.kind:
        case "sheets":
            return "sheets_imported", "", effect.counts | {"changes_digest": effect.digest}
        case "slots":
            return "slots_changed", "", {"slots": {one.slot: [one.old, one.new] for one in effect.slots}}
        case "word":
            word, remove = asked_word(proposal)
            fields = {"kind": word.kind, "means": word.means, "language": word.language}
            if remove:
                return "word_removed", word.word, fields
            return (
                "word_kept",
                word.word,
                fields | {"old": "".join(old for row in effect.rows for _, old, _ in row.cells)},
            )
        case _:
            (row,) = effect.rows
            told = {"kind": row.kind, "action": row.action, "cells": [list(cell) for cell in row.cells]}
            return "row_changed", row.key, told


@contextmanager
def _as_faults() -> Iterator[None]:
    try:
        yield
    except ImportFaultsError as error:
        raise CannotBeDoneError(error.faults) from error
    except RowFaultsError as error:
        told = error.faults.items()
        lines = [sentence if heading == WHOLE_ROW else f"「{heading}」{sentence}" for heading, sentence in told]
        raise CannotBeDoneError(lines) from error


# --- Sheets ------------------------------------------------------------------------------------------------------


def of_sheets(
    session: Session, code: str, sheets: Sequence[Sheet], plan: ImportPlan, *, end_missing: bool, publish: bool
) -> Proposal:
    """Sheets that were looked at.  Of those that end nothing by its absence, only the rows that change are kept."""
    flags = Flags(end_missing=end_missing, publish=publish)
    kept = list(sheets)
    if not end_missing:
        kept = [one for sheet in sheets if (one := _changed_rows(sheet, plan)) is not None]
        try:
            short = planned(session, code, kept, **flags) if kept else None
        except ImportFaultsError:
            short = None
        if short is None or changes_digest(short.changed) != changes_digest(plan.changed):
            # A row that stays as it is told something that one which changes needs.
            kept = list(sheets)
    return Proposal(SHEETS, {"sheets": sheets_as_json(kept), **flags})


def _changed_rows(sheet: Sheet, plan: ImportPlan) -> Sheet | None:
    """The headings of a sheet, and its rows that change something; None where there is none."""
    known = known_sheet(sheet)
    if known is None:
        return None
    kind = "entries" if known.name == "translations" else known.name
    own = [row for row in plan.changed if row.kind == kind]
    keys = {row.key for row in own}
    numbers = {row.number for row in own} if known.name != "translations" else set()
    rows = [row for row in known.rows if row.number in numbers or (known.text(row, "ID") or "").strip() in keys]
    head = tuple(row for row in sheet.rows if row.number <= known.number)
    return Sheet(sheet.name, (*head, *rows)) if rows else None


def _sheets(proposal: Proposal) -> list[Sheet]:
    return sheets_of(proposal.payload["sheets"])


def _flags(proposal: Proposal) -> Flags:
    return Flags(publish=bool(proposal.payload["publish"]), end_missing=bool(proposal.payload["end_missing"]))


def _of_plan(plan: ImportPlan) -> Effect:
    return Effect(plan.changed, plan.notices)


# --- Slots -------------------------------------------------------------------------------------------------------


def of_slots(changes: Iterable[SlotChange]) -> Proposal:
    """Values, each with the day on which it was checked."""
    told = [[one.slot, one.new, one.checked_on.isoformat() if one.checked_on else None] for one in changes]
    return Proposal(SLOTS, {"values": told})


def _slot_changes(session: Session, code: str, proposal: Proposal) -> list[tuple[SlotChange, str]]:
    """Each with the day on which the present value was checked."""
    slots, rows = common_content().slots, slot_rows(session, code)
    changes: list[tuple[SlotChange, str]] = []
    faults: list[str] = []
    for name, new, checked in proposal.payload["values"]:
        row = rows.get(name)
        old, old_day = (row.value, row.checked_on.isoformat()) if row else (None, "")
        if (fault := _slot_fault(slots.get(name), name, new)) is not None:
            faults.append(fault)
        elif new != old or (new is not None and checked is not None and checked != old_day):
            day = dt.date.fromisoformat(checked) if checked and new is not None else None
            changes.append((SlotChange(name, old, new, day), old_day))
    if faults:
        raise CannotBeDoneError(faults)
    return changes


def _slot_fault(slot: Slot | None, name: str, value: str | None) -> str | None:
    if slot is None:
        return f"穴埋めシートの項目「{name}」は、もうありません"
    try:
        if value is not None:
            slot.clean(slot.shown(value))
    except (SlotValueError, ValueError) as error:
        return f"{slot.name}: {error}"
    return None


def _of_slots(changes: Sequence[tuple[SlotChange, str]]) -> Effect:
    rows = tuple(_slot_row(change, old_day) for change, old_day in changes)
    return Effect(rows, slots=tuple(change for change, _ in changes))


def _slot_row(change: SlotChange, old_day: str) -> RowChange:
    slot = common_content().slots[change.slot]
    old, new = (slot.shown(value) if value is not None else "" for value in (change.old, change.new))
    day = change.checked_on.isoformat() if change.checked_on else ""
    cells = tuple(cell for cell in (("値", old, new), ("確認した日", old_day, day)) if cell[1] != cell[2])
    return RowChange("slots", change.slot, slot.name, "changed", None, cells)


# --- A word ------------------------------------------------------------------------------------------------------


def of_word(word: Word, *, remove: bool) -> Proposal:
    """A word to be used from then on, or with ``remove`` no more."""
    return Proposal(WORD, {**asdict(word), "remove": remove})


def asked_word(proposal: Proposal) -> tuple[Word, bool]:
    """The word, and whether it is to be used no more."""
    told = proposal.payload
    return Word(told["kind"], told["word"], told["means"], told["language"]), bool(told["remove"])


def _word_change(session: Session, code: str, proposal: Proposal) -> RowChange | None:
    """None where things are so already."""
    word, remove = asked_word(proposal)
    words = listed_words(session, code)
    if not remove and (faults := [*faults_of(word), *spelt_otherwise(words, word)]):
        raise CannotBeDoneError(sentence for _, sentence in faults)
    present = next((one for one in words if same_word(one, word)), None)
    language = f"（{LANGUAGES[word.language]}）" if word.kind == FOREIGN else ""
    key, label = f"{word.kind}:{word.language}:{word.word}", f"{WORD_KINDS[word.kind]}「{word.word}」{language}"
    if remove:
        if present is None:
            return None
        cells = (("意味する語", present.means, ""),) if present.means else ()
        return RowChange(WORDS, key, f"{label}を使うのをやめる", "ended", None, cells)
    if present is not None and present.means == word.means:
        return None
    cells = (("意味する語", present.means if present else "", word.means),) if word.means else ()
    return RowChange(WORDS, key, label, "added" if present is None else "changed", None, cells)


def _of_word(change: RowChange | None) -> Effect:
    return Effect((change,) if change is not None else ())


# --- A row -------------------------------------------------------------------------------------------------------


def of_row(kind: str, entry_id: str, cells: Mapping[str, str], change: RowChange) -> Proposal:
    """One row: of one that is there the cells that ``change`` told, of a new one (``entry_id`` empty) all of them."""
    kept = {heading: new for heading, _, new in change.cells} if entry_id else dict(cells)
    return Proposal(ROW, {"kind": kind, "entry_id": entry_id, "cells": kept})


def asked_cells(session: Session, code: str, proposal: Proposal) -> dict[str, str]:
    """The cells of the row as they would be.  Raises CannotBeDoneError where it is gone."""
    return _row(session, code, proposal)[1]


def _row(session: Session, code: str, proposal: Proposal) -> tuple[str, dict[str, str]]:
    """The kind, and the cells: what was asked for upon what there is now."""
    kind, entry_id, cells = (proposal.payload[name] for name in ("kind", "entry_id", "cells"))
    sheet = KINDS[kind]
    if not entry_id:
        # Only a measure's number is written by hand.
        return kind, {sheet.key: "", **cells, VERSION: ""}
    row: Any = session.get(sheet.table, (code, entry_id))
    if row is None or (sheet.curated and row.state == "deleted"):
        raise CannotBeDoneError([f"この{ROW_TITLES[kind]}は、もうありません"])
    return kind, {STATE: STATES["published"], **row_cells(sheet, row), **cells, sheet.key: entry_id}


def _of_row(session: Session, code: str, change: RowChange | None) -> Effect:
    return Effect((change,), departments=_departments(session, code, change)) if change is not None else Effect(())


def _departments(session: Session, code: str, change: RowChange) -> frozenset[str | None]:
    """Whose the row is before and after."""
    if change.kind == "departments":
        return frozenset({change.key})
    for heading, old, new in change.cells:
        if heading == _DEPARTMENT:
            return frozenset({new or None} if change.action == "added" else {old or None, new or None})
    if change.action == "added":
        return frozenset({None})
    row: Any = session.get_one(KINDS[change.kind].table, (code, change.key))
    return frozenset({getattr(row, "department", None)})
