"""What is due: each day that matters, and the days around it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine

from bot.conversation import answer
from bot.replies import plain_text
from intents.vectors import NO_VECTORS
from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.freshness import NO_DEPARTMENT, Reason, Watched, due, recheck_day, watched
from knowledge.loading import load_bundle
from knowledge.models import Entry
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 21)
FRESH = Watched(CODE, "小さい市", "entry", "e", "質問", "市民課", DAY, None, None, None)


def on(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param(FRESH, [], id="checked today"),
        pytest.param(replace(FRESH, checked_on=dt.date(2025, 11, 21)), [Reason.RECHECK], id="a year ago"),
        pytest.param(replace(FRESH, checked_on=dt.date(2025, 11, 22)), [Reason.RECHECK_SOON], id="a year ago tomorrow"),
        pytest.param(replace(FRESH, checked_on=dt.date(2025, 12, 21)), [Reason.RECHECK_SOON], id="in 30 days"),
        pytest.param(replace(FRESH, checked_on=dt.date(2025, 12, 22)), [], id="in 31 days"),
        pytest.param(replace(FRESH, recheck_on=DAY), [Reason.RECHECK], id="the day that staff set"),
        pytest.param(replace(FRESH, checked_on=dt.date(2020, 1, 1), recheck_on=on(40)), [], id="that day wins over the rule"),
        pytest.param(replace(FRESH, valid_until=DAY), [Reason.EXPIRES_SOON], id="valid for the last day"),
        pytest.param(replace(FRESH, valid_until=on(-1)), [Reason.EXPIRED], id="valid until yesterday"),
        pytest.param(replace(FRESH, valid_until=on(31)), [], id="valid for long"),
        pytest.param(replace(FRESH, valid_from=on(1)), [Reason.NOT_YET_VALID], id="from tomorrow"),
        pytest.param(replace(FRESH, valid_from=on(90)), [Reason.NOT_YET_VALID], id="not shown yet, however long"),
        pytest.param(replace(FRESH, valid_from=DAY), [], id="from today"),
        pytest.param(replace(FRESH, opens=on(1), closes=on(20)), [Reason.TERM_OPENS_SOON], id="opens tomorrow"),
        pytest.param(replace(FRESH, opens=DAY, closes=on(20)), [Reason.TERM_CLOSES_SOON], id="opened, closes soon"),
        pytest.param(replace(FRESH, opens=on(-9), closes=DAY), [Reason.TERM_CLOSES_SOON], id="its last day"),
        pytest.param(replace(FRESH, opens=on(-9), closes=on(-1)), [Reason.TERM_OVER], id="closed yesterday"),
        pytest.param(replace(FRESH, kind="plan", checked_on=None, valid_until=DAY), [Reason.PLAN_OVER_SOON], id="a plan's last day"),
        pytest.param(replace(FRESH, kind="plan", checked_on=None, valid_until=on(-1)), [Reason.PLAN_OVER], id="a plan that is over"),
        pytest.param(
            replace(FRESH, checked_on=dt.date(2024, 1, 1), valid_until=on(-3)), [Reason.EXPIRED, Reason.RECHECK], id="two at once",
        ),
    ],
)  # fmt: skip
def test_what_is_due_on_a_day(row: Watched, found: list[Reason]) -> None:
    assert sorted((item.reason for item in due([row], DAY)), key=lambda reason: reason.name) == found


@pytest.mark.parametrize(
    ("checked_on", "again"),
    [("2025-11-21", "2026-11-21"), ("2024-02-29", "2025-02-28"), ("2026-03-31", "2027-03-31")],
)
def test_without_a_day_it_is_checked_again_a_year_later(checked_on: str, again: str) -> None:
    assert recheck_day(dt.date.fromisoformat(checked_on), None) == dt.date.fromisoformat(again)


def test_it_is_told_office_by_office_the_oldest_first() -> None:
    rows = [
        replace(FRESH, entry_id="a", recheck_on=on(3), department=NO_DEPARTMENT),
        replace(FRESH, entry_id="b", recheck_on=on(-5)),
        replace(FRESH, entry_id="c", recheck_on=on(-50)),
        replace(FRESH, entry_id="d", recheck_on=on(-7), department="税務課"),
        replace(FRESH, entry_id="e", recheck_on=on(5), municipality_code="011001"),
    ]
    assert [item.thing.entry_id for item in due(rows, DAY)] == ["e", "c", "b", "d", "a"]


def test_nothing_further_ahead_than_asked_for() -> None:
    rows = [replace(FRESH, recheck_on=on(days)) for days in (0, 7, 8, 400)]
    assert [len(due(rows, DAY, days)) for days in (0, 7, 30, 500)] == [1, 2, 3, 4]


def test_every_kind_of_knowledge_is_watched_and_what_ended_is_not(database: Database, tmp_path: Path) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        session.get_one(Entry, (CODE, "goal")).state = "ended"
    with database.reading() as session:
        rows = watched(session, CODE)
        assert watched(session) == rows
        assert watched(session, "999999") == []
    assert sorted((row.kind, row.entry_id) for row in rows) == [
        ("department", "dep-it"),
        ("entry", "juki"),
        ("indicator", "kpi"),
        ("plan", "plan"),
        ("schedule", "step"),
        ("term", "term"),
    ]
    assert {row.entry_id: row.department for row in rows}["juki"] == "情報政策課"
    assert {row.entry_id: row.department for row in rows}["plan"] == "情報政策課", "a plan is the contact's"


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        pytest.param("2030-03-31T14:59:59Z", False, id="31 March in Japan, a second before midnight"),
        pytest.param("2030-03-31T15:00:00Z", True, id="1 April in Japan, while it is still March in UTC"),
    ],
)
def test_an_answer_says_that_its_plan_is_over_from_the_first_second_in_japan(
    database: Database, tmp_path: Path, moment: str, over: bool
) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with time_machine.travel(moment, tick=False):
        said = plain_text(answer(Corpus(database, NO_VECTORS).current(CODE), "計画の目標は何ですか？").reply)
    assert ("終わっています" in said) is over, said


def test_what_may_be_due_by_a_day_is_all_that_is_due_by_it(database: Database, tmp_path: Path) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), now())
    for day in (DAY, DAY + dt.timedelta(days=200), DAY + dt.timedelta(days=400), DAY + dt.timedelta(days=2000)):
        with database.reading() as session:
            until = day + dt.timedelta(days=30)
            assert due(watched(session, None, until), day) == due(watched(session), day)
