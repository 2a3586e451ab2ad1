"""A wish for another way of replying (ふりがな, the choice of languages, larger letters), beside what is asked.

「戸籍のふりがなの届」 asks about a procedure and is no wish: a wish stands alone, or between full stops and commas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from intents.remembered import remembered
from intents.text import normalize

_DATA = Path(__file__).parent / "data" / "mode_wishes.yaml"
_ENDS = re.compile(r"(?<=[。.!！、,…\n])\s*")
_SIGNS = " \u3000…。.!！、,\n「」『』“”\"'〜~ー"
_HINT = re.compile(
    "仮名|がな|ガナ|ルビ|るび|よみ|読|よめ|字|もじ|ことば|言葉|コトバ|言語|日本語|にほんご|gana|ruby|kotoba|languag"
    "|语言|語言|언어|idioma|ngôn|wika|भाषा|nihongo|簡単|かんたん|やさし|易し|優し|わかりやす|分かりやす|かな|カナ"
    "|understand|read|speak|不.?[懂明]|일본어|entend|compreend|falo|ler|kh[oô]ng|hindi|बुझ|सक्दिन",
    re.IGNORECASE,
)
_LONGEST = 200
"""Letters; whoever writes more asks something, and may be asked to say so again."""


class ModeWish(StrEnum):
    READINGS_ON = "readings_on"
    READINGS_OFF = "readings_off"
    MENU = "menu"
    LETTERS = "letters"
    EASY_ON = "easy_on"
    EASY_OFF = "easy_off"


@dataclass(frozen=True)
class _Patterns:
    whole: re.Pattern[str]
    clause: re.Pattern[str]
    inside: re.Pattern[str]


@remembered
def wished_mode(text: str) -> tuple[ModeWish | None, str]:
    """The way of replying that ``text`` asks for, and what it asks besides; None and all of it where none."""
    plain = normalize(text) if len(text) <= _LONGEST else ""
    if not _HINT.search(plain):
        return None, text
    whole = plain.strip(_SIGNS)
    for wish, found in _patterns().items():
        if found.whole.fullmatch(whole) or found.clause.fullmatch(whole):
            return wish, ""
    clauses = _ENDS.split(text)
    for wish, found in _patterns().items():
        at = next((place for place, one in enumerate(clauses) if _is_clause(found, one)), None)
        if at is not None:
            return wish, _tidy("".join(one for place, one in enumerate(clauses) if place != at))
        inside = found.inside.search(text)
        if inside:
            return wish, _tidy(text[: inside.start()] + text[inside.end() :])
    return None, text


def _is_clause(found: _Patterns, clause: str) -> bool:
    return found.clause.fullmatch(normalize(clause).strip(_SIGNS)) is not None


def _tidy(rest: str) -> str:
    """What is left of a message; nothing where it is only signs and politeness."""
    kept = rest.strip(" \u3000、,，.。!！…\n")
    return "" if _only_polite().fullmatch(kept) else kept


@lru_cache(maxsize=1)
def _only_polite() -> re.Pattern[str]:
    return re.compile(
        "(?:お願い(?:し|いた)?します|おねがいします|お願い|ください|すみません|ありがとう(?:ございます)?)?"
    )


@lru_cache(maxsize=1)
def _patterns() -> Mapping[ModeWish, _Patterns]:
    data: Mapping[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    fills = {"{R}": data["reading"], "{P}": data["please"]}
    return {wish: _Patterns(*(_of_group(data, wish, place, fills) for place in _PLACES)) for wish in ModeWish}


_PLACES = ("whole", "clause", "inside")


def _of_group(data: Mapping[str, Any], wish: str, place: str, fills: Mapping[str, str]) -> re.Pattern[str]:
    source = "|".join(data[wish].get(place, ())) or "(?!)"
    for name, filled in fills.items():
        source = source.replace(name, filled)
    whole = f"{data['polite']}(?:{source})" if place == "clause" else source
    return re.compile(whole, re.IGNORECASE)
