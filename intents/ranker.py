"""Which documents a question may mean, best first, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.counts import Document, Floats
from intents.features import ASKED_SHARE, Closeness, Features, asked_words, figures_of, holders_of
from intents.index import Index
from intents.text import asked_letters
from intents.understanding import Query, understand

SUM_WEIGHT, ADAPTED_WEIGHT = 0.7, 1.7
"""What nearness in vectors counts beside words, before and after learning."""
RERANKED, POINTS_WEIGHT = 20, 3.2
SET_BACK = -0.5
"""A document with this prior or less only stands in for others, and makes no question a broad one."""
DENSE_LIMIT = 2_000
"""Of more documents than this, only the best by words are compared as vectors."""


@dataclass(frozen=True)
class Candidate:
    """``exact``: the question is one of the document's own wordings, letter for letter but for its ending."""

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


def rank(index: Index, text: str, limit: int = 10) -> Ranking:
    """The ``limit`` best documents for ``text``, with their features."""
    query = understand(index, text)
    if not index.documents:
        return Ranking(query, (), 0)
    scores, closeness = points(index, query)
    order = highest(scores, max(limit, RERANKED))
    asked = asked_words(index, query)
    held = holders_of(index, asked)
    exact = index.exact.get(asked_letters(query.text), ())
    figures = figures_of(index, query, asked, held.take(order, axis=1), closeness, order)
    totals = figures.weight() + np.float32(POINTS_WEIGHT) * scores[order] + index.priors[order]
    # What was asked for letter by letter stands before all else.
    places = np.lexsort((-totals, ~np.isin(order, exact)) if exact else (-totals,))[:limit]
    rows = zip(order[places].tolist(), totals[places].tolist(), figures.at(places), strict=True)
    candidates = tuple(
        Candidate(index.documents[number], total, found, number in exact) for number, total, found in rows
    )
    return Ranking(query, candidates, _breadth(index, held))


def _breadth(index: Index, held: NDArray[np.bool_]) -> int:
    """How many documents hold all that was asked for; (words, documents) ``held`` is empty where nothing was."""
    if not len(held):
        return 0
    return int(np.count_nonzero(held.all(axis=0) & (index.priors > SET_BACK)))


def points(index: Index, query: Query) -> tuple[Floats, Closeness]:
    """A ranking score per document (words, widened; vectors), and how close each text is."""
    size = len(query.weights)
    columns = np.fromiter(query.weights, np.intp, size)
    hits = index.postings.hits(columns)
    total = _by_document(index, hits.score(np.fromiter(query.weights.values(), np.float32, size)), 1.0)
    total /= max(float(total.max(initial=0.0)), 1e-9)
    cosine = _cosine(index, index.encoder.text(query.words), total)
    weight = ADAPTED_WEIGHT if index.encoder.adapted else SUM_WEIGHT
    total += np.float32(weight) * _by_document(index, cosine, ASKED_SHARE)
    own = np.fromiter(map(query.own.__contains__, query.weights), bool, size)
    return total, Closeness(cosine, hits.sums(np.square(index.weights[columns]) * own))


def _cosine(index: Index, asked: Floats, scores: Floats) -> Floats:
    """The cosine of ``asked`` with each text; in a large index, with those of the best ``scores`` only."""
    if len(scores) <= DENSE_LIMIT:
        return index.sums @ asked
    # In the order of their rows, as memory likes to be read.
    chosen = np.sort(np.argpartition(-scores, DENSE_LIMIT)[:DENSE_LIMIT])
    rows = np.concatenate([index.layout.rows(chosen), index.layout.wordings + chosen])
    found = np.zeros(len(index.sums), np.float32)
    found[rows] = index.sums[rows] @ asked
    return found


def _by_document(index: Index, texts: Floats, asked: float) -> Floats:
    """A score per document from those of its texts: ``asked`` times its best wording, and its answer."""
    wordings = index.layout.wordings
    found: Floats = np.float32(asked) * index.layout.best(texts[:wordings]) + texts[wordings:]
    return found


def highest(scores: Floats, limit: int) -> NDArray[np.intp]:
    """The places of the ``limit`` highest scores, highest first; of equal ones the earlier."""
    if len(scores) <= limit:
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    chosen = np.flatnonzero(scores >= least)
    return chosen[np.argsort(-scores[chosen], kind="stable")][:limit]
