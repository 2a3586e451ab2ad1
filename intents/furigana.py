"""ふりがな: how the hard words of a text are read, each the first time only.

Readings are Sudachi's, of the longest words that it knows; a municipality's own come first.  A word is hard that has
a kanji beyond the third year of school: whoever reads little Japanese learns the others first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path

import yaml

from intents.text import to_hiragana
from intents.tokenizer import read_aloud, shortest_words

_DATA = Path(__file__).parent / "data" / "school_kanji.yaml"
_KANJI_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆"
_KANJI = re.compile(f"[{_KANJI_RANGES}]")
_PARTS = re.compile(f"([{_KANJI_RANGES}]+)|([^{_KANJI_RANGES}]+)")
_ALL_KANJI = re.compile(f"[{_KANJI_RANGES}]+")
_HIRAGANA = re.compile("[ぁ-ゖー]+")
_LEFT_ALONE = re.compile(
    r"(?:令和|平成|昭和)(?:元|[0-9０-９]{1,2})年度?|[0-9０-９]{1,4}年度?|[0-9０-９]{1,2}月|[0-9０-９]{1,2}日"
    r"|[0-9０-９]{1,2}時|[0-9０-９]{1,2}分"
)
"""Dates: whoever reads the numbers reads these."""
_BRACKET = re.compile("[（(]")
_TOLD = re.compile("[一-龠々ぁ-ゖ]{0,8}[（(]([ぁ-ゖー・ 　]{1,24})[）)]")
"""Of 手続（てつづ）き and 申し込み（もうしこみ）: the rest of the word may stand before its reading."""
_LOOKED_AT = 30
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


class Reader:
    """Reads the texts of one reply in their order: each hard word has its reading where it comes first.

    ``own``: readings (hiragana) that a municipality gave to words; they come before the dictionary's.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = dict(own or {})
        self._seen: set[str] = set()

    def pieces(self, text: str) -> list[Piece]:
        """``text`` in pieces, which together are the text."""
        pieces: list[Piece] = []
        for word, reading, own in _words(text, self._own):
            if word in self._seen or not (own or self._is_read(word, pieces)):
                new: tuple[Piece, ...] = (Piece(word),)
            else:
                new = _above_the_kanji(word, reading)
            self._seen.add(word)
            pieces += new
        return _joined(_without_told(pieces))

    def in_brackets(self, text: str) -> str:
        """For where nothing stands above a line, as in LINE: 証明書（しょうめいしょ）."""
        return "".join(f"{one.text}（{one.reading}）" if one.reading else one.text for one in _whole(self.pieces(text)))

    def _is_read(self, word: str, before: list[Piece]) -> bool:
        return is_hard(word) and not (len(word) == 1 and _follows_a_number(before))


def with_readings(text: str, own: Mapping[str, str] | None = None) -> list[Piece]:
    """One text alone, as a Reader reads it."""
    return Reader(own).pieces(text)


def in_brackets(text: str, own: Mapping[str, str] | None = None) -> str:
    """One text alone, as a Reader reads it where nothing stands above a line."""
    return Reader(own).in_brackets(text)


def _words(text: str, own: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """The words of a text, how they are read (hiragana), and whether that is their own reading.

    A date is left as it is; an address has no kanji.
    """
    end = 0
    for found in _LEFT_ALONE.finditer(text):
        yield from _with_own(text[end : found.start()], own)
        yield found[0], "", False
        end = found.end()
    yield from _with_own(text[end:], own)


def _with_own(text: str, own: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    end = 0
    for start, stop in _places(text, own):
        yield from ((word, reading, False) for word, reading in _read(text[end:start]))
        yield text[start:stop], own[text[start:stop]], True
        end = stop
    yield from ((word, reading, False) for word, reading in _read(text[end:]))


def _places(text: str, own: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Where own words stand, none within another word: a 市内 is not in a 都市内部."""
    listed = [word for word in own if word in text]
    if not listed:
        return
    ends = set(accumulate((len(word) for word in shortest_words(text)), initial=0))
    pattern = re.compile("|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True)))
    for found in pattern.finditer(text):
        if all(at in ends or not _goes_on(text, at) for at in found.span()):
            yield found.span()


def _goes_on(text: str, at: int) -> bool:
    """Whether kanji stand on both sides of a place, so that one word may go over it."""
    return 0 < at < len(text) and all(_KANJI.fullmatch(letter) for letter in text[at - 1 : at + 1])


def _read(text: str) -> Iterator[tuple[str, str]]:
    for word, reading in read_aloud(text) if text else ():
        # Sudachi takes what stands in brackets behind a word for its reading, and as a part of it.
        bracket = _BRACKET.search(word) if len(word) > 1 else None
        end = bracket.start() if bracket else len(word)
        told = _TOLD.match(word, end) is not None
        heard = to_hiragana(reading)
        # Of a word that it does not know it says the word itself.
        yield word[:end], heard if not told and _HIRAGANA.fullmatch(heard) else ""
        if end < len(word):
            yield word[end:], ""


def _without_told(pieces: list[Piece]) -> list[Piece]:
    """``pieces`` without the readings that the text itself gives right after the word: 手数料（てすうりょう）."""
    kept: list[Piece] = []
    rest = ""
    for one in reversed(pieces):
        told = _TOLD.match(rest)
        kept.append(Piece(one.text) if one.reading and told and one.reading in told[1] else one)
        rest = (one.text + rest)[:_LOOKED_AT]
    return kept[::-1]


def _follows_a_number(pieces: list[Piece]) -> bool:
    """What things are counted by is read by the number (3歳, 8冊): the dictionary knows the word alone."""
    return bool(pieces) and _COUNTED.search(pieces[-1].text) is not None


def _whole(pieces: list[Piece]) -> list[Piece]:
    """``pieces`` with words of kanji that follow each other as one: 市政改革課 is read in one breath."""
    whole: list[Piece] = []
    for one in pieces:
        last = whole[-1] if whole else Piece("")
        if one.reading and last.reading and _ALL_KANJI.fullmatch(last.text + one.text):
            whole[-1] = Piece(last.text + one.text, last.reading + one.reading)
        else:
            whole.append(one)
    return whole


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
