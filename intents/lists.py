"""Many lists of whole numbers as two arrays, so that they can be asked for together and kept in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Lists:
    """One list of places a row, ascending: row ``r`` has ``places[starts[r]:starts[r + 1]]``."""

    starts: NDArray[np.int64]
    places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, row: int) -> NDArray[np.int32]:
        return self.places[self.starts[row] : self.starts[row + 1]]

    def lengths(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        return self.starts[rows + 1] - self.starts[rows]

    def together(self, rows: NDArray[np.intp]) -> NDArray[np.int32]:
        """The lists of ``rows`` one behind the other."""
        return self.places[spans(self.starts[rows], self.lengths(rows))]


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of spans, one behind the other: starts (3, 9), lengths (2, 1) -> (3, 4, 9)."""
    ends = lengths.cumsum()
    size = int(ends[-1]) if len(ends) else 0
    found: NDArray[np.int64] = (starts - ends + lengths).repeat(lengths) + np.arange(size)
    return found


def columns_of(matrix: sparse.csr_array | sparse.csc_array) -> Lists:
    """Per row of (rows, columns), the columns that it has."""
    by_row = matrix.tocsr()
    by_row.sort_indices()
    return Lists(by_row.indptr.astype(np.int64), by_row.indices.astype(np.int32))


def lists_of(rows: Iterable[Sequence[int]]) -> Lists:
    """``rows`` as they stand."""
    kept = list(rows)
    starts = np.cumsum([0, *map(len, kept)], dtype=np.int64)
    return Lists(starts, np.array([place for row in kept for place in row], np.int32))
