"""Greetings, thanks and the like: messages that ask nothing."""

from __future__ import annotations

import re
from enum import StrEnum

import regex

from intents.foreign import small_talk_in
from intents.patterns import pattern_sources
from intents.remembered import remembered
from intents.text import normalize


class SmallTalk(StrEnum):
    """What kind of small talk a message is."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    WHO = "who"
    HOW_ARE_YOU = "how_are_you"
    AGREEMENT = "agreement"
    APOLOGY = "apology"
    INSULT = "insult"
    HELP = "help"
    OTHER_WORK = "other_work"
    EMPTY = "empty"


_SOURCES = pattern_sources("small_talk")
_FILLER = re.compile(_SOURCES["filler"])
_TAIL = re.compile(
    r"m\(_ ?_\)m|\(\^o\^\)/?|[\s。、.,!?！？・…~〜♪☆★(笑)w笑^_^;:)(\U0001F300-\U0001FAFF\u2600-\u27BF\ufe0f]"
)
_KINDS = {kind: regex.compile(_SOURCES[kind], regex.POSIX) for kind in SmallTalk if kind in _SOURCES}
"""POSIX: of several ways to match, the longest."""
_OPENING = re.compile(
    rf"^(?:(?:{_SOURCES[SmallTalk.GREETING]}|{_SOURCES[SmallTalk.APOLOGY]})+(?:[\s、。,.!！~〜～♪]+|が、?|けど、?))+",
    re.IGNORECASE,
)


@remembered
def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk, where a message is nothing else; the last kind where it is several."""
    rest = _TAIL.sub("", normalize(text))
    if not rest:
        return SmallTalk.EMPTY
    kind = None
    while rest:
        step, length = max(((k, _length(p, rest)) for k, p in _KINDS.items()), key=lambda found: found[1])
        if length:
            kind = step
        elif filler := _FILLER.match(rest):
            length = filler.end()
        else:
            return _in_other_words(text)
        rest = rest[length:]
    return kind


def _in_other_words(text: str) -> SmallTalk | None:
    """The kind of small talk in another language."""
    found = small_talk_in(text)
    return SmallTalk(found) if found else None


def _length(pattern: regex.Pattern[str], text: str) -> int:
    """How much of the beginning of ``text`` the pattern takes."""
    found = pattern.match(text)
    return found.end() if found else 0


@remembered
def without_opening(text: str) -> str:
    """``text`` without a greeting before the question itself."""
    rest = _OPENING.sub("", text.strip())
    return rest or text
