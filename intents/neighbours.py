"""The nearest words of a vocabulary to any word: what a search is widened by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.counts import Floats
from intents.lists import Lists
from intents.vectors import Vectors

NEIGHBOUR_LIMIT = 6
_MEMORY = 2_000

Near = list[tuple[int, float]]


@dataclass(frozen=True)
class NearColumns:
    """Found when an index is made.

    ``known``: per column of the vocabulary those near to it, nearest first, with their
    ``cosines``.  ``rows``: the rows of the vectors that words of the vocabulary stand on,
    ascending; ``columns``: per such row these words.
    """

    known: Lists
    cosines: Floats
    rows: NDArray[np.int64]
    columns: Lists


class Neighbours:
    """Laid out for the words of a vocabulary; for any other word found when it is asked for."""

    def __init__(self, vocabulary: Mapping[str, int], vectors: Vectors, near: NearColumns) -> None:
        self.near = near
        self._vocabulary = vocabulary
        self._vectors = vectors
        self._asked: dict[str, Near] = {}

    def of(self, word: str) -> Near:
        """(column, cosine) of the words nearer than NEAR_FLOOR, nearest first, NEIGHBOUR_LIMIT at most."""
        found = self._asked.get(word)
        if found is None:
            found = self._found(word)
            if len(self._asked) < _MEMORY:
                self._asked[word] = found
        return found

    def _found(self, word: str) -> Near:
        column = self._vocabulary.get(word)
        if column is not None:
            span = slice(self.near.known.starts[column], self.near.known.starts[column + 1])
            return list(zip(self.near.known.places[span].tolist(), self.near.cosines[span].tolist(), strict=True))
        row = self._vectors.row(word)
        if row is None:
            return []
        columns, cosines = nearest(self._vectors, row, self.near.rows, self.near.columns)
        return list(zip(columns[:NEIGHBOUR_LIMIT].tolist(), cosines[:NEIGHBOUR_LIMIT].tolist(), strict=True))


def near_columns(vocabulary: Mapping[str, int], vectors: Vectors) -> NearColumns:
    """The neighbours of every word of ``vocabulary``."""
    found = [(row, column) for word, column in vocabulary.items() if (row := vectors.row(word)) is not None]
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    rows, first = np.unique(pairs[:, 0], return_index=True)
    columns = Lists(np.append(first, len(pairs)).astype(np.int64), pairs[:, 1].astype(np.int32))
    known: list[NDArray[np.int32]] = [np.empty(0, np.int32)] * len(vocabulary)
    cosines: list[Floats] = [np.empty(0, np.float32)] * len(vocabulary)
    for place, row in enumerate(rows.tolist()):
        near, cosine = nearest(vectors, row, rows, columns)
        for column in columns.of(place).tolist():
            others = np.flatnonzero(near[: NEIGHBOUR_LIMIT + 1] != column)[:NEIGHBOUR_LIMIT]
            known[column], cosines[column] = near[others], cosine[others]
    starts = np.cumsum([0, *map(len, known)], dtype=np.int64)
    together = np.concatenate([np.empty(0, np.int32), *known])
    return NearColumns(Lists(starts, together), np.concatenate([np.empty(0, np.float32), *cosines]), rows, columns)


def nearest(vectors: Vectors, row: int, rows: NDArray[np.int64], columns: Lists) -> tuple[NDArray[np.int32], Floats]:
    """The words on the rows near to ``row``, nearest first, those on ``row`` itself before all, and their cosines."""
    near, cosines = vectors.near(row)
    if not len(rows):
        return np.empty(0, np.int32), np.empty(0, np.float32)
    places = np.minimum(np.searchsorted(rows, near), len(rows) - 1)
    here = np.flatnonzero(rows[places] == near)[: NEIGHBOUR_LIMIT + 1]
    places = places[here]
    return columns.together(places), np.repeat(cosines[here], columns.lengths(places))
