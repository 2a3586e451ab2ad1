"""One rule for small counts: 1 to 4 are not told, 0 is 0, and no order tells them."""

from __future__ import annotations

import pytest

from knowledge import headlines, intervals, suppression
from knowledge.intervals import ratio
from knowledge.movers import Mover, movers
from knowledge.small_counts import FEWEST, drawn_count, ranked_count, shown_count
from knowledge.tallies import Tally


@pytest.mark.parametrize(
    ("count", "told", "drawn"),
    [(0, "0件", 0), (1, "5未満", None), (4, "5未満", None), (5, "5件", 5), (1234, "1,234件", 1234)],
)
def test_a_cell_tells_none_and_five_and_more(count: int, told: str, drawn: int | None) -> None:
    assert shown_count(count, "件") == told
    assert drawn_count(count) == drawn


def test_a_sum_at_the_head_of_a_page_is_told_whatever_it_is() -> None:
    assert shown_count(3, "件", total=True) == "3件"
    assert drawn_count(3, total=True) == 3


def test_small_counts_are_all_alike_in_an_order() -> None:
    assert [ranked_count(one) for one in (0, 1, 2, 3, 4, 5)] == [0, 2.5, 2.5, 2.5, 2.5, 5]


def test_what_is_judged_what_is_published_and_what_is_told_begin_at_the_same_number() -> None:
    assert intervals.FEWEST == suppression.FEWEST == FEWEST


def test_what_moved_tells_no_small_count_by_how_many_times_or_by_its_place() -> None:
    few = Mover("x", ratio(40, 2))
    assert few.words == "へりました"
    assert "倍" in Mover("x", ratio(40, 10)).words
    assert Mover("x", ratio(2, 40)).words == "少なくて判断できません", "nothing is drawn from a base of 2"
    found = movers({"a": 1, "b": 4, "c": 3, "d": 2}, {}, (30, 30))
    assert [one.value for one in found] == ["a", "b", "c", "d"]


def test_of_one_office_small_counts_and_what_tells_them_are_left_out() -> None:
    tally = Tally(asked=4, askers=3, nameless=1, answered=3, none=1, solved=2, unsolved=1, failed=1, outside=2)
    told = headlines.headlines(tally, hours_known=True, noted=False, total=False)
    whole = " ".join((*(f"{one.count} {one.words}" for one in told), *(one.meaning for one in told)))
    assert "5未満" in whole
    assert not any(f"{number}件" in whole or f"{number}人" in whole for number in range(1, 5))
    assert "%" not in whole
    of_all = {one.id: one for one in headlines.headlines(tally, hours_known=True, noted=False)}
    assert of_all["asked"].count == "4件"
    assert of_all["solved"].words == "", "a share that is not told is not told by its two numbers either"
