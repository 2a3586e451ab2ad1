"""Questions that say the same: within a list, and against what is there already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.faq_lists import compared

NEAR = 85.0
"""RapidFuzz's ratio of the compared texts, from which two questions are shown to staff as alike."""

_BLOCK = 500
_SHORTEST = 4
"""Of fewer letters every two look alike."""


@dataclass(frozen=True)
class Near:
    """Two questions alike.  ``first`` is the place in the list; ``known`` the wording it resembles, with its owner."""

    first: int
    known: str
    owner: str
    likeness: float


def near_questions(
    questions: Sequence[str],
    known: Mapping[str, str],
    *,
    among_themselves: bool = True,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Near]:
    """Each question with the wording most like it: of ``known`` (wording -> owner), or of an earlier question.

    ``among_themselves``: False where all ``questions`` are wordings of one entry, which may be alike.
    ``progress``: told the share that is done; what it raises ends the search.

    Exact repeats are not named: they are told apart before.
    """
    wordings = [*known, *questions]
    plain = [compared(wording) for wording in wordings]
    own = plain[len(known) :]
    for start in range(0, len(own), _BLOCK):
        if progress is not None:
            progress(start / len(own))
        block = own[start : start + _BLOCK]
        scores = process.cdist(block, plain, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.float32, workers=1)
        for offset, text in enumerate(block):
            place = start + offset
            row = scores[offset, : len(known) + (place if among_themselves else 0)]
            if len(text) < _SHORTEST or not row.size or not row.max():
                continue
            best = int(row.argmax())
            if plain[best] != text:
                owner = known[wordings[best]] if best < len(known) else ""
                yield Near(place, wordings[best], owner, float(row[best]))
