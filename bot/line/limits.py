"""LINE's limits in LINE's own units, and cutting text to fit them at sensible places.

Most of these stand only in LINE's manual: neither its OpenAPI file nor the SDK checks them.
"""

from __future__ import annotations

import json
from typing import Any

import regex

TEXT = 5000
ALT_TEXT = 1500
POSTBACK_DATA = 300
DISPLAY_TEXT = 300
QUICK_REPLY_LABEL = 20
FLEX_LABEL = 40
QUICK_REPLIES = 13
URI = 1000
BUBBLE_BYTES = 27_000
"""LINE says 30 KB without saying how it counts; a tenth is kept in hand."""

_GRAPHEME = regex.compile(r"\X")
_JOINED = regex.compile(r"\p{Indic_Syllabic_Category=Virama}(?=[\u200d\p{L}])")
_GOOD_ENDS = ("\n", "。", "！", "？", "!", "?", "、", " ", "　")


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, LINE's unit for texts (🍎 counts 2)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> list[str]:
    """The characters as people see them, LINE's unit for labels."""
    found: list[str] = _GRAPHEME.findall(text)
    return found


def cut(text: str, limit: int, *, ellipsis: str = "…") -> str:
    """``text`` within ``limit`` UTF-16 units, cut after a sentence or word where one is near."""
    if utf16_length(text) <= limit:
        return text
    room = limit - utf16_length(ellipsis)
    kept: list[str] = []
    for grapheme in graphemes(text):
        room -= utf16_length(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    whole = "".join(kept)
    end = max(whole.rfind(mark) for mark in _GOOD_ENDS)
    if end > len(whole) * 0.6:
        whole = whole[: end + 1]
    return whole.rstrip() + ellipsis


def cut_label(text: str, limit: int) -> str:
    """``text`` within ``limit`` graphemes.

    Consonants that are joined (क्ष्य) count one each: by the rules before Unicode 15.1 they were so many, and LINE does
    not say which it goes by.
    """
    found = graphemes(text)
    sizes = [1 + len(_JOINED.findall(one)) for one in found]
    if sum(sizes) <= limit:
        return text
    kept = next(place for place in range(len(found), -1, -1) if sum(sizes[:place]) < limit)
    return "".join(found[:kept]) + "…"


def json_bytes(part: Any) -> int:
    """The size that LINE's limit on bubbles is about."""
    return len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
