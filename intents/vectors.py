"""Word vectors (chiVe, as the package ja-ginza carries them), memory-mapped.

The package keeps 480,443 words on 20,000 rows, so unlike words may share one (住民票 and
戸籍 do): nearness here widens a search and never proves that a word is present.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgpack
import numpy as np
from numpy.typing import NDArray

from intents.lists import Lists

DIMENSIONS = 300
NEAR_FLOOR = 0.45
"""Rows are near from this cosine on."""
_AT_ONCE = 512
_ARRAYS = ("keys", "rows", "matrix", "near_starts", "near_rows", "near_cosines")

_MASK = (1 << 64) - 1
_FACTOR = 0xC6A4A7935BD1E995


@lru_cache(maxsize=100_000)
def word_key(word: str) -> int:
    """MurmurHash64A with seed 1 of the word's UTF-8 bytes: how the package names its words."""
    data = word.encode("utf-8", "surrogatepass")
    if not data:
        return 0
    value = (1 ^ (len(data) * _FACTOR)) & _MASK
    whole = len(data) // 8 * 8
    for start in range(0, whole, 8):
        block = int.from_bytes(data[start : start + 8], "little") * _FACTOR & _MASK
        block = (block ^ (block >> 47)) * _FACTOR & _MASK
        value = (value ^ block) * _FACTOR & _MASK
    if len(data) > whole:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _MASK
    value = (value ^ (value >> 47)) * _FACTOR & _MASK
    return value ^ (value >> 47)


@dataclass(frozen=True)
class Vectors:
    """``keys`` sorted (n,), ``rows`` (n,) into ``matrix`` (m, 300) of unit length, float32.

    ``nearby``: per row of ``matrix`` the rows near to it, itself first, nearest first, and their ``cosines``.
    """

    keys: NDArray[np.uint64]
    rows: NDArray[np.uint16]
    matrix: NDArray[np.float32]
    nearby: Lists
    cosines: NDArray[np.float32]

    def row(self, word: str) -> int | None:
        """The row of ``matrix`` that stands for ``word``, or None where it has none."""
        key = np.uint64(word_key(word))
        place = int(np.searchsorted(self.keys, key))
        if place < len(self.keys) and self.keys[place] == key:
            return int(self.rows[place])
        return None

    def vector(self, word: str) -> NDArray[np.float32] | None:
        row = self.row(word)
        return None if row is None else self.matrix[row]

    def rows_for(self, words: Collection[str]) -> NDArray[np.float32]:
        """A row per word, in their order: (words, 300); zeros for one without a vector."""
        found = np.zeros((max(len(words), 1), DIMENSIONS), np.float32)
        for place, word in enumerate(words):
            row = self.row(word)
            if row is not None:
                found[place] = self.matrix[row]
        return found

    def near(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The rows near to ``row``, itself first, nearest first, and their cosines."""
        span = slice(self.nearby.starts[row], self.nearby.starts[row + 1])
        return self.nearby.places[span], self.cosines[span]


NO_VECTORS = Vectors(
    np.empty(0, np.uint64),
    np.empty(0, np.uint16),
    np.empty((0, DIMENSIONS), np.float32),
    Lists(np.zeros(1, np.int64), np.empty(0, np.int32)),
    np.empty(0, np.float32),
)
"""Knows no word: search then goes by words alone."""


def open_vectors(folder: Path) -> Vectors:
    """The memory-mapped copy under ``folder``; NO_VECTORS where none was made."""
    if not all((folder / f"{name}.npy").exists() for name in _ARRAYS):
        return NO_VECTORS
    keys, rows, matrix, starts, near, cosines = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS)
    return Vectors(keys, rows, matrix, Lists(starts, near), cosines)


def make_vectors(folder: Path) -> int:
    """Write the copy from the installed package ja-ginza; the number of words.

    Raises FileNotFoundError, with the remedy, where the package is missing.
    """
    vocabulary = _package_vocabulary()
    table = msgpack.unpackb((vocabulary / "key2row").read_bytes(), strict_map_key=False)
    matrix = np.load(vocabulary / "vectors")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix = (matrix / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    keys = np.fromiter(table.keys(), np.uint64, len(table))
    rows = np.fromiter(table.values(), np.int64, len(table))
    order = np.argsort(keys)
    write_vectors(folder, keys[order], rows[order].astype(np.uint16), matrix)
    return len(keys)


def write_vectors(
    folder: Path, keys: NDArray[np.uint64], rows: NDArray[np.uint16], matrix: NDArray[np.float32]
) -> None:
    """Write what ``open_vectors`` opens, and which rows are near to each other beside it."""
    nearby, cosines = _near_rows(matrix)
    folder.mkdir(parents=True, exist_ok=True)
    arrays: tuple[NDArray[np.generic], ...] = (keys, rows, matrix, nearby.starts, nearby.places, cosines)
    for name, array in zip(_ARRAYS, arrays, strict=True):
        unfinished = folder / f"{name}.tmp.npy"
        np.save(unfinished, array)
        unfinished.replace(folder / f"{name}.npy")


def _near_rows(matrix: NDArray[np.float32]) -> tuple[Lists, NDArray[np.float32]]:
    """Some 57 rows of chiVe are near to one: found once here, no index needs to look for them again."""
    near, cosines = [], []
    for start in range(0, len(matrix), _AT_ONCE):
        for place, row in enumerate(matrix[start : start + _AT_ONCE] @ matrix.T, start):
            row[place] = 2.0  # itself first: another row may be the same
            found = np.flatnonzero(row > NEAR_FLOOR)
            found = found[np.argsort(-row[found], kind="stable")]
            near.append(found.astype(np.int32))
            cosines.append(np.minimum(row[found], np.float32(1.0)))
    starts = np.cumsum([0, *map(len, near)], dtype=np.int64)
    return Lists(starts, np.concatenate(near)), np.concatenate(cosines)


def _package_vocabulary() -> Path:
    # The package itself is never imported: that would need spaCy.
    spec = importlib.util.find_spec("ja_ginza")
    if spec and spec.submodule_search_locations:
        for found in sorted(Path(spec.submodule_search_locations[0]).glob("ja_ginza-*/vocab")):
            return found
    raise FileNotFoundError("語のベクトル（ja-ginza）がありません。make setup を実行してください")
