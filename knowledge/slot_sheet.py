"""穴埋めシート: the slots of common entries as a spreadsheet that an office fills in, out and in again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from knowledge.calendar import date_name
from knowledge.cells import armed, disarmed
from knowledge.common_content import CommonContent
from knowledge.models import SlotValue
from knowledge.slot_values import SlotChange
from knowledge.slots import Slot, SlotValueError
from knowledge.upload_limits import UploadError
from knowledge.workbook_rows import workbook_rows

SHEET = "穴埋めシート"
HEADINGS = ("項目", "説明", "記入例", "値", "確認した日", "使う答え")
VALUE, CHECKED = HEADINGS.index("値"), HEADINGS.index("確認した日")
_WIDTHS = (30, 46, 34, 40, 14, 40)
_FIRST_ROW = 2

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(frozen=True)
class SheetFault:
    """What is wrong in one cell.  ``row`` counts from 1 as Excel does; ``column`` as its letter."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{SHEET} {self.row}行目 {self.column}列: {self.message}"


class SheetError(ValueError):
    """A sheet cannot be taken in; nothing of it was."""

    def __init__(self, faults: Sequence[SheetFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def write_sheet(path: Path, content: CommonContent, rows: Mapping[str, SlotValue]) -> None:
    """Write the sheet with the values of today."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(HEADINGS)
    for slot in content.slots.values():
        row = rows.get(slot.id)
        sheet.append(
            [
                disarmed(slot.name),
                disarmed(slot.description),
                disarmed(slot.example),
                disarmed(slot.shown(row.value)) if row else None,
                row.checked_on if row else None,
                disarmed("、".join(_questions(content, slot))),
            ]
        )
    for place, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.row == 1:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="DDE7F0")
            elif cell.column == CHECKED + 1:
                cell.number_format = "yyyy-mm-dd"
    sheet.freeze_panes = "B2"
    book.save(path)


def _questions(content: CommonContent, slot: Slot) -> list[str]:
    users = set(content.users(slot.id))
    return [entry.question for entry in content.entries if entry.id in users][:3]


def read_sheet(path: Path) -> list[list[str]]:
    """The cells of the first sheet, headings included, a list a row even where it is blank.  Raises UploadError."""
    rows = workbook_rows(path)
    for row in rows:
        for place in sorted(row.formulas):
            where = f"{row.number}行目 {get_column_letter(place + 1)}列"
            raise UploadError(f"{path.name}: {where}: 式は読めません。値に書き直してください")
    cells: list[list[str]] = [[] for _ in range(rows[-1].number if rows else 0)]
    for row in rows:
        cells[row.number - 1] = list(row.cells)
    return cells


def changes_of(
    cells: Sequence[Sequence[str]], slots: Mapping[str, Slot], rows: Mapping[str, SlotValue], today: dt.date
) -> list[SlotChange]:
    """What taking the sheet in would change, in its order.  Raises SheetError with every fault found.

    A slot whose row is gone stays as it is; one whose value is emptied is emptied.
    """
    faults = list(_heading_faults(cells))
    if faults:
        raise SheetError(faults)
    by_name = {slot.name: slot for slot in slots.values()}
    changes: list[SlotChange] = []
    seen: set[str] = set()
    for number, row in enumerate(cells[1:], _FIRST_ROW):
        given = [*row, *[""] * (len(HEADINGS) - len(row))]
        if not any(cell.strip() for cell in given):
            continue
        slot = by_name.get(armed(given[0].strip()))
        if slot is None:
            faults.append(SheetFault(number, "A", f"知らない項目です: {given[0].strip() or '（空）'}"))
        elif slot.id in seen:
            faults.append(SheetFault(number, "A", f"同じ項目が二度あります: {slot.name}"))
        else:
            seen.add(slot.id)
            change, found = _change(number, given, slot, rows.get(slot.id), today)
            faults += found
            changes += [change] if change else []
    if faults:
        raise SheetError(faults)
    return changes


def _heading_faults(cells: Sequence[Sequence[str]]) -> Iterable[SheetFault]:
    headings = [cell.strip() for cell in (cells[0] if cells else ())]
    for place, heading in enumerate(HEADINGS[: CHECKED + 1]):
        if place >= len(headings) or headings[place] != heading:
            yield SheetFault(1, get_column_letter(place + 1), f"見出しを「{heading}」に戻してください")


def _change(
    number: int, given: Sequence[str], slot: Slot, row: SlotValue | None, today: dt.date
) -> tuple[SlotChange | None, list[SheetFault]]:
    faults: list[SheetFault] = []
    value: str | None = None
    text = armed(given[VALUE].strip())
    if text:
        try:
            value = slot.clean(text)
        except SlotValueError as error:
            faults.append(SheetFault(number, "D", f"{slot.name}: {error}: {text[:40]}"))
    checked = _day(given[CHECKED])
    if given[CHECKED].strip() and checked is None:
        faults.append(
            SheetFault(number, "E", f"{slot.name}: 日付は 2026-04-01 のように書きます: {given[CHECKED].strip()[:40]}")
        )
    if checked and checked > today:
        faults.append(SheetFault(number, "E", f"{slot.name}: 先の日付は書けません: {date_name(checked)}"))
    if faults:
        return None, faults
    old = row.value if row else None
    same_day = checked is None or (row is not None and row.checked_on == checked)
    if value == old and (value is None or same_day):
        return None, []
    # A new value without a day was checked as it was written.
    return SlotChange(slot.id, old, value, (checked if not same_day else None) or today if value else None), []


def _day(cell: str) -> dt.date | None:
    found = _DAY.fullmatch(cell.strip())
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
