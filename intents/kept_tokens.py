"""The words of published texts, kept beside their index: what has not changed is not taken apart again.

Taking the texts apart is more than half of making an index, and of 1,786 entries publishing one changes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.array_files import ArrayFileError, read_arrays, save_arrays
from intents.storage import program_mark
from intents.tokenizer import Token, token_of, tokenize


class KeptTokens:
    """The tokens of texts, from ``path`` where they were kept there by this very program; None: kept nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept = _read(path) if path is not None else _NOTHING
        self._used: dict[bytes, Sequence[Token]] = {}
        self._changed = False

    def of(self, text: str) -> Sequence[Token]:
        """``text`` as tokens, as ``tokenize`` makes them."""
        name = hashlib.blake2b(text.encode(), digest_size=16).digest()
        found = self._used.get(name)
        if found is None:
            found = self._kept.of(name)
            if found is None:
                found = tokenize(text)
                self._changed = True
            self._used[name] = found
        return found

    def save(self) -> None:
        """Keep those that were asked for, and no others.  Raises OSError."""
        if self._path is None or not (self._changed or len(self._used) < self._kept.texts):
            return
        # The same word is nearly always the same object, and telling objects apart is ten times as fast.
        every = [token for tokens in self._used.values() for token in tokens]
        once = {id(token): token for token in every}
        numbers = {known: number for number, known in enumerate(once)}
        places = [numbers[id(token)] for token in every]
        plain = {
            "mark": program_mark(),
            "texts": list(self._used),
            "tokens": [(token.surface, token.normalized, token.reading, token.part) for token in once.values()],
        }
        starts = np.cumsum([0, *map(len, self._used.values())], dtype=np.int64)
        save_arrays(self._path, plain, {"starts": starts, "places": np.array(places, np.int32)})


class _Kept:
    """``numbers``: of each text by its name; its tokens stand in ``places`` from ``starts`` on, by their numbers."""

    def __init__(
        self,
        numbers: dict[bytes, int],
        tokens: Sequence[tuple[str, str, str, tuple[str, str]]],
        starts: NDArray[np.int64],
        places: NDArray[np.int32],
    ) -> None:
        self._numbers = numbers
        self._written = tokens
        self._made: list[Token | None] = [None] * len(tokens)
        self._starts, self._places = starts, places

    @property
    def texts(self) -> int:
        return len(self._numbers)

    def of(self, name: bytes) -> list[Token] | None:
        number = self._numbers.get(name)
        if number is None:
            return None
        places = self._places[self._starts[number] : self._starts[number + 1]].tolist()
        made = self._made
        return [made[place] or self._make(place) for place in places]

    def _make(self, place: int) -> Token:
        token = token_of(*self._written[place])
        self._made[place] = token
        return token


_NOTHING = _Kept({}, (), np.zeros(1, np.int64), np.empty(0, np.int32))


def _read(path: Path) -> _Kept:
    try:
        plain, arrays = read_arrays(path)
        if plain["mark"] != program_mark():
            return _NOTHING
        starts, places = arrays["starts"], arrays["places"]
        if len(starts) != len(plain["texts"]) + 1 or starts[-1] != len(places):
            return _NOTHING
        numbers = {name: number for number, name in enumerate(plain["texts"])}
        return _Kept(numbers, plain["tokens"], starts, places)
    except (OSError, ArrayFileError, KeyError):
        # Nothing is lost but the time to take the texts apart again.
        return _NOTHING
