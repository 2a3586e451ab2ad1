"""Which documents a question may mean, best first, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from intents.index import CONCEPT_WEIGHT, NO_TERMS, Document, Floats, Index, Terms, add_column, terms_of
from intents.lexicon import concept_term, names_something
from intents.text import clean, kana_share, normalize, shorten, split_story, to_katakana
from intents.tokenizer import Token, is_content, reading, reading_of, tokenize

NEIGHBOUR_WEIGHT = 0.5
SLIP_FLOOR, SLIP_LIMIT, SLIP_WEIGHT = 78.0, 3, 0.8
SUM_WEIGHT = 0.5
VERB_WEIGHT = 0.5
RERANKED, POINTS_WEIGHT = 20, 3.0
STORY_WEIGHT = 0.3
"""What a word counts that stands in the story around the question."""
KANA_SHARE = 0.85
_KANJI = re.compile("[一-龥々]")
_LABEL = re.compile("〔[^〕]{1,20}〕")
"""What masking put in the place of personal data asks for nothing."""
READING_WEIGHT, READING_WEIGHT_KANA = 0.15, 1.0


@dataclass(frozen=True)
class Query:
    """A question as understood.  ``weights``: every term searched for, with what it counts."""

    text: str
    tokens: tuple[Token, ...]
    terms: Terms
    story: Terms
    weights: dict[str, float]
    slips: dict[str, tuple[str, ...]]
    spoken: str
    in_kana: bool


@dataclass(frozen=True)
class Features:
    """What speaks for a candidate, each 0 to 1.

    ``coverage``: share of the question's words (by rarity) that stand in the document, itself
    or as a synonym; nearness in vectors never counts.  ``key``: whether its rarest noun does.
    ``likeness``: to the most alike wording.  ``nearness``: of the vector sums.  ``sound``: share
    of the question's kana runs in the most alike wording.
    """

    coverage: float
    key: float
    likeness: float
    nearness: float
    sound: float

    def weight(self) -> float:
        """All of it in one figure: what orders the best documents, and what a decision weighs."""
        return 1.7 * self.coverage + 0.15 * self.key + 0.85 * self.likeness + 0.25 * self.nearness + 1.2 * self.sound


@dataclass(frozen=True)
class Candidate:
    """``exact``: the question is one of the document's own wordings, letter for letter."""

    document: Document
    points: float
    features: Features
    exact: bool


@dataclass(frozen=True)
class Ranking:
    """``breadth``: how many documents hold every word of the question; many: it was asked broadly."""

    query: Query
    candidates: tuple[Candidate, ...]
    breadth: int


def understand(index: Index, text: str) -> Query:
    """Take a question apart against the words that ``index`` knows."""
    question, around = split_story(_LABEL.sub(" ", clean(shorten(text))))
    plain = normalize(question)
    tokens = tuple(tokenize(plain))
    terms = terms_of(tokens, index.lexicon, index.ignored)
    story = terms_of(tokenize(around), index.lexicon, index.ignored) if around else NO_TERMS
    slips = {word: _slips(index, word) for word in dict.fromkeys(terms.words) if word not in index.vocabulary}
    slips = {word: found for word, found in slips.items() if found}
    in_kana = kana_share(plain) >= KANA_SHARE
    spoken = to_katakana("".join(filter(str.isalnum, plain))) if in_kana else reading(plain)
    return Query(plain, tokens, terms, story, _weights(index, terms, story, slips), slips, spoken, in_kana)


def points(index: Index, query: Query) -> Floats:
    """A ranking score per document: words, widened; vector sums; readings."""
    wordings = np.zeros(index.wordings.shape[0], np.float32)
    answers = np.zeros(len(index.documents), np.float32)
    for term, weight in query.weights.items():
        column = index.vocabulary.get(term)
        if column is not None:
            add_column(index.wordings, column, weight, wordings)
            add_column(index.answers, column, weight, answers)
    lexical = _best_wording(index, wordings) + answers
    total = lexical / max(float(lexical.max(initial=0.0)), 1e-9)
    near = index.sum_of(query.terms.words)
    total += SUM_WEIGHT * (_best_wording(index, index.wording_sums @ near) + index.answer_sums @ near)
    weight = READING_WEIGHT_KANA if query.in_kana else READING_WEIGHT
    spoken = _best_wording(index, index.readings.scores(query.spoken))
    return total + np.float32(weight / max(float(spoken.max(initial=0.0)), 1e-9)) * spoken


def rank(index: Index, text: str, limit: int = 10) -> Ranking:
    """The ``limit`` best documents for ``text``, with their features."""
    query = understand(index, text)
    if not index.documents:
        return Ranking(query, (), 0)
    scores = points(index, query)
    order = np.argsort(-scores, kind="stable")[: max(limit, RERANKED)]
    best = float(scores[order[0]]) or 1.0
    asked = _asked_words(index, query)
    candidates = [
        Candidate(
            (document := index.documents[number]),
            found.weight() + POINTS_WEIGHT * float(scores[number]) / best + document.prior,
            found,
            any(_letters(wording) == _letters(query.text) for wording in document.wordings),
        )
        for number, found in zip(order, _features(index, query, asked, order), strict=True)
    ]
    candidates.sort(key=lambda candidate: (not candidate.exact, -candidate.points))
    return Ranking(query, tuple(candidates[:limit]), _breadth(index, asked))


@lru_cache(maxsize=20_000)
def _letters(text: str) -> str:
    """What is left of a text when width, case, spaces and punctuation do not count."""
    return "".join(filter(str.isalnum, normalize(text)))


def _best_wording(index: Index, scores: Floats) -> Floats:
    best: Floats = np.maximum.reduceat(scores, index.first)
    return best


def _weights(index: Index, terms: Terms, story: Terms, slips: dict[str, tuple[str, ...]]) -> dict[str, float]:
    weights = dict.fromkeys((*story.words, *story.concepts), STORY_WEIGHT)
    for word in terms.words:
        weights[word] = 1.0
    for concept in terms.concepts:
        weights[concept] = CONCEPT_WEIGHT
    for word in dict.fromkeys(terms.words):
        for near, cosine in index.neighbours.of(word):
            weights[near] = max(weights.get(near, 0.0), NEIGHBOUR_WEIGHT * cosine)
    for found in slips.values():
        for word in found:
            weights[word] = max(weights.get(word, 0.0), SLIP_WEIGHT)
    return weights


def _slips(index: Index, word: str) -> tuple[str, ...]:
    """Known words that sound so much like an unknown one that it may be a slip of the finger.

    One in kanji must sound the same (a wrong conversion): 開業 is a word of its own, not a 会場.
    """
    spoken = reading_of(word)
    if len(spoken) < 4:
        return ()
    floor = 100.0 if _KANJI.search(word) else SLIP_FLOOR
    found = process.extract(spoken, index.spoken_words, scorer=fuzz.ratio, score_cutoff=floor, limit=SLIP_LIMIT)
    return tuple(word for _, _, word in found)


def _features(index: Index, query: Query, asked: Sequence[_Asked], order: NDArray[np.intp]) -> list[Features]:
    likeness = _likeness(index, query)
    nearness = index.wording_sums @ index.sum_of(query.terms.words)
    sound = index.readings.shares(query.spoken)
    result = []
    for number in order:
        own = slice(index.first[number], index.first[number] + len(index.documents[number].wordings))
        held = _held(index, int(number), asked)
        result.append(
            Features(
                coverage=_share(asked, held),
                key=_key(asked, held),
                likeness=float(likeness[own].max()),
                nearness=max(float(nearness[own].max()), 0.0),
                sound=float(sound[own].max()),
            )
        )
    return result


@dataclass(frozen=True)
class _Asked:
    """A word of the question: what it weighs, whether it is a noun, and what would hold it."""

    weight: float
    noun: bool
    columns: frozenset[int]


def _asked_words(index: Index, query: Query) -> list[_Asked]:
    named = [token for token in query.tokens if names_something(token)]
    concepts: dict[int, set[str]] = {}
    for concept, start, end in index.lexicon.concepts([token.normalized for token in named]):
        for place in range(start, end):
            concepts.setdefault(place, set()).add(concept_term(concept))
    asked: dict[str, _Asked] = {}
    for place, token in enumerate(named):
        word = token.normalized
        if not is_content(token) or word in index.ignored or word in asked:
            continue
        terms = {word, *concepts.get(place, ()), *query.slips.get(word, ())}
        columns = frozenset(index.vocabulary[term] for term in terms if term in index.vocabulary)
        noun = token.part[0] == "名詞"
        asked[word] = _Asked(_weight(index, word, columns) * (1.0 if noun else VERB_WEIGHT), noun, columns)
    return list(asked.values())


def _weight(index: Index, word: str, columns: frozenset[int]) -> float:
    """How rare a word is; one known by its synonym only is as rare as the synonym."""
    if word in index.vocabulary or not columns:
        return index.weight_of(word)
    return max(float(index.weights[column]) for column in columns)


def _breadth(index: Index, asked: Sequence[_Asked]) -> int:
    """How many documents hold all that was asked for."""
    if not asked:
        return 0
    holding = np.ones(len(index.documents), bool)
    for word in asked:
        has = np.zeros(len(index.documents), bool)
        for column in word.columns:
            has[index.present_in[column]] = True
        holding &= has
    return int(holding.sum())


def _held(index: Index, number: int, asked: Sequence[_Asked]) -> list[bool]:
    start, end = index.present.indptr[number], index.present.indptr[number + 1]
    present = set(index.present.indices[start:end].tolist())
    return [not present.isdisjoint(word.columns) for word in asked]


def _share(asked: Sequence[_Asked], held: Sequence[bool]) -> float:
    total = sum(word.weight for word in asked)
    return sum(word.weight for word, has in zip(asked, held, strict=True) if has) / total if total else 0.0


def _key(asked: Sequence[_Asked], held: Sequence[bool]) -> float:
    """1 where the rarest noun is held, else 0; without a noun, as without a key."""
    nouns = [(word.weight, has) for word, has in zip(asked, held, strict=True) if word.noun]
    return float(max(nouns)[1]) if nouns else 0.0


def _likeness(index: Index, query: Query) -> Floats:
    """The cosine between the question and each wording, as sets of weighted terms."""
    total = np.zeros(index.profile.shape[0], np.float32)
    square = 0.0
    for term in {*query.terms.words, *query.terms.concepts}:
        weight = index.weight_of(term)
        square += weight * weight
        column = index.vocabulary.get(term)
        if column is not None:
            add_column(index.profile, column, weight, total)
    cosine: Floats = total / (index.profile_length * np.float32(max(square, 1e-9) ** 0.5))
    return cosine
