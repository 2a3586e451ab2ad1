"""How far a score can be believed: measures worked out by hand, and what must hold of any questions."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.calibration import (
    FOLD_SEEDS,
    Case,
    Doubles,
    calibration,
    case_of,
    cross_validated,
    fit,
    level,
    likelihoods,
    ranked_case,
    reliability,
    rescored,
    risk_coverage,
    rows_of,
    scores_of,
    threshold,
    weighed_of,
    wilson,
)
from intents.counts import NO_TERMS, Document
from intents.decision import EXACT_SCORE, POLICIES, decide
from intents.features import Features
from intents.ranker import Candidate, Ranking
from intents.understanding import Query


def numbers(*values: float) -> Doubles:
    return np.array(values, np.float64)


def case(
    score: float,
    right: bool,
    *,
    weighed: tuple[float, ...] = (0.5, 0.0, 0.0, 1.0),
    exact: bool = False,
    answerable: bool = True,
    answered_at: Sequence[str] = (),
) -> Case:
    return Case(score, right, weighed, exact, answerable, frozenset(answered_at))


# --- calibration -----------------------------------------------------------------------------------------------------

PAIRS = (0.1, 0.1, 0.3, 0.3, 0.5, 0.5, 0.7, 0.7, 0.9, 0.9)


@pytest.mark.parametrize(
    ("scores", "right", "error"),
    [
        # gaps of the five pairs: .1, .2, 0, .3, .1
        pytest.param(PAIRS, (0, 0, 0, 1, 1, 0, 1, 1, 1, 1), 0.14, id="five pairs"),
        pytest.param(PAIRS[::-1], (1, 1, 1, 1, 1, 0, 0, 1, 0, 0), 0.14, id="the same, the surest first"),
        pytest.param((0.0, 0.0, 0.0, 1.0, 1.0), (0, 0, 0, 1, 1), 0.0, id="certain and right"),
        pytest.param((0.0, 0.0, 0.0, 1.0, 1.0), (1, 1, 1, 0, 0), 1.0, id="certain and wrong"),
        pytest.param((0.5,) * 10, (1, 1, 1, 1, 1, 0, 0, 0, 0, 0), 0.0, id="one score for all: their order is nothing"),
        pytest.param((0.8,) * 10, (0, 1) * 5, 0.3, id="one score for all, too high"),
        pytest.param((0.2, 0.6), (0, 1), 0.3, id="fewer questions than bins: each is one"),
        pytest.param((0.9,), (1,), 0.1, id="a single question"),
    ],
)
def test_the_error_is_the_mean_gap_between_score_and_share_right(
    scores: tuple[float, ...], right: tuple[int, ...], error: float
) -> None:
    assert calibration(numbers(*scores), numbers(*right)).error == pytest.approx(error)


def test_bins_hold_equally_many_and_tell_score_and_share_right() -> None:
    bins = calibration(numbers(*PAIRS), numbers(0, 0, 0, 1, 1, 0, 1, 1, 1, 1)).bins
    assert [(part.size, round(part.score, 9), part.right) for part in bins] == [
        (2, 0.1, 0.0),
        (2, 0.3, 0.5),
        (2, 0.5, 0.5),
        (2, 0.7, 1.0),
        (2, 0.9, 1.0),
    ]


def test_what_is_left_over_goes_to_the_first_bins() -> None:
    scores = np.linspace(0.1, 0.9, 7)
    assert [part.size for part in calibration(scores, np.ones(7)).bins] == [2, 2, 1, 1, 1]


@given(st.lists(st.tuples(st.sampled_from((0.1, 0.4, 0.6, 0.9)), st.booleans()), min_size=1, max_size=30), st.randoms())
def test_the_order_of_the_questions_changes_nothing(rows: list[tuple[float, bool]], chance: random.Random) -> None:
    shuffled = chance.sample(rows, len(rows))
    first, second = (
        calibration(numbers(*(score for score, _ in one)), numbers(*(right for _, right in one)))
        for one in (rows, shuffled)
    )
    assert first.error == pytest.approx(second.error)
    assert first.perfect == pytest.approx(second.perfect)


# --- what a perfect score shows --------------------------------------------------------------------------------------


def test_a_score_that_is_certain_and_true_never_errs() -> None:
    found = calibration(numbers(0, 0, 0, 1, 1, 1), numbers(0, 0, 0, 1, 1, 1))
    assert found.perfect == found.perfect_95 == 0


def test_even_a_perfect_coin_errs_by_chance() -> None:
    # Five bins of four coins: the mean of |heads / 4 - 1/2| is 3/16.
    found = calibration(0.5 + np.arange(20) * 1e-9, np.ones(20))
    assert found.perfect == pytest.approx(3 / 16, abs=0.005)
    assert found.perfect < found.perfect_95 < 0.5


def test_a_perfect_score_shows_about_five_hundredths_over_two_hundred_questions() -> None:
    found = calibration(np.linspace(0.005, 0.995, 200), np.ones(200))
    assert 0.04 < found.perfect < 0.06


def test_the_more_questions_the_less_a_perfect_score_errs() -> None:
    few, many = (calibration(np.linspace(0.1, 0.9, count), np.ones(count)).perfect for count in (50, 800))
    assert many == pytest.approx(few / 4, rel=0.1)


def test_the_draws_are_the_same_at_every_call() -> None:
    scores, right = np.linspace(0.1, 0.9, 40), np.ones(40)
    assert calibration(scores, right) == calibration(scores, right)


# --- risk and coverage -----------------------------------------------------------------------------------------------

TEN = numbers(1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)


def test_the_share_wrong_is_counted_from_the_surest_on() -> None:
    found = risk_coverage(TEN, numbers(1, 1, 0, 1, 1, 1, 0, 1, 0, 0))
    assert [point.answered for point in found.points] == list(range(1, 11))
    assert [point.coverage for point in found.points] == [place / 10 for place in range(1, 11)]
    assert [point.score for point in found.points] == list(TEN)
    wrong = [0, 0, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 2 / 7, 2 / 8, 3 / 9, 4 / 10]
    assert [point.wrong for point in found.points] == pytest.approx(wrong)
    assert found.area == pytest.approx(sum(wrong) / 10)
    # Six right ones first: then 1 of 7, 2 of 8, 3 of 9, 4 of 10.
    assert found.best_area == pytest.approx((1 / 7 + 2 / 8 + 3 / 9 + 4 / 10) / 10)


def test_a_perfect_order_reaches_the_best_area() -> None:
    found = risk_coverage(TEN, numbers(1, 1, 1, 1, 1, 1, 0, 0, 0, 0))
    assert found.area == pytest.approx(found.best_area)
    assert [point.wrong for point in found.points[:6]] == [0] * 6


def test_questions_of_one_score_share_what_is_wrong() -> None:
    for right in (numbers(1, 1, 0, 0), numbers(0, 0, 1, 1)):
        found = risk_coverage(numbers(0.7, 0.7, 0.7, 0.7), right)
        assert [point.wrong for point in found.points] == pytest.approx([0.5] * 10)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_more_coverage_never_means_fewer_answers_or_a_higher_score(rows: list[tuple[float, bool]]) -> None:
    scores, right = numbers(*(score for score, _ in rows)), numbers(*(right for _, right in rows))
    found = risk_coverage(scores, right)
    answered = [point.answered for point in found.points]
    lowest = [point.score for point in found.points]
    assert answered == sorted(answered)
    assert lowest == sorted(lowest, reverse=True)
    assert answered[-1] == len(rows)
    assert found.points[-1].wrong == pytest.approx(1 - right.mean())
    assert found.best_area <= found.area + 1e-9


# --- levels and thresholds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        pytest.param(0, 0, 0.0, 1.0, id="nothing seen, nothing known"),
        pytest.param(0, 10, 0.0, 0.278, id="none of ten"),
        pytest.param(8, 10, 0.490, 0.943, id="eight of ten"),
        pytest.param(10, 10, 0.722, 1.0, id="all of ten"),
        pytest.param(90, 100, 0.826, 0.945, id="ninety of a hundred"),
    ],
)
def test_a_share_is_told_with_how_far_it_can_be_trusted(right: int, count: int, low: float, high: float) -> None:
    assert wilson(right, count) == pytest.approx((low, high), abs=0.0005)


def test_a_level_counts_what_it_answers_itself() -> None:
    cases = [
        case(0.9, True, answered_at=["cautious", "standard"]),
        case(0.7, False, answered_at=["standard"]),
        case(0.4, True, answered_at=["standard"]),
        case(0.3, True),
    ]
    found = level(cases, "standard")
    assert (found.start, found.answered, found.coverage) == (POLICIES["standard"].answer_from, 3, 0.75)
    assert (found.score, found.precision) == pytest.approx((2 / 3, 2 / 3))
    assert level(cases, "bold").answered == 0


TWENTY = [case(0.99 - place / 100, place not in (5, 14, 15, 17)) for place in range(20)]
"""Right but for the sixth, the fifteenth, the sixteenth and the eighteenth."""


def test_the_threshold_is_the_lowest_score_that_keeps_the_answers_right() -> None:
    found = threshold(TWENTY)
    assert found is not None
    # 14 answers with one wrong are 13/14; the fifteenth makes it 13/15 and none after mends it.
    assert (found.answered, found.start, found.coverage) == (14, pytest.approx(0.86), 0.7)
    assert found.precision == pytest.approx(13 / 14)


def test_what_may_not_be_answered_takes_no_part_but_stays_a_question() -> None:
    barred = [replace(one, answerable=one.right) for one in TWENTY]
    found = threshold(barred)
    assert found is not None
    assert (found.answered, found.precision, found.coverage) == (16, 1.0, 0.8)


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param([replace(one, right=False) for one in TWENTY], id="nothing is right"),
        pytest.param(TWENTY[:5], id="all right, but too few to tell"),
        pytest.param([replace(one, answerable=False) for one in TWENTY], id="nothing may be answered"),
    ],
)
def test_where_no_score_will_do_there_is_no_threshold(cases: list[Case]) -> None:
    assert threshold(cases) is None


# --- refitting -------------------------------------------------------------------------------------------------------


def drawn(count: int, weights: Doubles, seed: int = 0) -> tuple[Doubles, Doubles]:
    """Questions that are right as likely as ``weights`` say."""
    chance = np.random.default_rng(seed)
    rows = chance.random((count, len(weights) - 1))
    return rows, (chance.random(count) < likelihoods(rows, weights)).astype(np.float64)


def test_weights_are_found_again_from_what_they_made() -> None:
    made = numbers(4.0, -1.0, 0.5, -1.5)
    assert fit(*drawn(20_000, made)) == pytest.approx(made, abs=0.15)


def test_what_is_the_same_for_every_question_gets_no_weight() -> None:
    rows, right = drawn(200, numbers(2.0, -1.0))
    same = np.column_stack([rows, np.ones(200)])
    assert fit(same, right)[1] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("right", [np.zeros(12), np.ones(12), numbers(*[0, 1] * 6)], ids=["none", "all", "split"])
def test_questions_that_one_figure_parts_wholly_still_give_finite_weights(right: Doubles) -> None:
    weights = fit(np.column_stack([right, 1 - right]), right)
    assert np.isfinite(weights).all()
    assert np.abs(likelihoods(np.column_stack([right, 1 - right]), weights) - right).max() < 0.5


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 8), st.floats(0, 2), st.booleans(), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_fitting_ends_where_nothing_is_to_be_gained(rows: list[tuple[float, int, float, bool, bool]]) -> None:
    columns = np.array([row[:4] for row in rows], np.float64)
    right = numbers(*(row[4] for row in rows))
    weights = fit(columns, right)
    slope = columns.T @ (likelihoods(columns, weights) - right) + weights[:-1]
    assert np.abs(slope).max() < 1e-6


CASES = [
    replace(case(0.5, bool(right)), weighed=tuple(row))
    for row, right in zip(*(one.tolist() for one in drawn(60, numbers(3.0, -1.0, 1.0, 0.5, -1.5))), strict=True)
]


def test_no_question_has_a_say_in_its_own_score() -> None:
    before = cross_validated(CASES, seed=0)
    for place in (0, 7, 59):
        turned = [replace(one, right=not one.right) if at == place else one for at, one in enumerate(CASES)]
        after = cross_validated(turned, seed=0)
        assert after[place] == before[place]
        assert (after != before).any()


def test_another_seed_divides_the_questions_otherwise() -> None:
    assert (cross_validated(CASES, seed=0) == cross_validated(CASES, seed=0)).all()
    assert (cross_validated(CASES, seed=0) != cross_validated(CASES, seed=1)).any()


def test_what_was_asked_letter_for_letter_stays_sure_under_any_weights() -> None:
    cases = [case(0.95, True, exact=True), case(0.1, False)]
    assert rescored(cases, np.full(5, -3.0)) == pytest.approx([EXACT_SCORE, 0.0], abs=0.01)


# --- from rankings to cases ------------------------------------------------------------------------------------------

QUERY = Query("", (), NO_TERMS, {}, {}, frozenset(), "", in_kana=False)
FIRSTS = [
    Features(1.0, 1.0, 0.5, 0.5, meaning, missing, worded, 1.0, 1.0)
    for meaning, missing, worded in ((0.1, 0, 0.0), (0.4, 2, 1.0), (0.5, 1, 0.0), (0.8, 0, 1.0), (0.9, 3, 1.0))
]


def ranking(first: Features, *, ahead: float = 1.0, exact: bool = False) -> Ranking:
    documents = [Document(name, "", (), "") for name in ("first", "second")]
    second = Features(0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0)
    return Ranking(
        QUERY, (Candidate(documents[0], ahead, first, exact), Candidate(documents[1], 0.0, second, False)), breadth=2
    )


def test_what_is_refitted_is_what_the_decision_weighs() -> None:
    rankings = [ranking(first, ahead=ahead) for first in FIRSTS for ahead in (0.0, 0.7, 1.5)]
    scores = numbers(*(decide(one).score for one in rankings))
    columns = np.array([(*weighed_of(one), 1.0) for one in rankings])
    weights = np.linalg.lstsq(columns, np.log(scores / (1 - scores)))[0]
    assert likelihoods(columns[:, :-1], weights) == pytest.approx(scores, abs=1e-9)


def test_a_case_has_the_score_that_the_decision_gives() -> None:
    sure, unsure = ranking(FIRSTS[3], ahead=2.0), ranking(FIRSTS[0])
    found = [ranked_case(one, True) for one in (sure, unsure)]
    assert [one.score for one in found] == [decide(one).score for one in (sure, unsure)]
    assert [one.answered_at for one in found] == [{"cautious", "standard", "bold"}, frozenset()]


def test_an_entry_without_the_key_noun_may_not_be_answered_at_any_score() -> None:
    assert ranked_case(ranking(FIRSTS[0]), False).answerable
    assert not ranked_case(ranking(replace(FIRSTS[3], key=0.0)), True).answerable


def test_whether_it_is_answered_may_hang_on_more_than_the_ranking() -> None:
    found = case_of(
        ranking(FIRSTS[3], ahead=2.0), True, lambda policy: policy.answer_from <= POLICIES["bold"].answer_from
    )
    assert (found.answerable, found.answered_at) == (True, {"bold"})


def test_a_question_without_any_candidate_is_one_that_nobody_is_sure_of() -> None:
    found = ranked_case(Ranking(QUERY, (), 0), False)
    assert (found.score, found.answerable, found.right) == (0.0, False, False)
    assert rows_of([found]).shape == (1, 4)


# --- all of it -------------------------------------------------------------------------------------------------------


def test_all_measures_of_a_set_are_told_together() -> None:
    likely = rescored(CASES, numbers(3.0, -1.0, 1.0, 0.5, -1.5))
    cases = [
        replace(one, score=float(score), answered_at=frozenset(["standard"] if score > 0.6 else []))
        for one, score in zip(CASES, likely, strict=True)
    ]
    found = reliability(cases)
    assert found.questions == 60
    assert found.right == pytest.approx(np.mean([one.right for one in cases]))
    assert sum(part.size for part in found.shipped.bins) == 60
    assert found.direct is not None
    assert (
        sum(part.size for part in found.direct.bins) == found.levels["standard"].answered == int((likely > 0.6).sum())
    )
    assert found.refitted.lowest <= found.refitted.error <= found.refitted.highest
    assert len(FOLD_SEEDS) == 10
    assert len(found.weights) == 5
    assert found.risk.points[-1].score == pytest.approx(min(scores_of(cases)))
    assert json.loads(json.dumps(asdict(found)))["questions"] == 60


@pytest.mark.parametrize("count", [1, 2, 6])
def test_a_handful_of_questions_is_no_error(count: int) -> None:
    found = reliability(CASES[:count])
    assert found.questions == count
    assert found.direct is found.threshold is None
