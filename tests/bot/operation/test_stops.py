"""A stop of more than twenty minutes is found when the service is back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from bot.operation.pulse import Heart
from bot.operation.stops import stops
from bot.services import Services
from knowledge.heartbeats import JOBS, SENDER, WEB, forget_dead
from tests.bot.line.conftest import Clock

Begin = Callable[[str], Heart]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begin(told: Services, clock: Clock) -> Begin:
    def begun(kind: str) -> Heart:
        heart = Heart(told, kind, clock)
        heart.beat()
        return heart

    return begun


def found(told: Services, clock: Clock) -> list[tuple[dt.datetime, dt.datetime | None]]:
    with told.database.reading() as session:
        return [(one.first_at, one.ended_at) for one in stops(session, clock())]


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize(("minutes", "noted"), [(19, False), (21, True), (600, True)])
def test_a_long_stop_is_noted_when_the_service_begins_again(
    told: Services, begin: Begin, clock: Clock, minutes: int, noted: bool, leaves: bool
) -> None:
    last = clock()
    heart = begin(WEB)
    if leaves:
        heart.leave()
    clock.forward(60 * minutes)
    for _ in range(2):
        begin(WEB)
        forget_dead(told.database, clock())
    assert found(told, clock) == ([(last, clock())] if noted else [])


def test_the_first_start_of_all_ends_no_stop(told: Services, begin: Begin, clock: Clock) -> None:
    begin(WEB)
    assert found(told, clock) == []


def test_while_another_serves_nothing_has_stopped(told: Services, begin: Begin, clock: Clock) -> None:
    begin(WEB)
    other = begin(WEB)
    for _ in range(5):
        clock.forward(600)
        other.beat()
    begin(WEB)
    assert found(told, clock) == []


def test_those_who_serve_nobody_hide_no_stop(told: Services, begin: Begin, clock: Clock) -> None:
    begin(WEB).leave()
    others = [begin(JOBS), begin(SENDER)]
    clock.forward(1800)
    for one in others:
        one.beat()
        one.leave()
    begin(WEB)
    assert len(found(told, clock)) == 1


def test_a_process_that_outlived_a_database_that_was_away_notes_it(told: Services, begin: Begin, clock: Clock) -> None:
    heart, last = begin(WEB), clock()
    clock.forward(1800)
    heart.beat()
    heart.beat()
    assert found(told, clock) == [(last, clock())]


def test_it_is_told_for_a_week(told: Services, begin: Begin, clock: Clock) -> None:
    begin(WEB).leave()
    clock.forward(45 * 60)
    begin(WEB)
    clock.forward(6 * 86400)
    assert len(found(told, clock)) == 1
    clock.forward(2 * 86400)
    assert found(told, clock) == []
