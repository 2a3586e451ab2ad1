"""The words that begin a talk with staff in LINE's own chat, and those that end it."""

from __future__ import annotations

from intents.patterns import patterns
from intents.remembered import remembered
from intents.text import normalize

_SIGNS = "。．.!！?？、,~〜ー"


@remembered
def begins_staff_chat(text: str) -> bool:
    """Whether a message asks for nothing but to talk to staff here."""
    return patterns("staff_chat")["begin"].fullmatch(_plain(text)) is not None


@remembered
def ends_staff_chat(text: str) -> bool:
    """Whether a message says nothing but that the talk is over."""
    return patterns("staff_chat")["end"].fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return normalize(text).strip().rstrip(_SIGNS).strip()
