"""Who lives is heard of; what the dead have counted is added up once, on both databases."""

from __future__ import annotations

import datetime as dt

from knowledge.db import Database
from knowledge.heartbeats import JOBS, SHOWN, WEB, Process, all_figures, beat, beats, enter, forget_dead, leave

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def process(name: str, kind: str = WEB) -> Process:
    return Process(name, kind, "m", 1, "0.1.0", "0057", NOW)


def count(database: Database, name: str, number: float, moment: dt.datetime = NOW) -> bool:
    with database.writing() as session:
        return beat(session, name, moment, senders=2, gauges={"memory": 1.0}, figures={"a|total": number})


def total(database: Database) -> dict[str, float]:
    with database.reading() as session:
        return all_figures(session)


def test_sums_never_fall(database: Database) -> None:
    with database.writing() as session:
        for one in (process("w1"), process("w2"), process("j", JOBS)):
            enter(session, one, NOW)
            enter(session, one, NOW)
    assert [count(database, name, number) for name, number in (("w1", 3), ("w2", 4), ("j", 0.5))] == [True] * 3
    assert total(database) == {"a|total": 7.5}
    later = NOW + SHOWN + dt.timedelta(seconds=1)
    assert count(database, "w2", 5, later)
    assert forget_dead(database, later) == 2
    assert forget_dead(database, later) == 0
    assert total(database) == {"a|total": 8.5}
    with database.reading() as session:
        (left,) = beats(session)
    assert (left.process.name, left.senders, left.is_alive(later)) == ("w2", 2, True)
    assert not left.is_alive(later + dt.timedelta(seconds=30))
    assert not count(database, "w1", 9, later)
    with database.writing() as session:
        leave(session, "w2")
        leave(session, "w2")
    assert total(database) == {"a|total": 8.5}
