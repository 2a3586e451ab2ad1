"""A wish for the language of the reply, in a message that may ask something else as well.

「英語で相談できますか」 asks about the municipality and is no wish: a wish stands alone between
full stops, or names a way of answering (英語で教えて).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from intents.remembered import remembered

_DATA = Path(__file__).parent / "data" / "language_wishes.yaml"
_ENDS = re.compile(r"(?<=[。.!?！？、,，।…\n])\s*")
_SIGNS = " \u3000…。.!?！？、,，।\n「」“”\"'〜~"


@remembered
def wished_language(text: str) -> tuple[str | None, str]:
    """The language that ``text`` asks to be answered in, and what it asks besides; None and all of it where none."""
    if not _names().search(text):
        return None, text
    inside = _inside().search(text)
    if inside:
        return _named(inside[0]), _tidy(f"{text[: inside.start()]} {text[inside.end() :]}")
    clauses = _ENDS.split(text)
    at = next((place for place, one in enumerate(clauses) if _clause().fullmatch(one.strip(_SIGNS))), None)
    others = (one for place, one in enumerate(clauses) if place != at)
    rest = " ".join(one for one in others if not _only_polite().fullmatch(one.strip(_SIGNS)))
    if at is None or _names().search(rest):  # 英語、中国語、韓国語の案内はありますか
        return None, text
    return _named(clauses[at]), _tidy(rest)


def _named(text: str) -> str | None:
    """The language whose name stands in ``text``; easy Japanese before Japanese."""
    return next((code for code, source in _sources().items() if re.search(source, text, re.IGNORECASE)), None)


def _tidy(rest: str) -> str:
    """What is left of a message; nothing where it is only signs and politeness."""
    kept = rest.strip(" \u3000、,，.。!！…\n")
    return "" if _only_polite().fullmatch(kept) else kept


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    loaded: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _sources() -> Mapping[str, str]:
    """Each language's names, a space allowed between all letters of the Japanese ones."""
    return {code: _spaced("|".join(names)) for code, names in _data()["names"].items()}


def _spaced(source: str) -> str:
    return re.sub("(?<=[ぁ-ゖ本語])(?=[ぁ-ゖ日本語にほ(])", r"\\s?", source)


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    return re.compile("|".join(_sources().values()), re.IGNORECASE)


@lru_cache(maxsize=1)
def _inside() -> re.Pattern[str]:
    return re.compile(_filled("inside"), re.IGNORECASE)


@lru_cache(maxsize=1)
def _clause() -> re.Pattern[str]:
    polite = f"(?:{'|'.join(_data()['polite'])})"
    return re.compile(rf"(?:{polite}\s*)*(?:{_filled('clauses')})(?:\s*{polite})*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _only_polite() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{'|'.join(_data()['polite'])})[\s{re.escape(_SIGNS)}]*)*", re.IGNORECASE)


def _filled(group: str) -> str:
    """The patterns of a group with the names in them."""
    names = f"(?:{'|'.join(_sources().values())})"
    return "|".join(_data()[group]).replace("{L}", names)
