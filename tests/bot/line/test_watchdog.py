"""A process that answers nobody any more leaves, and another takes its place; threads that die are replaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.line import inbox
from bot.line.sender import SenderThreads
from bot.line.watchdog import LOOKS, SETTLING_SECONDS, STUCK_SECONDS, Watchdog
from bot.services import Services
from knowledge.db import open_database
from tests.bot.line.conftest import CODE, Clock, sender_of
from tests.bot.line.test_sender import keep
from tests.bot.line.test_service import database_of, deliver, wait_until_finished
from tests.support.fake_line import FakeLine, text_event
from tests.support.server import Service

LONG = STUCK_SECONDS + 1


def seen(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_only_where_every_thread_is_stuck_the_process_leaves(kit: Services, clock: Clock) -> None:
    watchdog = Watchdog(kit.database, clock)
    assert watchdog.reason_to_leave([LONG, None], 100) is None
    assert watchdog.reason_to_leave([LONG, STUCK_SECONDS - 1], 100) is None
    assert watchdog.reason_to_leave([], 100) is None
    assert watchdog.reason_to_leave([LONG, LONG], 100) == "every thread is stuck"


def test_nobody_leaves_because_the_database_is_away(tmp_path: Path, clock: Clock) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert Watchdog(database, clock).reason_to_leave([LONG], 100) is None
    database.dispose()


def test_what_waits_longer_than_anything_may_makes_it_leave_once_it_had_time_to_begin(
    kit: Services, line: FakeLine, clock: Clock
) -> None:
    keep(kit, text_event(line, "住民票"), moment=clock())
    clock.forward(59)
    watchdog = Watchdog(kit.database, clock)

    def looks(age: float) -> list[bool]:
        return [watchdog.reason_to_leave([None], age) is not None for _ in range(LOOKS)]

    assert not any(looks(SETTLING_SECONDS + 1))
    clock.forward(2)
    assert not any(looks(1))
    assert looks(SETTLING_SECONDS + 1) == [False] * (LOOKS - 1) + [True]
    inbox.settle(kit.database, clock())
    assert not any(looks(SETTLING_SECONDS + 1))


class Dying:
    """A sender whose thread ends by what nothing catches, as often as it is told to."""

    def __init__(self, times: int) -> None:
        self.steps, self.times = 0, times

    def step(self, _: str, *, called: bool = False) -> bool:
        self.steps += 1
        if self.steps <= self.times:
            raise SystemExit
        return False


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_threads_that_died_are_replaced_and_there_are_never_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.line.sender.WATCH_SECONDS", 0.05)
    monkeypatch.setattr("bot.line.sender.OTHERS_POLL_SECONDS", 0.05)
    sender = Dying(5)
    threads = SenderThreads(sender, threading.Semaphore(0))
    threads.start(3)

    def alive() -> int:
        return sum(
            thread.name.startswith("sender-") and thread.name != "sender-watch" for thread in threading.enumerate()
        )

    assert seen(lambda: sender.steps > 12 and alive() == 3)
    threads.stop()
    assert seen(lambda: alive() == 0)


def test_a_process_that_is_to_end_claims_nothing_more(
    kit: Services, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.line.sender.WATCH_SECONDS", 0.05)
    serving = threading.Event()
    serving.set()
    threads = SenderThreads(sender_of(kit), threading.Semaphore(0), is_serving=serving.is_set)
    threads.start(2)
    serving.clear()
    time.sleep(0.7)
    one = text_event(line, "住民票")
    keep(kit, one)
    time.sleep(0.5)
    assert line.accepted(one["replyToken"]) == []
    threads.stop()


@pytest.mark.load
def test_a_stuck_process_is_replaced_and_the_question_answered_once(
    line: FakeLine, line_environment: dict[str, str]
) -> None:
    environment = line_environment | {"SENDER_THREADS": "1", "JOBS": "0"}
    service = Service(environment, config="tests/support/stuck_server.py")
    try:
        service.start()
        first = service.worker()
        asked = text_event(line, "住民票 コンビニ")
        deliver(f"{service.url}/line/{CODE}/webhook", [asked], time.monotonic() + 10)
        # For a moment there is no worker at all: the old one is gone, the next not yet made.
        assert seen(lambda: bool(set(service.children()) - {first}), 30)
        (Path(environment["INSTANCE_PATH"]) / "well").touch()
        database = database_of(environment)
        wait_until_finished(database, 60)
        database.dispose()
        assert len(line.accepted(asked["replyToken"])) == 1
    finally:
        service.kill()
