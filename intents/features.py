"""What speaks for a document: the figures that order the best of them, and that a decision weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from intents.counts import Floats, Layout, terms_of
from intents.derivation import related_forms
from intents.index import Index
from intents.lists import spans
from intents.patterns import word_list
from intents.tokenizer import tokenize
from intents.understanding import Query

ASKED_SHARE = 0.4
"""What nearness to the best wording counts beside nearness to the answer."""
UNADAPTED_SLOPE, UNADAPTED_START = 1.46, -0.36
"""Before learning cosines lie higher and closer together: matched by mean and spread, without labels."""
NO_VECTORS_SHARE = 0.9
"""Where vectors cannot tell, shared words or sounds stand for a shared meaning, a little less surely."""
_VERB_WEIGHT = 0.5
_WISH = "たい"
_WITHIN = ("接頭辞", "接尾辞")
"""What does not end a compound."""
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
    document.  ``worded``: 1 where staff gave it other wordings than its title.  ``named``: 1 where the
    rarest of the nouns that name a matter stands in one of its wordings, not in its answer alone.
    ``whole``: 1 where the document has every part of the compound (オンライン会議) that noun belongs to.
    """

    coverage: float
    key: float
    likeness: float
    sound: float
    meaning: float
    missing: int
    worded: float
    named: float
    whole: float


_FEATURES = len(fields(Features))
_ORDERING = np.array([[1.2, 0.5, 0.55, 1.8]], np.float32)
_MOST_SHARED = np.array([[1.0], [1.0], [np.inf]], np.float32)
"""Sums of shares may come out a hair above the whole; a number of words is no share."""


@dataclass(frozen=True)
class Figures:
    """The features of several documents: a row for each feature, in the order of ``Features``; a column a document."""

    table: Floats

    def at(self, places: NDArray[np.intp]) -> list[Features]:
        """Those of some of the documents, in this order."""
        rows: list[list[float]] = self.table.T[places].tolist()
        return [
            Features(coverage, key, likeness, sound, meaning, int(missing), worded, named, whole)
            for coverage, key, likeness, sound, meaning, missing, worded, named, whole in rows
        ]

    def weight(self) -> Floats:
        """What orders the best documents, beside their points."""
        found: Floats = (_ORDERING @ self.table[:4])[0]
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

    word: str
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
        asked[word] = AskedWord(word, weight, noun, naming, columns)
    return list(asked.values())


def rarest_noun(asked: Sequence[AskedWord]) -> AskedWord | None:
    """Of the nouns that name a matter the one that tells most; None where none does."""
    return max((word for word in asked if word.naming), key=lambda word: word.weight, default=None)


def names_one_matter(index: Index, query: Query) -> bool:
    """Whether all that a question names is one compound (生活保護を受けたい): what lacks a part of it is beside it."""
    asked = asked_words(index, query)
    return 0 < len(_compound(query, asked)) == sum(word.naming and len(word.word) > 1 for word in asked)


def wishes_unknown(index: Index, query: Query) -> bool:
    """Whether a question wishes (灯台に登りたい) to do what no document speaks of."""
    unknown = {word.word for word in asked_words(index, query) if not (word.noun or word.columns)}
    wished = pairwise(query.tokens)
    return any(verb.normalized in unknown and after.normalized == _WISH for verb, after in wished)


def mentions(index: Index, text: str, word: AskedWord) -> bool:
    """Whether ``text`` has a word, itself or as a synonym."""
    terms = terms_of(tokenize(text), index.lexicon, index.ignored)
    return any(index.vocabulary.get(term) in word.columns for term in (*terms.words, *terms.concepts))


def holders_of(index: Index, asked: Sequence[AskedWord]) -> NDArray[np.bool_]:
    """(words, documents): whether each document has each word."""
    held = [index.holders.of(word.columns) for word in asked]
    return np.array(held, bool).reshape(len(asked), len(index.documents))


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
    table = np.empty((_FEATURES, len(documents)), np.float32)
    coverage, key, likeness, sound, meaning, missing, worded, named, whole = table
    coverage[:], key[:], missing[:] = _shares(asked, held)
    likeness[:] = _likeness(index, query, closeness.shared, group)
    sound[:] = group.best(index.readings.shares(query.spoken, group.wordings))
    cosine = closeness.cosine
    meaning[:] = _meaning(index, group.best(cosine[group.wordings]), cosine[index.layout.wordings + documents])
    without = coverage * (not cosine.any())
    heard = np.maximum(sound, without) if query.in_kana else without
    np.maximum(meaning, np.float32(NO_VECTORS_SHARE) * heard, out=meaning)
    worded[:] = group.counts > 1
    named[:] = _named(index, asked, group)
    whole[:] = held[_compound(query, asked)].all(axis=0)
    return Figures(table)


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


def _named(index: Index, asked: Sequence[AskedWord], group: _Group) -> NDArray[np.bool_]:
    """Per document, whether one of its wordings has the rarest noun that names a matter; all where none is asked."""
    rarest = rarest_noun(asked)
    if rarest is None:
        return np.ones(len(group.counts), bool)
    holding = np.zeros(index.postings.size, bool)
    holding[index.postings.rows(rarest.columns)] = True
    found: NDArray[np.bool_] = np.logical_or.reduceat(holding[group.wordings], group.first)
    return found


def _compound(query: Query, asked: Sequence[AskedWord]) -> list[int]:
    """The places in ``asked`` of the nouns that stand together with the rarest one, itself among them.

    One character (時刻表, 交付率) only gives the others a form.
    """
    rarest = rarest_noun(asked)
    if rarest is None:
        return []
    places = {word.word: place for place, word in enumerate(asked) if word.naming and len(word.word) > 1}
    if rarest.word not in places:
        return []
    run: list[int] = []
    for token in query.tokens:
        if token.normalized in places:
            run.append(places[token.normalized])
        elif token.part[0] not in _WITHIN:
            if places[rarest.word] in run:
                break
            run = []
    return run if places[rarest.word] in run else []


def _weight(index: Index, word: str, columns: frozenset[int]) -> float:
    """How rare a word is; one known by its synonym only is as rare as the synonym."""
    if word in index.vocabulary or not columns:
        return index.weight_of(word)
    return max(float(index.weights[column]) for column in columns)


def _shares(asked: Sequence[AskedWord], held: NDArray[np.bool_]) -> Floats:
    """What documents have of the words asked for: coverage, key and missing as in ``Features``, (3, documents)."""
    weights = [word.weight for word in asked]
    naming = [word.weight * word.naming for word in asked]
    nouns = [-1.0 * word.noun for word in asked]
    whole, named = max(sum(weights), 1e-9), max(sum(naming), 1e-9)
    shares = ([weight / whole for weight in weights], [weight / named for weight in naming], nouns)
    # One product for all three: each is a weighted sum over the words that a document has.
    found: Floats = np.array(shares, np.float32) @ held.astype(np.float32)
    if any(naming):
        found[1] *= held[naming.index(max(naming))]
    found[2] -= sum(nouns)
    shared: Floats = np.minimum(found, _MOST_SHARED)
    return shared


def _meaning(index: Index, wording: Floats, answer: Floats) -> Floats:
    """Nearness to wording and answer, mixed as in the points; before learning, on the scale after it."""
    mixed: Floats = (ASKED_SHARE * wording + answer) / (ASKED_SHARE + 1)
    if not index.encoder.adapted:
        mixed = UNADAPTED_SLOPE * mixed + UNADAPTED_START
    return np.minimum(np.maximum(mixed, np.float32(0.0)), np.float32(1.0))
