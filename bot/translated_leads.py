"""The part of a translated answer that tells what one sentence of the Japanese answer tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, pairwise

from intents.leads import split_sentences
from intents.text import normalize

_STOP = r"[。！？।](?![」』”）)])"
_FULL_STOPS = r"[.!?]++[”)\"']*+(?=\s++[^a-zà-ỹ\s])"
_PIECE = re.compile(rf".(?:{_STOP}|{_FULL_STOPS}|$|.+?(?:{_STOP}|(?<![.!?]){_FULL_STOPS}|$))\s*")
"""Full stops in a row are looked at from their first only."""
_ANCHOR = re.compile(r"\d+(?:[.,]\d+)*|[㐀-鿿々]{2,}|[ァ-ヺー]{3,}")
"""What a translation keeps as it is: figures, and the Japanese term beside its translation."""
_YES_OR_NO = 5
"""A first sentence of so few letters (Yes.) tells nothing by itself."""
_MOST_PIECES = 12
_ANCHOR_WEIGHT = 0.3


@lru_cache(maxsize=5_000)
def translated_sentence(japanese: str, translation: str, sentence: str) -> str | None:
    """The part of ``translation`` that stands for ``sentence``; None where the two are not laid out alike."""
    lines, written = _lines(japanese), _lines(translation)
    if len(lines) != len(written):
        return None
    at = next((place for place, line in enumerate(lines) if sentence in line), None)
    if at is None:
        return None
    sentences = split_sentences(lines[at])
    place = next((place for place, one in enumerate(sentences) if sentence in one), None)
    pieces = _pieces(without_yes_or_no(written[at]))
    if place is None or max(len(sentences), len(pieces)) > _MOST_PIECES:
        return None
    return _bare("".join(_aligned(sentences, pieces)[place]))


def without_yes_or_no(text: str) -> str:
    """A translation without the short first sentence that only says yes or no."""
    pieces = _pieces(text.split("\n", 1)[0])
    first = pieces[0] if len(pieces) > 1 else ""
    return text[len(first) :] if 0 < sum(map(str.isalpha, first)) <= _YES_OR_NO else text


def without_part(translation: str, part: str) -> str:
    """``translation`` without a part of it that is said before."""
    lines = (" ".join(line.split()) for line in translation.replace(part, "", 1).split("\n"))
    return "\n".join(filter(None, lines))


def _bare(part: str) -> str:
    return part.strip().removeprefix("・").strip()


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _pieces(line: str) -> list[str]:
    """The sentences of a line, each with what follows it, so that joined they are the line again."""
    return _PIECE.findall(line)


def _aligned(sentences: Sequence[str], pieces: Sequence[str]) -> list[Sequence[str]]:
    """For each sentence the pieces that stand for it: both run in one order, but one may be two in the other."""
    if len(sentences) <= len(pieces):
        return list(_best_cut(pieces, sentences))
    groups = _best_cut(sentences, pieces)
    return [[piece] for piece, group in zip(pieces, groups, strict=True) for _ in group]


def _best_cut(many: Sequence[str], few: Sequence[str]) -> list[Sequence[str]]:
    """``many`` cut into as many groups as there are ``few``, so that each is most like its own."""
    cuts = ((0, *cut, len(many)) for cut in combinations(range(1, len(many)), len(few) - 1))
    grouped = ([many[start:end] for start, end in pairwise(cut)] for cut in cuts)
    return max(grouped, key=lambda groups: _likeness(groups, few))


def _likeness(groups: Sequence[Sequence[str]], few: Sequence[str]) -> float:
    """By the anchors that both have, and by how much of the whole each is."""
    joined = ["".join(group) for group in groups]
    whole, other = sum(map(len, joined)), sum(map(len, few))
    return sum(
        _ANCHOR_WEIGHT * len(_anchors(one) & _anchors(two)) - abs(len(one) / whole - len(two) / other)
        for one, two in zip(joined, few, strict=True)
    )


def _anchors(text: str) -> frozenset[str]:
    return frozenset(_ANCHOR.findall(normalize(text)))
