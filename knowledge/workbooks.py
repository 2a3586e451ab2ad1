"""Excel workbooks (.xlsx), written here and read in a child process that can do nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from knowledge.cells import armed, disarmed
from knowledge.child_process import ChildFaultError, child_messages
from knowledge.tabular import BadCell, Cell, OutSheet, Row, Sheet
from knowledge.upload_limits import MAX_UNPACKED, UploadError, check_zip, read_upload

MAX_CELL = 32_767
"""Excel's own limit; openpyxl would cut without a word."""

_LONGEST_ANSWER = 3 * MAX_UNPACKED
"""In bytes: JSON writes a Japanese letter in six, UTF-8 in three, and a part has more in it than its letters."""
_HEAD = PatternFill("solid", fgColor="FFDCE6F1")
_TOP = Alignment(wrap_text=True, vertical="top")


class TooLongForExcelError(ValueError):
    """A text that no cell of Excel holds."""


def workbook_bytes(about: Sequence[tuple[str, str]], sheets: Sequence[OutSheet]) -> bytes:
    """A workbook: first a sheet that explains, if ``about`` says anything (two columns of text), then ``sheets``."""
    for sheet in sheets:
        _check_lengths(sheet)
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
                _cell(page, int(text)) if place in sheet.numbers and text else _cell(page, disarmed(text))
                for place, text in enumerate(row)
            ]
        )


def _check_lengths(sheet: OutSheet) -> None:
    for number, row in enumerate(sheet.rows, 2):
        for heading, text in zip(sheet.headings, row, strict=True):
            if len(disarmed(text)) > MAX_CELL:
                raise TooLongForExcelError(
                    f"シート「{sheet.name}」{number}行目「{heading}」: Excel の一つのセルに入る長さ"
                    f"（{MAX_CELL:,}字）を超えます。CSV で書き出してください"
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


def read_workbook(path: Path) -> list[Sheet]:
    """The sheets of a .xlsx.  Raises UploadError for whatever is no sound workbook within the limits."""
    content = read_upload(path, (".xlsx",))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_zip(path, archive, workbook=True)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        if isinstance(error, UploadError):
            raise
        raise UploadError(f"{path.name}: こわれていて読めません。Excel で開き、保存し直してください") from error
    try:
        return _sheets(child_messages("knowledge.workbook_child", content=content, most=_LONGEST_ANSWER))
    except ChildFaultError as error:
        told = error.fault and error.fault["fault"]
        raise UploadError(
            f"{path.name}: {told or '大きすぎて、決められた時間とメモリーでは読めません。シートを分けてください'}"
        ) from error


def _sheets(messages: Iterable[dict[str, Any]]) -> list[Sheet]:
    found: list[Sheet] = []
    name, hidden, rows = "", False, list[Row]()
    for message in messages:
        if "sheet" in message:
            name, hidden, rows = message["sheet"], message["hidden"], []
        elif "rows" in message:
            given = (Row(number, tuple(map(_read_cell, cells))) for number, cells in message["rows"])
            rows += [row for row in given if not row.blank]
        else:
            found.append(Sheet(name, tuple(rows), tuple(message["merged"]), hidden, message["hidden_rows"]))
    return found


def _read_cell(given: Any) -> Cell:
    return BadCell(given["bad"]) if isinstance(given, dict) else armed(given)
