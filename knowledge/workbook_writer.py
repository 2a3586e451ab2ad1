"""The pages of an Excel workbook (.xlsx), as they are written.  Loaded when the first is: openpyxl weighs 6 MB."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from knowledge.cells import disarmed
from knowledge.tabular import OutSheet

_HEAD = PatternFill("solid", fgColor="FFDCE6F1")
_TOP = Alignment(wrap_text=True, vertical="top")


def written(about: Sequence[tuple[str, str]], sheets: Sequence[OutSheet]) -> bytes:
    """The whole of a workbook; that every text fits its cell is for the caller."""
    book = Workbook(write_only=True)
    if about:
        _write_about(book, about)
    for sheet in sheets:
        _write_sheet(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_about(book: Workbook, about: Sequence[tuple[str, str]]) -> None:
    page = book.create_sheet("はじめに")
    page.column_dimensions["A"].width = 26
    page.column_dimensions["B"].width = 90
    for place, (name, text) in enumerate(about):
        page.append([_cell(page, name, bold=True), _cell(page, text, bold=place == 0)])


def _write_sheet(book: Workbook, sheet: OutSheet) -> None:
    page = book.create_sheet(sheet.name)
    page.freeze_panes = sheet.frozen
    last = get_column_letter(len(sheet.headings))
    page.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    for place, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.append([_cell(page, heading, bold=True, head=True) for heading in sheet.headings])
    for row in sheet.rows:
        page.append(
            [
                _cell(page, int(text))
                if place in sheet.numbers and text.lstrip("-").isdecimal()
                else _cell(page, disarmed(text))
                for place, text in enumerate(row)
            ]
        )


def _cell(page: Any, value: str | int, *, bold: bool = False, head: bool = False) -> Any:
    cell = WriteOnlyCell(page, value)
    cell.alignment = _TOP
    if isinstance(value, str):
        # As text, so that nothing becomes a formula, and Excel makes no date of 1-1.
        cell.data_type = "s"
        cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    if head:
        cell.fill = _HEAD
    return cell
