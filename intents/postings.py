"""Which texts have a term, and what it counts there: the inverted lists of BM25."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from intents.counts import Floats
from intents.lists import Lists, spans

_K1, _B = 1.2, 0.75


@dataclass(frozen=True)
class Postings:
    """Per term (column) the rows that have it, ascending, and what it counts in each."""

    lists: Lists
    counts: Floats
    size: int

    def score(self, weights: Mapping[int, float]) -> Floats:
        """Per row, the sum of what the terms (columns) count in it, times their weights."""
        columns = np.fromiter(weights, np.int64, len(weights))
        shares = np.fromiter(weights.values(), np.float32, len(weights))
        lengths = self.lists.lengths(columns)
        # One pass over all lists together: a pass per term costs three times as much.
        every = spans(self.lists.starts[columns], lengths)
        counts = self.counts[every] * shares.repeat(lengths)
        return np.bincount(self.lists.places[every], counts, self.size).astype(np.float32)


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
