"""The table of follow-ups: what is asked after an answer is told from the matter, or openly not told.

The bounds are what stands today, less a little; a change that lets them fall must say why.
"""

from __future__ import annotations

import pytest

from intents.decision import Decision
from knowledge.corpus import Corpus
from tests.support.follow_up_gold import OFFERED, RIGHT, WRONG, FollowUpJudged, judged, read_table


@pytest.fixture(scope="module")
def turns(corpus: Corpus) -> list[FollowUpJudged]:
    return list(judged(corpus, read_table()))


def share(turns: list[FollowUpJudged], half: str, *verdicts: str) -> float:
    of_half = [turn for turn in turns if turn.half == half]
    return sum(turn.verdict in verdicts for turn in of_half) / len(of_half)


def test_there_are_enough_turns_of_every_municipality_in_both_halves() -> None:
    table = read_table()
    assert sum(len(row["then"]) for row in table) >= 120
    for half in ("seen", "kept"):
        assert {row["town"] for row in table if row["half"] == half} == {
            "242047",
            "222232",
            "232084",
            "122106",
            "382159",
        }
    assert all(1 <= len(row["then"]) <= 3 for row in table)


def test_nearly_every_follow_up_is_answered_right_or_offered(turns: list[FollowUpJudged]) -> None:
    assert share(turns, "seen", RIGHT, OFFERED) >= 0.96
    assert share(turns, "kept", RIGHT, OFFERED) >= 0.88


def test_few_follow_ups_are_only_offered_choices(turns: list[FollowUpJudged]) -> None:
    assert sum(turn.verdict == OFFERED for turn in turns) <= 9


def test_few_follow_ups_are_told_something_else_or_denied_falsely(turns: list[FollowUpJudged]) -> None:
    assert sum(turn.verdict == WRONG for turn in turns) <= 12


def test_every_answer_to_a_follow_up_has_the_score_of_what_led_to_it(turns: list[FollowUpJudged]) -> None:
    answered = [turn for turn in turns if turn.decision is Decision.ANSWER]
    assert [turn.asked for turn in answered if turn.score is None] == []
    assert all(0 < turn.score <= 1 for turn in answered if turn.score is not None)
