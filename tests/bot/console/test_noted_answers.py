"""What staff noted is joined to the answer it is about, where that is clear: once, and without claiming what they told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select

from bot.figure_jobs import count_figures
from bot.noted_answers import with_answer, with_answers
from bot.services import Services
from knowledge.calendar import JST, today
from knowledge.corpus import Knowledge
from knowledge.ledger import NotedQuestion, note
from knowledge.models import LoggedQuestion
from knowledge.noted_counts import NotedCounts, noted_counts
from knowledge.period_closing import forget_counts
from knowledge.periods import PeriodKind, period_of
from knowledge.tallies import BOT as OF_THE_BOT
from knowledge.tallies import NOTED_TOGETHER, tallies, tally

CODE = "242047"
ENTRY = "online-procedures"


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture
def knowledge(kit: Services) -> Knowledge:
    return kit.corpus.current(CODE)


@pytest.fixture(autouse=True)
def _nothing_left(kit: Services) -> Iterator[None]:
    yield
    with kit.database.writing() as session:
        session.execute(delete(LoggedQuestion))
        forget_counts(session, CODE)


def noted(knowledge: Knowledge, text: str = "", **changed: object) -> NotedQuestion:
    at = dt.datetime.combine(today(), dt.time(0, 1), JST)
    told = NotedQuestion(CODE, "staff:1", "phone", at, None, text or knowledge.answers[ENTRY].title, "answer")
    return replace(told, **changed)


@pytest.mark.parametrize("result", ["answer", "handoff", "none"])
def test_the_answer_is_found_whatever_staff_told(knowledge: Knowledge, result: str) -> None:
    assert with_answer(knowledge, noted(knowledge, result=result)).entry_id == ENTRY


def test_nothing_is_supposed_where_the_text_does_not_tell_or_is_delicate(knowledge: Knowledge) -> None:
    for text in ("ペンギンの餌やりは何時ですか", "夫に殴られている。オンライン手続きはできますか"):
        assert with_answer(knowledge, noted(knowledge, text)).entry_id is None


def test_of_many_each_text_is_looked_at_once_and_what_was_chosen_stays(knowledge: Knowledge) -> None:
    found = with_answers(
        knowledge, [noted(knowledge), noted(knowledge, entry_id="chosen"), noted(knowledge, "ペンギン")]
    )
    assert [one.entry_id for one in found] == [ENTRY, "chosen", None]


def test_it_counts_for_the_answer_among_what_was_noted_and_never_among_the_bots(
    kit: Services, knowledge: Knowledge
) -> None:
    with kit.database.writing() as session:
        for number, result in enumerate(("answer", "none", "handoff", "none", "answer", "answer")):
            one = noted(knowledge, result=result, key=f"staff:{number}")
            note(session, with_answer(knowledge, one), "7")
        note(session, with_answer(knowledge, noted(knowledge, "ペンギンの餌やり", key="staff:9")), "7")
    count_figures(kit, CODE, {}, lambda _: None)
    period = period_of(PeriodKind.YEAR, today())
    with kit.database.reading() as session:
        of_it = tallies(session, code=CODE, period=period, channel=NOTED_TOGETHER, dimension="entry")
        assert (of_it[ENTRY].asked, of_it[ENTRY].answered, of_it[ENTRY].none) == (6, 3, 2)
        assert tally(session, CODE, period, OF_THE_BOT).asked == 0
        assert noted_counts(session, CODE, period) == NotedCounts(7, 1)
        assert set(session.scalars(select(LoggedQuestion.entry_version))) == {None}


@pytest.mark.parametrize(
    ("counts", "zero", "said"),
    [
        (NotedCounts(0, 0), "0", "ありません"),
        (NotedCounts(9, 9), "分からない", "どの答えのことか分かりません"),
        (NotedCounts(9, 3), "0", "合う答えが見つからない3件は入っていません"),
    ],
)
def test_none_is_said_only_where_it_is_known(counts: NotedCounts, zero: str, said: str) -> None:
    assert counts.text(0) == zero
    assert said in counts.told
