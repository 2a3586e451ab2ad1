"""The nearest words of a vocabulary to any word: what a search is widened by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from intents.counts import Floats
from intents.vectors import Vectors

NEIGHBOUR_FLOOR, NEIGHBOUR_LIMIT = 0.45, 10
_MEMORY = 20_000
_AT_ONCE = 512

Near = tuple[tuple[int, float], ...]


class Neighbours:
    """Found for the whole vocabulary when it is made; for another word when it is asked for."""

    def __init__(self, vocabulary: Mapping[str, int], vectors: Vectors) -> None:
        self._vectors = vectors
        self._matrix = vectors.rows_for(vocabulary)
        self._vocabulary = vocabulary
        self._known = self._all()
        self._others: dict[str, Near] = {}

    def of(self, word: str) -> Near:
        """(column, cosine) of the words nearer than NEIGHBOUR_FLOOR, nearest first, NEIGHBOUR_LIMIT at most."""
        column = self._vocabulary.get(word)
        if column is not None:
            return self._known[column]
        found = self._others.get(word)
        if found is None:
            vector = self._vectors.vector(word)
            found = () if vector is None else self._nearest(self._matrix @ vector, -1)
            if len(self._others) < _MEMORY:
                self._others[word] = found
        return found

    def _all(self) -> list[Near]:
        found: list[Near] = []
        for start in range(0, len(self._vocabulary), _AT_ONCE):
            cosines = self._matrix[start : start + _AT_ONCE] @ self._matrix.T
            found += (self._nearest(row, start + place) for place, row in enumerate(cosines))
        return found

    def _nearest(self, cosines: Floats, itself: int) -> Near:
        near = np.flatnonzero(cosines > NEIGHBOUR_FLOOR)
        near = near[near != itself]
        best = near[np.argsort(-cosines[near], kind="stable")][:NEIGHBOUR_LIMIT]
        return tuple(zip(best.tolist(), cosines[best].tolist(), strict=True))
