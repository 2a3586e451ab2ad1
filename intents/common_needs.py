"""What residents come to any municipality for, recognised by the words that give it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import yaml

from intents.lexicon import Lexicon, make_lexicon, names_something
from intents.text import kana_share, to_katakana
from intents.tokenizer import Token, reading_of

_BUNDLED = Path(__file__).parent / "data" / "common_needs.yaml"

_KANA_SHARE = 0.85
"""From this share of hiragana on, words are found by their sound: they are cut wrongly where kanji are missing."""

_SHORTEST_SOUND = 3
"""Kana that a word written in kanji must have to be known by its sound (犬 is in いぬ, and in たいぬ)."""


@dataclass(frozen=True)
class CommonNeeds:
    """``signs``: a part -> (need, all the parts that must be found) of the signs that begin with it.

    A part is a group of ``phrases``; ``sounds``: (part, katakana of one of its phrases).  ``counts``:
    the tokens that phrases are made of.
    """

    names: tuple[str, ...]
    signs: Mapping[int, tuple[tuple[int, frozenset[int]], ...]]
    phrases: Lexicon
    sounds: tuple[tuple[int, str], ...]
    counts: Callable[[Token], bool] = names_something

    def found(self, tokens: Sequence[Token]) -> frozenset[int]:
        """The needs that a question gives away; of a sign within another only the longer one counts."""
        return frozenset(need for need, _ in self.spans(tokens))

    def spans(self, tokens: Sequence[Token]) -> list[tuple[int, frozenset[int]]]:
        """The same with the characters, from 0, that each sign takes of the tokens' text."""
        places = self._places(tokens)
        spans = [
            (need, frozenset().union(*(places[part] for part in parts)))
            for first in places
            for need, parts in self.signs.get(first, ())
            if parts <= places.keys()
        ]
        return [(need, span) for need, span in spans if not any(span < other for _, other in spans)]

    def _places(self, tokens: Sequence[Token]) -> dict[int, frozenset[int]]:
        """The characters of a question at which each part stands."""
        found = self._read(tokens)
        text = "".join(token.surface for token in tokens)
        if kana_share(text) >= _KANA_SHARE:
            for part, heard in self._heard(to_katakana(text)).items():
                found[part] = found.get(part, frozenset()) | heard
        return found

    def _read(self, tokens: Sequence[Token]) -> dict[int, frozenset[int]]:
        """Parts found as words."""
        ends = list(accumulate(len(token.surface) for token in tokens))
        named = [(token, end) for token, end in zip(tokens, ends, strict=True) if self.counts(token)]
        found: dict[int, frozenset[int]] = {}
        for part, first, last in self.phrases.concepts([token.normalized for token, _ in named]):
            begin = named[first][1] - len(named[first][0].surface)
            found[part] = found.get(part, frozenset()) | frozenset(range(begin, named[last - 1][1]))
        return found

    def _heard(self, text: str) -> dict[int, frozenset[int]]:
        """Parts found by their sound, each at its first place."""
        found: dict[int, frozenset[int]] = {}
        for part, sound in self.sounds:
            start = text.find(sound)
            if start >= 0:
                found[part] = found.get(part, frozenset()) | frozenset(range(start, start + len(sound)))
        return found


Sign = str | list[str | list[str]]


def make_common_needs(
    rows: Sequence[dict[str, str | list[Sign]]], counts: Callable[[Token], bool] = names_something
) -> CommonNeeds:
    """``rows`` as in ``data/common_needs.yaml``: a name and its signs each."""
    parts: dict[tuple[str, ...], int] = {}
    signs: dict[int, list[tuple[int, frozenset[int]]]] = {}
    for need, row in enumerate(rows):
        for sign in row["signs"]:
            numbers = [parts.setdefault(_phrases(part), len(parts)) for part in _parts(sign)]
            signs.setdefault(numbers[0], []).append((need, frozenset(numbers)))
    sounds = tuple((number, sound) for part, number in parts.items() for sound in filter(None, map(_sound, part)))
    names = tuple(str(row["name"]) for row in rows)
    return CommonNeeds(
        names, {part: tuple(found) for part, found in signs.items()}, make_lexicon(parts, counts), sounds, counts
    )


def _parts(sign: Sign) -> list[str | list[str]]:
    return [sign] if isinstance(sign, str) else sign


def _phrases(part: str | list[str]) -> tuple[str, ...]:
    return (part,) if isinstance(part, str) else tuple(part)


def _sound(phrase: str) -> str:
    """How a phrase is read; nothing where that would be found in too much else."""
    sound = reading_of(phrase)
    written = to_katakana(phrase) == sound
    return sound if len(sound) >= (2 if written else _SHORTEST_SOUND) else ""


@lru_cache(maxsize=1)
def bundled_common_needs() -> CommonNeeds:
    """The needs that come with the program."""
    return make_common_needs(yaml.safe_load(_BUNDLED.read_text(encoding="utf-8")))
