"""Messages that ask nothing, but want to look through what there is: 「メニュー」「よくある質問」「電話と窓口」."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from intents.patterns import pattern_sources
from intents.remembered import remembered
from intents.text import normalize

LONGEST = 40
"""Letters; who writes more asks something."""
_SIGNS = " 。.!?、,~〜・"


class Browsing(StrEnum):
    """What somebody wants to look through.  ``CONTACT_ALONE``: of a word that after an answer asks about that."""

    FREQUENT = "frequent"
    CATEGORIES = "categories"
    CONTACT = "contact"
    CONTACT_ALONE = "contact_alone"
    NEXT = "next"
    BEFORE = "before"


@remembered
def browsing(text: str) -> Browsing | None:
    """What ``text`` wants to look through, where it says nothing else; None for any question."""
    if len(text) > LONGEST:
        return None
    plain = bare(text)
    return next((kind for kind, known in _patterns().items() if known.fullmatch(plain)), None)


def bare(text: str) -> str:
    """``text`` as titles and buttons are compared: without the signs at its end."""
    plain = normalize(text)
    return plain.rstrip(_SIGNS) or plain


@lru_cache(maxsize=1)
def _patterns() -> dict[Browsing, re.Pattern[str]]:
    sources = pattern_sources("browsing")
    return {kind: re.compile(rf"(?:{sources[kind]})(?:{sources['polite']})?") for kind in Browsing}
