"""The importer against a count by hand of five real plans, where their texts are at hand."""

from __future__ import annotations

import pytest

from tests.plan_recall import COUNTED, PLANS, compare, measure

pytestmark = pytest.mark.skipif(not PLANS.is_dir(), reason="../shared/plans がないため、数えません")

LEAST = {"242047": (0.75, 0.8), "222232": (0.7, 0.65), "232084": (0.95, 0.9), "122106": (0.75, 0.8), "382159": (0.7, 0.95)}  # fmt: skip
"""Recall and precision of headings that a change must not fall below."""


@pytest.mark.parametrize("code", COUNTED)
def test_the_headings_and_indicators_of_a_real_plan_are_found(code: str) -> None:
    headings, indicators = measure(code)
    recall, precision = LEAST[code]
    assert headings.recall >= recall
    assert headings.precision >= precision
    assert (indicators.recall, indicators.precision) == (1, 1)


def test_a_number_alone_is_found_with_the_text_below_it() -> None:
    assert compare(["1-1-1", "第1章 あ"], ["1-1-1 体制をつくる", "第1章　あ", "余分"]).right == 2
