"""Which card a text belongs to: cards that are there first, then cards that are new.

Nothing here reads or writes.  What staff have placed or split is only ever joined to, never moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from intents.grouping import Background, group, nearest
from intents.vectors import Vectors

CHUNK = 4_000
"""Texts that are compared at once: the time of grouping grows with their square."""
REPRESENTATIVES = 5
"""Texts that stand for a card when others are compared with it: those asked most."""


@dataclass(frozen=True)
class Placed:
    """``joined``: text (by its key) -> number of the card; ``made``: the keys of each new card, its own words first."""

    joined: Mapping[str, int]
    made: tuple[tuple[str, ...], ...]


def place(
    texts: Mapping[str, str],
    times: Mapping[str, int],
    cards: Mapping[int, Sequence[str]],
    *,
    vectors: Vectors,
    background: Background,
    progress: Callable[[float], None] = lambda _: None,
    chunk: int = CHUNK,
) -> Placed:
    """Find the card of each of ``texts`` (key -> text).  ``cards``: number -> the texts that stand for it.

    The texts asked most come first, so that the cards are made of what many say.
    """
    waiting = sorted(texts, key=lambda key: (-times.get(key, 0), key))
    numbers, groups = list(cards), [list(own) for own in cards.values()]
    joined: dict[str, int] = {}
    made: list[list[str]] = []
    for start in range(0, len(waiting), chunk):
        progress(start / len(waiting))
        keys = waiting[start : start + chunk]
        rest: list[str] = []
        found = nearest([texts[key] for key in keys], groups, vectors=vectors, background=background)
        for key, at in zip(keys, found, strict=True):
            if at is None:
                rest.append(key)
            elif at < len(numbers):
                joined[key] = numbers[at]
            else:
                made[at - len(numbers)].append(key)
        for need in group([texts[key] for key in rest], vectors=vectors, background=background):
            own = [rest[need.representative], *(rest[at] for at in need.members if at != need.representative)]
            made.append(own)
            groups.append([texts[key] for key in own[:REPRESENTATIVES]])
    return Placed(joined, tuple(map(tuple, made)))
