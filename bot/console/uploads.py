"""Files that staff send: looked at and read outside the folders that are served, then gone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import request

from bot.console.guard import actor
from bot.virus_check import look_for_viruses
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet
from knowledge.upload_limits import UploadError


@contextmanager
def uploaded(name: str) -> Iterator[Path]:
    """The file of a form's field, under a name of ours with its own ending.  Raises UploadError."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise UploadError("ファイルをえらんでください")
    with tempfile.TemporaryDirectory(prefix="kotae-upload-") as folder:
        path = Path(folder) / f"file{_ending(file.filename)}"
        file.save(path)
        look_for_viruses(path, actor(), (request.view_args or {}).get("code"))
        try:
            yield path
        except UploadError as error:
            # The name that staff know it by, not ours.
            raise UploadError(str(error).removeprefix(f"{path.name}: ")) from error


def uploaded_tables(name: str = "file") -> list[Sheet]:
    """The tables of a form's .csv or .xlsx.  Raises UploadError."""
    with uploaded(name) as path:
        if path.suffix not in (".csv", ".xlsx"):
            raise UploadError("この形式は読めません（読めるのは .csv と .xlsx）")
        return read_tables(path)


def _ending(filename: str) -> str:
    ending = Path(filename.replace("\\", "/")).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 6 else ""
