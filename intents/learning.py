"""What a knowledge base teaches about its own words, without labels.

Every entry is a lesson: its question and its answer belong together, its wordings mean the
same, and those of other entries mean something else.  From that contrast come a weight per
word, a shift of each word's vector, and a turn of the whole space.  Several short runs that
see the lessons in another order, with other words left out, are averaged: a single run is
a matter of luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.counts import Counts, Document, Floats, count_terms, take_apart
from intents.encoder import Adaptation, first_vectors, unit, word_parts
from intents.lexicon import Lexicon, bundled_lexicon
from intents.vectors import DIMENSIONS, Vectors

RECIPE = 2
"""Moves when what is learned changes its meaning, so that nothing older is used."""
RUNS, STEPS, BATCH = 4, 56, 256
KEPT_DIRECTIONS = 96
"""Of the 300 of the turned space, those in which the texts differ most; the others only cost time."""
_TEMPERATURE = 0.15
_TURN_RATE, _EMPHASIS_RATE, _SHIFT_RATE = 1e-3, 2e-2, 2e-3
_ASKED_DROPPED, _ANSWERED_DROPPED = 0.3, 0.95
"""Words left out: of what is asked this share, of what is answered a share drawn anew up to this one."""
_OTHER_WORDING = 0.5
"""How often the other side of a lesson is another wording instead of the answer, where there is one."""
_FEWEST = 8
"""Fewer entries than this teach nothing."""

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1; it may raise to stop."""


@dataclass(frozen=True)
class _Lessons:
    """The features of every text, their rarity, and where each document's wordings stand."""

    texts: sparse.csr_array
    rarity: Floats
    counts: Counts

    def __len__(self) -> int:
        return self.counts.layout.documents


def learn(
    documents: Sequence[Document],
    vectors: Vectors,
    lexicon: Lexicon | None = None,
    ignored: frozenset[str] = frozenset(),
    progress: Progress = lambda _: None,
) -> Adaptation | None:
    """The adaptation to ``documents``; None where there are too few to learn from."""
    if len(documents) < _FEWEST:
        return None
    counts = count_terms(take_apart(documents), lexicon or bundled_lexicon(), ignored)
    features = word_parts(counts)
    damped = counts.matrix.copy()
    damped.data = np.sqrt(damped.data)
    lessons = _Lessons(sparse.csr_array(damped @ features.parts), features.rarity, counts)
    start = first_vectors(features, vectors.rows_for(counts.vocabulary))
    runs = []
    for number in range(RUNS):
        run = _Run(lessons, start, number)
        for step in range(STEPS):
            run.step()
            progress((number + (step + 1) / STEPS) / RUNS)
        runs.append(run)
    emphasis = np.exp(np.mean([run.emphasis for run in runs], axis=0)).astype(np.float32)
    shifted = np.mean([run.vectors for run in runs], axis=0).astype(np.float32)
    turn = np.mean([run.turn for run in runs], axis=0).astype(np.float32)
    turned = lessons.texts @ (shifted * (emphasis * features.rarity)[:, None]) @ turn
    return Adaptation(features.names, emphasis, shifted, turn @ main_directions(unit(turned), KEPT_DIRECTIONS))


def main_directions(rows: Floats, limit: int) -> Floats:
    """The ``limit`` directions in which (n, d) ``rows`` are longest, as a projection (d, limit)."""
    _, directions = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    found: Floats = np.ascontiguousarray(directions[:, ::-1][:, :limit], np.float32)
    return found


class _Adam:
    """Gradient steps of even length (Kingma and Ba 2015), in place."""

    def __init__(self, values: Floats, rate: float) -> None:
        self._values, self._rate = values, rate
        self._mean, self._square, self._steps = np.zeros_like(values), np.zeros_like(values), 0

    def step(self, slope: Floats) -> None:
        self._steps += 1
        self._mean *= 0.9
        self._mean += 0.1 * slope
        self._square *= 0.999
        self._square += 0.001 * np.square(slope)
        scale = np.sqrt(self._square / (1 - 0.999**self._steps))
        self._values -= self._rate / (1 - 0.9**self._steps) * self._mean / (scale + 1e-8)


@dataclass(frozen=True)
class _Side:
    """One side of a batch on its way to unit vectors, kept for the way back."""

    weighted: sparse.csr_array
    summed: Floats
    length: Floats
    unit: Floats


class _Run:
    """One pass of learning: batches of lessons in an order of its own."""

    def __init__(self, lessons: _Lessons, start: Floats, seed: int) -> None:
        self._lessons = lessons
        self._random = np.random.default_rng(seed)
        self._order: NDArray[np.int64] = np.empty(0, np.int64)
        self.vectors = start.copy()
        self.emphasis = np.zeros(len(start), np.float32)
        self.turn = np.eye(DIMENSIONS, dtype=np.float32)
        self._steps = (
            _Adam(self.vectors, _SHIFT_RATE),
            _Adam(self.emphasis, _EMPHASIS_RATE),
            _Adam(self.turn, _TURN_RATE),
        )

    def step(self) -> None:
        """Learn from one batch."""
        chosen = self._batch()
        asked = self._asked(chosen)
        sides = [
            self._forward(self._dropped(asked, np.full(len(chosen), _ASKED_DROPPED))),
            self._forward(self._others(chosen, asked)),
        ]
        slopes = _contrast(sides[0].unit, sides[1].unit)
        vectors, emphasis, turn = (np.zeros_like(self.vectors), np.zeros_like(self.emphasis), np.zeros_like(self.turn))
        for side, slope in zip(sides, slopes, strict=True):
            outward = (slope - side.unit * (slope * side.unit).sum(axis=1, keepdims=True)) / side.length
            inward = outward @ self.turn.T
            turn += side.summed.T @ outward
            vectors += side.weighted.T @ inward
            emphasis += self._emphasis_slope(side.weighted, inward)
        for adam, slope in zip(self._steps, (vectors, emphasis, turn), strict=True):
            adam.step(slope.astype(np.float32))

    def _batch(self) -> NDArray[np.int64]:
        """The next documents; when all have been seen, all over again in another order."""
        if len(self._order) < min(BATCH, len(self._lessons)):
            self._order = np.concatenate([self._order, self._random.permutation(len(self._lessons))])
        chosen, self._order = self._order[:BATCH], self._order[BATCH:]
        return np.unique(chosen)

    def _asked(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """One wording of each document."""
        counts = self._lessons.counts
        first = counts.layout.starts[chosen]
        return first + self._random.integers(0, counts.layout.starts[chosen + 1] - first)

    def _others(self, chosen: NDArray[np.int64], asked: NDArray[np.int64]) -> sparse.csr_array:
        """What belongs to it: the answer, or another wording of the same document."""
        rows = self._lessons.counts.layout.wordings + chosen
        dropped = self._random.random(len(chosen)) * _ANSWERED_DROPPED
        another = self._asked(chosen)
        instead = (self._random.random(len(chosen)) < _OTHER_WORDING) & (another != asked)
        dropped[instead] *= _ASKED_DROPPED
        return self._dropped(np.where(instead, another, rows), dropped)

    def _dropped(self, rows: NDArray[np.int64], shares: NDArray[np.float64]) -> sparse.csr_array:
        """The rows with some features left out, so that no word is relied on alone."""
        texts = sparse.csr_array(self._lessons.texts[rows])
        kept = self._random.random(len(texts.data)) >= np.repeat(shares, np.diff(texts.indptr))
        return sparse.csr_array((texts.data * kept, texts.indices, texts.indptr), shape=texts.shape)

    def _forward(self, texts: sparse.csr_array) -> _Side:
        weights = np.exp(self.emphasis) * self._lessons.rarity
        weighted = sparse.csr_array(
            ((texts.data * weights[texts.indices]).astype(np.float32), texts.indices, texts.indptr), shape=texts.shape
        )
        summed = np.asarray(weighted @ self.vectors)
        turned = np.asarray(summed @ self.turn)
        length = np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
        return _Side(weighted, summed, length, turned / length)

    def _emphasis_slope(self, weighted: sparse.csr_array, inward: Floats) -> Floats:
        rows = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
        pulls = np.einsum("ij,ij->i", self.vectors[weighted.indices], inward[rows]) * weighted.data
        return np.bincount(weighted.indices, pulls, minlength=len(self.emphasis)).astype(np.float32)


def _contrast(asked: Floats, others: Floats) -> tuple[Floats, Floats]:
    """The slope, by both sides, of how unsure each row is which of the other side's rows is its own."""
    likeness = asked @ others.T / _TEMPERATURE
    slope = (_softmax(likeness) + _softmax(likeness.T).T) / 2
    slope[np.diag_indices(len(slope))] -= 1
    slope /= len(slope) * _TEMPERATURE
    return (slope @ others).astype(np.float32), (slope.T @ asked).astype(np.float32)


def _softmax(rows: Floats) -> Floats:
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
