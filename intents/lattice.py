"""All ways to read a run of kana as words, and how likely each word is among them.

A row of words is weighed by how often each follows the one before, and where that pair was
never seen by how often its class follows that class (Witten and Bell's mixture).  Going
through all rows forwards and backwards gives every word its share of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.lists import Lists
from intents.tokenizer import Token

BOUNDARY = 0
"""The class of what stands before the first word and after the last."""
_FOLLOWED = 1e-5
"""Ways that are this much less likely than the best way to the same place are given up."""


@dataclass(slots=True)
class Edge:
    """A word that may stand from its place to ``end``; ``word`` is -1 where the texts lack it.

    ``chance``: how likely it is in its class, and in the end how likely it is meant.
    """

    end: int
    token: Token
    word: int
    kind: int
    chance: float
    before: float = 0.0
    after: float = 0.0


Lattice = list[list[Edge]]
"""Per place the words that may begin there; the last place is the end."""


class Pairs:
    """Per word what follows it, and how often: as two arrays, made ready for a word when it is asked for."""

    def __init__(self, followers: Lists, shares: NDArray[np.float32]) -> None:
        self.followers, self.shares = followers, shares
        self._ready: dict[int, dict[int, float]] = {}

    def __getitem__(self, word: int) -> dict[int, float]:
        found = self._ready.get(word)
        if found is None:
            span = slice(self.followers.starts[word], self.followers.starts[word + 1])
            together = zip(self.followers.places[span].tolist(), self.shares[span].tolist(), strict=True)
            found = self._ready[word] = dict(together)
        return found


@dataclass(frozen=True)
class Grammar:
    """What follows what.

    ``chances``: of each word in its class.  ``pairs``: what follows each word, and how often;
    ``trust``: what is left to these.  ``moves``: from each class to each.
    """

    chances: Sequence[float]
    trust: Sequence[float]
    pairs: Pairs
    moves: Sequence[Sequence[float]]


def weigh(lattice: Lattice, grammar: Grammar) -> bool:
    """Make each ``chance`` the probability that the word is meant; False where no row reaches the end."""
    arriving = _forward(lattice, grammar)
    whole = sum(edge.before * grammar.moves[edge.kind][BOUNDARY] for edge in arriving[-1])
    if whole <= 0.0:
        return False
    _backward(lattice, arriving, grammar)
    for edges in lattice:
        for edge in edges:
            edge.chance = edge.before * edge.after / whole
    return True


def best_row(lattice: Lattice) -> list[Token]:
    """The row of words with the most kana in words that are likely meant."""
    size = len(lattice) - 1
    best: list[tuple[float, Edge | None]] = [(-1.0, None) for _ in range(size)]
    best.append((0.0, None))
    for start in range(size - 1, -1, -1):
        for edge in lattice[start]:
            rest = best[edge.end][0]
            value = rest + edge.chance * (edge.end - start)
            if rest >= 0.0 and value > best[start][0]:
                best[start] = (value, edge)
    row = []
    chosen = best[0][1]
    while chosen is not None:
        row.append(chosen.token)
        chosen = best[chosen.end][1]
    return row


_Known = list[tuple[dict[int, float], float]]


def _forward(lattice: Lattice, grammar: Grammar) -> Lattice:
    """Give each edge the weight of all ways from the beginning through it; the edges that end at each place."""
    arriving: Lattice = [[] for _ in lattice]
    for start, edges in enumerate(lattice):
        known, by_class = _arrived(_likely(arriving[start]), grammar) if start else ([], {BOUNDARY: 1.0})
        if by_class:
            _enter(edges, known, by_class, grammar)
            for edge in edges:
                arriving[edge.end].append(edge)
    return arriving


def _enter(edges: list[Edge], known: _Known, by_class: dict[int, float], grammar: Grammar) -> None:
    """What it weighs to go on with each of ``edges``, after words and classes of these weights."""
    entering: dict[int, float] = {}
    for edge in edges:
        kind, word = edge.kind, edge.word
        weight = entering.get(kind)
        if weight is None:
            weight = entering[kind] = sum(share * grammar.moves[cls][kind] for cls, share in by_class.items())
        total = weight * edge.chance
        if word >= 0:
            # The chance itself holds more than how frequent the word is: what mishearing it costs.
            typed = edge.chance / grammar.chances[word]
            for follows, trusted in known:
                pair = follows.get(word)
                if pair is not None:
                    total += trusted * pair * typed
        edge.before = total


def _likely(edges: list[Edge]) -> list[Edge]:
    """Without what hardly anybody means here: to follow it up would cost most of the time."""
    least = _FOLLOWED * max((edge.before for edge in edges), default=0.0)
    for edge in edges:
        if edge.before < least:
            edge.before = 0.0
    return [edge for edge in edges if edge.before > 0.0]


def _arrived(edges: list[Edge], grammar: Grammar) -> tuple[_Known, dict[int, float]]:
    """Of the words that end here: what follows those seen in pairs, and the weight left to each class."""
    known: _Known = []
    by_class: dict[int, float] = {}
    for edge in edges:
        rest = edge.before
        follows = grammar.pairs[edge.word] if edge.word >= 0 else None
        if follows:
            trusted = rest * grammar.trust[edge.word]
            known.append((follows, trusted))
            rest -= trusted
        by_class[edge.kind] = by_class.get(edge.kind, 0.0) + rest
    return known, by_class


def _backward(lattice: Lattice, arriving: Lattice, grammar: Grammar) -> None:
    """Give each edge the weight of all ways from it to the end."""
    for edge in arriving[-1]:
        edge.after = grammar.moves[edge.kind][BOUNDARY]
    for place in range(len(lattice) - 2, 0, -1):
        known, by_class = _leaving(lattice[place], grammar)
        after: dict[int, float] = {}
        for edge in arriving[place]:
            if edge.before <= 0.0:
                continue
            weight = after.get(edge.kind)
            if weight is None:
                moves = grammar.moves[edge.kind]
                weight = after[edge.kind] = sum(moves[cls] * share for cls, share in by_class.items())
            follows = grammar.pairs[edge.word] if edge.word >= 0 else None
            if follows:
                trust = grammar.trust[edge.word]
                weight = (1 - trust) * weight + trust * sum(follows.get(word, 0.0) * share for word, share in known)
            edge.after = weight


def _leaving(edges: list[Edge], grammar: Grammar) -> tuple[list[tuple[int, float]], dict[int, float]]:
    """The weights of what begins here, by word and by class."""
    known: list[tuple[int, float]] = []
    by_class: dict[int, float] = {}
    for edge in edges:
        weight = edge.chance * edge.after
        if weight > 0.0:
            by_class[edge.kind] = by_class.get(edge.kind, 0.0) + weight
            if edge.word >= 0:
                known.append((edge.word, weight / grammar.chances[edge.word]))
    return known, by_class
