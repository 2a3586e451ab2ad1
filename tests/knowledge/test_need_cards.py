"""The cards in both databases: what waits, what is joined, counted by people and days, split, merged and forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from intents.grouping import text_key
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import LoggedQuestion, NeedCard, NeedText
from knowledge.need_cards import (
    Described,
    count_cards,
    count_unjoined,
    forget_texts,
    is_any_uncounted,
    is_any_unjoined,
    join,
    make_card,
    representatives,
    unjoined,
)
from knowledge.need_lists import ALL, NeedFilter, asked_most, cards, count_cards_of, states_of, told_of
from knowledge.need_sheet import inquiry_workbook
from knowledge.need_steps import By, merge, split
from knowledge.opening_hours import OpeningHours, Place, Span
from knowledge.query_log import record
from knowledge.rephrasing import find_rephrased, mark_rephrased
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.test_log_lists import DAY, MOMENT, USUAL

TOLD = Described("蜂の巣", "missing", "dep-it", None, None)
BY = By("1", "職員 花子", MOMENT)
WASPS, NEST, FAIR = "蜂がいる", "蜂の巣を取る", "花火大会はいつ"


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    """Six questions in vain: wasps on four days by two people and one nobody knows, a fair by one."""
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    rows = (
        (WASPS, "a" * 32, 0, 10), (WASPS, "a" * 32, 1, 19), (NEST, "b" * 32, 30, 10), (NEST, None, 60, 3),
        (FAIR, "b" * 32, 2, 12), ("答えた質問", "a" * 32, 3, 9),
    )  # fmt: skip
    with database.writing() as session:
        for number, (text, asker, days, hour) in enumerate(rows):
            moment = dt.datetime.combine(DAY - dt.timedelta(days=days), dt.time(hour), JST)
            decision = "answer" if text == "答えた質問" else "none"
            told = {"text": text, "asker": asker, "asked_at": moment, "decision": decision, "entry_id": None}
            record(session, replace(USUAL, event_key=f"n:{number}", **told))
    return database


@pytest.fixture
def joined(town: Database) -> Database:
    with town.writing() as session:
        waiting = unjoined(session, CODE, MOMENT + dt.timedelta(days=1))
        assert {one.text: one.times for one in waiting.values()} == {WASPS: 2, NEST: 2, FAIR: 1}
        make_card(session, CODE, 1, TOLD, MOMENT)
        make_card(session, CODE, 2, replace(TOLD, name="花火", gap="wording", department=None), MOMENT)
        session.flush()
        own = [one for one in waiting.values() if one.text != FAIR]
        join(session, CODE, {1: own, 2: [waiting[text_key(FAIR)]]})
        session.flush()
        count_cards(session, CODE, DAY)
    return town


def test_cards_are_counted_by_people_and_by_days(joined: Database) -> None:
    with joined.reading() as session:
        one, two = session.get_one(NeedCard, (CODE, 1)), session.get_one(NeedCard, (CODE, 2))
        assert (one.times, one.askers, one.nameless, one.recent, one.before) == (4, 2, 1, 2, 1)
        assert (one.first_on, one.last_on) == (DAY - dt.timedelta(days=60), DAY)
        assert (two.times, two.askers, two.nameless) == (1, 1, 0)
        later = MOMENT + dt.timedelta(days=1)
        assert not is_any_unjoined(session, CODE, later)
        assert [is_any_uncounted(session, CODE, DAY + dt.timedelta(days=day)) for day in (0, 1)] == [False, True]
        assert unjoined(session, CODE, later) == {}
        assert representatives(session, CODE) == {1: sorted([WASPS, NEST], key=text_key), 2: [FAIR]}


def test_texts_of_a_card_are_joined_again_and_counted_on(joined: Database) -> None:
    with joined.writing() as session:
        record(session, replace(USUAL, event_key="again", text=WASPS, decision="none", entry_id=None))
        waiting = unjoined(session, CODE, MOMENT + dt.timedelta(days=1))
        join(session, CODE, {1: list(waiting.values())})
        session.flush()
        count_cards(session, CODE, DAY, [1])
    with joined.reading() as session:
        assert session.get_one(NeedText, (CODE, text_key(WASPS))).times == 3
        assert session.get_one(NeedCard, (CODE, 1)).times == 5


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (NeedFilter(), [1, 2]),
        (NeedFilter("open"), [1, 2]),
        (NeedFilter("declined"), []),
        (NeedFilter(ALL, gap="wording"), [2]),
        (NeedFilter(ALL, department="dep-it"), [1]),
        (NeedFilter(ALL, words="花"), [2]),
        (NeedFilter(ALL, words="%"), []),
        (NeedFilter(since=DAY), [1]),
        (NeedFilter(since=DAY - dt.timedelta(days=2)), [1, 2]),
        (NeedFilter(ALL, departments=frozenset({"dep-it"})), [1]),
        (NeedFilter(ALL, departments=frozenset()), []),
    ],
)
def test_the_list_is_narrowed_in_every_way(joined: Database, wanted: NeedFilter, numbers: list[int]) -> None:
    with joined.reading() as session:
        assert [one.card.number for one in cards(session, CODE, wanted, 0, 50)] == numbers
        assert count_cards_of(session, CODE, wanted) == len(numbers)


@pytest.mark.parametrize(
    ("days", "counted"),
    [
        (None, [(1, 4, 2, 1), (2, 1, 1, 0)]),
        (59, [(1, 3, 2, 0), (2, 1, 1, 0)]),
        (30, [(1, 3, 2, 0), (2, 1, 1, 0)]),
        (2, [(1, 2, 1, 0), (2, 1, 1, 0)]),
        (1, [(1, 2, 1, 0)]),
        (0, [(1, 1, 1, 0)]),
    ],
)
def test_the_cards_are_counted_within_the_days_that_are_looked_at(
    joined: Database, days: int | None, counted: list[tuple[int, ...]]
) -> None:
    since = None if days is None else DAY - dt.timedelta(days=days)
    with joined.reading() as session:
        found = cards(session, CODE, NeedFilter(ALL, since=since), 0, 50)
        assert [(one.card.number, one.times, one.askers, one.nameless) for one in found] == counted


def test_who_asked_most_in_those_days_stands_first(joined: Database) -> None:
    with joined.writing() as session:
        asked = replace(USUAL, text=FAIR, decision="none", entry_id=None)
        for number in range(2):
            record(session, replace(asked, event_key=f"fair {number}", asker=f"{number:032}", asked_at=MOMENT))
        waiting = unjoined(session, CODE, MOMENT + dt.timedelta(days=1))
        assert count_unjoined(session, CODE) == 2
        join(session, CODE, {2: list(waiting.values())})
        session.flush()
        count_cards(session, CODE, DAY)
    with joined.reading() as session:
        assert count_unjoined(session, CODE) == 0
        assert [one.card.number for one in cards(session, CODE, NeedFilter(since=DAY), 0, 50)] == [2, 1]


def test_what_a_card_is_made_of_is_told(joined: Database) -> None:
    office = Place(1, "市役所", (), (Span(dt.time(8, 30), dt.time(17, 15)),) * 7)
    with joined.reading() as session:
        one = session.get_one(NeedCard, (CODE, 1))
        told = told_of(session, one, OpeningHours((office,)), DAY)
        assert (told.total, told.outside) == (4, 2)
        assert told.weeks[-1].first == DAY - dt.timedelta(days=6)
        assert [week.times for week in told.weeks] == [0, 0, 0, 1, 0, 0, 0, 2]
        assert dict(told.hours) == {
            "0時〜6時": 1,
            "6時〜9時": 0,
            "9時〜12時": 2,
            "12時〜17時": 0,
            "17時〜21時": 1,
            "21時〜24時": 0,
        }
        assert told.signals == (("答えを示せなかった", 4),)
        assert told.channels == (("LINE", 4),)
        assert told_of(session, one, OpeningHours(), DAY).outside is None
        assert asked_most(session, CODE, cards(session, CODE, NeedFilter(), 0, 1))[1] in (WASPS, NEST)
        assert states_of(session, CODE, None) == {"open": 2}
        assert inquiry_workbook(session, [one], "町", DAY)[:2] == b"PK"


def test_split_and_merge_move_questions_texts_and_counts(joined: Database) -> None:
    with joined.writing() as session:
        made = split(session, session.get_one(NeedCard, (CODE, 1)), {text_key(NEST)}, "巣", BY)
        assert (made.number, made.times, made.nameless) == (3, 2, 1)
    with joined.writing() as session:
        one, three = session.get_one(NeedCard, (CODE, 1)), session.get_one(NeedCard, (CODE, 3))
        assert one.times == 2
        merge(session, three, one, BY)
        session.flush()
        assert (one.times, three.times, three.state, three.merged_into) == (4, 0, "merged", 1)
        needs = session.scalars(select(LoggedQuestion.need).where(LoggedQuestion.text == NEST)).all()
        assert needs == [1, 1]


def test_texts_that_nobody_asked_since_are_forgotten(joined: Database) -> None:
    with joined.writing() as session:
        forget_texts(session, CODE, DAY - dt.timedelta(days=1))
        assert session.scalars(select(NeedText.text)).all() == [WASPS]
        assert session.get_one(NeedCard, (CODE, 1)).times == 4


def test_rephrased_questions_are_found_and_marked_unless_they_were_solved(town: Database) -> None:
    moment = MOMENT + dt.timedelta(hours=2)
    with town.writing() as session:
        for number, (text, asker) in enumerate(
            (("住民票はどこ", "c"), ("住民票の場所", "c"), ("転入届はどこ", "d"), ("転入届の場所", "d"))
        ):
            told = {"text": text, "asker": asker * 32, "asked_at": moment + dt.timedelta(seconds=number)}
            record(session, replace(USUAL, event_key=f"r:{number}", **told))
        found = find_rephrased(session, CODE, MOMENT, moment + dt.timedelta(hours=1))
        rows = {row.id: row for row in session.scalars(select(LoggedQuestion)) if row.id in found}
        assert sorted(row.text or "" for row in rows.values()) == ["住民票はどこ", "転入届はどこ"]
        next(row for row in rows.values() if row.text == "転入届はどこ").feedback = "solved"
        session.flush()
        mark_rephrased(session, found)
        signals = session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.need_signal == "rephrased")).all()
        assert signals == ["住民票はどこ"]
