"""公開前の影響確認 on the eve of a booking: asked for once, again after a change, and told to those who can act."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select, update

from knowledge.approval import Step
from knowledge.booked_checks import ask_for_checks, booked_check, is_any_booked
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import Job, Municipality
from knowledge.this_week import Kind, Pile
from knowledge.this_week_counts import Reader, piles
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk

MIDNIGHT = dt.datetime(2027, 4, 1, tzinfo=JST)
EVE = MIDNIGHT - dt.timedelta(hours=12)
ALL = Reader("x", None, None)
LOSS = {
    "counts": {"unanswered": {"questions": 3, "times": 5}, "reworded": {"questions": 1, "times": 1}},
    "now_wrong": [{}],
}
NO_LOSS = {"counts": {"answered": {"questions": 3, "times": 5}}, "now_wrong": []}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    found = Desk(database)
    number = found.write(1, "新年度の答えです。", publish_at=MIDNIGHT)
    found.take(Step.REQUEST, WRITER, number)
    found.take(Step.APPROVE, APPROVER, number)
    return found


def asked(desk: Desk, moment: dt.datetime) -> list[str]:
    with desk.database.writing() as session:
        return ask_for_checks(session, moment)


def found(desk: Desk, result: dict[str, object]) -> None:
    """The jobs process has done what was asked for."""
    with desk.database.writing() as session:
        session.execute(update(Job).values(state="done", result=result, finished_at=EVE))


def waiting(desk: Desk, reader: Reader, moment: dt.datetime) -> Pile | None:
    with desk.database.reading() as session:
        return next((pile for pile in piles(session, CODE, reader, moment) if pile.kind is Kind.BOOKED), None)


@pytest.mark.parametrize(
    ("before", "is_time"),
    [
        (dt.timedelta(hours=25), False),
        (dt.timedelta(hours=24), True),
        (dt.timedelta(minutes=1), True),
        (dt.timedelta(0), False),
    ],
)
def test_it_is_asked_for_on_the_day_before(desk: Desk, before: dt.timedelta, is_time: bool) -> None:
    with desk.database.reading() as session:
        assert is_any_booked(session, MIDNIGHT - before) is is_time
    assert asked(desk, MIDNIGHT - before) == ([CODE] if is_time else [])


def test_it_is_asked_for_once_and_again_when_something_else_was_published(desk: Desk) -> None:
    assert asked(desk, EVE) == [CODE]
    assert asked(desk, EVE + dt.timedelta(minutes=2)) == []
    found(desk, NO_LOSS)
    assert asked(desk, EVE + dt.timedelta(minutes=4)) == []
    with desk.database.writing() as session:
        session.execute(update(Municipality).values(knowledge_version=Municipality.knowledge_version + 1))
    assert asked(desk, EVE + dt.timedelta(minutes=6)) == [CODE]
    with desk.database.reading() as session:
        assert {job.payload["booked"] for job in session.scalars(select(Job))} == {
            MIDNIGHT.astimezone(dt.UTC).isoformat()
        }


def test_what_would_get_worse_waits_for_those_who_may_take_it_back(desk: Desk) -> None:
    asked(desk, EVE)
    assert waiting(desk, ALL, EVE) is None
    found(desk, LOSS)
    pile = waiting(desk, ALL, EVE)
    assert pile is not None
    assert [example.note for example in pile.examples] == ["正しくなくなる確認用の質問 1件、答えられなくなる質問 3件"]
    assert waiting(desk, Reader("x", frozenset({"dep-none-such"}), frozenset()), EVE) is None
    assert waiting(desk, ALL, MIDNIGHT) is None, "it has come live"


def test_a_booked_end_is_checked_on_its_eve_too(database: Database, tmp_path: Path) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    desk = Desk(database)
    desk.published(end_at=MIDNIGHT)
    assert asked(desk, EVE) == [CODE]
    with desk.database.reading() as session:
        (job,) = session.scalars(select(Job))
        assert (job.payload["versions"], job.payload["ending"]) == ([], ["goal"])
    found(desk, LOSS)
    pile = waiting(desk, ALL, EVE)
    assert pile is not None
    assert [example.text for example in pile.examples] == [desk.row().question]
    desk.take(Step.END, APPROVER)
    assert waiting(desk, ALL, EVE) is None


def test_what_gets_no_worse_bothers_nobody(desk: Desk) -> None:
    asked(desk, EVE)
    found(desk, NO_LOSS)
    assert waiting(desk, ALL, EVE) is None
    with desk.database.reading() as session:
        check = booked_check(session, CODE, EVE)
    assert check is not None
    assert not check.is_loss
