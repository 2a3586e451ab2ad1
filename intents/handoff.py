"""Messages that want a person: somebody to talk to, or somebody to complain to."""

from __future__ import annotations

from enum import StrEnum

from intents.patterns import patterns
from intents.text import normalize


class Wish(StrEnum):
    PERSON = "person"
    COMPLAINT = "complaint"


def wish(text: str) -> Wish | None:
    """What kind of person a message wants; None where it merely asks about one."""
    plain = normalize(text)
    known = patterns("handoff")
    if known["question"].search(plain):
        return None
    return next((wished for wished in (Wish.COMPLAINT, Wish.PERSON) if known[wished].search(plain)), None)
