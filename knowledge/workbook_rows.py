"""The first sheet of an .xlsx file as rows of text, read in a small process of its own.

``python -m knowledge.workbook_rows FILE`` is that process: it may use little memory and time, so a
file that is made to harm harms nothing else.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook

from knowledge.upload_limits import CPU_SECONDS, MAX_COLUMNS, MAX_ROWS, MEMORY, UploadError, check_zip, read_upload

_SECONDS = 60
_TOO_LARGE, _BROKEN = 3, 4


@dataclass(frozen=True)
class WorkbookRow:
    """``number`` counts from 1, as Excel shows it.  A cell is text; ``formulas``: places of cells that are formulas."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int]


def workbook_rows(path: Path) -> list[WorkbookRow]:
    """The rows that are not blank.  Raises UploadError, whose text says why and what to do."""
    read_upload(path, {".xlsx"})
    try:
        with zipfile.ZipFile(path) as archive:
            check_zip(path, archive, workbook=True)
    except (zipfile.BadZipFile, OSError) as error:
        raise UploadError(f"{path.name}: こわれていて開けません。Excel で保存し直してください") from error
    command = [sys.executable, "-m", "knowledge.workbook_rows", str(path.absolute())]
    try:
        done = subprocess.run(  # noqa: S603 — our own module, and a path as one argument
            command, cwd=Path(__file__).parent.parent, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UploadError(f"{path.name}: 時間内に読めません。使っていない行や書式を消してください") from error
    if done.returncode == _TOO_LARGE:
        raise UploadError(f"{path.name}: 表が大きすぎます（{MAX_ROWS:,}行・{MAX_COLUMNS}列まで）")
    if done.returncode:
        raise UploadError(f"{path.name}: Excel の表として読めません。Excel で開き、保存し直してください")
    return [
        WorkbookRow(number, tuple(cells), frozenset(formulas)) for number, cells, formulas in json.loads(done.stdout)
    ]


def _read(path: str) -> list[tuple[int, list[str], list[int]]]:
    """In the small process.  Raises OverflowError for a table that is too large."""
    found = []
    workbook = load_workbook(path, read_only=True)
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MAX_ROWS:
            raise OverflowError
        cells = [_shown(cell.value) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise OverflowError
        if cells:
            formulas = [place for place, cell in enumerate(row[: len(cells)]) if cell.data_type == "f"]
            found.append((number, cells, formulas))
    return found


def _shown(value: object) -> str:
    """A cell as text: a day as 2026-04-01, a whole number without a point."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def main() -> int:
    """Write the rows of the file that is named as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        rows = _read(sys.argv[1])
    except OverflowError:
        return _TOO_LARGE
    except Exception:
        return _BROKEN
    sys.stdout.write(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
