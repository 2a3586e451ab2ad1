"""How sure a share is, in numbers and in the words that officials use.

A share is shown with Wilson's 95 % interval; below FEWEST it is not judged at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from intents.calibration import wilson
from knowledge import small_counts

FEWEST, TOO_FEW = small_counts.FEWEST, small_counts.TOO_FEW
"""Below which nothing is concluded from a share, and what is said then."""


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole``, and the shares between which it lies, as it were, 95 times of 100; 0 to 1."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def is_judged(self) -> bool:
        return self.whole >= FEWEST

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def percent(self) -> str:
        """``83.3%``, or that there are too few."""
        return f"{self.value * 100:.1f}%" if self.is_judged else TOO_FEW

    @property
    def words(self) -> str:
        """``100件中およそ80〜92件``."""
        if not self.is_judged:
            return TOO_FEW
        low, high = floor(self.low * 100 + 1e-9), ceil(self.high * 100 - 1e-9)
        return f"100件中およそ{low}〜{high}件" if low != high else f"100件中およそ{low}件"


@dataclass(frozen=True)
class Ratio:
    """How many times as much ``after`` is as ``before``, a day for a day; with the 95 % interval.

    None for the numbers where there was nothing to compare with.
    """

    before: int
    after: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def is_judged(self) -> bool:
        return self.before >= FEWEST and self.after + self.before >= 2 * FEWEST

    @property
    def direction(self) -> int:
        """1 where it surely rose, -1 where it surely fell, 0 where it may be chance, or is too little."""
        if not self.is_judged or self.low is None or self.high is None:
            return 0
        return 1 if self.low > 1 else -1 if self.high < 1 else 0

    @property
    def words(self) -> str:
        """``1.5倍（およそ1.2〜1.9倍）``, with what may be concluded from it."""
        if not self.is_judged or self.value is None or self.low is None or self.high is None:
            return TOO_FEW
        return f"{self.value:.1f}倍（およそ{self.low:.1f}〜{self.high:.1f}倍）。{self.concluded}"

    @property
    def concluded(self) -> str:
        """Which way it went alone: beside a count that is too small to be told, how many times would tell it."""
        if not self.is_judged:
            return TOO_FEW
        return {1: "ふえました", -1: "へりました", 0: "ふだんの上がり下がりの内かもしれません"}[self.direction]


def share(part: int, whole: int) -> Share:
    """Wilson's score interval.  Raises ValueError where ``part`` is no part of ``whole``."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
    if whole == 0:
        return Share(0, 0, 0.0, 1.0)
    return Share(part, whole, *wilson(part, whole))


def ratio(before: int, after: int, before_days: int = 1, after_days: int = 1) -> Ratio:
    """Two counts as rates of a day: of all that came, the share that came after is binomial (Wilson's interval)."""
    if min(before, after) < 0 or min(before_days, after_days) < 1:
        raise ValueError("counts are not below 0, days not below 1")
    if before == 0:
        return Ratio(before, after, None, None, None)
    found, days = share(after, before + after), before_days / after_days
    high = found.high / (1 - found.high) * days if found.high < 1 else None
    return Ratio(before, after, after / before * days, found.low / (1 - found.low) * days, high)
