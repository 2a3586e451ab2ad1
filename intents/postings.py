"""Which texts have a term, and what it counts there: the inverted lists of BM25."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.counts import Floats

_K1, _B = 1.2, 0.75


@dataclass(frozen=True)
class Postings:
    """Per term (column) the rows that have it, ascending, and what it counts in each."""

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: Floats
    size: int

    def having(self, column: int) -> NDArray[np.int32]:
        """The rows that have a term."""
        return self.rows[self.starts[column] : self.starts[column + 1]]

    def score(self, weights: Iterable[tuple[int, float]]) -> Floats:
        """Per row, the weighted sum of what the terms (column, weight) count in it."""
        rows, counts = [], []
        starts = self.starts
        for column, weight in weights:
            span = slice(starts[column], starts[column + 1])
            rows.append(self.rows[span])
            counts.append(self.counts[span] * np.float32(weight))
        if not rows:
            return np.zeros(self.size, np.float32)
        # One pass over all lists together: a pass per term costs five times as much.
        return np.bincount(np.concatenate(rows), np.concatenate(counts), self.size).astype(np.float32)


def postings(matrix: sparse.sparray) -> Postings:
    """The columns of (rows, terms)."""
    columns = sparse.csc_array(matrix)
    columns.sort_indices()
    return Postings(
        columns.indptr.astype(np.int64),
        columns.indices.astype(np.int32),
        columns.data.astype(np.float32),
        columns.shape[0],
    )


def bm25(counts: sparse.csr_array, weights: Floats) -> sparse.csr_array:
    """What each term counts in each text (k1 1.2, b 0.75): (texts, terms)."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    average = lengths.mean() if len(lengths) else 1.0
    norm = _K1 * (1 - _B + _B * lengths / max(float(average), 1e-9))
    coo = counts.tocoo()
    data = weights[coo.col] * coo.data * (_K1 + 1) / (coo.data + norm[coo.row])
    return sparse.csr_array((data.astype(np.float32), (coo.row, coo.col)), shape=counts.shape)
