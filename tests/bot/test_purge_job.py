"""The daily purge: what stops, fails or is killed in the middle is done again soon, and until then counts as not done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import purge_job
from bot.duties import StoppedError
from bot.operation.checks import judge
from bot.operation.facts import gather
from bot.operation.pulse import Heart
from bot.purge_job import keep_up
from bot.services import Services
from knowledge.calendar import now
from knowledge.heartbeats import WEB
from knowledge.models import StaffSession, UnsavedText
from knowledge.purge_turns import AGAIN, LEASE, last_purge
from tests.knowledge.test_content import CODES

MINUTE = dt.timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.moment = now()

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Whose day has just begun."""
    found = Clock()
    found.moment = found.moment.replace(hour=15, minute=1) + dt.timedelta(days=1)  # 0:01 in Japan
    monkeypatch.setattr(purge_job, "now", found)
    return found


@pytest.fixture
def kit(app: Flask, clock: Clock) -> Services:
    """It holds something that is too old."""
    found: Services = app.extensions["kotae"]
    old = clock.moment - dt.timedelta(days=99)
    with found.database.writing() as session:
        session.add(UnsavedText(municipality_code=CODES[0], account="1", form="f", fields={"a": "b"}, kept_at=old))
    return found


def is_purged(kit: Services) -> bool:
    with kit.database.reading() as session:
        return session.scalars(select(UnsavedText)).first() is None


def nothing() -> None:
    """Go on."""


def locked(*_: object) -> None:
    raise OperationalError("DELETE", {}, Exception("database is locked"))


@pytest.mark.parametrize("place", ["forget_of_staff", "forget_records", "keep_partitions", "_shrink_log"])
def test_what_fails_is_tried_again_in_minutes(
    kit: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(purge_job, place, locked)
        assert keep_up(kit, nothing) is None
    assert keep_up(kit, nothing) is None, "not at once"
    clock.moment += AGAIN
    assert keep_up(kit, nothing) == "staff"
    assert is_purged(kit)
    assert keep_up(kit, nothing) is None, "once a day"


def test_what_still_stands_in_the_log_of_the_database_is_not_done(
    kit: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(purge_job, "SHRINK_SECONDS", 0.3)
    with kit.database.reading() as session:
        session.scalars(select(StaffSession)).all()  # somebody reads, and does not end
        assert keep_up(kit, nothing) is None
    assert "log_not_shrunk" in capfd.readouterr().err
    clock.moment += AGAIN
    assert keep_up(kit, nothing) == "staff"


def stopped(times: int) -> Callable[[], None]:
    """Go on, but for the last of so many."""
    left = [times]

    def go_on() -> None:
        left[0] -= 1
        if not left[0]:
            raise StoppedError

    return go_on


@pytest.mark.parametrize("times", [1, 3])
def test_a_process_that_is_stopped_leaves_it_to_the_next(kit: Services, times: int) -> None:
    with pytest.raises(StoppedError):
        keep_up(kit, stopped(times))
    assert keep_up(kit, nothing) == "staff"
    assert is_purged(kit)


def test_a_process_that_is_killed_is_waited_for_no_longer_than_minutes(
    kit: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing that comes after it is done."""

    def kill(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(purge_job.purge_turns, "give_back", lambda *_: None)
    with monkeypatch.context() as patch:
        patch.setattr(purge_job, "forget_records", kill)
        with pytest.raises(Killed):
            keep_up(kit, nothing)
    clock.moment += LEASE - MINUTE
    assert keep_up(kit, nothing) is None
    clock.moment += MINUTE
    assert keep_up(kit, nothing) == "staff"


def test_one_process_is_at_it_and_holds_on(kit: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_job, "RENEW_SECONDS", -1.0)
    others: list[str | None] = []

    def look_elsewhere() -> None:
        clock.moment += LEASE - MINUTE  # with every step, and all together longer than a lease
        others.append(keep_up(kit, nothing))

    clock.moment -= dt.timedelta(hours=12)  # so that the day does not end meanwhile
    assert keep_up(kit, look_elsewhere) == "staff"
    assert len(others) > 3
    assert set(others) == {None}


def test_whoever_was_overtaken_leaves_it(kit: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_job, "RENEW_SECONDS", -1.0)
    others: list[str | None] = []

    def hang() -> None:
        if not others:
            others.append(None)
            clock.moment += LEASE + MINUTE
            others.append(keep_up(kit, nothing))

    assert keep_up(kit, hang) is None
    assert others[-1] == "staff"


def test_that_none_came_to_its_end_for_a_day_is_told(
    kit: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[str]:
        facts = gather(kit, clock.moment, writable=True)
        assert facts.stored is not None
        return [one.kind for one in judge(facts)]

    web, begun = Heart(kit, WEB, clock), clock.moment
    web.beat()
    assert "purge" not in found(), "it was just set up"
    monkeypatch.setattr(purge_job, "forget_records", locked)
    for _ in range(27):
        keep_up(kit, nothing)
        web.beat()
        assert "purge" not in found()
        clock.moment += dt.timedelta(hours=1)
    web.beat()
    assert "purge" in found()
    with kit.database.reading() as session:
        assert last_purge(session) == begun
    monkeypatch.undo()
    monkeypatch.setattr(purge_job, "now", clock)
    assert keep_up(kit, nothing) == "staff"
    assert "purge" not in found()
