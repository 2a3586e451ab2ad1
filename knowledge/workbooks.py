"""Excel workbooks (.xlsx), written here and read in a child process that can do nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from knowledge.cells import armed, disarmed
from knowledge.child_process import ChildFaultError, child_messages
from knowledge.tabular import BadCell, Cell, OutSheet, Row, Sheet
from knowledge.upload_limits import MAX_ROWS, MAX_UNPACKED, UploadError, read_upload
from knowledge.zip_checks import BROKEN, WORKBOOK, zip_fault

MAX_CELL = 32_767
"""Excel's own limit; openpyxl would cut without a word."""

_LONGEST_ANSWER = 3 * MAX_UNPACKED
"""In bytes: JSON writes a Japanese letter in six, UTF-8 in three, and a part has more in it than its letters."""


class TooLongForExcelError(ValueError):
    """A text that no cell of Excel holds."""


def workbook_bytes(about: Sequence[tuple[str, str]], sheets: Sequence[OutSheet]) -> bytes:
    """A workbook: first a sheet that explains, if ``about`` says anything (two columns of text), then ``sheets``."""
    for sheet in sheets:
        _check_lengths(sheet)
    from knowledge.workbook_writer import written

    return written(about, sheets)


def _check_lengths(sheet: OutSheet) -> None:
    for number, row in enumerate(sheet.rows, 2):
        for heading, text in zip(sheet.headings, row, strict=True):
            if len(disarmed(text)) > MAX_CELL:
                raise TooLongForExcelError(
                    f"シート「{sheet.name}」{number}行目「{heading}」: Excel の一つのセルに入る長さ"
                    f"（{MAX_CELL:,}字）を超えます。CSV で書き出してください"
                )


def read_workbook(path: Path, most_rows: int = MAX_ROWS) -> list[Sheet]:
    """The sheets of a .xlsx.  Raises UploadError for whatever is no sound workbook within the limits."""
    content = read_upload(path, (".xlsx",))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            fault = zip_fault(archive.infolist(), WORKBOOK) or _no_workbook(archive.namelist())
    except BROKEN as error:
        raise UploadError(f"{path.name}: こわれていて読めません。Excel で開き、保存し直してください") from error
    if fault:
        raise UploadError(f"{path.name}: {fault}")
    try:
        messages = child_messages("knowledge.workbook_child", str(most_rows), content=content, most=_LONGEST_ANSWER)
        return _sheets(messages)
    except ChildFaultError as error:
        told = error.fault and error.fault["fault"]
        raise UploadError(
            f"{path.name}: {told or '大きすぎて、決められた時間とメモリーでは読めません。シートを分けてください'}"
        ) from error


def _no_workbook(names: Collection[str]) -> str | None:
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return None
    return "Excel の表ではありません（名前だけ変えたものか、こわれています）"


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
