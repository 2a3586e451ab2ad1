"""What of a breakdown a document may tell that leaves the house: few are not told, nor is what would lead to them.

The sum of a breakdown stands in the same document.  What is kept back beside the few is chosen by its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from knowledge.intervals import FEWEST
from knowledge.suppression import rows_kept_back
from knowledge.tallies import Tally

FEW = f"{FEWEST}未満"
"""What a document says instead of a count from 1 to FEWEST - 1."""
KEPT_BACK = "伏せています"
"""The same of a count that would lead to such a one by subtraction."""


@dataclass(frozen=True)
class Breakdown:
    """``shown``: what may be told, most first.  ``few``: how many values have a question, but fewer than FEWEST.

    ``covering``: the values that are kept back with them, since the few could be computed from the sum otherwise.
    ``is_kept_back``: nothing at all can be told.
    """

    shown: tuple[tuple[str, Tally], ...]
    few: int = 0
    covering: tuple[str, ...] = ()
    is_kept_back: bool = False


def breakdown(values: Mapping[str, Tally], leave_out: Collection[str] = ()) -> Breakdown:
    """``values`` without those to ``leave_out``; of what cannot be made safe nothing is shown."""
    found = sorted((value, one) for value, one in values.items() if one.asked and value not in leave_out)
    kept = rows_kept_back([[one.asked for _, one in found]])
    if found and len(kept) == len(found):
        return Breakdown((), is_kept_back=True)
    shown = [each for place, each in enumerate(found) if place not in kept]
    few = sum(one.asked < FEWEST for _, one in found)
    covering = tuple(value for place, (value, one) in enumerate(found) if place in kept and one.asked >= FEWEST)
    return Breakdown(tuple(sorted(shown, key=lambda each: (-each[1].asked, each[0]))), few, covering)


def few_words(count: int) -> str:
    """A count that belongs to no sum: only that there are few is told of the few."""
    return FEW if 0 < count < FEWEST else f"{count:,}"


def counted(count: int, unit: str = "件") -> str:
    """The same within a sentence: ``75件``, ``5件未満``."""
    return f"{FEWEST}{unit}未満" if 0 < count < FEWEST else f"{count:,}{unit}"


def cell_words(cells: Sequence[int]) -> tuple[str, ...]:
    """Counts of which the sum is told."""
    kept = rows_kept_back([cells])
    return tuple(_words(cell, place in kept, len(kept) == len(cells)) for place, cell in enumerate(cells))


def _words(cell: int, is_kept: bool, are_all_kept: bool) -> str:
    if not is_kept:
        return f"{cell:,}"
    # Where everything is kept back the few must not be told from the others: the sum would be theirs.
    return FEW if 0 < cell < FEWEST and not are_all_kept else KEPT_BACK
