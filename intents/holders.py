"""Which documents have a word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intents.lists import Lists

_MOST_BYTES = 2 << 20


class Holders:
    """``lists``: per term of the vocabulary the documents that have it in any text, of ``documents`` in all."""

    def __init__(self, lists: Lists, documents: int) -> None:
        self.lists = lists
        self._documents = documents
        self._most = _MOST_BYTES // max(documents, 1)
        self._told: dict[frozenset[int], NDArray[np.bool_]] = {}

    def of(self, columns: frozenset[int]) -> NDArray[np.bool_]:
        """Per document, whether it has any of the terms ``columns``.  Residents say the same few words."""
        found = self._told.get(columns)
        if found is None:
            found = np.zeros(self._documents, bool)
            for column in columns:
                found[self.lists.of(column)] = True
            if len(self._told) < self._most:
                self._told[columns] = found
        return found
