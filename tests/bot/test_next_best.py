"""After an answer that did not help: the next best, then a person; and no apology twice running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from bot.conversation import answer, show_entry
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.replies import Reply
from bot.taps import MOST_NEXT, Act, Tap, reply_to_tap
from bot.wording import sentences
from intents.decision import Decision
from knowledge.answers import Ways
from knowledge.corpus import Corpus, Knowledge
from tests.support.gold import GOLD, questions

CODE = "242047"
LOG_ID = "00000000-0000-0000-0000-000000000001"
FORM = "https://www.city.example.jp/form/"
NO_ANSWER = "宇宙人に会うにはどうすればよいですか"


@pytest.fixture
def town(corpus: Corpus) -> Knowledge:
    found = corpus.current(CODE)
    return replace(found, town=replace(found.town, ways=Ways(FORM)))


@pytest.fixture
def answered(town: Knowledge) -> Dialogue:
    """After a direct answer beside which others come near."""
    for question in (item["question"] for code, item in questions(GOLD) if code == CODE):
        outcome = answer(town, question)
        if outcome.reply.decision is Decision.ANSWER and len(outcome.dialogue.next_best) > 1:
            return outcome.dialogue
    raise AssertionError("no question of the gold set has a next best answer")


def tapped(town: Knowledge, act: Act, entry_id: str | None, before: Dialogue) -> tuple[Reply, Dialogue]:
    return reply_to_tap(town, Tap(act, LOG_ID, entry_id), before)


def test_what_comes_nearest_otherwise_is_offered_with_whom_to_ask(town: Knowledge, answered: Dialogue) -> None:
    reply, after = tapped(town, Act.UNSOLVED, answered.entry_id, answered)
    assert reply.opening in sentences("ja")["feedback_unsolved"]
    offered = [choice.entry_id for choice in reply.choices]
    assert offered == [entry_id for entry_id, _ in answered.next_best[:MOST_NEXT]]
    assert answered.entry_id not in offered
    assert reply.contact is not None
    assert reply.asks_why
    chosen, _ = tapped(town, Act.CHOOSE, offered[0], after)
    assert chosen.answer is not None
    assert chosen.answer.entry_id == offered[0]


def test_where_that_is_not_it_either_a_person_is_named_with_a_way_without_a_voice(
    town: Knowledge, answered: Dialogue
) -> None:
    _, after = tapped(town, Act.UNSOLVED, answered.entry_id, answered)
    for refuse in (
        lambda: tapped(town, Act.NONE_OF_THESE, None, after)[0],
        lambda: answer(town, "この中にない", after).reply,
        lambda: tapped(town, Act.UNSOLVED, answered.entry_id, after)[0],
    ):
        reply = refuse()
        assert reply.choices == ()
        assert reply.contact is not None
        assert reply.ways.form == FORM


def test_the_choices_left_are_the_next_best_of_the_one_that_was_taken(town: Knowledge, answered: Dialogue) -> None:
    _, after = tapped(town, Act.UNSOLVED, answered.entry_id, answered)
    first, *others = (entry_id for entry_id, _ in after.offered)
    _, chosen = tapped(town, Act.CHOOSE, first, after)
    reply, _ = tapped(town, Act.UNSOLVED, first, chosen)
    assert [choice.entry_id for choice in reply.choices] == others


def test_of_an_older_answer_nothing_near_is_known(town: Knowledge, answered: Dialogue) -> None:
    older = next(iter(set(town.answers) - {answered.entry_id, *(one for one, _ in answered.next_best)}))
    reply, _ = tapped(town, Act.UNSOLVED, older, answered)
    assert (reply.choices, reply.decision) == ((), Decision.HANDOFF)


def test_what_is_no_longer_published_is_not_offered(town: Knowledge, answered: Dialogue) -> None:
    gone = {entry_id for entry_id, _ in answered.next_best}
    left = {entry_id: found for entry_id, found in town.answers.items() if entry_id not in gone}
    reply, _ = tapped(replace(town, answers=left), Act.UNSOLVED, answered.entry_id, answered)
    assert reply.choices == ()


Say = Callable[[Knowledge, Dialogue], tuple[Reply, Dialogue]]


def says(text: str) -> Say:
    def do(town: Knowledge, before: Dialogue) -> tuple[Reply, Dialogue]:
        outcome = answer(town, text, before)
        return outcome.reply, outcome.dialogue

    return do


def taps(act: Act, entry_id: str | None = None) -> Say:
    return lambda town, before: tapped(town, act, entry_id or before.entry_id, before)


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param([says(NO_ANSWER)] * 3, id="nothing fits, three times"),
        pytest.param([says(NO_ANSWER), says("全然違う"), says(NO_ANSWER)], id="a miss, a refusal, a miss"),
        pytest.param([says("役に立たない")] * 3, id="insults"),
        pytest.param([says("対応がひどい、謝って")] * 3, id="complaints"),
        pytest.param([says("俳句を作って")] * 3, id="other work"),
        pytest.param([taps(Act.UNSOLVED, "smartphone-class")] * 3, id="not solved, three times"),
        pytest.param([says("役に立たない"), taps(Act.UNSOLVED, "smartphone-class")] * 2, id="one after the other"),
        pytest.param([taps(Act.NONE_OF_THESE)] * 3, id="none of these, three times"),
    ],
)
def test_no_apology_is_said_twice_running(town: Knowledge, turns: list[Say]) -> None:
    _, dialogue = show_entry(town, "smartphone-class", NEW_DIALOGUE)
    heard: list[set[str]] = []
    for turn in turns:
        reply, dialogue = turn(town, dialogue)
        heard.append(set(filter(None, ((reply.opening or "") + "\n" + reply.text).split("\n"))) & regrets())
    assert any(heard), "somebody is sorry"
    assert [first & second for first, second in pairwise(heard) if first & second] == []


@cache
def regrets() -> frozenset[str]:
    """The sentences that say nothing but that we are sorry."""
    keys = ("none", "none_of_these", "insult", "handoff_complaint", "other_work", "feedback_unsolved")
    found = sentences("ja")
    return frozenset(str(one).format(town="松阪市") for key in keys for one in found[key])
