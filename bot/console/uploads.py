"""Files that staff send: looked at and read outside the folders that are served, then gone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from flask import request

from bot.console.guard import actor
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Sheet
from knowledge.upload_limits import UploadError
from knowledge.virus_scan import ScannerError, virus_in

_log = structlog.get_logger("uploads")


@contextmanager
def uploaded(name: str) -> Iterator[Path]:
    """The file of a form's field, under a name of ours with its own ending.  Raises UploadError."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise UploadError("ファイルをえらんでください")
    with tempfile.TemporaryDirectory(prefix="kotae-upload-") as folder:
        path = Path(folder) / f"file{_ending(file.filename)}"
        file.save(path)
        _look_for_viruses(path)
        try:
            yield path
        except UploadError as error:
            # The name that staff know it by, not ours.
            raise UploadError(str(error).removeprefix(f"{path.name}: ")) from error


def _look_for_viruses(path: Path) -> None:
    """Where a scanner is set up: what it finds is not taken, nor is anything while it does not answer."""
    scanner = services().settings.scanner
    if scanner is None:
        return
    try:
        with path.open("rb") as file:
            virus = virus_in(scanner, file)
    except ScannerError as error:
        _log.error("upload_not_scanned", why=str(error))
        raise UploadError(
            "ウイルスの検査ができないため、いまはファイルを受け取れません。しばらくしてからもう一度送り、"
            "続くときは、サーバーの担当者に知らせてください"
        ) from error
    if virus is None:
        return
    code = (request.view_args or {}).get("code")
    with services().database.writing() as session:
        audit.append(session, actor(), "virus_found", at=now(), scope=code, refused=True, details={"virus": virus})
    raise UploadError(
        f"このファイルからウイルスが見つかったため、受け取りませんでした（{virus}）。"
        "開かずに、庁内の情報セキュリティの担当者に知らせてください"
    )


def uploaded_tables(name: str = "file") -> list[Sheet]:
    """The tables of a form's .csv or .xlsx.  Raises UploadError."""
    with uploaded(name) as path:
        if path.suffix not in (".csv", ".xlsx"):
            raise UploadError("この形式は読めません（読めるのは .csv と .xlsx）")
        return read_tables(path)


def _ending(filename: str) -> str:
    ending = Path(filename.replace("\\", "/")).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 6 else ""
