"""What documents tell of breakdowns: the few are not told, nor found by taking the others from the sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

import pytest

from knowledge.breakdowns import FEW, KEPT_BACK, Breakdown, breakdown, cell_words, counted, few_words
from knowledge.intervals import FEWEST
from knowledge.suppression import rows_kept_back
from knowledge.tallies import Tally

Told = tuple[tuple[tuple[int, ...] | None, ...], tuple[int, ...]]


def asked(**counts: int) -> dict[str, Tally]:
    return {name: Tally(asked=count) for name, count in counts.items()}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((12, 0, 700), ("12", "0", "700")),
        ((3, 20, 30), (FEW, KEPT_BACK, "30")),
        ((20, 30, 3), (KEPT_BACK, "30", FEW)),
        ((0, 3), (KEPT_BACK, KEPT_BACK)),
        ((4,), (KEPT_BACK,)),
        ((), ()),
    ],
)
def test_the_few_and_one_more_are_kept_back(cells: tuple[int, ...], words: tuple[str, ...]) -> None:
    assert cell_words(cells) == words


@pytest.mark.parametrize(("places", "most"), [(2, 30), (3, 18), (4, 11)])
def test_no_small_cell_can_be_computed_from_what_is_told_with_the_sum(places: int, most: int) -> None:
    """Every table there is, up to a size: those that look the same must differ in what is kept back as few."""
    seen: dict[tuple[tuple[str, ...], int], list[tuple[int, ...]]] = defaultdict(list)
    for cells in product(range(most + 1), repeat=places):
        seen[cell_words(cells), sum(cells)].append(cells)
    for (words, _), tables in seen.items():
        if max(map(max, tables)) > most - FEWEST:
            continue  # larger tables, not tried here, look the same
        for place, word in enumerate(words):
            values = {cells[place] for cells in tables}
            if word in (FEW, KEPT_BACK):
                assert len(values) > 1 or min(values) >= FEWEST, (words, tables)
            else:
                assert not 0 < int(word) < FEWEST


def test_no_column_of_a_table_that_is_kept_back_by_rows_tells_the_few() -> None:
    """Of two columns the sums are told; rows are kept back whole, which of their cells is small is not told."""
    seen: dict[Told, list[tuple[tuple[int, int], ...]]] = defaultdict(list)
    pairs = [*product(range(6), repeat=2)]
    large = [*product(range(20, 29), repeat=2)]
    for table in product(pairs, pairs, large):
        columns = list(zip(*table, strict=True))
        kept = rows_kept_back(columns)
        told = tuple(None if place in kept else row for place, row in enumerate(table))
        seen[told, tuple(map(sum, columns))].append(table)
    for (told, _), tables in seen.items():
        if any(not 23 <= cell <= 25 for table in tables for cell in table[2]):
            continue  # others, not tried here, look the same
        for place, column in product(range(3), (0, 1)):
            values = {table[place][column] for table in tables}
            if told[place] is not None:
                assert not any(0 < value < FEWEST for value in values)
            else:
                assert len(values) > 1 or min(values) == 0 or min(values) >= FEWEST, (told, tables)


def test_rows_that_must_be_kept_back_anyway_are() -> None:
    assert rows_kept_back([[10, 20, 30]], forced=[1]) == {1}
    assert rows_kept_back([[10, 20, 3]], forced=[1]) == {1, 2}


def test_a_breakdown_tells_the_most_first_and_names_what_hides_the_few() -> None:
    found = breakdown(asked(a=20, b=50, c=2, d=0))
    assert [name for name, _ in found.shown] == ["b"]
    assert (found.few, found.covering, found.is_kept_back) == (1, ("a",), False)
    assert [name for name, _ in breakdown(asked(a=20, b=50)).shown] == ["b", "a"]
    assert breakdown(asked(a=20, c=2)) == Breakdown((), is_kept_back=True)
    assert breakdown(asked(c=3)) == Breakdown((), is_kept_back=True)
    assert breakdown({}) == Breakdown(())
    assert [name for name, _ in breakdown({"": Tally(asked=9), **asked(a=8)}, ("",)).shown] == ["a"]


def test_a_count_of_no_sum_is_told_from_five_on() -> None:
    assert _each(few_words, (0, 1, 4, 5, 1200)) == ["0", FEW, FEW, "5", "1,200"]
    assert _each(counted, (0, 4, 75)) == ["0件", "5件未満", "75件"]
    assert counted(3, "人") == "5人未満"


def _each(words: object, counts: Iterable[int]) -> list[str]:
    assert callable(words)
    return [str(words(count)) for count in counts]
