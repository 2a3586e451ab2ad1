"""Which texts have a term, and what it counts there: the inverted lists of BM25."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.counts import Floats
from intents.lists import Lists, spans

_K1, _B = 1.2, 0.75


@dataclass(frozen=True)
class Hits:
    """Where several terms stand, one term behind the other: ``lengths[t]`` of the ``rows`` have term ``t``.

    ``counts``: what the term counts in the row.  ``size``: how many rows there are in all.
    """

    rows: NDArray[np.int32]
    counts: Floats
    lengths: NDArray[np.int64]
    size: int

    def score(self, weights: Floats) -> Floats:
        """Per row, the sum of what its terms count in it, times their weights."""
        return np.bincount(self.rows, self.counts * weights.repeat(self.lengths), self.size).astype(np.float32)

    def sums(self, values: Floats) -> Floats:
        """Per row, the sum of the ``values`` of its terms."""
        return np.bincount(self.rows, values.repeat(self.lengths), self.size).astype(np.float32)


@dataclass(frozen=True)
class Postings:
    """Per term (column) the rows that have it, ascending, and what it counts in each."""

    lists: Lists
    counts: Floats
    size: int

    def hits(self, columns: NDArray[np.intp]) -> Hits:
        """Where the terms ``columns`` stand."""
        lengths = self.lists.lengths(columns)
        # One pass over all lists together: a pass per term costs three times as much.
        every = spans(self.lists.starts[columns], lengths)
        return Hits(self.lists.places[every], self.counts[every], lengths, self.size)

    def rows(self, columns: Collection[int]) -> NDArray[np.int32]:
        """The rows that have any of the terms, one that has several as often."""
        return self.lists.together(np.fromiter(columns, np.intp, len(columns)))


def postings(matrix: sparse.sparray) -> Postings:
    """The columns of (rows, terms)."""
    columns = sparse.csc_array(matrix)
    columns.sort_indices()
    return Postings(
        Lists(columns.indptr.astype(np.int64), columns.indices.astype(np.int32)),
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
