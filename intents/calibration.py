"""How far a score can be believed: what happens at each score, at each coverage, and from which score on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from intents.decision import EXACT_SCORE, POLICIES, Decision, Policy, decide, lead
from intents.ranker import Ranking

Doubles = NDArray[np.float64]

BINS = 5
DRAWS, DRAW_SEED = 2_000, 0
FOLDS, FOLD_SEEDS = 5, range(10)
"""Who falls into which fifth is chance, so it is drawn ten times."""
RIDGE = 0.5
"""Keeps a weight finite where few questions speak for it, and at nothing where none does."""
WANTED_PRECISION, FEWEST = 0.9, 10
"""What direct answers should hold, counted over at least so many of them."""
DEFAULT_LEVEL = "standard"
_WEIGHED = 4
_COVERAGES = tuple(tenth / 10 for tenth in range(1, 11))
_ANY_SCORE = Policy(answer_from=0.0, suggest_from=0.0)
_MOST_STEPS, _SETTLED = 50, 1e-9
_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Case:
    """A question's first candidate.

    ``weighed``: what its score is made of, in the order of ``weighed_of``.  ``answerable``: whether
    it would be answered if it were sure enough.  ``answered_at``: the levels that answer with it.
    """

    score: float
    right: bool
    weighed: tuple[float, ...]
    exact: bool
    answerable: bool
    answered_at: frozenset[str]


@dataclass(frozen=True)
class Bin:
    """Some of the questions, neighbours by score: their mean score and the share that is right."""

    size: int
    score: float
    right: float


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error, beside that of scores that are true (mean and 95th percentile of draws)."""

    error: float
    perfect: float
    perfect_95: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Refitted:
    """The error where other questions made the weights: mean, lowest, highest of several divisions."""

    error: float
    lowest: float
    highest: float
    perfect: float
    perfect_95: float


@dataclass(frozen=True)
class Covered:
    """The share wrong among the ``answered`` questions of highest score, the last of which has ``score``."""

    coverage: float
    answered: int
    wrong: float
    score: float


@dataclass(frozen=True)
class RiskCoverage:
    """``area``: the mean share wrong over all coverages; ``best_area``: were all right ones ahead."""

    area: float
    best_area: float
    points: tuple[Covered, ...]


@dataclass(frozen=True)
class Answered:
    """What is answered ``start`` or more being the score: how many, what share of all, how many rightly.

    ``score``: their mean, what ``precision`` should be.  ``low`` and ``high`` bound it by 95 % (Wilson).
    """

    start: float
    answered: int
    coverage: float
    score: float
    precision: float
    low: float
    high: float


@dataclass(frozen=True)
class Reliability:
    """All of it, for one set of questions.

    ``shipped``: the scores as they are; ``direct``: of those that 標準 answers directly.  ``weights``:
    what these questions alone would make of ``weighed`` and the start.  ``threshold``: None where
    no score is precise enough.
    """

    questions: int
    right: float
    shipped: Calibration
    direct: Calibration | None
    refitted: Refitted
    weights: tuple[float, ...]
    risk: RiskCoverage
    levels: Mapping[str, Answered]
    threshold: Answered | None


def reliability(cases: Sequence[Case]) -> Reliability:
    """The measures of at least one case."""
    scores, right = scores_of(cases), right_of(cases)
    direct = [case for case in cases if DEFAULT_LEVEL in case.answered_at]
    return Reliability(
        questions=len(cases),
        right=float(right.mean()),
        shipped=calibration(scores, right),
        direct=calibration(scores_of(direct), right_of(direct)) if direct else None,
        refitted=refitted([calibration(cross_validated(cases, seed), right) for seed in FOLD_SEEDS]),
        weights=tuple(fit(rows_of(cases), right).tolist()),
        risk=risk_coverage(scores, right),
        levels={name: level(cases, name) for name in POLICIES},
        threshold=threshold(cases),
    )


def case_of(ranking: Ranking, right: bool, answers: Callable[[Policy], bool]) -> Case:
    """The case of a ranking whose first candidate is ``right`` or not, and which some policies answer with."""
    return Case(
        score=decide(ranking).score,
        right=right,
        weighed=weighed_of(ranking) if ranking.candidates else (0.0,) * _WEIGHED,
        exact=bool(ranking.candidates) and ranking.candidates[0].exact,
        answerable=answers(_ANY_SCORE),
        answered_at=frozenset(name for name, policy in POLICIES.items() if answers(policy)),
    )


def ranked_case(ranking: Ranking, right: bool) -> Case:
    """The same where the ranking alone decides."""
    return case_of(ranking, right, lambda policy: decide(ranking, policy).decision is Decision.ANSWER)


def weighed_of(ranking: Ranking) -> tuple[float, ...]:
    """What the likelihood of the first candidate is made of: meaning, missing, lead, worded."""
    features = ranking.candidates[0].features
    return features.meaning, float(features.missing), lead(ranking), features.worded


def scores_of(cases: Sequence[Case]) -> Doubles:
    return np.array([case.score for case in cases], np.float64)


def rows_of(cases: Sequence[Case]) -> Doubles:
    return np.array([case.weighed for case in cases], np.float64).reshape(len(cases), _WEIGHED)


def right_of(cases: Sequence[Case]) -> Doubles:
    return np.array([case.right for case in cases], np.float64)


def calibration(scores: Doubles, right: Doubles) -> Calibration:
    """The error of ``scores``, and that of draws in which each question is right as likely as it says."""
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    drawn = np.random.default_rng(DRAW_SEED).random((DRAWS, len(ordered))) < ordered
    perfect = _errors(ordered, drawn.astype(np.float64))
    return Calibration(
        error=float(_errors(ordered, right[order])),
        perfect=float(perfect.mean()),
        perfect_95=float(np.quantile(perfect, 0.95)),
        bins=tuple(_bins(ordered, right[order])),
    )


def _errors(ordered: Doubles, right: Doubles) -> Doubles:
    """The mean gap between score and share right over bins of equal mass; ``right`` by score, of one draw or many."""
    starts, sizes = _equal_mass(len(ordered))
    gaps = np.add.reduceat(ordered - _shared(ordered, right), starts, axis=-1)
    found: Doubles = np.abs(gaps).sum(axis=-1) / sizes.sum()
    return found


def _bins(ordered: Doubles, right: Doubles) -> Iterator[Bin]:
    shared = _shared(ordered, right)
    for start, size in zip(*_equal_mass(len(ordered)), strict=True):
        part = slice(start, start + size)
        yield Bin(int(size), float(ordered[part].mean()), float(shared[part].mean()))


def _equal_mass(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each bin starts and how many it holds; the first ones take what is left over."""
    sizes = np.array([len(part) for part in np.array_split(np.arange(count), min(BINS, count))], np.intp)
    return np.cumsum(sizes) - sizes, sizes


def _shared(ordered: Doubles, right: Doubles) -> Doubles:
    """``right`` with questions of the same score sharing alike, so that their order does not matter."""
    starts = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)
    sizes = np.diff(starts, append=len(ordered))
    means = np.add.reduceat(right, starts, axis=-1) / sizes
    shared: Doubles = np.repeat(means, sizes, axis=-1)
    return shared


def refitted(found: Sequence[Calibration]) -> Refitted:
    errors = [one.error for one in found]
    return Refitted(
        error=fmean(errors),
        lowest=min(errors),
        highest=max(errors),
        perfect=fmean(one.perfect for one in found),
        perfect_95=fmean(one.perfect_95 for one in found),
    )


def cross_validated(cases: Sequence[Case], seed: int) -> Doubles:
    """The score of each case by weights that the other folds made."""
    fold = np.random.default_rng(seed).permutation(len(cases)) % FOLDS
    scores = np.zeros(len(cases))
    for held_out in range(FOLDS):
        others = [case for case, its in zip(cases, fold, strict=True) if its != held_out]
        there = np.flatnonzero(fold == held_out).tolist()
        scores[there] = rescored([cases[place] for place in there], fit(rows_of(others), right_of(others)))
    return scores


def rescored(cases: Sequence[Case], weights: Doubles) -> Doubles:
    """The scores by other weights; what was asked letter for letter is meant under all of them."""
    exact = np.array([case.exact for case in cases], bool)
    found = likelihoods(rows_of(cases), weights)
    return np.where(exact, np.maximum(found, EXACT_SCORE), found)


def likelihoods(rows: Doubles, weights: Doubles) -> Doubles:
    """``weights``: one a column of ``rows``, then the start."""
    found: Doubles = 1 / (1 + np.exp(-(rows @ weights[:-1] + weights[-1])))
    return found


def fit(rows: Doubles, right: Doubles) -> Doubles:
    """The weights of a logistic regression and its start, by Newton's steps; only the start goes unpenalised."""
    columns = np.column_stack([rows, np.ones(len(rows))])
    penalty = np.diag([2 * RIDGE] * rows.shape[1] + [1e-6])
    weights = np.zeros(columns.shape[1])
    for _ in range(_MOST_STEPS):
        likely = likelihoods(rows, weights)
        slope = columns.T @ (likely - right) + penalty @ weights
        bend = (columns * (likely * (1 - likely))[:, None]).T @ columns + penalty
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < _SETTLED:
            break
    return weights


def risk_coverage(scores: Doubles, right: Doubles) -> RiskCoverage:
    """How many of the answered are wrong, the surest first."""
    order = np.argsort(-scores, kind="stable")
    wrong = _wrong_so_far(1 - _shared(scores[order], right[order]))
    answered = [max(1, round(coverage * len(scores))) for coverage in _COVERAGES]
    return RiskCoverage(
        area=float(wrong.mean()),
        best_area=float(_wrong_so_far(np.sort(1 - right)).mean()),
        points=tuple(
            Covered(coverage, count, float(wrong[count - 1]), float(scores[order[count - 1]]))
            for coverage, count in zip(_COVERAGES, answered, strict=True)
        ),
    )


def _wrong_so_far(wrong: Doubles) -> Doubles:
    found: Doubles = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return found


def level(cases: Sequence[Case], name: str) -> Answered:
    """What one of the levels answers directly, and how well."""
    return _answered(POLICIES[name].answer_from, [case for case in cases if name in case.answered_at], len(cases))


def threshold(cases: Sequence[Case], precision: float = WANTED_PRECISION, fewest: int = FEWEST) -> Answered | None:
    """The lowest score from which on the answers that may be given are right often enough."""
    candidates = [case for case in cases if case.answerable]
    for start in sorted({case.score for case in candidates}):
        found = _answered(start, [case for case in candidates if case.score >= start], len(cases))
        if found.answered < fewest:
            return None
        if found.precision >= precision:
            return found
    return None


def _answered(start: float, answered: Sequence[Case], questions: int) -> Answered:
    right = sum(case.right for case in answered)
    low, high = wilson(right, len(answered))
    return Answered(
        start=start,
        answered=len(answered),
        coverage=len(answered) / questions,
        score=fmean(case.score for case in answered) if answered else 0.0,
        precision=right / len(answered) if answered else 0.0,
        low=low,
        high=high,
    )


def wilson(right: int, count: int) -> tuple[float, float]:
    """Between which shares the true one lies by 95 %, where ``right`` of ``count`` were seen."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, _NORMAL_95**2 / count
    middle, reach = share + square / 2, (square * (share * (1 - share) + square / 4)) ** 0.5
    return max(0.0, (middle - reach) / (1 + square)), min(1.0, (middle + reach) / (1 + square))
