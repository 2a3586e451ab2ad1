"""Terms of a language found in a text: the longest first, and never inside another word."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from intents.text import normalize

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*")
_SAME = str.maketrans(
    {"đ": "d", "ी": "ि", "ू": "ु", "ई": "इ", "ऊ": "उ", "ँ": "ं", "ङ": "न", "ञ": "न", "ण": "न", "श": "स", "ष": "स", "व": "ब"}
)
_BARE = str.maketrans("", "", "ं़\u200c\u200d")


@dataclass(frozen=True)
class Match:
    """``concept`` stands in the text from ``start`` to ``end``; None: a small word does."""

    start: int
    end: int
    concept: str | None


def words_of(text: str) -> list[str]:
    """The words of a text in an alphabet, lower case, apostrophes made one."""
    return [word.replace("’", "'") for word in _WORD.findall(normalize(text))]


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """A word without what people leave out when they type: accents, tones, long vowels."""
    if word.isascii():
        return word
    plain = "".join(char for char in unicodedata.normalize("NFD", word) if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", plain).translate(_SAME).translate(_BARE)


@lru_cache(maxsize=20_000)
def _letters(word: str) -> tuple[str, ...]:
    """A word's letters and marks in any order: hóa and hoá are one."""
    return tuple(sorted(unicodedata.normalize("NFD", word)))


def longest_first(found: Iterable[Match]) -> list[Match]:
    """What stays of overlapping matches: the longest, of two alike the first; in the order of the text."""
    taken: list[Match] = []
    for match in sorted(found, key=lambda one: (one.start - one.end, one.concept is None, one.start)):
        if all(match.end <= other.start or match.start >= other.end for other in taken):
            taken.append(match)
    return sorted(taken, key=lambda one: one.start)


class WordMatcher:
    """For scripts with words: a term is a row of words, each in its basic form or with an ending.

    ``strict``: where any word is typed with its marks, thuê is not thuế and cho is not chó; a
    text without any marks may mean either.
    """

    def __init__(
        self, terms: Mapping[str, Iterable[str]], endings: Mapping[str, Sequence[str]], *, strict: bool = False
    ) -> None:
        self._endings = {fold(ending): tuple(map(fold, basic)) for ending, basic in endings.items()}
        self._longest_ending = max(map(len, self._endings), default=0)
        self._strict = strict
        self._rows: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._beginnings: set[str] = set()
        for concept, listed in terms.items():
            for term in listed:
                self._add(tuple(words_of(term)), concept)

    def _add(self, words: tuple[str, ...], concept: str) -> None:
        folded = [fold(word) for word in words]
        self._rows.setdefault(" ".join(folded), []).append((words, concept))
        self._beginnings.update(" ".join(folded[:end]) for end in range(1, len(folded)))

    def forms(self, word: str) -> list[str]:
        """The folded basic forms that a word may have."""
        folded = fold(word)
        found = [folded]
        for length in range(1, min(self._longest_ending, len(folded) - 2) + 1):
            found += (folded[:-length] + basic for basic in self._endings.get(folded[-length:], ()))
        return found

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every term in a row of words, overlapping ones too."""
        forms = [self.forms(word) for word in words]
        marked = self._strict and any(fold(word) != word for word in words)
        found: list[Match] = []
        for start in range(len(words)):
            rows = [""]
            for end in range(start + 1, len(words) + 1):
                rows = [f"{row} {form}".strip() for row in rows for form in forms[end - 1]]
                typed = words[start:end]
                found += [Match(start, end, concept) for row in rows for concept in self._named(row, typed, marked)]
                rows = [row for row in rows if row in self._beginnings]
                if not rows:
                    break
        return found

    def _named(self, row: str, typed: Sequence[str], marked: bool) -> list[str]:
        """The concept that a row of folded words names, as it was typed; the first of several."""
        listed = self._rows.get(row, ())
        exact = [concept for words, concept in listed if tuple(map(_letters, typed)) == tuple(map(_letters, words))]
        return (exact or ([] if marked else [concept for _, concept in listed]))[:1]


class RunMatcher:
    """For scripts without words: a term is a run of characters; spaces do not count."""

    def __init__(self, terms: Mapping[str, Iterable[str]], small_words: Iterable[str] = ()) -> None:
        self._terms: dict[str, str | None] = dict.fromkeys(map(_packed, small_words))
        for concept, listed in terms.items():
            self._terms.update((_packed(term), concept) for term in listed)
        self._longest = max(map(len, self._terms), default=0)

    def find(self, text: str, shortest: int = 1) -> list[Match]:
        """Every term and small word in ``text`` (packed), overlapping ones too."""
        return [
            Match(start, end, self._terms[text[start:end]])
            for start in range(len(text))
            for end in range(start + shortest, min(start + self._longest, len(text)) + 1)
            if text[start:end] in self._terms
        ]

    def at(self, text: str, start: int) -> list[Match]:
        """Every term and small word that begins at ``start``, the longest first."""
        ends = range(min(start + self._longest, len(text)), start, -1)
        return [Match(start, end, self._terms[text[start:end]]) for end in ends if text[start:end] in self._terms]

    def concept(self, text: str) -> str | None:
        """The concept that the whole of ``text`` names."""
        return self._terms.get(text)


def _packed(text: str) -> str:
    return normalize(text).replace(" ", "")


def packed(text: str) -> tuple[str, frozenset[int]]:
    """``text`` without spaces and signs, and where in it words begin."""
    letters: list[str] = []
    begins = {0}
    for char in normalize(text):
        if char.isalnum():
            letters.append(char)
        else:
            begins.add(len(letters))
    return "".join(letters), frozenset(begins)


def without_ending(word: str, endings: Collection[str]) -> str:
    """``word`` without the longest of ``endings`` that it has."""
    lengths = range(len(word) - 1, 0, -1)
    return next((word[:-length] for length in lengths if word[-length:] in endings), word)
