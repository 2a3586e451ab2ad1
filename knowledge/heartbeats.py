"""Which processes of the service live, on all machines, and what they have counted.

Each writes its row every few seconds.  What it has counted outlives it: the row of one that is gone is added to a
row of all that are gone, so that sums over all rows never fall.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from knowledge.db import Database
from knowledge.models import Heartbeat
from knowledge.query_log import insert_ignoring

BEAT_SECONDS = 5.0
ALIVE = dt.timedelta(seconds=30)
"""Whoever was not heard of for so long is taken for dead."""
SHOWN = dt.timedelta(minutes=10)
"""How long the row of a dead one stays, to be seen."""
GONE = "gone"
WEB, SENDER, JOBS = "web", "sender", "jobs"
_NEVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""The beat of those that are gone, while none of them served."""
_STANDING = "standing"
"""The key among the gauges of what is no number."""


@dataclass(frozen=True)
class Process:
    """Who beats.  ``name``: of this process alone, whatever numbers the machine gives again."""

    name: str
    kind: str
    host: str
    pid: int
    version: str
    schema: str | None
    started_at: dt.datetime


@dataclass(frozen=True)
class Beat:
    """The last that was heard of a process."""

    process: Process
    beat_at: dt.datetime
    senders: int
    gauges: Mapping[str, float]
    standing: Mapping[str, Any] | None = None
    """Of the backups that it keeps (knowledge.backup_standing); None where it keeps none."""

    def is_alive(self, moment: dt.datetime) -> bool:
        return moment - self.beat_at < ALIVE


def enter(session: Session, process: Process, moment: dt.datetime) -> None:
    """From now on it is heard of."""
    session.execute(
        insert_ignoring(
            session,
            Heartbeat,
            {
                "name": process.name,
                "kind": process.kind,
                "host": process.host,
                "pid": process.pid,
                "version": process.version,
                "schema": process.schema,
                "started_at": process.started_at,
                "beat_at": moment,
                "senders": 0,
                "gauges": {},
                "figures": {},
            },
        )
    )


def beat(
    session: Session,
    name: str,
    moment: dt.datetime,
    *,
    senders: int,
    gauges: Mapping[str, float],
    figures: Mapping[str, float],
    standing: Mapping[str, Any] | None = None,
) -> bool:
    """It lives.  False where its row is gone: it was taken for dead, and what it had counted was added to the gone."""
    held: dict[str, Any] = {**gauges, **({} if standing is None else {_STANDING: standing})}
    written = session.scalar(
        update(Heartbeat)
        .where(Heartbeat.name == name)
        .values(beat_at=moment, senders=senders, gauges=held, figures=dict(figures))
        .returning(Heartbeat.name)
        .execution_options(synchronize_session=False)
    )
    return written is not None


def leave(session: Session, name: str) -> None:
    """It ends, as it should."""
    _bury(session, [name])


def forget_dead(database: Database, moment: dt.datetime) -> int:
    """Clear away the rows of those that nobody has heard of for long; how many."""
    silent = select(Heartbeat.name).where(Heartbeat.kind != GONE, Heartbeat.beat_at < moment - SHOWN)
    with database.reading() as session:
        names = list(session.scalars(silent))
    if names:
        with database.writing() as session:
            _bury(session, list(session.scalars(silent.with_for_update(skip_locked=True))))
    return len(names)


def served_last(session: Session) -> dt.datetime | None:
    """The last beat of any process that serves, gone or not; None where none was ever heard of."""
    last = session.scalar(select(func.max(Heartbeat.beat_at)).where(Heartbeat.kind.in_((WEB, GONE))))
    return None if last is None or last <= _NEVER else last


def _bury(session: Session, names: Iterable[str]) -> None:
    taken = [
        row
        for name in names
        for row in session.execute(
            delete(Heartbeat)
            .where(Heartbeat.name == name)
            .returning(Heartbeat.kind, Heartbeat.beat_at, Heartbeat.figures)
        )
    ]
    if not taken:
        return
    enter(session, Process(GONE, GONE, "", 0, "", None, _NEVER), _NEVER)
    grave = session.scalars(select(Heartbeat).where(Heartbeat.name == GONE).with_for_update()).one()
    grave.figures = dict(summed([grave.figures, *(figures for _, _, figures in taken)]))
    grave.beat_at = max(grave.beat_at, *(beat_at for kind, beat_at, _ in taken if kind == WEB), _NEVER)


def summed(figures: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """What all have counted together."""
    total: Counter[str] = Counter()
    for one in figures:
        total.update(one)
    return dict(total)


def beats(session: Session) -> tuple[Beat, ...]:
    """Everybody who was heard of lately, the living and the dead."""
    rows = session.scalars(select(Heartbeat).where(Heartbeat.kind != GONE).order_by(Heartbeat.kind, Heartbeat.name))
    return tuple(
        Beat(
            Process(row.name, row.kind, row.host, row.pid, row.version, row.schema, row.started_at),
            row.beat_at,
            row.senders,
            {name: value for name, value in row.gauges.items() if name != _STANDING},
            row.gauges.get(_STANDING),
        )
        for row in rows
    )


def all_figures(session: Session) -> dict[str, float]:
    """What all processes have counted, those that ended included."""
    return summed(session.scalars(select(Heartbeat.figures)))
