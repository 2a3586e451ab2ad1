"""What speaks for a document: the figures that order the best of them, and that a decision weighs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.counts import Floats, Layout
from intents.derivation import related_forms
from intents.index import Index
from intents.lexicon import concept_term, names_something
from intents.lists import Lists
from intents.patterns import word_list
from intents.understanding import Query

ASKED_SHARE = 0.4
"""What nearness to the best wording counts beside nearness to the answer."""
UNADAPTED_SLOPE, UNADAPTED_START = 1.46, -0.36
"""Before learning cosines lie higher and closer together: matched by mean and spread, without labels."""
NO_VECTORS_SHARE = 0.9
"""Where vectors cannot tell, shared words or sounds stand for a shared meaning, a little less surely."""
_VERB_WEIGHT = 0.5
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
class AskedWord:
    """A word of the question: what it weighs, whether it is a noun and names a matter, and what would hold it."""

    weight: float
    noun: bool
    naming: bool
    columns: frozenset[int]


def asked_words(index: Index, query: Query) -> list[AskedWord]:
    """The content words of a question, each once."""
    named = [token for token in query.tokens if names_something(token)]
    concepts: dict[int, set[str]] = {}
    for concept, start, end in index.lexicon.concepts([token.normalized for token in named]):
        for place in range(start, end):
            concepts.setdefault(place, set()).add(concept_term(concept))
    asked: dict[str, AskedWord] = {}
    for place, token in enumerate(named):
        word = token.normalized
        if not token.content or word in index.ignored or word in asked:
            continue
        terms = {word, *related_forms(word), *concepts.get(place, ())}
        columns = frozenset(index.vocabulary[term] for term in terms if term in index.vocabulary)
        noun = token.part[0] == "名詞"
        naming = noun and token.part[1] != "数詞" and word not in _GENERAL_NOUNS
        weight = _weight(index, word, columns) * (1.0 if noun else _VERB_WEIGHT)
        asked[word] = AskedWord(weight, noun, naming, columns)
    return list(asked.values())


def figures_of(
    index: Index, query: Query, asked: Sequence[AskedWord], near: Floats, documents: NDArray[np.intp]
) -> Figures:
    """Those of ``documents``.  ``near``: the cosine of the question with every text."""
    group = _group(index.layout, documents)
    likeness, held = _shared_words(index, query, asked, group)
    sound = group.best(index.readings.shares(query.spoken, group.wordings))
    weights = np.array([word.weight for word in asked], np.float32)
    coverage = _share(weights, held)
    heard = np.maximum(sound if query.in_kana else 0.0, 0.0 if near.any() else coverage)
    meaning = _meaning(index, group.best(near[group.wordings]), near[index.layout.wordings + documents])
    nouns = np.array([word.noun for word in asked], bool)
    return Figures(
        coverage=coverage,
        key=_key(asked, weights, held),
        likeness=likeness,
        sound=sound,
        meaning=np.maximum(meaning, np.float32(NO_VECTORS_SHARE) * heard),
        missing=(~held[nouns]).sum(axis=0),
        worded=(group.counts > 1).astype(np.float32),
    )


@dataclass(frozen=True)
class _Group:
    """Some documents: the rows of their wordings one behind the other, ``counts[d]`` of them from ``first[d]``."""

    documents: NDArray[np.intp]
    wordings: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]

    def best(self, scores: Floats) -> Floats:
        """Per document, the best of its wordings' ``scores``."""
        found: Floats = np.maximum.reduceat(scores, self.first)
        return found


def _group(layout: Layout, documents: NDArray[np.intp]) -> _Group:
    counts = layout.starts[documents + 1] - layout.starts[documents]
    return _Group(documents, layout.rows(documents), counts, counts.cumsum() - counts)


def _shared_words(
    index: Index, query: Query, asked: Sequence[AskedWord], group: _Group
) -> tuple[Floats, NDArray[np.bool_]]:
    """Per document the likeness of its most alike wording; and (words, documents) whether it has each word.

    Likeness is the cosine of question and wording as sets of weighted terms.
    """
    terms = {*query.terms.words, *query.terms.concepts}
    length = np.float32(max(sum(index.weight_of(term) ** 2 for term in terms), 1e-9) ** 0.5)
    known = sorted(index.vocabulary[term] for term in terms if term in index.vocabulary)
    columns = sorted({*known, *(column for word in asked for column in word.columns)})
    sought = np.zeros(len(index.weights), np.int32)
    sought[columns] = np.arange(1, len(columns) + 1)
    rows = np.concatenate([group.wordings, index.layout.wordings + group.documents])
    owners, found = index.terms.marked(rows, sought)

    squares = np.zeros(len(columns) + 1, np.float32)
    squares[sought[known]] = np.square(index.weights[known])
    worded = int(owners.searchsorted(len(group.wordings)))
    cosine = np.bincount(owners[:worded], squares[found[:worded]], len(group.wordings))
    likeness = group.best((cosine / (index.lengths[group.wordings] * length)).astype(np.float32))

    size = len(group.documents)
    owner_of = np.concatenate([np.arange(size).repeat(group.counts), np.arange(size)])
    has = np.zeros((len(columns) + 1, size), bool)
    has[found, owner_of[owners]] = True
    held = np.zeros((len(asked), size), bool)
    for row, word in enumerate(asked):
        for column in word.columns:
            held[row] |= has[sought[column]]
    return likeness, held


def breadth(index: Index, asked: Sequence[AskedWord]) -> int:
    """How many documents hold all that was asked for."""
    if not asked or not all(word.columns for word in asked):
        return 0
    # The rarest first: most often nothing is left after two words.
    spread = sorted(asked, key=lambda word: -word.weight)
    rarest = [index.holders.of(column) for column in spread[0].columns]
    left = np.unique(np.concatenate(rarest)) if len(rarest) > 1 else rarest[0]
    for word in spread[1:]:
        if not len(left):
            break
        left = left[_is_among(index.holders, word.columns, left)]
    return len(left)


def _is_among(lists: Lists, rows: Iterable[int], sought: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of ``sought`` stand in any of the lists of ``rows``."""
    found = np.zeros(len(sought), bool)
    for row in rows:
        places = lists.of(row)
        found |= places[np.minimum(places.searchsorted(sought), len(places) - 1)] == sought
    return found


def _weight(index: Index, word: str, columns: frozenset[int]) -> float:
    """How rare a word is; one known by its synonym only is as rare as the synonym."""
    if word in index.vocabulary or not columns:
        return index.weight_of(word)
    return max(float(index.weights[column]) for column in columns)


def _share(weights: Floats, held: NDArray[np.bool_]) -> Floats:
    """Per document, the share of the words, by their weight, that it holds."""
    share: Floats = weights @ held / np.float32(max(float(weights.sum()), 1e-9))
    return np.minimum(share, np.float32(1.0)).astype(np.float32)


def _key(asked: Sequence[AskedWord], weights: Floats, held: NDArray[np.bool_]) -> Floats:
    """Per document, the share of the nouns that name a matter; 0 without the rarest, and where there is none."""
    naming = [place for place, word in enumerate(asked) if word.naming]
    if not naming:
        return np.zeros(held.shape[1], np.float32)
    rarest = max(naming, key=lambda place: asked[place].weight)
    share: Floats = _share(weights[naming], held[naming]) * held[rarest]
    return share


def _meaning(index: Index, wording: Floats, answer: Floats) -> Floats:
    """Nearness to wording and answer, mixed as in the points; before learning, on the scale after it."""
    mixed: Floats = (ASKED_SHARE * wording + answer) / (ASKED_SHARE + 1)
    if not index.encoder.adapted:
        mixed = UNADAPTED_SLOPE * mixed + UNADAPTED_START
    return np.minimum(np.maximum(mixed, np.float32(0.0)), np.float32(1.0))
