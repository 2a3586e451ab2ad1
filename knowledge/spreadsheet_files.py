"""Which file holds which sheets: .xlsx, .csv, a folder of CSV, or a .zip of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from knowledge.csv_files import UnwritableError, csv_bytes, read_csv, read_csv_folder, read_csv_zip
from knowledge.tabular import OutSheet, Sheet
from knowledge.upload_limits import MAX_ROWS, UploadError
from knowledge.workbooks import read_workbook, workbook_bytes


def read_tables(path: Path, most_rows: int = MAX_ROWS) -> list[Sheet]:
    """The tables of a file or folder; of a .csv or .xlsx up to ``most_rows``.  Raises UploadError."""
    if path.is_dir():
        return read_csv_folder(path)
    extension = path.suffix.lower()
    if extension == ".zip":
        return read_csv_zip(path)
    return read_csv(path, most_rows) if extension in (".csv", ".tsv", ".txt") else read_workbook(path, most_rows)


def write_tables(
    path: Path, about: Sequence[tuple[str, str]], sheets: Sequence[OutSheet], encoding: str = "utf-8"
) -> None:
    """Write ``sheets`` in the form that the name of ``path`` asks for (no extension: a folder of CSV).

    Nothing is written before all of it is made.  Raises UnwritableError, TooLongForExcelError and
    UploadError where the name asks for something else.
    """
    extension = path.suffix.lower()
    if extension == ".xlsx":
        _replace(path, workbook_bytes(about, sheets))
    elif extension == ".csv":
        (sheet,) = sheets
        _replace(path, csv_bytes(sheet, encoding))
    elif extension == ".zip":
        _replace(path, _zipped(_csv_files(sheets, encoding)))
    elif not extension:
        files = _csv_files(sheets, encoding)
        path.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(path / name, content)
    else:
        raise UploadError(f"{path.name}: 書き出せるのは .xlsx・.csv・.zip か、フォルダー（拡張子なし）です")


def _csv_files(sheets: Sequence[OutSheet], encoding: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    problems: list[str] = []
    for sheet in sheets:
        try:
            files[f"{sheet.name}.csv"] = csv_bytes(sheet, encoding)
        except UnwritableError as error:
            problems += error.problems
    if problems:
        raise UnwritableError(problems)
    return files


def _zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename: a file that was there stays whole until the new one is."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
