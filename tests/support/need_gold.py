"""Questions known to share a need, and how well a grouping keeps them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.evaluation import read_test_set
from intents.grouping import Need

LOCALGOVFAQ = Path(__file__).parents[2].parent / "shared" / "bench" / "localgovfaq"


@dataclass(frozen=True)
class NeedGold:
    """``together[i, j]``: questions i and j have a right document (grade 2) in common.

    Questions without a right document are left out: nothing says what they need.
    """

    texts: tuple[str, ...]
    together: NDArray[np.bool_]

    def part(self, places: NDArray[np.int64]) -> NeedGold:
        return NeedGold(tuple(self.texts[place] for place in places), self.together[np.ix_(places, places)])


@dataclass(frozen=True)
class BCubed:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def read_need_gold(folder: Path = LOCALGOVFAQ) -> NeedGold:
    test_set = read_test_set(folder)
    right = {
        text: {document for document, grade in test_set.grades.get(query, {}).items() if grade == 2}
        for query, text in test_set.queries
    }
    kept = {text: documents for text, documents in right.items() if documents}
    shared = [[bool(one & other) for other in kept.values()] for one in kept.values()]
    return NeedGold(tuple(kept), np.array(shared, bool))


def b_cubed(groups: Sequence[object], together: NDArray[np.bool_]) -> BCubed:
    """B-cubed where a question may have several needs: a pair is right when any is shared.

    Precision: of each question's group, the share that shares a need with it; recall: of all
    that share one, the share in its group; both the mean over the questions.
    """
    precision, recall = _shares(groups, together)
    return BCubed(float(precision.mean()), float(recall.mean()))


def spread(groups: Sequence[object], together: NDArray[np.bool_], rounds: int = 1000) -> float:
    """The standard error of F1, by drawing the questions anew."""
    precision, recall = _shares(groups, together)
    drawn = np.random.default_rng(0).integers(len(precision), size=(rounds, len(precision)))
    return float(np.std([BCubed(precision[row].mean(), recall[row].mean()).f1 for row in drawn]))


def _shares(groups: Sequence[object], together: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision and recall of each question."""
    labels = np.unique([str(group) for group in groups], return_inverse=True)[1]
    grouped = labels[:, None] == labels[None, :]
    both = (grouped & together).sum(axis=1)
    return both / grouped.sum(axis=1), both / together.sum(axis=1)


def names_of(needs: Sequence[Need], count: int) -> list[str]:
    """The need of each of ``count`` texts, in their order."""
    names = [""] * count
    for need in needs:
        for place in need.members:
            names[place] = need.name
    return names
