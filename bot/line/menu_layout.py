"""Where the areas of a rich menu lie: they cover the whole picture, and none covers another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

WIDTH = 2500
HEIGHT = 1686
COMPACT_HEIGHT = 843
"""In pixels, the sizes that LINE's manual recommends."""
_ROWS: Mapping[int, tuple[int, ...]] = {
    1: (1,),
    2: (1, 1),
    3: (1, 2),
    4: (2, 2),
    5: (2, 3),
    6: (3, 3),
    7: (2, 2, 3),
    8: (2, 3, 3),
    9: (3, 3, 3),
}
"""Areas to a row, by how many there are.

No more than three beside each other, which a thumb still tells apart; the first have the most room.
"""


@dataclass(frozen=True)
class Bounds:
    """A rectangle in pixels of the whole picture."""

    x: int
    y: int
    width: int
    height: int

    def within(self, margin: int) -> Bounds:
        return Bounds(self.x + margin, self.y + margin, self.width - 2 * margin, self.height - 2 * margin)


def height_of(*, compact: bool) -> int:
    return COMPACT_HEIGHT if compact else HEIGHT


def bounds_of(count: int, *, compact: bool) -> tuple[Bounds, ...]:
    """The areas from the upper left on.  Raises KeyError for a number that there is no layout for."""
    rows = (count,) if compact else _ROWS[count]
    return tuple(
        Bounds(left, top, right - left, bottom - top)
        for (top, bottom), columns in zip(pairwise(_edges(height_of(compact=compact), len(rows))), rows, strict=True)
        for left, right in pairwise(_edges(WIDTH, columns))
    )


def _edges(length: int, parts: int) -> list[int]:
    return [round(part * length / parts) for part in range(parts + 1)]
