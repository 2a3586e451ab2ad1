"""A second gold set, written after the first had been tuned to and without sight of engine or entries.

Nothing may be tuned to it: it tells what the first set, which the likelihoods were read off, cannot.
The bounds are what stands today, less a little; a change that lets them fall must say why.
"""

from __future__ import annotations

from collections import Counter

import pytest

from knowledge.corpus import Corpus
from tests.support.gold import (
    GOLD,
    HELD_OUT,
    Verdicts,
    judge_all,
    letters,
    questions,
    right_of_answered,
    share,
)


@pytest.fixture(scope="module")
def verdicts(corpus: Corpus) -> Verdicts:
    found = judge_all(corpus, HELD_OUT)
    print(*sorted(found.items()), sep="\n")
    return found


def test_each_municipality_has_thirty_covered_and_twenty_uncovered_questions() -> None:
    counted = Counter((code, item["expect"]) for code, item in questions(HELD_OUT))
    assert set(counted.values()) == {30, 20}
    assert len(counted) == 10


def test_no_question_stands_in_the_set_that_was_tuned_to() -> None:
    tuned = {letters(item["question"]).rstrip("?。") for _, item in questions(GOLD)}
    held_out = [letters(item["question"]).rstrip("?。") for _, item in questions(HELD_OUT)]
    assert tuned.isdisjoint(held_out)
    assert len(set(held_out)) == len(held_out)


def test_most_covered_questions_are_answered_directly_with_the_right_facts(verdicts: Verdicts) -> None:
    """It was 0.75: an entry that lacks what a question names is offered now, so that nine of ten answers are right."""
    assert share(verdicts, "answer", "right") >= 0.71


def test_nearly_all_covered_questions_are_answered_or_offered(verdicts: Verdicts) -> None:
    assert share(verdicts, "answer", "right", "offered") >= 0.91


def test_few_direct_answers_lack_the_fact_that_was_asked(verdicts: Verdicts) -> None:
    right, other = verdicts["answer", "right"], verdicts["answer", "other facts"]
    assert right / (right + other) >= 0.94


def test_nine_of_ten_direct_answers_are_right_or_say_openly_that_the_plan_is_silent(verdicts: Verdicts) -> None:
    assert right_of_answered(verdicts) >= 0.90


def test_few_uncovered_questions_are_answered_as_if_they_were_covered(verdicts: Verdicts) -> None:
    assert share(verdicts, "none", "answer") <= 0.10


def test_most_uncovered_questions_are_openly_left_without_an_answer(verdicts: Verdicts) -> None:
    assert share(verdicts, "none", "none", "said that the plan is silent") >= 0.63
