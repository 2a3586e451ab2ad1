"""Hints for plain Japanese: long sentences, hard words, kanji without a reading.  Simple rules, and no judgement.

They point at what is worth a second look; a text without a hint may still be hard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

LONGEST = 60
"""Letters of a sentence in an answer, from which it is worth dividing."""
LONGEST_EASY = 40
"""And in やさしい日本語, readings and spaces not counted."""
_MOST = 12

_WORDS = Path(__file__).parent / "data" / "hard_words.yaml"
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_READING = re.compile(r"[（(][ぁ-ゖァ-ヶー・\s]+[）)]")
_BLANKS = re.compile(r"[ \u3000]+")
_TWICE_NOT = re.compile(
    r"ないわけでは(?:ない|ありません)|ない(?:こと|もの)は(?:ない|ありません)|なくは(?:ない|ありません)"
)
_KANJI = re.compile(r"[一-龠々]{2,}(?![一-龠々])(?!\s*[（(][ぁ-ゖァ-ヶー・\s]+[）)])")


@dataclass(frozen=True)
class Hint:
    """``where``: the words meant; ``what``: what one might do."""

    where: str
    what: str


@lru_cache
def hard_words() -> dict[str, str]:
    """A word of offices, and how one may say it."""
    found: dict[str, str] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return found


def hints(text: str, *, easy: bool = False) -> tuple[Hint, ...]:
    """What is worth a second look.  ``easy``: the text is meant as やさしい日本語."""
    return tuple(_all(text, easy))[:_MOST]


def _all(text: str, easy: bool) -> Iterator[Hint]:
    longest = LONGEST_EASY if easy else LONGEST
    for sentence in _SENTENCE.findall(text):
        letters = len(_BLANKS.sub("", _READING.sub("", sentence)).strip())
        if letters > longest:
            yield Hint(_shortened(sentence), f"一文が{letters}字です。{longest}字までに分けると読みやすくなります")
    for found in _TWICE_NOT.finditer(text):
        yield Hint(found[0], "「ない」を二度使っています。「あります」「できます」のように言い切れないか見てください")
    for word, simpler in hard_words().items():
        if word in text:
            yield Hint(word, f"「{simpler}」のように言いかえられないか見てください")
    if easy:
        bare = dict.fromkeys(_KANJI.findall(text))
        for word in bare:
            yield Hint(word, "ふりがながありません。はじめて出る漢字には「（よみ）」をつけてください")


def _shortened(sentence: str) -> str:
    plain = sentence.strip()
    return plain if len(plain) <= 24 else f"{plain[:24]}…"
