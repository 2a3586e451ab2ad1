"""The importer against what was read by hand: in invented plans, and in five real ones where their texts are at hand."""

from __future__ import annotations

import pytest

from knowledge.plan_contents import PlanContents
from tests.plan_recall import (
    COUNTED,
    FACTS,
    INVENTED,
    PLANS,
    Share,
    compare,
    contents,
    headings,
    indicator_fields,
    invented,
    row_fields,
)

needs_plans = pytest.mark.skipif(not PLANS.is_dir(), reason="../shared/plans がないため、数えません")

HEADINGS = 0.9
"""Recall and precision of headings that a change must not fall below, in every plan."""
UNTUNED = {"雲見村": 0.85}
"""Where it is less, since the plan was written after the tuning."""
YEARS_LOST = frozenset({"222232"})
"""Plans whose schedule has lost its columns in the text: no year is told."""


@needs_plans
@pytest.mark.parametrize("code", COUNTED)
def test_the_headings_of_a_real_plan_are_found(code: str) -> None:
    share = compare(COUNTED[code]["headings"], headings(contents(code)))
    assert share.recall >= HEADINGS
    assert share.precision >= HEADINGS


@needs_plans
@pytest.mark.parametrize("code", FACTS)
def test_every_field_of_the_indicators_of_a_real_plan_is_found(code: str) -> None:
    assert wrong(indicator_fields(FACTS[code]["indicators"], contents(code).indicators)) == {}


@needs_plans
@pytest.mark.parametrize("code", FACTS)
def test_no_year_of_a_real_schedule_is_wrong(code: str) -> None:
    names, years = row_fields(FACTS[code]["schedule"], contents(code)).values()
    assert names.recall >= 0.85
    assert years.precision == 1
    assert years.recall == (0 if code in YEARS_LOST else 1)


@needs_plans
@pytest.mark.parametrize("code", FACTS)
def test_every_word_that_a_real_plan_explains_is_found(code: str) -> None:
    share = compare(FACTS[code]["terms"], [one.term for one in contents(code).terms])
    assert (share.recall, share.precision) == (1, 1)


@pytest.mark.parametrize("name", INVENTED)
def test_an_invented_plan_of_another_make_up_is_read(name: str) -> None:
    plan, found = INVENTED[name], invented(name)
    share = compare(plan["headings"], headings(found))
    assert share.recall >= UNTUNED.get(name, 1)
    assert share.precision == 1
    assert wrong(indicator_fields(plan["indicators"], found.indicators)) == {}
    assert told_steps(found) == [
        (called, [(tuple(years), text) for years, text in steps]) for called, steps in plan["schedule"]
    ]


def told_steps(found: PlanContents) -> list[tuple[str, list[tuple[tuple[int, ...], str]]]]:
    return [(one.name, list(one.steps)) for one in found.schedules]


def wrong(shares: dict[str, Share]) -> dict[str, Share]:
    return {field: share for field, share in shares.items() if (share.recall, share.precision) != (1, 1)}


def test_a_number_alone_is_found_with_the_text_below_it() -> None:
    assert compare(["1-1-1", "第1章 あ"], ["1-1-1 体制をつくる", "第1章　あ", "余分"]).right == 2
