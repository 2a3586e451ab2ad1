"""Whether a message is only the beginning of one: a greeting, a preface, or what stops at a comma.

People write in LINE as they speak: 「こんにちは」, then 「住民票は、」, then what they want.
"""

from __future__ import annotations

import re
from functools import lru_cache

from intents.patterns import pattern_sources
from intents.remembered import remembered
from intents.small_talk import SmallTalk, small_talk
from intents.text import normalize
from intents.tokenizer import tokenize

_STOPS = ("、", ",", "，", "､")
_SIGNS = re.compile(r"[\s、。，､.,!?！？・…~〜ー♪]+")
_JAPANESE = re.compile("[ぁ-ゖー一-龥、。,.…~〜 ]+")
_ASKS = re.compile(
    r"[?？]|(?:か|の|かな|かね)[。.]*$|な(?:い|く)|ま?せん|どう|なぜ|ください|下さい|教え|分から|わから|困"
)
"""Whoever asks, begs, denies or is at a loss has said what they want."""
_EMPTY_NOUNS = frozenset({"こと", "もの", "やつ"})
_LONGEST_HOLLOW = 12
_LONGEST = 60
"""Letters.  What is longer says enough to be answered, wherever it stops."""


@remembered
def is_fragment(text: str) -> bool:
    """Whether the rest is likely to follow: nothing was asked yet, or it stops in the middle."""
    plain = normalize(text).strip()
    if not plain or len(plain) > _LONGEST:
        return False
    if plain.endswith(_STOPS) or small_talk(text) is SmallTalk.GREETING or _is_preface(plain):
        return True
    return is_hollow(text)


@remembered
def is_hollow(text: str) -> bool:
    """Whether no word of a message says what it is about, and nothing is asked: 「がある」「ほしいこと」.

    It is a piece of what was written before or will be written next.
    """
    plain = normalize(text).strip()
    if not plain or len(plain) > _LONGEST_HOLLOW or not _JAPANESE.fullmatch(plain) or _ASKS.search(plain):
        return False
    naming = (token for token in tokenize(plain) if token.naming and token.normalized not in _EMPTY_NOUNS)
    return small_talk(text) is None and next(naming, None) is None


def _is_preface(plain: str) -> bool:
    """「すみません、ちょっと聞きたいのですが」 asks nothing yet."""
    rest, begun = _SIGNS.sub("", plain), False
    while rest:
        found = _preface().match(rest) or (_ending().match(rest) if begun else None)
        if found is None or not found[0]:
            return False
        rest, begun = rest[found.end() :], True
    return begun


@lru_cache
def _preface() -> re.Pattern[str]:
    return re.compile(pattern_sources("fragments")["preface"])


@lru_cache
def _ending() -> re.Pattern[str]:
    return re.compile(pattern_sources("fragments")["ending"])
