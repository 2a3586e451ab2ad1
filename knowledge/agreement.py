"""How far two people who judged the same things agree: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Of ``common`` things that both judged, ``same`` got the same word.

    ``kappa``: Cohen's, the share beyond what chance would bring; None where chance alone brings all of it
    (both used one word only) or there is nothing in common.
    """

    common: int
    same: int
    kappa: float | None

    @property
    def words(self) -> str:
        """Landis and Koch's steps, in words."""
        if self.kappa is None:
            return "偶然との比べはできません（二人とも一つの言葉しか使っていません）"
        steps = ((0.8, "ほぼ一致"), (0.6, "かなり一致"), (0.4, "ほどほどの一致"), (0.2, "弱い一致"))
        return next((words for least, words in steps if self.kappa > least), "ほとんど一致していません")


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """``pairs``: for each thing what the one and what the other said."""
    total = len(pairs)
    same = sum(one == other for one, other in pairs)
    if not total:
        return Agreement(0, 0, None)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(first[word] * second[word] for word in first) / total**2
    if by_chance >= 1:
        return Agreement(total, same, None)
    return Agreement(total, same, (same / total - by_chance) / (1 - by_chance))
