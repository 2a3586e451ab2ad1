"""What was erased since a backup was made: kept beside the backups, and erased again after a restore.

A backup cannot be changed afterwards, so what a resident takes back today is still in yesterday's.  The database
knows what was erased (knowledge.erasures, the audit log), but it is the very thing that a restore replaces.  So the
process of the long work copies what it knows into ``erasures.jsonl`` beside the backups within seconds; a line holds
ids and hashes alone, never a word.  After a restore each line is done again: doing it twice changes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from knowledge.archives import is_own, own_tables
from knowledge.backups import backups_in
from knowledge.db import Database
from knowledge.erasures import KINDS, UNSEND, Line, lines_since, repeat_lines
from knowledge.models import AuditLine, LineTester, UnsentMessage
from knowledge.models import Erasure as Noted

FILE = "erasures.jsonl"
MUNICIPALITY = "municipality"
BEGUN = "begun"
"""The kind of the first line: of what was erased before it, the file knows nothing."""
KEPT = dt.timedelta(days=435)
"""Longer than the oldest backup that a setting allows (400 days)."""
_OVERLAP = dt.timedelta(minutes=10)
"""Looked at again each time: a transaction that began earlier may end later, and clocks differ."""


@dataclass(frozen=True)
class Erasure:
    """One act of erasing.  ``key``: an id or a hash of what was erased; empty where it is the whole municipality.

    ``dialogue``: of a resident, the conversation that goes too.
    """

    kind: str
    municipality_code: str
    key: str
    at: dt.datetime
    dialogue: str | None = None

    def as_line(self) -> str:
        return json.dumps(asdict(self) | {"at": self.at.astimezone(dt.UTC).isoformat()}, separators=(",", ":"))


@dataclass(frozen=True)
class Ledger:
    """``unreadable``: lines that a crash cut off."""

    erasures: tuple[Erasure, ...]
    unreadable: int

    def covers(self, moment: dt.datetime) -> bool:
        """Whether it knows everything that was erased since: one that was begun later does not."""
        return any(erasure.kind == BEGUN and erasure.at <= moment for erasure in self.erasures)


def _of_people(session: Session, since: dt.datetime) -> Iterator[Erasure]:
    if not inspect(session.connection()).has_table(Noted.__tablename__):
        # An upgrade's backup is made of tables older than the ledger: what was taken back is all that they know.
        for unsent in session.scalars(select(UnsentMessage).where(UnsentMessage.unsent_at >= since)):
            yield Erasure(UNSEND, unsent.municipality_code, unsent.message_id, unsent.unsent_at)
        return
    for one in lines_since(session, since):
        yield Erasure(one.kind, one.code, one.key, one.at, one.dialogue)


def _municipalities(session: Session, since: dt.datetime) -> Iterator[Erasure]:
    wanted = (AuditLine.action == "municipality_erased", AuditLine.at >= since)
    for at, scope in session.execute(select(AuditLine.at, AuditLine.scope).where(*wanted)):
        yield Erasure(MUNICIPALITY, scope or "", "", at)


def _erase_municipality_again(session: Session, erasure: Erasure, moment: dt.datetime) -> None:
    if erasure.at < moment:
        return  # it was gone already, and what the backup holds of it came after
    for table in reversed(own_tables()):
        session.execute(delete(table).where(is_own(table, erasure.municipality_code)))
    session.execute(delete(LineTester).where(LineTester.scope == erasure.municipality_code))


def known_to(database: Database, since: dt.datetime) -> list[Erasure]:
    with database.reading() as session:
        return [*_of_people(session, since), *_municipalities(session, since)]


def has_seen(database: Database, audit: tuple[int, str]) -> bool:
    """Whether it is the very database that had ``audit`` as its last act, or has gone on from there."""
    with database.reading() as session:
        line = session.get(AuditLine, audit[0])
        return line is not None and line.digest == audit[1]


def read_ledger(path: Path) -> Ledger:
    """Raises FileNotFoundError."""
    found, unreadable = [], 0
    for line in path.read_bytes().splitlines():
        try:
            given = json.loads(line)
            found.append(Erasure(**given | {"at": dt.datetime.fromisoformat(given["at"])}))
        except (ValueError, TypeError, KeyError):
            unreadable += 1
    return Ledger(tuple(found), unreadable)


class LedgerKeeper:
    """Brings what the database knows into the file, again and again; what stands there is not written twice."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._since: dt.datetime | None = None
        self._written: set[Erasure] = set()

    def keep(self, moment: dt.datetime) -> int:
        """How many were new."""
        if self._since is None:
            self._written = set(_read_or_none(self._folder / FILE).erasures)
        known = known_to(self._database, self._since or moment - KEPT)
        fresh = [erasure for erasure in known if _same_zone(erasure) not in self._written]
        if not (self._folder / FILE).exists():
            # What the database still knows was erased before: it reaches back as far as the oldest backup.
            oldest = min((one.moment for one in backups_in(self._folder)), default=moment)
            fresh = [Erasure(BEGUN, "", "", oldest), *known]
        if fresh:
            append(self._folder, fresh)
        self._since = moment - _OVERLAP
        recent = (erasure for erasure in known if erasure.at >= self._since - _OVERLAP)
        self._written = {*map(_same_zone, recent)}
        return len(fresh)


def _same_zone(erasure: Erasure) -> Erasure:
    return replace(erasure, at=erasure.at.astimezone(dt.UTC))


def _read_or_none(path: Path) -> Ledger:
    try:
        return read_ledger(path)
    except FileNotFoundError:
        return Ledger((), 0)


def append(folder: Path, erasures: Iterable[Erasure]) -> None:
    """Add lines, for good: returned only when they are on the disk."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "rb+") as file:
        fcntl.flock(handle, fcntl.LOCK_EX)
        written = "".join(f"{erasure.as_line()}\n" for erasure in erasures).encode()
        if written and _is_cut_off(handle):
            written = b"\n" + written  # a crash left half a line: it must not spoil the next
        file.write(written)
        file.flush()
        os.fsync(handle)


def _is_cut_off(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def shorten(folder: Path, moment: dt.datetime) -> None:
    """Leave out what no backup can hold any more."""
    path = folder / FILE
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        ledger = read_ledger(path)
        kept = [one for one in ledger.erasures if one.kind == BEGUN or moment - one.at <= KEPT]
        if len(kept) < len(ledger.erasures):
            # In place, for whoever waits with a line of its own holds this very file.
            written = "".join(f"{erasure.as_line()}\n" for erasure in kept).encode()
            with path.open("rb+") as out:
                out.write(written)
                out.truncate()
                out.flush()
                os.fsync(out.fileno())


def unknown_kinds(erasures: Iterable[Erasure]) -> list[str]:
    """Kinds that a newer program wrote: what they erased would come back."""
    return sorted({erasure.kind for erasure in erasures} - {BEGUN, MUNICIPALITY, *KINDS})


def replay(
    database: Database, erasures: Iterable[Erasure], backed_up: dt.datetime, moment: dt.datetime
) -> Mapping[str, int]:
    """Erase everything once more in a database that is as it was at ``backed_up``; how many acts by kind."""
    told = sorted({*map(_same_zone, erasures)}, key=lambda one: one.at)
    for erasure in told:
        if erasure.kind == MUNICIPALITY:
            with database.writing() as session:
                _erase_municipality_again(session, erasure, backed_up)
    with database.writing() as session:
        replay_of_people(session, told, moment)
    return Counter(erasure.kind for erasure in told if erasure.kind != BEGUN)


def replay_of_people(session: Session, erasures: Iterable[Erasure], moment: dt.datetime) -> int:
    """Erase once more what residents and staff erased; how many acts."""
    lines = [
        Line(one.municipality_code, one.kind, one.key, one.dialogue, one.at) for one in erasures if one.kind in KINDS
    ]
    repeat_lines(session, lines, moment)
    return len(lines)
