"""Batches that are stored together: the same rows as one after the other, in fewer commits."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.line import inbox
from bot.line.client import LineClients
from bot.line.events import IncomingEvent
from bot.line.gathering import Gathering
from bot.line.inbox import Batch, Stored
from bot.line.receiver import MANY_AT_ONCE, Receiver
from knowledge.db import Database, open_database
from knowledge.models import Conversation, LineEvent, QuarantinedBody, UnsentMessage

CODES = ("242047", "222232")
NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)


def some_event(choose: random.Random) -> IncomingEvent:
    """Of few messages and people, so that the same comes again, is taken back before and after it came, or is too old."""
    number = choose.randrange(12)
    kind = choose.choices(("message", "unsend", "unfollow", "postback"), (8, 2, 1, 1))[0]
    return IncomingEvent(
        webhook_event_id=f"{kind}-{number}",
        kind=kind,
        message_kind="text" if kind == "message" else None,
        message_id=f"m{number}" if kind in ("message", "unsend") else None,
        reply_token=f"token-{number}",
        asker=f"{number % 4:032x}",
        text=f"質問{number}" if kind == "message" else None,
        personal_data=False,
        postback="a=more" if kind == "postback" else None,
        occurred_at=NOW - dt.timedelta(minutes=30 if number == 7 else 1),
        ignored=None if kind in ("message", "postback") else kind,
    )


def some_batches(seed: int) -> list[Batch]:
    choose = random.Random(seed)
    return [
        Batch(
            choose.choice(CODES),
            tuple(some_event(choose) for _ in range(choose.randint(0, 6))),
            NOW,
            ["?"] * (n % 5 == 0),
        )
        for n in range(20)
    ]


def rows(database: Database) -> list[list[tuple[Any, ...]]]:
    """All that the batches left, but for the numbers that the database gives."""
    with database.reading() as session:
        return [
            sorted(
                tuple(repr(getattr(row, column.key)) for column in table.__mapper__.columns if column.key != "id")
                for row in session.scalars(select(table))
            )
            for table in (LineEvent, UnsentMessage, Conversation, QuarantinedBody)
        ]


@pytest.fixture
def two(
    request: pytest.FixtureRequest, database_url_maker: Callable[[str], str]
) -> Iterator[tuple[Database, Database]]:
    made = [open_database(database_url_maker(request.param)) for _ in range(2)]
    yield made[0], made[1]
    for one in made:
        one.dispose()


@pytest.mark.parametrize("two", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("seed", range(3))
def test_together_they_leave_what_they_leave_one_after_the_other(two: tuple[Database, Database], seed: int) -> None:
    together, apart = two
    batches = some_batches(seed)
    at_once = inbox.store_all(together, batches)
    in_turn = [stored for batch in batches for stored in inbox.store_all(apart, [batch])]
    assert at_once == in_turn
    assert sum(stored.repeated for stored in at_once) > 5
    assert rows(together) == rows(apart)


def test_whoever_comes_while_another_commits_is_stored_with_the_others_who_wait(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    under_way, go_on, sizes = threading.Event(), threading.Event(), list[int]()

    def store_all(_: Database, batches: Sequence[Batch]) -> list[Stored]:
        sizes.append(len(batches))
        under_way.set()
        assert go_on.wait(30)
        return [Stored(tuple(batch.events), 0, 0) for batch in batches]

    monkeypatch.setattr("bot.line.gathering.store_all", store_all)
    gathering = Gathering()
    batches = [Batch(CODES[0], (some_event(random.Random(number)),), NOW) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(gathering.store, database, batches[0], 60)
        assert under_way.wait(30)
        others = [pool.submit(gathering.store, database, batch, 60) for batch in batches[1:]]
        while len(gathering._waiting) < 5:
            threading.Event().wait(0.01)
        go_on.set()
        got = [one.result(30).fresh for one in (first, *others)]
    assert sizes == [1, 5]
    assert got == [batch.events for batch in batches]


class Busy:
    """A database whose first transaction is under way until it is let go on."""

    def __init__(self, wrong: Batch, error: Exception) -> None:
        self.under_way, self.go_on, self.sizes = threading.Event(), threading.Event(), list[int]()
        self._wrong, self._error = wrong, error

    def store_all(self, _: Database, batches: Sequence[Batch]) -> list[Stored]:
        self.sizes.append(len(batches))
        self.under_way.set()
        assert self.go_on.wait(30)
        if self._wrong in batches:
            raise self._error
        return [Stored((), 0, 0) for _ in batches]


WRONG, RIGHT = Batch(CODES[1], (), NOW), Batch(CODES[0], (), NOW)
LOCKED = OperationalError("", {}, Exception("locked"))


@pytest.mark.parametrize(
    ("first", "error", "sizes", "kept"),
    [
        pytest.param(
            RIGHT, ValueError("odd"), [1, 4, 1, 1, 1, 1], 4, id="what is wrong with one is not the others' fault"
        ),
        pytest.param(RIGHT, LOCKED, [1, 4], 1, id="a locked database is told to all at once"),
        pytest.param(WRONG, LOCKED, [1], 0, id="and to those who came while it was found out"),
    ],
)
def test_a_group_that_cannot_be_stored(
    monkeypatch: pytest.MonkeyPatch, database: Database, first: Batch, error: Exception, sizes: list[int], kept: int
) -> None:
    busy = Busy(WRONG, error)
    monkeypatch.setattr("bot.line.gathering.store_all", busy.store_all)
    gathering = Gathering()
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(gathering.store, database, first, 60)]
        assert busy.under_way.wait(30)
        waiting += [pool.submit(gathering.store, database, one, 60) for one in (RIGHT, RIGHT, RIGHT, WRONG)]
        while len(gathering._waiting) < 4:
            threading.Event().wait(0.01)
        busy.go_on.set()
        failed = [one.exception(30) for one in waiting]
    assert busy.sizes == sizes
    assert failed.count(None) == kept
    assert {one for one in failed if one is not None} == {error}
    assert gathering.store(database, RIGHT, 60) == Stored((), 0, 0)


def test_whoever_has_waited_long_enough_is_not_stored_any_more(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    busy = Busy(WRONG, LOCKED)
    monkeypatch.setattr("bot.line.gathering.store_all", busy.store_all)
    gathering = Gathering()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(gathering.store, database, RIGHT, 60)
        assert busy.under_way.wait(30)
        with pytest.raises(TimeoutError):
            gathering.store(database, RIGHT, 0.01)
        busy.go_on.set()
        assert first.result(30) == Stored((), 0, 0)
    assert gathering.store(database, RIGHT, 60) == Stored((), 0, 0)
    assert busy.sizes == [1, 1]


def test_a_thread_that_ended_in_the_middle_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    def ends(*_: object) -> None:
        raise SystemExit

    gathering = Gathering()
    with monkeypatch.context() as broken:
        broken.setattr("bot.line.gathering.store_all", ends)
        with pytest.raises(TimeoutError):
            gathering.store(database, RIGHT, 0.05)
    assert gathering.store(database, RIGHT, 60) == Stored((), 0, 0)


def test_while_many_webhooks_are_at_work_whoever_answers_steps_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver(LineClients({}, "http://127.0.0.1:9"))
    with ExitStack() as webhooks:
        for _ in range(MANY_AT_ONCE):
            webhooks.enter_context(receiver.receiving())
        monkeypatch.setattr("bot.line.receiver.STEPPING_ASIDE_SECONDS", 0.01)
        receiver.step_aside()  # not for ever
        monkeypatch.setattr("bot.line.receiver.STEPPING_ASIDE_SECONDS", 30.0)
        with ThreadPoolExecutor(1) as pool:
            aside = pool.submit(receiver.step_aside)
            threading.Event().wait(0.1)
            assert not aside.done()
            webhooks.close()
            aside.result(10)
    receiver.step_aside()
