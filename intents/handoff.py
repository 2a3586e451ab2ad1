"""Messages that want a person: somebody to talk to or to complain to, and those of who mourns, is in want or lonely."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from intents.foreign import readings
from intents.patterns import patterns
from intents.remembered import remembered
from intents.text import normalize


class Wish(StrEnum):
    PERSON = "person"
    COMPLAINT = "complaint"
    GRIEF = "grief"
    WANT = "want"
    LONELY = "lonely"


_FIRST = (Wish.GRIEF, Wish.WANT, Wish.LONELY, Wish.COMPLAINT, Wish.PERSON)


@remembered
def wish(text: str) -> Wish | None:
    """What kind of person a message wants; None where it merely asks about one."""
    said = ((normalize(text), patterns("handoff")), *readings(text, "handoff"))
    return next(filter(None, (_wish(plain, known) for plain, known in said)), None)


def _wish(plain: str, known: Mapping[str, re.Pattern[str]]) -> Wish | None:
    if known["question"].search(plain):
        return None
    return next((wished for wished in _FIRST if wished in known and known[wished].search(plain)), None)


def is_of_mourning(text: str) -> bool:
    """Whether a text is about what follows on a death."""
    return patterns("handoff")["mourned"].search(text) is not None
