"""Average-linkage clustering of sparse rows, without ever holding a likeness per pair."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

_TIE = 1e-9
"""Likenesses nearer than this are equal: sums taken in another order differ in the last digits."""


def clusters(rows: sparse.csr_array, kernel: sparse.csr_array, counts: Floats, floor: float) -> NDArray[np.int64]:
    """The cluster of each row, named by its first row.

    Two rows are as alike as ``row @ kernel @ row``, with ``kernel`` symmetric; two clusters as the
    mean over their pairs, a row counting ``counts`` times.  What is at least ``floor`` alike is
    joined, the most alike first, by chains of nearest neighbours: each step is one product of
    ``rows`` with a vector, so that memory grows with the rows and not with their pairs.
    """
    found = np.arange(rows.shape[0])
    left = found.copy()
    while len(left):
        # What is finished weighs on every step, so it is taken out whenever it has become the half.
        work = _Work(rows[left], kernel, counts[left], *np.unique(found[left], return_inverse=True))
        _grow_until_half(work, floor)
        found[left] = work.names[work.owner]
        left = left[work.open[work.owner]]
    return found


@dataclass
class _Work:
    """Clusters by number, in the order of their ``names``; ``owner``: the cluster of each row.

    ``open``: whether a cluster may still grow; ``chain``: each the nearest of the one before it.
    """

    rows: sparse.csr_array
    kernel: sparse.csr_array
    counts: Floats
    names: NDArray[np.int64]
    owner: NDArray[np.int64]
    chain: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open = np.ones(len(self.names), bool)
        self.sizes = np.bincount(self.owner, self.counts, len(self.names))

    def likeness(self, cluster: int) -> Floats:
        """How alike ``cluster`` is to each open cluster; -1 for itself and for what is closed."""
        mine = np.flatnonzero(self.owner == cluster)
        middle = self.kernel @ (self.counts[mine] @ self.rows[mine]) / self.sizes[cluster]
        mean: Floats = np.bincount(self.owner, self.counts * (self.rows @ middle), len(self.names)) / self.sizes
        mean[~self.open] = -1.0
        mean[cluster] = -1.0
        return mean

    def join(self, one: int, other: int) -> None:
        kept, gone = sorted((one, other))
        self.owner[self.owner == gone] = kept
        self.sizes[kept] += self.sizes[gone]
        self.open[gone] = False
        if not self.chain:
            self.chain.append(kept)


def _grow_until_half(work: _Work, floor: float) -> None:
    """Finish one cluster after the other until half of the rows are in finished ones."""
    finished = 0
    for first in range(len(work.names)):
        if work.open[first]:
            finished += _grow(work, first, floor)
        if finished * 2 > len(work.owner):
            return


def _grow(work: _Work, first: int, floor: float) -> int:
    """Follow nearest neighbours from ``first`` on until nothing near it can be joined; the rows finished."""
    finished = 0
    work.chain = [first]
    while work.chain:
        last = work.chain[-1]
        likeness = work.likeness(last)
        nearest = int(likeness.argmax())
        if likeness[nearest] < floor:
            # Joining others never brings them nearer than the nearest of them is now.
            finished += int((work.owner == last).sum())
            work.open[last] = False
            work.chain.pop()
        elif len(work.chain) > 1 and likeness[work.chain[-2]] >= likeness[nearest] - _TIE:
            work.join(work.chain.pop(), work.chain.pop())
        else:
            work.chain.append(nearest)
    return finished
