"""Files that staff send: looked at and read outside the folders that are served, then gone."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import request

from bot.console.guard import actor
from bot.virus_check import look_for_viruses
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet
from knowledge.upload_limits import MIB, UploadError


@contextmanager
def uploaded(name: str) -> Iterator[Path]:
    """The file of a form's field, under a name of ours with its own ending.  Raises UploadError."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise UploadError("ファイルをえらんでください")
    with tempfile.TemporaryDirectory(prefix="kotae-upload-") as folder:
        path = Path(folder) / f"file{_ending(file.filename)}"
        file.save(path)
        file.close()  # what was sent is kept once, not twice, while it is read
        look_for_viruses(path, actor(), (request.view_args or {}).get("code"))
        large = path.stat().st_size > MIB
        try:
            yield path
        except UploadError as error:
            # The name that staff know it by, not ours.
            raise UploadError(str(error).removeprefix(f"{path.name}: ")) from error
        finally:
            if large:
                _give_memory_back()


def _give_memory_back() -> None:
    """What a large file took while it was looked at: the allocator would keep it for the next one of that size."""
    with suppress(AttributeError, OSError):  # another C library has no such thing
        ctypes.CDLL(None).malloc_trim(0)


def uploaded_tables(name: str = "file") -> list[Sheet]:
    """The tables of a form's .csv or .xlsx.  Raises UploadError."""
    with uploaded(name) as path:
        if path.suffix not in (".csv", ".xlsx"):
            raise UploadError("この形式は読めません（読めるのは .csv と .xlsx）")
        return read_tables(path)


def _ending(filename: str) -> str:
    ending = Path(filename.replace("\\", "/")).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 6 else ""
