"""The words on our own buttons, typed instead of tapped: they do what the button does, whatever language they are in.

Taken from the wording files, so that what a button says and what is understood never drift apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.wording import DEFAULT, EASY, sentences
from intents.foreign import plain_in
from intents.glossary import LANGUAGES
from intents.remembered import remembered
from intents.staff_chat import begins_staff_chat, ends_staff_chat
from intents.text import normalize

_LONGEST = 60
_SIGNS = " .。．!！?？、,~〜ー「」『』“”\"'"
_READING = re.compile(r"(?<![一-龥々])([一-龥々]++)\(([ぁ-ゖ]++)\)")


def begins_talk(text: str) -> bool:
    """Whether a message asks for nothing but a talk with staff in this very chat."""
    return begins_staff_chat(text) or is_label(text, "staff_chat_label")


def ends_talk(text: str) -> bool:
    """Whether a message says nothing but that the talk with staff is over."""
    return ends_staff_chat(text) or is_label(text, "staff_chat_end_label")


@remembered
def is_label(text: str, key: str, *, in_easy: bool = True) -> bool:
    """Whether a message is nothing but what the button ``key`` says in one of the languages.

    ``in_easy``: in やさしい日本語 too, whose 「わからない」 says something else to who reads ordinary Japanese.
    """
    codes = (DEFAULT, *([EASY] if in_easy else []), *LANGUAGES)
    return len(text) <= _LONGEST and any(_plain(text, code) in _said(key, code) for code in codes)


@lru_cache
def _said(key: str, code: str) -> frozenset[str]:
    """What the button says, as it may be typed: with its readings in brackets, without them, or in them alone."""
    label = str(sentences(code).get(key, ""))
    written = _plain(label, code)
    return frozenset({written, _READING.sub(r"\1", written), _READING.sub(r"\2", written)} - {""})


def _plain(text: str, code: str) -> str:
    """``text`` as its language does not care how it is typed: spaces, accents, traditional characters."""
    if code in (DEFAULT, EASY):
        return normalize(text).replace(" ", "").strip(_SIGNS)
    return plain_in(text, code).strip(_SIGNS)
