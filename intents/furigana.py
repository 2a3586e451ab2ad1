"""ふりがな: how the hard words of a text are read, each the first time only.

Readings are Sudachi's, of the longest words that it knows; a municipality's own come first.  A word is hard that has
a kanji beyond the third year of school: whoever reads little Japanese learns the others first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from intents.text import to_hiragana
from intents.tokenizer import read_aloud

_DATA = Path(__file__).parent / "data" / "school_kanji.yaml"
_KANJI = re.compile("[㐀-䶿一-鿿豈-﫿々〆]")
_PARTS = re.compile(r"([㐀-䶿一-鿿豈-﫿々〆]+)|([^㐀-䶿一-鿿豈-﫿々〆]+)")
_COUNTED = re.compile(r"[0-9０-９一二三四五六七八九十百千万億]$")


@dataclass(frozen=True)
class Piece:
    """A part of a text.  ``reading``, in hiragana, where it is shown above it."""

    text: str
    reading: str | None = None


@cache
def easy_kanji() -> frozenset[str]:
    """The kanji of the first three years of school."""
    return frozenset("".join(yaml.safe_load(_DATA.read_text(encoding="utf-8")).values()))


def is_hard(word: str) -> bool:
    """Whether a word has a kanji that is learnt late, or not at school."""
    return any(letter not in easy_kanji() for letter in _KANJI.findall(word))


def with_readings(text: str, own: Mapping[str, str] | None = None) -> list[Piece]:
    """``text`` in pieces, the hard words with their readings where they come first.

    ``own``: readings (hiragana) that the municipality gave to words; they come before the dictionary's.
    """
    given = dict(own or {})
    seen: set[str] = set()
    pieces: list[Piece] = []
    for word, reading in _words(text, given):
        if word in given:
            new = [Piece(word, given[word] if word not in seen else None)]
        elif not is_hard(word) or word in seen or (len(word) == 1 and _follows_a_number(pieces)):
            new = [Piece(word)]
        else:
            new = list(_above_the_kanji(word, reading))
        seen.add(word)
        pieces += new
    return _joined(pieces)


def in_brackets(text: str, own: Mapping[str, str] | None = None) -> str:
    """For where nothing stands above a line, as in LINE: 証明書（しょうめいしょ）."""
    return "".join(f"{one.text}（{one.reading}）" if one.reading else one.text for one in with_readings(text, own))


def _words(text: str, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The words of a text and how they are read (hiragana); own words whole."""
    if not given:
        yield from _read(text)
        return
    own = re.compile("|".join(re.escape(word) for word in sorted(given, key=len, reverse=True)))
    end = 0
    for found in own.finditer(text):
        yield from _read(text[end : found.start()])
        yield found[0], given[found[0]]
        end = found.end()
    yield from _read(text[end:])


def _read(text: str) -> Iterator[tuple[str, str]]:
    return ((word, to_hiragana(reading)) for word, reading in read_aloud(text))


def _follows_a_number(pieces: list[Piece]) -> bool:
    """What things are counted by is read by the number (3歳, 8冊): the dictionary knows the word alone."""
    return bool(pieces) and _COUNTED.search(pieces[-1].text) is not None


@lru_cache(maxsize=10_000)
def _above_the_kanji(word: str, reading: str) -> tuple[Piece, ...]:
    """The reading split so that it stands above the kanji alone: 申し込み is もう, し, こ, み."""
    parts = [(found[0], found[1] is not None) for found in _PARTS.finditer(word)]
    pattern = "".join("(.+?)" if kanji else re.escape(to_hiragana(part)) for part, kanji in parts)
    found = re.fullmatch(pattern, reading)
    if found is None:
        # The dictionary reads it with letters that it does not have: one reading above all of it, or none.
        return (Piece(word, reading if reading != to_hiragana(word) and reading else None),)
    readings = iter(found.groups())
    return tuple(Piece(part, next(readings) if kanji else None) for part, kanji in parts)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours without a reading as one."""
    joined: list[Piece] = []
    for one in pieces:
        if joined and one.reading is None and joined[-1].reading is None:
            joined[-1] = Piece(joined[-1].text + one.text)
        else:
            joined.append(one)
    return joined
