"""Texts as vectors: the weighted sum of their words, in a space that the knowledge itself has shaped.

A word brings its own vector, those of its kanji and that of its reading: so 転居 leans on 転出,
ゴミ and ごみ fall together, and a word without a vector is not lost.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.counts import Counts, Floats, rarity, unseen_rarity
from intents.lexicon import is_concept
from intents.tokenizer import reading_of
from intents.vectors import Vectors

PART_SHARE = 0.3
"""What a kanji or a reading counts beside the word itself."""

_KANJI, _SOUND = "字", "音"
_PARTS = _KANJI + _SOUND
_MEMORY = 2_000
_AT_ONCE = 512

Halves = NDArray[np.float16]


@lru_cache(maxsize=100_000)
def parts_of(word: str) -> tuple[str, ...]:
    """The word itself, its kanji and its reading, each as the name of a feature; a concept has no parts."""
    if is_concept(word):
        return ()
    kanji = dict.fromkeys(f"{_KANJI}{letter}" for letter in word if "一" <= letter <= "龥")
    return (word, *kanji, f"{_SOUND}{reading_of(word)}")


@dataclass(frozen=True)
class Adaptation:
    """What was learned of each feature: ``emphasis`` (n,), ``vectors`` (n, 300), and of all, ``turn`` (300, d).

    A word vector is ``emphasis · rarity · vectors @ turn``.  Nothing in it depends on labels.
    """

    features: Mapping[str, int]
    emphasis: Floats
    vectors: Floats
    turn: Floats

    def to_bytes(self) -> bytes:
        """As kept in the database: halves are exact enough, and half as long."""
        target = io.BytesIO()
        np.savez_compressed(
            target,
            features=np.frombuffer("\n".join(self.features).encode(), np.uint8),
            emphasis=self.emphasis,
            vectors=self.vectors.astype(np.float16),
            turn=self.turn,
        )
        return target.getvalue()


def adaptation_from_bytes(data: bytes) -> Adaptation:
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        names = kept["features"].tobytes().decode().split("\n")
        return Adaptation(
            {name: row for row, name in enumerate(names)},
            kept["emphasis"],
            kept["vectors"].astype(np.float32),
            kept["turn"],
        )


@dataclass(frozen=True)
class WordParts:
    """The features of a vocabulary: ``parts`` is (terms, features), its values the shares."""

    names: Mapping[str, int]
    parts: sparse.csr_array
    rarity: Floats


def word_parts(counts: Counts) -> WordParts:
    """Every feature of the words of ``counts``, and how rare each is among the documents."""
    names: dict[str, int] = {}
    rows, columns, shares = [], [], []
    for word, row in counts.vocabulary.items():
        for place, part in enumerate(parts_of(word)):
            rows.append(row)
            columns.append(names.setdefault(part, len(names)))
            shares.append(1.0 if place == 0 else PART_SHARE)
    shape = (max(len(counts.vocabulary), 1), max(len(names), 1))
    parts = sparse.csr_array((np.array(shares, np.float32), (rows, columns)), shape=shape)
    having = sparse.csr_array(counts.presence() @ parts)
    frequency = np.bincount(having.indices, minlength=shape[1]).astype(np.float32)
    return WordParts(names, parts, rarity(frequency, counts.layout.documents))


def first_vectors(features: WordParts, word_vectors: Floats) -> Floats:
    """Where learning starts: a word from its own vector, a part from those of the words that have it."""
    own = features.parts.copy()
    own.data = (own.data == 1.0).astype(np.float32)
    spread = features.parts.copy()
    spread.data = (spread.data != 1.0).astype(np.float32)
    weighted = word_vectors * (own @ features.rarity)[:, None]
    of_words, of_parts = own.T.tocsr(), spread.T.tocsr()
    found = np.empty((own.shape[1], word_vectors.shape[1]), np.float32)
    for rows in _by_rows(len(found)):
        found[rows] = of_words[rows] @ word_vectors + unit(of_parts[rows] @ weighted)
    return found


def _by_rows(number: int) -> Iterator[slice]:
    """All rows, some at a time: what is made of them on the way never weighs as much as they do themselves."""
    for start in range(0, number, _AT_ONCE):
        yield slice(start, start + _AT_ONCE)


@dataclass(frozen=True)
class WordVectors:
    """What a sum of words is made of, each row times its rarity; d is 300 before learning, less after it.

    ``words`` (terms, d) stand as in the vocabulary; ``parts`` (n, d), named by
    ``part_names``, are the kanji and readings that words unknown to the vocabulary lean on.
    Halves: they are read a few rows at a time, and are the largest part of an index.
    """

    words: Halves
    parts: Halves
    part_names: Mapping[str, int]
    turn: Floats | None
    """The turn of all vectors that was learned, (300, d); None before learning."""
    unseen: float
    """The rarity of a word that stands nowhere."""


def word_vectors(counts: Counts, vectors: Vectors, adaptation: Adaptation | None) -> WordVectors:
    """The vectors of the words of ``counts``, by ``adaptation`` where there is one."""
    features = word_parts(counts)
    base = first_vectors(features, vectors.rows_for(counts.vocabulary))
    emphasis = np.ones(len(base), np.float32)
    if adaptation is not None:
        here, there = _shared(features.names, adaptation.features)
        base[here] = adaptation.vectors[there]
        emphasis[here] = adaptation.emphasis[there]
    turn = adaptation.turn if adaptation is not None else None
    base *= (emphasis * features.rarity)[:, None]
    parts = _turned(base, turn)
    # Words of the vocabulary have their rows; of the rest only kanji and readings are ever looked up.
    lent = {name: row for name, row in features.names.items() if name[:1] in _PARTS and len(name) > 1}
    return WordVectors(
        _halves(features.parts, parts),
        parts[list(lent.values())].astype(np.float16),
        {name: place for place, name in enumerate(lent)},
        turn,
        unseen_rarity(counts.layout.documents),
    )


def _halves(shares: sparse.csr_array, parts: Floats) -> Halves:
    found = np.empty((shares.shape[0], parts.shape[1]), np.float16)
    for rows in _by_rows(len(found)):
        found[rows] = shares[rows] @ parts
    return found


def make_encoder(counts: Counts, vectors: Vectors, adaptation: Adaptation | None) -> Encoder:
    return Encoder(counts.vocabulary, vectors, word_vectors(counts, vectors, adaptation))


class Encoder:
    """Texts of the words of a vocabulary, and of any other word, as vectors."""

    def __init__(self, vocabulary: Mapping[str, int], vectors: Vectors, made: WordVectors) -> None:
        self.made = made
        self._vocabulary = vocabulary
        self.vectors = vectors
        self._others: dict[str, Halves] = {}

    @property
    def adapted(self) -> bool:
        """Whether the knowledge itself has shaped the vectors."""
        return self.made.turn is not None

    def texts(self, counts: sparse.csr_array) -> Floats:
        """The unit vector of each text of (texts, terms); zeros where no word is known."""
        damped = counts.copy()
        damped.data = np.sqrt(damped.data)
        words = self.made.words.astype(np.float32)
        found = np.empty((damped.shape[0], words.shape[1]), np.float32)
        for rows in _by_rows(len(found)):
            found[rows] = unit(damped[rows] @ words)
        return found

    def text(self, words: Mapping[str, float]) -> Floats:
        """The unit vector (d,) of words with what each counts; zeros where none is known."""
        if not words:
            return np.zeros(self.made.words.shape[1], np.float32)
        counts = np.fromiter(words.values(), np.float32, len(words))
        rows = [self._vocabulary.get(word, -1) for word in words]
        known = np.array([self.word(word) for word in words]) if min(rows) < 0 else self.made.words[rows]
        found: Floats = counts @ known.astype(np.float32)
        return found / np.float32(max(math.sqrt(found @ found), 1e-9))

    def word(self, word: str) -> Halves:
        """What a word adds to a text, by its rarity: (d,)."""
        row = self._vocabulary.get(word)
        if row is not None:
            known: Halves = self.made.words[row]
            return known
        found = self._others.get(word)
        if found is None:
            found = self._composed(word).astype(np.float16)
            if len(self._others) < _MEMORY:
                self._others[word] = found
        return found

    def exists(self, word: str) -> bool:
        """Whether a word is one of the language, known by its vector: no slip of the finger.

        Without vectors every word may be one.
        """
        return self.vectors.row(word) is not None or not len(self.vectors.keys)

    def _composed(self, word: str) -> Floats:
        """A word that stands nowhere, from its vector and the parts that it shares."""
        total = np.zeros(self.made.words.shape[1], np.float32)
        own = self.vectors.vector(word)
        if own is not None:
            total += _turned(own * np.float32(self.made.unseen), self.made.turn)
        for part in parts_of(word)[1:]:
            row = self.made.part_names.get(part)
            if row is not None:
                total += np.float32(PART_SHARE) * self.made.parts[row].astype(np.float32)
        return total


def _turned(rows: Floats, turn: Floats | None) -> Floats:
    turned: Floats = rows if turn is None else rows @ turn
    return turned


def _shared(names: Mapping[str, int], learned: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """The rows of the features that both know."""
    both = [(row, learned[name]) for name, row in names.items() if name in learned]
    return [row for row, _ in both], [row for _, row in both]


def unit(rows: Floats) -> Floats:
    """Each row at length 1; zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    found: Floats = (rows / np.maximum(lengths, 1e-9)).astype(np.float32, copy=False)
    return found
