"""What is kept back stays unknown, even to whoever knows the sum, every other cell and how it was chosen."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest

from knowledge.suppression import FEWEST, Published, published


@pytest.mark.parametrize(
    ("cells", "told", "total"),
    [
        ((0, 0, 0), (0, 0, 0), 0),
        ((5, 6, 7), (5, 6, 7), 18),
        ((0, 9, 12), (0, 9, 12), 21),
        ((3, 20, 30), (None, None, 30), 53),
        ((20, 3, 30), (None, None, 30), 53),
        ((20, 30, 3), (None, 30, None), 53),
        ((1, 2), (None, None), None),
        ((4,), (None,), None),
        ((), (), 0),
    ],
)
def test_small_cells_are_kept_back_and_one_more_that_would_tell_them(
    cells: tuple[int, ...], told: tuple[int | None, ...], total: int | None
) -> None:
    assert published(cells) == Published(told, total)


def test_a_count_is_not_below_nothing() -> None:
    with pytest.raises(ValueError):
        published((1, -1))


@pytest.mark.parametrize(("places", "most"), [(1, 40), (2, 30), (3, 22), (4, 12), (5, 8)])
def test_no_small_cell_can_be_computed_from_what_is_published(places: int, most: int) -> None:
    """Every table there is, up to a size: those that look the same once published must differ in what is small."""
    seen: dict[Published, list[tuple[int, ...]]] = defaultdict(list)
    for cells in product(range(most + 1), repeat=places):
        seen[published(cells)].append(cells)
    for told, tables in seen.items():
        if max(max(cells) for cells in tables) > most - FEWEST:
            continue  # larger tables, not tried here, look the same
        for place, cell in enumerate(told.cells):
            values = {cells[place] for cells in tables}
            assert cell is not None or len(values) > 1 or min(values) >= FEWEST, (told, tables)
            if cell is not None:
                assert values == {cell}
                assert cell == 0 or cell >= FEWEST
