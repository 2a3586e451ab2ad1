"""Whether the audit log is whole: no line changed, removed, put elsewhere, and none cut off at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.calendar import JST
from knowledge.models import AuditCheckpoint, AuditHead, AuditLine

DAILY, EXPIRED = "daily", "expired"
NOTHING = "0" * 64
"""The digest before the first line."""
_BATCH = 1000
_MOST_FINDINGS = 100

_log = structlog.get_logger("audit")


@dataclass(frozen=True)
class ChainReport:
    """``findings``: a sentence each, for whoever has to look into it."""

    lines: int
    first: int
    last: int
    digest: str
    findings: tuple[str, ...]


def verify(session: Session, expected: tuple[int, str] | None = None) -> ChainReport:
    """Read every line.  ``expected``: a number and its digest, as the application log told them some day."""
    start = session.scalars(
        select(AuditCheckpoint).where(AuditCheckpoint.kind == EXPIRED).order_by(AuditCheckpoint.number.desc()).limit(1)
    ).first()
    walk = ChainWalk((start.number, start.digest) if start else (0, NOTHING), _known(session, expected))
    for line in _lines(session):
        walk.see(line)
    head = session.get_one(AuditHead, 1)
    return walk.end((head.number, head.digest))


class ChainWalk:
    """Lines looked at one after the other, wherever they come from.

    ``start``: what the first of them follows.  ``known``: digests that are kept elsewhere, by number.
    """

    def __init__(self, start: tuple[int, str], known: Mapping[int, str]) -> None:
        self._number, self._digest = start
        self._first, self._lines = start[0] + 1, 0
        self._known = dict(known)
        self._findings: list[str] = []

    def see(self, line: AuditLine) -> None:
        self._lines += 1
        if len(self._findings) < _MOST_FINDINGS:
            self._findings += _line_findings(line, self._number, self._digest)
            self._findings += _known_findings(self._known.pop(line.number, line.digest), line)
        self._number, self._digest = line.number, line.digest

    def end(self, head: tuple[int, str]) -> ChainReport:
        """``head``: where they are to end."""
        number, findings = self._number, self._findings
        if head != (number, self._digest):
            findings.append(
                f"最後の行は{head[0]}番のはずですが、{number}番で終わっています（末尾が消されたか、足されました）"
            )
        gone = [each for each in self._known if each > number]
        if gone:
            findings.append(
                f"{max(gone)}番までの行があったことが控えに残っていますが、"
                f"{number}番で終わっています（末尾が消されました）"
            )
        return ChainReport(self._lines, self._first, number, self._digest, tuple(findings[:_MOST_FINDINGS]))


def _known(session: Session, expected: tuple[int, str] | None) -> dict[int, str]:
    rows = session.scalars(select(AuditCheckpoint).where(AuditCheckpoint.number > 0, AuditCheckpoint.kind == DAILY))
    known = {row.number: row.digest for row in rows}
    return known | ({expected[0]: expected[1]} if expected else {})


def _lines(session: Session) -> Iterator[AuditLine]:
    return iter(session.scalars(select(AuditLine).order_by(AuditLine.number).execution_options(yield_per=_BATCH)))


def _line_findings(line: AuditLine, number: int, digest: str) -> Iterator[str]:
    if line.number != number + 1:
        yield f"{number}番の次が{line.number}番です（間の行が消されました）"
    elif line.previous != digest:
        yield f"{line.number}番が、前の行とつながりません（前の行が変えられたか、入れ替えられました）"
    if audit.line_digest(line) != line.digest:
        yield f"{line.number}番の中身が、書いたときと違います（変えられました）"


def _known_findings(known: str, line: AuditLine) -> Iterator[str]:
    if known != line.digest:
        yield f"{line.number}番が、控えと違います（その行までが作り直されました）"


def is_daily_head_due(session: Session, moment: dt.datetime) -> bool:
    last = session.execute(select(func.max(AuditCheckpoint.at)).where(AuditCheckpoint.kind == DAILY)).scalar_one()
    return last is None or last.astimezone(JST).date() < moment.astimezone(JST).date()


def note_daily_head(session: Session, moment: dt.datetime) -> bool:
    """Once a day in Japan: keep how far the lines have come, and tell the application log.  Whether it was due."""
    head = session.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update()).scalar_one()
    if not is_daily_head_due(session, moment):
        return False
    session.merge(AuditCheckpoint(number=head.number, kind=DAILY, digest=head.digest, at=moment))
    _log.info("audit_head", number=head.number, digest=head.digest)
    return True


def expire(session: Session, moment: dt.datetime, days: int) -> int:
    """Delete the lines older than ``days``, all from the beginning; where the chain begins now is kept."""
    cutoff = moment - dt.timedelta(days=days)
    first_kept = session.execute(select(func.min(AuditLine.number)).where(AuditLine.at >= cutoff)).scalar_one()
    old = select(AuditLine).where(AuditLine.at < cutoff)
    if first_kept is not None:
        old = old.where(AuditLine.number < first_kept)
    last = session.scalars(old.order_by(AuditLine.number.desc()).limit(1)).first()
    if last is None:
        return 0
    number, digest = last.number, last.digest
    session.merge(AuditCheckpoint(number=number, kind=EXPIRED, digest=digest, at=moment))
    gone = session.execute(select(func.count()).where(AuditLine.number <= number)).scalar_one()
    if session.get_bind().dialect.name == "postgresql":
        # The service's own role may be one that deletes nothing there (deploy/postgresql-roles.sql).
        session.execute(text("SELECT audit_lines_expire(:number)"), {"number": number})
    else:
        session.execute(delete(AuditLine).where(AuditLine.number <= number))
    audit.append(session, audit.BY_COMMAND, "audit_expired", at=moment, details={"lines": gone, "up_to": number})
    return int(gone)
