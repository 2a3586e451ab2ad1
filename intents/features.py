"""What speaks for a document: the figures that order the best of them, and that a decision weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.counts import Floats
from intents.index import Index
from intents.lexicon import concept_term, names_something
from intents.tokenizer import is_content
from intents.understanding import Query

ASKED_SHARE = 0.4
"""What nearness to the best wording counts beside nearness to the answer."""
UNADAPTED_SLOPE, UNADAPTED_START = 1.46, -0.36
"""Before learning cosines lie higher and closer together: matched by mean and spread, without labels."""
NO_VECTORS_SHARE = 0.9
"""Where vectors cannot tell, shared words or sounds stand for a shared meaning, a little less surely."""
_VERB_WEIGHT = 0.5


@dataclass(frozen=True)
class Features:
    """What speaks for a candidate, each 0 to 1 but for ``missing``.

    ``coverage``: share of the question's words (by rarity) that stand in the document, itself
    or as a synonym; nearness in vectors never counts.  ``key``: whether its rarest noun does.
    ``likeness``: to the most alike wording.  ``sound``: share of the question's kana runs in the
    most alike wording.  ``meaning``: nearness in vectors, to wording and answer.  ``missing``:
    how many of the question's nouns do not stand in the document.  ``worded``: 1 where staff
    gave it other wordings than its title.
    """

    coverage: float
    key: float
    likeness: float
    sound: float
    meaning: float
    missing: int
    worded: float

    def weight(self) -> float:
        """What orders the best documents, beside their points."""
        return 1.2 * self.coverage + 0.5 * self.key + 0.55 * self.likeness + 1.8 * self.sound


@dataclass(frozen=True)
class AskedWord:
    """A word of the question: what it weighs, whether it is a noun, and what would hold it."""

    weight: float
    noun: bool
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
        if not is_content(token) or word in index.ignored or word in asked:
            continue
        terms = {word, *concepts.get(place, ())}
        columns = frozenset(index.vocabulary[term] for term in terms if term in index.vocabulary)
        noun = token.part[0] == "名詞"
        asked[word] = AskedWord(_weight(index, word, columns) * (1.0 if noun else _VERB_WEIGHT), noun, columns)
    return list(asked.values())


def features(
    index: Index, query: Query, asked: Sequence[AskedWord], near: Floats, documents: NDArray[np.intp]
) -> list[Features]:
    """Those of ``documents``.  ``near``: the cosine of the question with every text."""
    likeness = index.best_wording(_likeness(index, query))[documents]
    sound = index.best_wording(index.readings.shares(query.spoken))[documents]
    held = np.array([_holding(index, word, documents) for word in asked], bool).reshape(len(asked), len(documents))
    coverage = _coverage(asked, held)
    heard = np.maximum(sound if query.in_kana else 0.0, 0.0 if near.any() else coverage)
    meaning = np.maximum(_meaning(index, near, documents), NO_VECTORS_SHARE * heard)
    nouns = np.array([word.noun for word in asked], bool)
    missing = (~held[nouns]).sum(axis=0)
    key = _key(asked, held)
    return [
        Features(
            coverage=float(coverage[place]),
            key=float(key[place]),
            likeness=float(likeness[place]),
            sound=float(sound[place]),
            meaning=float(meaning[place]),
            missing=int(missing[place]),
            worded=float(len(index.documents[document].phrasings) > 0),
        )
        for place, document in enumerate(documents)
    ]


def breadth(index: Index, asked: Sequence[AskedWord]) -> int:
    """How many documents hold all that was asked for."""
    if not asked:
        return 0
    holding = np.zeros(len(index.documents), np.int32)
    for word in asked:
        has = [index.presence.having(column) for column in word.columns]
        if has:
            holding[np.unique(np.concatenate(has)) if len(has) > 1 else has[0]] += 1
    return int((holding == len(asked)).sum())


def _weight(index: Index, word: str, columns: frozenset[int]) -> float:
    """How rare a word is; one known by its synonym only is as rare as the synonym."""
    if word in index.vocabulary or not columns:
        return index.weight_of(word)
    return max(float(index.weights[column]) for column in columns)


def _holding(index: Index, word: AskedWord, documents: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Per document, whether it has the word or a synonym."""
    found = np.zeros(len(documents), bool)
    for column in word.columns:
        having = index.presence.having(column)
        places = np.searchsorted(having, documents)
        found |= having[np.minimum(places, len(having) - 1)] == documents
    return found


def _coverage(asked: Sequence[AskedWord], held: NDArray[np.bool_]) -> Floats:
    """Per document, the share of the words, by their weight, that it holds."""
    weights = np.array([word.weight for word in asked], np.float32)
    share: Floats = weights @ held / np.float32(max(float(weights.sum()), 1e-9))
    return np.minimum(share, np.float32(1.0)).astype(np.float32)


def _key(asked: Sequence[AskedWord], held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the rarest noun is held; without a noun, as without a key."""
    nouns = [(word.weight, place) for place, word in enumerate(asked) if word.noun]
    return held[max(nouns)[1]] if nouns else np.zeros(held.shape[1], bool)


def _meaning(index: Index, near: Floats, documents: NDArray[np.intp]) -> Floats:
    """Nearness to wording and answer, mixed as in the points; before learning, on the scale after it."""
    wordings = index.counts.wordings
    mixed: Floats = (ASKED_SHARE * index.best_wording(near[:wordings]) + near[wordings:])[documents] / (ASKED_SHARE + 1)
    if not index.encoder.adapted:
        mixed = UNADAPTED_SLOPE * mixed + UNADAPTED_START
    bounded: Floats = np.clip(mixed, 0.0, 1.0).astype(np.float32)
    return bounded


def _likeness(index: Index, query: Query) -> Floats:
    """The cosine between the question and each wording, as sets of weighted terms."""
    terms = {*query.terms.words, *query.terms.concepts}
    weights = {term: index.weight_of(term) for term in terms}
    known = ((index.vocabulary[term], weight) for term, weight in weights.items() if term in index.vocabulary)
    length = np.float32(max(sum(weight * weight for weight in weights.values()), 1e-9) ** 0.5)
    cosine: Floats = index.profile.score(known) / (index.profile_length * length)
    return cosine
