"""What speaks for a document: the figures that order the best of them, and that a decision weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.counts import Floats, Layout
from intents.derivation import related_forms
from intents.index import Index
from intents.lists import spans
from intents.patterns import word_list
from intents.understanding import Query

ASKED_SHARE = 0.4
"""What nearness to the best wording counts beside nearness to the answer."""
UNADAPTED_SLOPE, UNADAPTED_START = 1.46, -0.36
"""Before learning cosines lie higher and closer together: matched by mean and spread, without labels."""
NO_VECTORS_SHARE = 0.9
"""Where vectors cannot tell, shared words or sounds stand for a shared meaning, a little less surely."""
_VERB_WEIGHT = 0.5
_WHOLE = np.float32(1.0)
_GENERAL_NOUNS = word_list("general_nouns")
"""今後, 機会, 件: nouns that name no matter of their own, however rare they are in the texts."""


@dataclass(frozen=True)
class Features:
    """What speaks for a candidate, each 0 to 1 but for ``missing``.

    ``coverage``: share of the question's words (by rarity) that stand in the document, itself
    or as a synonym; nearness in vectors never counts.  ``key``: that of the nouns that name a
    matter, and 0 where the rarest of them is not there.  ``likeness``: to the most alike wording.
    ``sound``: share of the question's kana runs in the most alike wording.  ``meaning``: nearness in
    vectors, to wording and answer.  ``missing``: how many of the question's nouns do not stand in the
    document.  ``worded``: 1 where staff gave it other wordings than its title.
    """

    coverage: float
    key: float
    likeness: float
    sound: float
    meaning: float
    missing: int
    worded: float


@dataclass(frozen=True)
class Figures:
    """The features of several documents, an array of as many each."""

    coverage: Floats
    key: Floats
    likeness: Floats
    sound: Floats
    meaning: Floats
    missing: NDArray[np.int64]
    worded: Floats

    def at(self, places: Sequence[int]) -> list[Features]:
        """Those of some of the documents, in this order."""
        arrays = (self.coverage, self.key, self.likeness, self.sound, self.meaning, self.missing, self.worded)
        rows = list(zip(*(array.tolist() for array in arrays), strict=True))
        return [Features(*rows[place]) for place in places]

    def weight(self) -> Floats:
        """What orders the best documents, beside their points."""
        found: Floats = 1.2 * self.coverage + 0.5 * self.key + 0.55 * self.likeness + 1.8 * self.sound
        return found


@dataclass(frozen=True)
class Closeness:
    """How close each text is to a question.

    ``cosine``: as vectors.  ``shared``: the squares of the weights of the terms that both have.
    """

    cosine: Floats
    shared: Floats


@dataclass(frozen=True)
class AskedWord:
    """A word of the question: what it weighs, whether it is a noun and names a matter, and what would hold it."""

    weight: float
    noun: bool
    naming: bool
    columns: frozenset[int]


def asked_words(index: Index, query: Query) -> list[AskedWord]:
    """The content words of a question, each once."""
    named = [token for token in query.tokens if token.naming]
    concepts: dict[int, set[str]] = {}
    for concept, (start, end) in zip(query.terms.concepts, query.terms.spans, strict=True):
        for place in range(start, end):
            concepts.setdefault(place, set()).add(concept)
    asked: dict[str, AskedWord] = {}
    for place, token in enumerate(named):
        word = token.normalized
        if not token.content or word in index.ignored or word in asked:
            continue
        terms = {word, *related_forms(word), *concepts.get(place, ())}
        columns = frozenset([index.vocabulary[term] for term in terms if term in index.vocabulary])
        noun = token.part[0] == "名詞"
        naming = noun and token.part[1] != "数詞" and word not in _GENERAL_NOUNS
        weight = _weight(index, word, columns) * (1.0 if noun else _VERB_WEIGHT)
        asked[word] = AskedWord(weight, noun, naming, columns)
    return list(asked.values())


def holders_of(index: Index, asked: Sequence[AskedWord]) -> NDArray[np.bool_]:
    """(words, documents): whether each document has each word."""
    held = np.zeros((len(asked), len(index.documents)), bool)
    for row, word in zip(held, asked, strict=True):
        for column in word.columns:
            row[index.holders.of(column)] = True
    return held


def figures_of(
    index: Index,
    query: Query,
    asked: Sequence[AskedWord],
    held: NDArray[np.bool_],
    closeness: Closeness,
    documents: NDArray[np.intp],
) -> Figures:
    """Those of ``documents``.  ``held``: (words, documents) whether each of these has each of ``asked``."""
    group = _group(index.layout, documents)
    sound = group.best(index.readings.shares(query.spoken, group.wordings))
    words = _shares(asked, held)
    cosine = closeness.cosine
    without = 0.0 if cosine.any() else words.coverage
    heard = np.maximum(sound, without) if query.in_kana else without
    meaning = _meaning(index, group.best(cosine[group.wordings]), cosine[index.layout.wordings + documents])
    return Figures(
        coverage=words.coverage,
        key=words.key,
        likeness=_likeness(index, query, closeness.shared, group),
        sound=sound,
        meaning=np.maximum(meaning, np.float32(NO_VECTORS_SHARE) * heard),
        missing=words.missing,
        worded=(group.counts > 1).astype(np.float32),
    )


@dataclass(frozen=True)
class _Group:
    """Some documents: the rows of their wordings one behind the other, ``counts[d]`` of them from ``first[d]``."""

    wordings: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]

    def best(self, scores: Floats) -> Floats:
        """Per document, the best of its wordings' ``scores``."""
        found: Floats = np.maximum.reduceat(scores, self.first)
        return found


def _group(layout: Layout, documents: NDArray[np.intp]) -> _Group:
    first = layout.starts[documents]
    counts = layout.starts[documents + 1] - first
    return _Group(spans(first, counts), counts, counts.cumsum() - counts)


def _likeness(index: Index, query: Query, shared: Floats, group: _Group) -> Floats:
    """Per document that of its most alike wording: the cosine of both as sets of weighted terms."""
    length = max(sum(index.weight_of(term) ** 2 for term in {*query.terms.words, *query.terms.concepts}), 1e-9) ** 0.5
    cosine = shared[group.wordings] / (index.lengths[group.wordings] * np.float32(length))
    return group.best(cosine)


def _weight(index: Index, word: str, columns: frozenset[int]) -> float:
    """How rare a word is; one known by its synonym only is as rare as the synonym."""
    if word in index.vocabulary or not columns:
        return index.weight_of(word)
    return max(float(index.weights[column]) for column in columns)


@dataclass(frozen=True)
class _Shares:
    """What documents have of the words asked for, an array of as many each: as in ``Features``."""

    coverage: Floats
    key: Floats
    missing: NDArray[np.int64]


def _shares(asked: Sequence[AskedWord], held: NDArray[np.bool_]) -> _Shares:
    """One product for all three: each is a weighted sum over the words that a document has."""
    weights = [word.weight for word in asked]
    naming = [word.weight * word.naming for word in asked]
    nouns = [word.noun for word in asked]
    covered, named, having = np.array((weights, naming, nouns), np.float32) @ held.astype(np.float32)
    coverage = covered / np.float32(max(sum(weights), 1e-9))
    key = named / np.float32(max(sum(naming), 1e-9))
    if any(naming):
        key *= held[naming.index(max(naming))]
    return _Shares(np.minimum(coverage, _WHOLE), np.minimum(key, _WHOLE), sum(nouns) - having.astype(np.int64))


def _meaning(index: Index, wording: Floats, answer: Floats) -> Floats:
    """Nearness to wording and answer, mixed as in the points; before learning, on the scale after it."""
    mixed: Floats = (ASKED_SHARE * wording + answer) / (ASKED_SHARE + 1)
    if not index.encoder.adapted:
        mixed = UNADAPTED_SLOPE * mixed + UNADAPTED_START
    return np.minimum(np.maximum(mixed, np.float32(0.0)), np.float32(1.0))
