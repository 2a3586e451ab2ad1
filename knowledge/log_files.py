"""The masked log as CSV, however long: read a portion at a time, kept in packed parts, handed out as a stream.

Nobody's pseudonym goes out: who asked is a sign that holds within one file only, for its key is thrown away.
"""

from __future__ import annotations

import csv
import datetime as dt
import hmac
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.cells import disarmed
from knowledge.db import Database
from knowledge.ledger import CHANNELS, MATTERS, NOTED, RESULTS
from knowledge.log_lists import DECISIONS, LogFilter, conditions, offered, ratings_of
from knowledge.models import LogFilePart, LoggedQuestion

PORTION = 5_000
"""Rows read in one transaction, and written as one part."""
KEPT = dt.timedelta(days=1)
HEADINGS = (
    "日時", "曜日", "受けた方法", "言葉", "人の記号", "質問（伏せ字）", "文を残さない質問の種類", "返したもの",
    "答えのID", "答えの版", "答えの質問文", "担当課", "示した選択肢のID",
    "押した選択肢のID", "評価・そのあと", "ニーズ票の番号",
)  # fmt: skip
_WEEKDAYS = "月火水木金土日"
_SIGN = 12


def filter_as_json(wanted: LogFilter) -> dict[str, Any]:
    """As the work of writing the file is asked for."""
    departments = sorted(wanted.departments) if wanted.departments is not None else None
    days = {"first": wanted.first.isoformat(), "last": wanted.last.isoformat()}
    return asdict(wanted) | days | {"departments": departments}


def filter_of(value: Mapping[str, Any]) -> LogFilter:
    departments = value["departments"]
    days = {name: dt.date.fromisoformat(value[name]) for name in ("first", "last")}
    return LogFilter(**{**value, **days, "departments": None if departments is None else frozenset(departments)})


def portions(database: Database, code: str, wanted: LogFilter) -> Iterator[tuple[dt.date, Sequence[LoggedQuestion]]]:
    """The rows in the order they were asked, day by day: each portion in a short transaction of its own.

    A day without a row comes once, empty, so that the reader is told how far it is.
    """
    day = wanted.first
    while day <= wanted.last:
        last: LoggedQuestion | None = None
        while True:
            with database.reading() as session:
                rows = _after(session, code, replace(wanted, first=day, last=day), last)
            yield day, rows
            if len(rows) < PORTION:
                break
            last = rows[-1]
        day += dt.timedelta(days=1)


def _after(session: Session, code: str, wanted: LogFilter, last: LoggedQuestion | None) -> Sequence[LoggedQuestion]:
    log = LoggedQuestion
    rows = select(log).where(*conditions(session, code, wanted)).order_by(log.asked_at, log.id).limit(PORTION)
    if last is not None:
        at_once = and_(log.asked_at == last.asked_at, log.id > last.id)
        rows = rows.where(or_(log.asked_at > last.asked_at, at_once))
    return session.scalars(rows).all()


def cells(row: LoggedQuestion, titles: Mapping[str, str], names: Mapping[str, str], key: bytes) -> list[str]:
    """A row as the file has it.  ``titles``: of entries, ``names``: of 課, both by id; ``key``: the file's own."""
    local = row.asked_at.astimezone(JST)
    results = RESULTS if row.channel in NOTED else DECISIONS
    return [
        f"{local:%Y-%m-%d %H:%M}",
        _WEEKDAYS[row.jst_weekday],
        CHANNELS.get(row.channel, row.channel),
        row.language,
        sign_of(row.asker, key),
        row.text or "",
        MATTERS.get(row.delicate, row.delicate) if row.delicate else "",
        results.get(row.decision, row.decision),
        row.entry_id or "",
        str(row.entry_version or ""),
        titles.get(row.entry_id or "", ""),
        names.get(row.department or "", row.department or ""),
        " ".join(offered(row)),
        "（この中にない）" if row.tapped_entry_id == "" else row.tapped_entry_id or "",
        "、".join(ratings_of(row)),
        str(row.need or ""),
    ]


def sign_of(asker: str | None, key: bytes) -> str:
    """Tells people apart within the file, and leads nowhere: not to another file, and not to the log."""
    return hmac.digest(key, asker.encode(), "sha256").hex()[:_SIGN] if asker else ""


def csv_text(rows: Sequence[Sequence[str]], *, head: bool = False) -> bytes:
    """Rows as CSV that no spreadsheet program runs; with ``head``, the mark of UTF-8 and the headings before."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    if head:
        writer.writerow(HEADINGS)
    writer.writerows([disarmed(cell) for cell in row] for row in rows)
    return (b"\xef\xbb\xbf" if head else b"") + stream.getvalue().encode()


def begin_file(session: Session, file_id: str, moment: dt.datetime) -> None:
    """What an earlier attempt left goes: its signs were others.  So do files that nobody came back for."""
    session.execute(delete(LogFilePart).where(LogFilePart.file_id == file_id))
    forget_old_files(session, moment)


def keep_part(session: Session, code: str, file_id: str, number: int, content: bytes, moment: dt.datetime) -> None:
    values = {"file_id": file_id, "number": number, "municipality_code": code, "made_at": moment}
    session.execute(insert(LogFilePart).values(**values, content=zlib.compress(content, 6)))


def file_content(database: Database, code: str, file_id: str) -> Iterator[bytes]:
    """The file, part by part."""
    part, number = LogFilePart, 0
    while True:
        own = (part.file_id == file_id, part.municipality_code == code, part.number == number)
        with database.reading() as session:
            content = session.scalar(select(part.content).where(*own))
        if content is None:
            return
        yield zlib.decompress(content)
        number += 1


def forget_file(session: Session, code: str, file_id: str) -> None:
    session.execute(delete(LogFilePart).where(LogFilePart.municipality_code == code, LogFilePart.file_id == file_id))


def forget_files_since(session: Session, code: str, since: dt.datetime) -> None:
    """Those that were made since a moment: what was invented is among their rows."""
    session.execute(delete(LogFilePart).where(LogFilePart.municipality_code == code, LogFilePart.made_at >= since))


def forget_old_files(session: Session, moment: dt.datetime) -> None:
    session.execute(delete(LogFilePart).where(LogFilePart.made_at < moment - KEPT))
