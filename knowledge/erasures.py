"""The ledger of what was erased on somebody's word, and its repetition after a backup was restored.

A backup is older than what was erased after it was made.  So the ledger leaves the database, by
knowledge.backups_ledger; after the restore its lines are done again before anybody is served.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.models import Erasure, UnsentMessage
from knowledge.residents_data import Resident, erase_resident, erase_rows, forget_message

UNSEND, RESIDENT, LOG_ROW = "unsend", "resident", "log_row"
KINDS: Mapping[str, str] = MappingProxyType(
    {UNSEND: "住民の送信取り消し", RESIDENT: "住民の求めによる消去", LOG_ROW: "職員による質問の記録の消去"}
)
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
KEPT = dt.timedelta(days=430)
"""Longer than any backup is kept (BACKUP_DAYS: 400 at most)."""


@dataclass(frozen=True)
class Line:
    """One erasing, without a word of what was erased."""

    code: str
    kind: str
    key: str
    dialogue: str | None
    at: dt.datetime


def note(session: Session, code: str, kind: str, key: str, at: dt.datetime, dialogue: str | None = None) -> None:
    """Add a line, in the transaction of the erasing itself."""
    session.add(Erasure(municipality_code=code, kind=kind, key=key, dialogue=dialogue, at=at))


def note_resident(session: Session, code: str, who: Resident, at: dt.datetime) -> None:
    """A line for each of a resident's conversations: with what remembers it."""
    others: list[str | None] = [key for key in who.dialogues if key not in (who.asker, f"a:{who.asker}")]
    for dialogue in others or [None]:
        note(session, code, RESIDENT, who.asker, at, dialogue)


def unsend(session: Session, code: str, message_id: str, moment: dt.datetime) -> Counter[str]:
    """A message that its author took back: erased, noted, told to the audit log in numbers."""
    gone = forget_message(session, code, message_id, moment)
    known = select(Erasure.id).where(
        Erasure.municipality_code == code, Erasure.kind == UNSEND, Erasure.key == message_id
    )
    if session.scalar(known.limit(1)) is None:
        note(session, code, UNSEND, message_id, moment)
        details = {"messages": 1, "counts": dict(gone)}
        audit.append(session, audit.BY_SYSTEM, "message_taken_back", at=moment, scope=code, details=details)
    return gone


def lines_since(session: Session, since: dt.datetime) -> Iterator[Line]:
    """The ledger from ``since`` on, the oldest first."""
    for row in session.scalars(select(Erasure).where(Erasure.at >= since).order_by(Erasure.at, Erasure.id)):
        yield Line(row.municipality_code, row.kind, row.key, row.dialogue, row.at)


def replay(session: Session, since: dt.datetime, moment: dt.datetime) -> Counter[str]:
    """Erase again what the ledger of this very database tells since ``since``; how much of each kind."""
    return _repeat(session, list(lines_since(session, since)), moment)


def repeat_lines(session: Session, lines: Iterable[Line], moment: dt.datetime) -> Counter[str]:
    """Erase again what ``lines`` tell, and take into the ledger what it lacks."""
    told = list(dict.fromkeys(lines))
    held = set(lines_since(session, min((line.at for line in told), default=BEGINNING)))
    for line in told:
        if line not in held:
            note(session, line.code, line.kind, line.key, line.at, line.dialogue)
    return _repeat(session, told, moment)


def _repeat(session: Session, lines: list[Line], moment: dt.datetime) -> Counter[str]:
    done = Counter[str]()
    residents: dict[tuple[str, str, dt.datetime], list[str]] = {}
    for line in lines:
        match line.kind:
            case "unsend":
                if session.get(UnsentMessage, (line.code, line.key)) is None:
                    session.add(UnsentMessage(municipality_code=line.code, message_id=line.key, unsent_at=line.at))
                done.update(forget_message(session, line.code, line.key, moment))
            case "log_row":
                done.update(erase_rows(session, line.code, [line.key], moment))
            case _:
                own = residents.setdefault((line.code, line.key, line.at), [])
                own += [line.dialogue] if line.dialogue else []
    for (code, asker, at), dialogues in residents.items():
        done.update(erase_resident(session, code, Resident(asker, tuple(dialogues)), at))
    if lines:
        details = {"lines": len(lines), "counts": dict(+done)}
        audit.append(session, audit.BY_COMMAND, "erasures_repeated", at=moment, details=details)
    return +done
