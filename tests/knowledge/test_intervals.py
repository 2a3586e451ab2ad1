"""How sure a share is, in the words that officials use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from knowledge.intervals import TOO_FEW, ratio, share


@pytest.mark.parametrize(
    ("part", "whole", "percent", "words"),
    [
        (43, 50, "86.0%", "100件中およそ73〜94件"),
        (0, 200, "0.0%", "100件中およそ0〜2件"),
        (200, 200, "100.0%", "100件中およそ98〜100件"),
        (860_000, 1_000_000, "86.0%", "100件中およそ85〜87件"),
        (4, 4, TOO_FEW, TOO_FEW),
        (0, 0, TOO_FEW, TOO_FEW),
        (3, 5, "60.0%", "100件中およそ23〜89件"),
    ],
)
def test_a_share_in_words(part: int, whole: int, percent: str, words: str) -> None:
    found = share(part, whole)
    assert (found.percent, found.words) == (percent, words)


@given(st.integers(1, 5_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_interval_is_wilsons(given_: tuple[int, int]) -> None:
    part, whole = given_
    expected = binomtest(part, whole).proportion_ci(0.95, "wilson")
    assert share(part, whole).low == pytest.approx(float(expected.low), abs=1e-6)
    assert share(part, whole).high == pytest.approx(float(expected.high), abs=1e-6)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (100, 200, "2.0倍（およそ1.6〜2.5倍）。ふえました"),
        (200, 100, "0.5倍（およそ0.4〜0.6倍）。へりました"),
        (50, 55, "1.1倍（およそ0.8〜1.6倍）。ふだんの上がり下がりの内かもしれません"),
        (4, 400, TOO_FEW),
        (0, 12, TOO_FEW),
    ],
)
def test_two_counts_are_compared_with_care(before: int, after: int, words: str) -> None:
    assert ratio(before, after).words == words


def test_counts_of_unlike_spans_are_compared_by_the_day() -> None:
    assert ratio(140, 10, before_days=14, after_days=1).value == pytest.approx(1.0)


def test_a_part_larger_than_its_whole_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no part"):
        share(2, 1)
