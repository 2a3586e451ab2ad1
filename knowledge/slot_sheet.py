"""穴埋めシート: the slots of common entries as a spreadsheet that an office fills in, out and in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from knowledge.calendar import date_name
from knowledge.common_content import CommonContent
from knowledge.models import SlotValue
from knowledge.sheet_forms import DATE
from knowledge.sheet_places import ImportFaultsError, Known, Place, one_sheet
from knowledge.slot_values import SlotChange
from knowledge.slots import Slot, SlotValueError
from knowledge.spreadsheet_files import write_tables
from knowledge.tabular import OutSheet, Sheet
from knowledge.workbooks import read_workbook

SHEET = "穴埋めシート"
HEADINGS = ("項目", "説明", "記入例", "値", "確認した日", "使う答え")
NEEDED = ("項目", "値", "確認した日")
_WIDTHS = (30, 46, 34, 40, 14, 40)


def slot_table(content: CommonContent, rows: Mapping[str, SlotValue]) -> OutSheet:
    """The sheet with the values of today."""
    lines = []
    for slot in content.slots.values():
        row = rows.get(slot.id)
        value, checked = (slot.shown(row.value), DATE.write(row.checked_on)) if row else ("", "")
        questions = "、".join(_questions(content, slot))
        lines.append((slot.name, slot.description, slot.example, value, checked, questions))
    return OutSheet(SHEET, HEADINGS, _WIDTHS, frozenset(), lines, frozen="B2")


def write_sheet(path: Path, content: CommonContent, rows: Mapping[str, SlotValue]) -> None:
    """Write it as a file of its own."""
    write_tables(path, [], [slot_table(content, rows)])


def _questions(content: CommonContent, slot: Slot) -> list[str]:
    users = set(content.users(slot.id))
    return [entry.question for entry in content.entries if entry.id in users][:3]


def read_sheet(path: Path) -> list[Sheet]:
    """The sheets of an .xlsx.  Raises UploadError."""
    return read_workbook(path)


def changes_of(
    sheets: Sequence[Sheet], slots: Mapping[str, Slot], rows: Mapping[str, SlotValue], today: dt.date
) -> list[SlotChange]:
    """What taking the sheet in would change, in its order.  Raises ImportFaultsError with every fault found.

    A slot whose row is gone stays as it is; one whose value is emptied is emptied.
    """
    changes, faults = known_changes(one_sheet("slots", sheets, HEADINGS, NEEDED), slots, rows, today)
    if faults:
        raise ImportFaultsError(faults)
    return [change for change, _ in changes]


def known_changes(
    known: Known, slots: Mapping[str, Slot], rows: Mapping[str, SlotValue], today: dt.date
) -> tuple[list[tuple[SlotChange, int]], list[str]]:
    """The changes, each with its row in the sheet, and all faults."""
    by_name = {slot.name: slot for slot in slots.values()}
    changes: list[tuple[SlotChange, int]] = []
    faults: list[str] = []
    seen: set[str] = set()
    for row in known.rows:
        place = known.place(row)
        faults += (bad := list(known.bad_cells(row)))
        name, value, checked = ((known.text(row, heading) or "").strip() for heading in NEEDED)
        slot = by_name.get(name)
        if slot is None:
            faults.append(place.fault("項目", f"知らない項目です: {name or '（空）'}（項目の名前は変えられません）"))
        elif slot.id in seen:
            faults.append(place.fault("項目", f"同じ項目が二度あります: {slot.name}"))
        else:
            seen.add(slot.id)
            change, found = _change(place, value, checked, slot, rows.get(slot.id), today)
            faults += found
            changes += [(change, row.number)] if change and not bad else []
    return changes, faults


def _change(
    place: Place, text: str, day: str, slot: Slot, row: SlotValue | None, today: dt.date
) -> tuple[SlotChange | None, list[str]]:
    faults: list[str] = []
    value: str | None = None
    checked: dt.date | None = None
    try:
        value = slot.clean(text) if text else None
    except SlotValueError as error:
        faults.append(place.fault("値", f"{slot.name}: {error}: {text[:40]}"))
    try:
        checked = DATE.read(day) if day else None
    except ValueError as error:
        faults.append(place.fault("確認した日", f"{slot.name}: {str(error)[:80]}"))
    if checked and checked > today:
        faults.append(place.fault("確認した日", f"{slot.name}: 先の日付は書けません: {date_name(checked)}"))
    if faults:
        return None, faults
    old = row.value if row else None
    same_day = checked is None or (row is not None and row.checked_on == checked)
    if value == old and (value is None or same_day):
        return None, []
    # A new value without a day was checked as it was written.
    return SlotChange(slot.id, old, value, (checked if not same_day else None) or today if value else None), []
