"""Of all processes one is at the daily purge, and it counts when it came to its end; on both databases."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from knowledge.audit_chain import verify
from knowledge.db import Database
from knowledge.lessons import ClaimLostError
from knowledge.purge_turns import LEASE, Turn, claim, finish, give_back, last_purge, renew

NOON = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def taken(database: Database, moment: dt.datetime) -> Turn:
    turn = claim(database, moment)
    assert turn is not None
    return turn


def last(database: Database) -> dt.datetime | None:
    with database.reading() as session:
        return last_purge(session)


def test_it_is_done_once_a_day_when_it_is_done(database: Database) -> None:
    assert last(database) is None
    turn = taken(database, NOON)
    assert last(database) == NOON, "since then one is waited for"
    assert claim(database, NOON) is None, "somebody is at it"
    finish(database, turn, NOON + MINUTE)
    assert last(database) == NOON + MINUTE
    assert claim(database, NOON + 11 * 60 * MINUTE) is None, "the same day in Japan"
    finish(database, taken(database, NOON + 13 * 60 * MINUTE), NOON + 13 * 60 * MINUTE)
    with database.reading() as session:
        assert verify(session).findings == ()


def test_what_was_not_done_is_begun_anew(database: Database) -> None:
    first = taken(database, NOON)
    give_back(database, first, NOON + 5 * MINUTE)
    assert claim(database, NOON + 4 * MINUTE) is None
    second = taken(database, NOON + 5 * MINUTE)
    renew(database, second, NOON + 10 * MINUTE)
    assert claim(database, NOON + 5 * MINUTE + LEASE) is None
    # It was killed: nobody hears of it any more.
    third = taken(database, NOON + 10 * MINUTE + LEASE)
    for act in (renew, finish):
        with pytest.raises(ClaimLostError):
            act(database, second, NOON + 30 * MINUTE)
    give_back(database, second, NOON)
    assert claim(database, NOON + 20 * MINUTE) is None, "the third is at it"
    assert last(database) == NOON, "none was done"
    finish(database, third, NOON + 30 * MINUTE)


def test_of_many_who_look_at_once_one_is_at_it(database: Database) -> None:
    start, found = threading.Barrier(6), []

    def look() -> None:
        start.wait()
        found.append(claim(database, NOON))

    lookers = [threading.Thread(target=look) for _ in range(6)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    assert sum(one is not None for one in found) == 1
