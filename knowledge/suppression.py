"""Small counts kept back, so that nobody is told from them, and none is found by taking the others from the sum.

The sum of the cells is taken to be public, and so is this procedure: what is kept back beside the small cells is
chosen by its place, never by its size, for a choice by size would tell of the sizes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from knowledge import small_counts
from knowledge.small_counts import is_small

FEWEST = small_counts.FEWEST
_SLACK = 3
"""How many ways, at least, a small cell must be able to differ.  With less, some sums lead back to single cells."""


@dataclass(frozen=True)
class Published:
    """``cells``: None where kept back; ``total`` None: the sum, and with it everything, is."""

    cells: tuple[int | None, ...]
    total: int | None


def published(cells: Sequence[int]) -> Published:
    """``cells`` in the order in which they may be kept back for the sake of others: what matters least first."""
    if any(cell < 0 for cell in cells):
        raise ValueError("counts are not below 0")
    small = {place for place, cell in enumerate(cells) if is_small(cell)}
    hidden, others = set(small), [place for place, cell in enumerate(cells) if cell >= FEWEST]
    while small and not _is_safe(sum(cells[place] for place in hidden), len(small), len(hidden) - len(small)):
        if not others:
            return Published((None,) * len(cells), None)
        hidden.add(others.pop(0))
    return Published(tuple(None if place in hidden else cell for place, cell in enumerate(cells)), sum(cells))


def rows_kept_back(columns: Sequence[Sequence[int]], forced: Collection[int] = ()) -> frozenset[int]:
    """The rows of a table to be kept back whole: those with a small cell or ``forced``, and others beside them.

    Of every column the sum is told, and nothing else of a row that is kept back.  Rows stand in the order in which
    they may be kept back for the sake of others; all of them are where nothing less is safe.
    """
    rows = range(len(columns[0]))
    hidden = set(forced) | {row for row in rows if any(0 < column[row] < FEWEST for column in columns)}
    others = [row for row in rows if row not in hidden and any(column[row] >= FEWEST for column in columns)]
    while not all(_is_column_safe(column, hidden) for column in columns):
        if not others:
            return frozenset(rows)
        hidden.add(others.pop(0))
    return frozenset(hidden)


def _is_column_safe(column: Sequence[int], hidden: Collection[int]) -> bool:
    cells = [column[row] for row in hidden]
    if not any(0 < cell < FEWEST for cell in cells):
        return True
    large = sum(cell >= FEWEST for cell in cells)
    return _is_safe(sum(cells), len(cells) - large, large)


def _is_safe(total: int, small: int, large: int) -> bool:
    """Whether ``total`` leaves open what each of ``small`` cells (1 to 4) is, with ``large`` others (5 or more)."""
    if large == 0:
        return total - small >= _SLACK and (FEWEST - 1) * small - total >= _SLACK
    return total >= FEWEST * large + small + _SLACK
