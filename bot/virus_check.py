"""Files that staff bring, by the console or by a command, looked at by ClamAV before anything opens them."""

from __future__ import annotations

from pathlib import Path

import click
import structlog

from bot.services import services
from knowledge import audit
from knowledge.audit import BY_COMMAND, Actor
from knowledge.calendar import now
from knowledge.upload_limits import UploadError
from knowledge.virus_scan import ScannerError, virus_in

_log = structlog.get_logger("uploads")


def look_for_viruses(path: Path, who: Actor, code: str | None) -> None:
    """Where a scanner is set up: what it finds is not taken, nor is anything while it does not answer.

    ``code``: the municipality that the file is for.  Raises UploadError.
    """
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
    with services().database.writing() as session:
        audit.append(session, who, "virus_found", at=now(), scope=code, refused=True, details={"virus": virus})
    raise UploadError(
        f"このファイルからウイルスが見つかったため、受け取りませんでした（{virus}）。"
        "開かずに、庁内の情報セキュリティの担当者に知らせてください"
    )


def scanned(path: Path, code: str) -> Path:
    """A file of a command's, or all of a folder's, once it was looked at.  Raises click.ClickException.

    What is not there, or cannot be opened, is told by whatever reads it.
    """
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for file in files:
        try:
            look_for_viruses(file, BY_COMMAND, code)
        except UploadError as error:
            raise click.ClickException(f"{file.name}: {error}") from error
        except OSError:
            continue
    return path
