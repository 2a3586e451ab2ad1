"""Words that nobody meant to type: what a word that the texts lack may stand for, by its sound.

A wrong conversion sounds the same; a slip of the finger differs by one kana.  Both may break a
word in two, so that neighbours are read together too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import eq
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from intents.homophones import told_apart
from intents.kana import Heard, KanaModel
from intents.tokenizer import Token, tokenize

SLIP_LIMIT = 3
_SHORTEST_SAME, _SHORTEST_NEAR, _LONGER_JOINED = 3, 4, 1
"""Kana that a sound needs to name a word: the same, one kana off; and how many more of parts read together."""
DOUBTED = 0.8
"""What a word counts that sounds like the one typed, which may as well be meant itself."""

_NOT_KANA = re.compile("[^ァ-ヺー]")
_KANJI = re.compile("[一-龥々]")
_PROPER_NOUN = ("名詞", "固有名詞")
_SIGNS = ("補助記号", "空白")

Exists = Callable[[str], bool]


@dataclass(frozen=True)
class Sounds:
    """Words by their readings in katakana, and by these with one kana left out (Garbe's SymSpell).

    ``known``: the numbers, in ``model``, of the words that may be meant.  ``keys`` hashes of such
    readings, ascending; ``owners`` whose they are.
    """

    model: KanaModel
    known: frozenset[int]
    keys: NDArray[np.uint32]
    owners: NDArray[np.int32]

    def alike(self, reading: str) -> list[tuple[Token, float]]:
        """The words that sound exactly so, the most frequent first (1), the others by their frequency."""
        return self._weighted(number for number in self.model.sounding(reading) if number in self.known)

    def near(self, reading: str) -> list[tuple[Token, float]]:
        """The words that sound so but for one kana left out, added, mistaken or swapped with the next."""
        wanted = np.array(sorted(_keys(reading)), np.uint32)
        starts = np.searchsorted(self.keys, wanted)
        ends = np.searchsorted(self.keys, wanted, side="right")
        found = {number for start, end in zip(starts, ends, strict=True) for number in self.owners[start:end].tolist()}
        readings = self.model.words.readings
        return self._weighted(n for n in found if OSA.distance(reading, readings[n], score_cutoff=1) == 1)

    def _weighted(self, numbers: Iterable[int]) -> list[tuple[Token, float]]:
        chances = self.model.grammar.chances
        best = sorted(numbers, key=lambda number: (-chances[number], number))[:SLIP_LIMIT]
        return [(self.model.words[number], chances[number] / chances[best[0]]) for number in best]


def make_sounds(model: KanaModel, vocabulary: Collection[str]) -> Sounds:
    """The words of ``vocabulary`` among the content words of ``model``."""
    known = [number for number in sorted(model.content) if model.words.normalized[number] in vocabulary]
    keys: list[int] = []
    owners: list[int] = []
    for number in known:
        reading = model.words.readings[number]
        if len(reading) >= _SHORTEST_NEAR - 1:
            found = _keys(reading)
            keys += found
            owners += [number] * len(found)
    order = np.argsort(np.array(keys, np.uint32), kind="stable")
    return Sounds(model, frozenset(known), np.array(keys, np.uint32)[order], np.array(owners, np.int32)[order])


@dataclass(frozen=True)
class _Meant:
    """From ``start`` to ``end`` any of ``words`` was meant; ``surely``, and not what stands there."""

    start: int
    end: int
    words: list[tuple[Token, float]]
    surely: bool


def mend(
    tokens: Sequence[Token], known: Collection[str], sounds: Sounds, exists: Exists = lambda _: False
) -> Heard | None:
    """The text with the words that were meant in the place of those that are not ``known``; None where all stays.

    A word that ``exists`` in the language is replaced only by one of the same sound that the
    texts join with its neighbour (哺育園 -> 保育園); else both count.
    """
    mended: list[Token] = []
    others: list[tuple[str, float]] = []
    skip = 0
    for at, token in enumerate(tokens):
        if at < skip:
            continue
        meant = _meant_at(tokens, at, sounds, exists) if _is_odd(token, known) else None
        if meant is None or meant.start < skip:
            mended.append(token)
        elif meant.surely:
            del mended[len(mended) - (at - meant.start) :]
            mended.append(_in_place_of(tokens[meant.start : meant.end], meant.words[0][0]))
            others += ((word.normalized, weight) for word, weight in meant.words[1:])
            skip = meant.end
        else:
            mended.append(token)
            others += ((word.normalized, DOUBTED * weight) for word, weight in meant.words)
    if not others and mended == list(tokens):
        return None
    said = [(token.normalized, 1.0) for token in mended if token.content]
    return Heard(tuple(mended), (*said, *others))


def own_names_mended(tokens: Iterable[Token], names: frozenset[str]) -> tuple[Token, ...]:
    """``tokens`` with the municipality's own name (松阪) where another letter of its sound was typed (松坂)."""
    sounding = _by_bare_sound(names)
    return tuple(_own_name(token, names, sounding) for token in tokens)


def _own_name(token: Token, names: frozenset[str], sounding: Mapping[str, str]) -> Token:
    if token.part[:2] != _PROPER_NOUN or token.normalized in names:
        return token
    name = sounding.get(_bare(token.reading), "")
    alike = len(name) == len(token.surface) and any(map(eq, name, token.surface))
    return Token(token.surface, name, token.reading, token.part) if alike else token


@lru_cache(maxsize=2_000)
def _by_bare_sound(names: frozenset[str]) -> Mapping[str, str]:
    """Names of one word by their readings, with no difference between か and が."""
    parts = {name: list(tokenize(name)) for name in sorted(names)}
    return {_bare(found[0].reading): name for name, found in parts.items() if len(found) == 1 and _KANJI.search(name)}


def _bare(reading: str) -> str:
    return unicodedata.normalize("NFD", reading).replace("\u3099", "")


def together(heard: Heard | None, mended: Heard | None) -> Heard | None:
    """What was heard and what was mended in it: every word with the probability that it was heard with."""
    if heard is None or mended is None:
        return mended or heard
    chances = dict(mended.words) | dict(heard.words)
    return Heard(mended.tokens, tuple(chances.items()))


def _in_place_of(typed: Sequence[Token], word: Token) -> Token:
    return Token("".join(token.surface for token in typed), word.normalized, word.reading, word.part)


def _is_odd(token: Token, known: Collection[str]) -> bool:
    """Whether it may be the piece of a broken word: a content word that is not known, or a particle in katakana."""
    if token.content:
        return token.normalized not in known and token.surface not in told_apart()
    return not _NOT_KANA.search(token.surface) and token.part[0] not in _SIGNS


def _meant_at(tokens: Sequence[Token], at: int, sounds: Sounds, exists: Exists) -> _Meant | None:
    """What was meant by a word, alone or with its neighbours: what sounds the same, or nearly so."""
    for start, end in ((at, at + 1), (at, at + 2), (at - 1, at + 1), (at - 1, at + 2)):
        if start < 0 or end > len(tokens) or any(token.part[0] in _SIGNS for token in tokens[start:end]):
            continue
        parts = tokens[start:end]
        stands = len(parts) == 1 and exists(parts[0].normalized)
        found = _alike(parts, sounds)
        if found:
            joined = [pair for pair in found if _is_joined(tokens, start, end, pair[0], sounds.model)]
            return _Meant(start, end, joined or found, surely=bool(joined) or not stands)
        found = [] if stands else _near(parts, sounds)
        if found:
            return _Meant(start, end, found, surely=True)
    return None


def _is_joined(tokens: Sequence[Token], start: int, end: int, word: Token, model: KanaModel) -> bool:
    """Whether the texts have a word next to one that it would stand next to here."""
    return (start > 0 and model.joins(tokens[start - 1], word)) or (
        end < len(tokens) and model.joins(word, tokens[end])
    )


def _alike(parts: Sequence[Token], sounds: Sounds) -> list[tuple[Token, float]]:
    reading, typed = _together(parts)
    return sounds.alike(reading) if len(reading) >= _SHORTEST_SAME + _needed(parts, typed) and len(typed) > 1 else []


def _near(parts: Sequence[Token], sounds: Sounds) -> list[tuple[Token, float]]:
    """A word in kanji is a word of its own, unless it sounds the same: 開業 is not a 会場."""
    reading, typed = _together(parts)
    known = len(reading) >= _SHORTEST_NEAR + _needed(parts, typed) and not _KANJI.search(typed)
    return sounds.near(reading) if known else []


def _needed(parts: Sequence[Token], typed: str) -> int:
    return _LONGER_JOINED if len(parts) > 1 and _NOT_KANA.search(typed) else 0


def _together(parts: Sequence[Token]) -> tuple[str, str]:
    return "".join(part.reading for part in parts), "".join(part.surface for part in parts)


def _keys(reading: str) -> set[int]:
    """Hashes of a reading and of it with one kana left out."""
    shorter = {reading[:at] + reading[at + 1 :] for at in range(len(reading))}
    return {crc32(form.encode("utf-16-le")) for form in (reading, *shorter)}
