"""Files too large to be read while somebody waits: kept for the jobs process, and what it read of them for the page.

A file is its colleague's alone, for one page of one municipality, and goes after a day (UPLOAD_DAYS).
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zlib
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from knowledge.models import BroughtFile

KEPT = dt.timedelta(days=1)
MOST_WAITING = 5
"""Files of one colleague that may wait to be read: each takes up to 20 MiB of the database."""


class TooManyFilesError(Exception):
    """The colleague has to wait until some are read."""


def keep_file(
    session: Session, code: str, account_id: int, purpose: str, ending: str, content: bytes, moment: dt.datetime
) -> str:
    """Keep a file until it is read; its id.  Raises TooManyFilesError."""
    own = (BroughtFile.account_id == account_id, BroughtFile.is_read.is_(False), BroughtFile.made_at >= moment - KEPT)
    if (session.scalar(select(func.count()).select_from(BroughtFile).where(*own)) or 0) >= MOST_WAITING:
        raise TooManyFilesError
    made = BroughtFile(
        id=str(uuid.uuid4()),
        municipality_code=code,
        account_id=account_id,
        purpose=purpose,
        ending=ending,
        made_at=moment,
        content=content,
    )
    session.add(made)
    return made.id


def unread_file(session: Session, code: str, file_id: str) -> tuple[str, bytes] | None:
    """Its ending and its bytes; None where it is gone, or read already."""
    row = _row(session, code, file_id)
    return (row.ending, row.content) if row is not None and not row.is_read else None


def keep_value(session: Session, code: str, file_id: str, value: Any) -> None:
    """What was read (of JSON) in the place of the file.  Raises LookupError where that is gone."""
    row = _row(session, code, file_id)
    if row is None:
        raise LookupError(file_id)
    row.content, row.is_read = zlib.compress(json.dumps(value).encode()), True


def read_value(session: Session, code: str, file_id: str) -> Any | None:
    """What was read of a file; None where it is gone, or not read yet."""
    row = _row(session, code, file_id)
    return json.loads(zlib.decompress(row.content)) if row is not None and row.is_read else None


def is_own(session: Session, code: str, file_id: str, account_id: int, purpose: str) -> bool:
    """Whether the file is the colleague's, and for this page."""
    row = session.get(BroughtFile, file_id)
    found = (row.municipality_code, row.account_id, row.purpose) if row is not None else None
    return found == (code, account_id, purpose)


def forget_old_files(session: Session, moment: dt.datetime, kept: dt.timedelta = KEPT) -> None:
    """Those that nobody came back for."""
    session.execute(delete(BroughtFile).where(BroughtFile.made_at < moment - kept))


def forget_file(session: Session, code: str, file_id: str) -> None:
    """One that nobody is to read any more; what was read already stays for its page."""
    own = (BroughtFile.municipality_code == code, BroughtFile.id == file_id)
    session.execute(delete(BroughtFile).where(*own, BroughtFile.is_read.is_(False)))


def _row(session: Session, code: str, file_id: str) -> BroughtFile | None:
    wanted = select(BroughtFile).where(BroughtFile.municipality_code == code, BroughtFile.id == file_id)
    return session.scalar(wanted.options(undefer(BroughtFile.content)))
