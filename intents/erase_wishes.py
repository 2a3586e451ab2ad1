"""Messages that ask for nothing but that one's records be erased."""

from __future__ import annotations

import re

from intents.patterns import pattern_sources
from intents.text import letters

_WISHES = {language: re.compile(source) for language, source in pattern_sources("erase_wishes").items()}
_LONGEST = 60
"""Letters; who writes more asks something else, too."""


def erase_wish(text: str) -> str | None:
    """The language in which ``text`` asks for it, and for nothing else; None for any other message."""
    if len(text) > 2 * _LONGEST:
        return None
    told = letters(text)
    if not told or len(told) > _LONGEST:
        return None
    return next((language for language, wish in _WISHES.items() if wish.fullmatch(told)), None)
