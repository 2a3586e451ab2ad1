"""How long something takes, over many questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

ROUNDS = 5


@dataclass(frozen=True)
class Times:
    """Milliseconds of the question in the middle, and of the one that 99 of 100 are faster than."""

    p50: float
    p99: float


def times_of(milliseconds: Sequence[float]) -> Times:
    ordered = sorted(milliseconds)
    return Times(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))])


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def timed(work: Callable[[str], object], questions: Sequence[str], rounds: int = ROUNDS) -> Times:
    """Of the best of several rounds over all ``questions``: another process may have been in the way."""
    return min((_round(work, questions) for _ in range(rounds)), key=lambda times: times.p50)


def _round(work: Callable[[str], object], questions: Sequence[str]) -> Times:
    return times_of([milliseconds(partial(work, question)) for question in questions])
