"""The machine's clock is set right while questions are open: none of them loses its time, none gains any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from bot.line import inbox
from bot.line.clock_leaps import ClockLeaps
from bot.line.sender import Sender
from bot.services import Services
from tests.bot.line.conftest import Clock, drain
from tests.bot.line.test_sender import keep, rows
from tests.support.fake_line import FakeLine, text_event


class Time:
    """A wall's clock that can leap, and one that cannot."""

    def __init__(self, wall: Clock) -> None:
        self.wall, self.steady = wall, 1000.0

    def __call__(self) -> float:
        return self.steady

    def pass_by(self, seconds: float) -> None:
        self.wall.forward(seconds)
        self.steady += seconds


@pytest.fixture
def passing(clock: Clock) -> Time:
    return Time(clock)


@pytest.fixture
def process(kit: Services, passing: Time) -> Callable[[], tuple[Sender, ClockLeaps]]:
    """Another process: its sender, and its own eye on the clocks."""

    def made() -> tuple[Sender, ClockLeaps]:
        leaps = ClockLeaps(kit.database, passing.wall, passing)
        return Sender(kit.database, kit.corpus, kit.line_clients, passing.wall, kit.previews, leaps), leaps

    return made


Process = Callable[[], tuple[Sender, ClockLeaps]]


def states(kit: Services) -> list[str]:
    return [row.state for row in rows(kit)]


@pytest.mark.parametrize("minutes", [1, 10, 24 * 60])
def test_after_a_leap_ahead_what_is_open_is_answered(
    kit: Services, line: FakeLine, passing: Time, process: Process, minutes: int
) -> None:
    (sender, _), (other, _) = process(), process()
    keep(kit, *(text_event(line, "住民票", sender=number) for number in range(3)), moment=passing.wall())
    passing.pass_by(10)
    passing.wall.forward(60 * minutes)
    drain(sender)
    drain(other)
    assert states(kit) == ["answered"] * 3
    assert inbox.reconcile(kit.database, passing.wall()).sound


def test_several_processes_move_it_once(kit: Services, line: FakeLine, passing: Time, process: Process) -> None:
    eyes = [process()[1] for _ in range(3)]
    keep(kit, text_event(line, "住民票"), moment=passing.wall())
    passing.pass_by(30)
    passing.wall.forward(600)
    for eye in eyes:
        passing.pass_by(1)
        eye.follow()
    (row,) = rows(kit)
    left = row.deadline_at - passing.wall()
    assert abs(left - (inbox.ANSWER_WITHIN - dt.timedelta(seconds=33))) <= dt.timedelta(seconds=1)


def test_what_came_after_the_leap_is_left_as_it_is(
    kit: Services, line: FakeLine, passing: Time, process: Process
) -> None:
    _, eye = process()
    passing.wall.forward(600)
    keep(kit, text_event(line, "住民票"), moment=passing.wall())
    passing.pass_by(2)
    eye.follow()
    (row,) = rows(kit)
    assert row.deadline_at - passing.wall() == inbox.ANSWER_WITHIN - dt.timedelta(seconds=2)


def test_who_holds_one_keeps_holding_it(kit: Services, line: FakeLine, passing: Time, process: Process) -> None:
    (sender, _) = process()
    keep(kit, text_event(line, "住民票"), moment=passing.wall())
    assert inbox.claim(kit.database, "another:1:0", passing.wall()) is not None
    passing.wall.forward(600)
    assert drain(sender) == 0
    passing.pass_by(inbox.LEASE.total_seconds() + 1)
    drain(sender)
    assert states(kit) != ["sending"], "until its lease is over"


def test_time_that_really_passed_is_no_leap(kit: Services, line: FakeLine, passing: Time, process: Process) -> None:
    sender, _ = process()
    keep(kit, text_event(line, "住民票", life=3600), moment=passing.wall())
    passing.pass_by(600)
    drain(sender)
    assert states(kit) == ["expired"]


def test_a_leap_that_could_not_be_followed_is_followed_later(
    kit: Services, line: FakeLine, passing: Time, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, eye = process()
    keep(kit, text_event(line, "住民票"), moment=passing.wall())
    passing.wall.forward(600)
    with monkeypatch.context() as away:
        away.setattr(inbox, "move_on", _away)
        with pytest.raises(ConnectionError):
            eye.follow()
    eye.follow()
    drain(sender)
    assert states(kit) == ["answered"]


def _away(*_: object) -> int:
    raise ConnectionError
