"""A text made easy to match, and the way back to where it stood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from intents.personal_data.findings import Kind, Span

_WALL = "\0"
KANJI = "一-鿿㐀-䶿々〆\U00020000-\U0003ffff"
KATAKANA = "ァ-ヺー"
HIRAGANA = "ぁ-ゖー"
CAPITAL = "A-ZÀ-ÖØ-Þ"
LATIN = "A-Za-zÀ-ɏḀ-ỿ"
_LABEL = re.compile("|".join(kind.label for kind in Kind))
_LINE_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")
# NFKC leaves these apart.  The long vowel mark ー stays, because カード needs it; number patterns accept it.
_HYPHENS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2500\u2501\ufe63")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\ufffd")  # Hangul fillers show nothing; U+FFFD stands for a lost unit
# Most of a text folds to itself; the last letter before a voiced mark does not.
_UNCHANGED = re.compile("[ -~\\nぁ-ゖァ-ヺー一-鿿、。「」]+(?![\u3099\u309a\uff9e\uff9f])")
_VOICED_MARKS = {"\u3099": "\u3099", "\u309a": "\u309a", "\uff9e": "\u3099", "\uff9f": "\u309a"}


class Found(NamedTuple):
    """A finding in folded offsets."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class _Folded:
    page: str
    origins: list[int]  # where each folded character came from, then the length of the original

    def span(self, found: Found) -> Span:
        """The original stretch; marks that were dropped right after it go with it."""
        last = self.origins[found.end - 1]
        end = found.end
        while self.origins[end] == last:  # one character may have folded into several
            end += 1
        return Span(self.origins[found.start], self.origins[end], found.kind)


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    if character in _LINE_BREAKS:
        return "\n"
    if character == "\t":
        return " "
    category = unicodedata.category(character)
    if category in _INVISIBLE or character in _BLANKS:
        return ""
    if category == "No":  # ① is a bullet, not the first digit of what follows it
        return character
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "".join(filter(None, map(_simplify, unicodedata.normalize("NFKC", character))))


def _simplify(character: str) -> str:
    if character in _HYPHENS:
        return "-"
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    return "" if category in _INVISIBLE else character


def fold(text: str) -> _Folded:
    """Fold the text; labels that stand in it become walls."""
    pieces: list[str] = []
    origins: list[int] = []
    done = 0
    for label in _LABEL.finditer(text):
        _fold_into(pieces, origins, text, done, label.start())
        pieces.append(_WALL)
        origins.append(label.start())
        done = label.end()
    _fold_into(pieces, origins, text, done, len(text))
    origins.append(len(text))
    return _Folded("".join(pieces), origins)


def _fold_into(pieces: list[str], origins: list[int], text: str, start: int, end: int) -> None:
    position = start
    while position < end:
        plain = _UNCHANGED.match(text, position, end)
        if plain:
            pieces.append(plain[0])
            origins.extend(range(position, plain.end()))
            position = plain.end()
            continue
        mark = _VOICED_MARKS.get(text[position])
        if mark and pieces:  # か + ゛ is が, also in half-width letters
            if len(pieces[-1]) == 1:
                pieces[-1] = unicodedata.normalize("NFC", pieces[-1] + mark)[0]
        elif folded := _fold_character(text[position]):
            pieces.append(folded)
            origins.extend([position] * len(folded))
        position += 1


def wall_off(page: str, stretches: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(stretches):
        parts += page[done:start], _WALL * (end - start)
        done = end
    return "".join(parts) + page[done:]


def text_before(page: str, position: int, reach: int = 24) -> str:
    return page[max(0, position - reach) : position]
