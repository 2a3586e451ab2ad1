"""Words in an area of a rich menu: as large as the area takes them, broken where a reader would, never too small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path

from PIL import ImageFont

from bot.line.limits import graphemes
from intents.tokenizer import tokenize

SMALLEST = 96
"""In pixels of a picture that is 2,500 wide: 14 points on a phone that is 360 wide."""
NOTE_SMALLEST = 80
MOST_LINES = 3
LINE_HEIGHT = 1.18
_STEP = 4
_NOTE_SHARE = 0.68
_NEVER_FIRST = frozenset("ー、。，．）」』】！？!?)]・：；ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〜～％%…")
_NEVER_LAST = frozenset("（「『【([")
_GOOD_AFTER = frozenset("・／/、 　と")
_BREAK_COSTS = {
    ("hiragana", "kanji"): 1.0,
    ("hiragana", "katakana"): 1.0,
    ("kanji", "katakana"): 1.0,
    ("katakana", "kanji"): 1.0,
    ("kanji", "kanji"): 3.0,
    ("kanji", "hiragana"): 4.0,
    ("hiragana", "hiragana"): 5.0,
}
_BAD_BREAK = 7.0
_INSIDE_A_WORD = 10.0
_NEVER = 1_000.0


class DoesNotFitError(ValueError):
    """The words are too long for the area, even in the smallest letters."""


class NoLetterError(ValueError):
    """The font has no picture for a letter."""


@dataclass(frozen=True)
class Face:
    """A font in a size.  ``bold``: by how many pixels its strokes are made thicker."""

    font: ImageFont.FreeTypeFont
    size: int
    bold: float

    def width_of(self, text: str) -> float:
        return self.font.getlength(text) + 2 * self.bold


@dataclass(frozen=True)
class Lettering:
    """Words as they are to be written: lines of ``size`` and, below them, those of a note in a smaller one."""

    lines: tuple[str, ...]
    size: int
    note: tuple[str, ...] = ()
    note_size: int = 0

    @property
    def height(self) -> float:
        return LINE_HEIGHT * (len(self.lines) * self.size + len(self.note) * self.note_size)


@cache
def face(path: Path, size: int) -> Face:
    """A light font is thickened, as far as the densest letters stay open: thin strokes are the first to be lost."""
    heavy = any(word in path.name for word in ("Bold", "W6"))
    return Face(ImageFont.truetype(str(path), size), size, 0 if heavy else size / 80)


def check_letters(path: Path, text: str) -> None:
    """Raises NoLetterError where a letter would be an empty box."""
    for letter in dict.fromkeys(text):
        if not letter.isspace() and not _has(path, letter):
            raise NoLetterError(f"「{letter}」は、絵に書けません。ほかの字にしてください")


@cache
def _has(path: Path, letter: str) -> bool:
    found, none = (face(path, 40).font.getmask(one) for one in (letter, "\U0010ffff"))
    return letter.isprintable() and (found.size, bytes(found)) != (none.size, bytes(none))


def fit(path: Path, label: str, width: int, height: int, largest: int) -> Lettering:
    """``label`` as large as it goes into ``width`` × ``height``, its last part in brackets as a note.

    Raises DoesNotFitError where it does not go in even in the smallest letters.
    """
    main, note = _parted(label)
    for size in range(largest, SMALLEST - 1, -_STEP):
        for most in range(1, MOST_LINES + 1):
            # A second line is worth it where one alone would need small letters.
            if most == 1 or size <= _size_for(most):
                lines = lines_of(face(path, size), main, width, most)
                found = lines and _with_note(path, tuple(lines), size, note, width)
                if found and found.height <= height:
                    return found
    raise DoesNotFitError("言葉が長くて、この広さに読める大きさでは入りません。短くするか、場所の数を減らしてください")


def _size_for(lines: int) -> int:
    return {2: 116, 3: 104}[lines]


def _with_note(path: Path, lines: tuple[str, ...], size: int, note: str, width: int) -> Lettering | None:
    if not note:
        return Lettering(lines, size)
    note_size = max(NOTE_SMALLEST, round(size * _NOTE_SHARE))
    for most in (1, 2):
        found = lines_of(face(path, note_size), note, width, most)
        if found:
            return Lettering(lines, size, tuple(found), note_size)
    return None


def lines_of(written: Face, text: str, width: int, most: int) -> list[str] | None:
    """``text`` in exactly ``most`` lines, broken at the best places; None where they are wider than ``width``."""
    letters, costs = graphemes(text), _break_costs(text)
    tried = ((places, _cut(letters, places)) for places in _broken(letters, most))
    fitting = [
        (_cost(written, lines, [costs[place] for place in places]), lines)
        for places, lines in tried
        if all(written.width_of(line) <= width for line in lines)
    ]
    cost, lines = min(fitting, key=lambda one: one[0], default=(_NEVER, []))
    return None if cost >= _NEVER else lines


def _broken(letters: Sequence[str], lines: int) -> Iterator[tuple[int, ...]]:
    return combinations(range(1, len(letters)), lines - 1)


def _cut(letters: Sequence[str], places: Sequence[int]) -> list[str]:
    edges = (0, *places, len(letters))
    return ["".join(letters[edges[n] : edges[n + 1]]).strip() for n in range(len(edges) - 1)]


def _cost(written: Face, lines: Sequence[str], breaks: Sequence[float]) -> float:
    """Of bad breaks, and of lines of which one is much longer than another."""
    lengths = [written.width_of(line) for line in lines]
    return (max(lengths) - min(lengths)) / (max(lengths) or 1) * 2 + sum(breaks)


@lru_cache(maxsize=256)
def _break_costs(text: str) -> tuple[float, ...]:
    """What it costs to begin a line at each grapheme."""
    starts, at = set(), 0
    for token in tokenize(text):
        at = text.find(token.surface, at)
        starts.add(at)
        at += len(token.surface)
    costs, place = [_NEVER], 0
    for before, behind in pairwise(graphemes(text)):
        place += len(before)
        costs.append(_break_cost(before, behind) + (0 if place in starts else _INSIDE_A_WORD))
    return tuple(costs)


def _break_cost(before: str, behind: str) -> float:
    if behind[0] in _NEVER_FIRST or before[-1] in _NEVER_LAST:
        return _NEVER
    if before[-1] in _GOOD_AFTER or behind[0] in _NEVER_LAST:
        return 0
    return _BREAK_COSTS.get((_kind(before), _kind(behind)), _BAD_BREAK)


def _kind(letter: str) -> str:
    code = ord(letter[0])
    if 0x3041 <= code <= 0x309F:
        return "hiragana"
    if 0x30A0 <= code <= 0x30FF:
        return "katakana"
    return "kanji" if 0x3400 <= code <= 0x9FFF else "other"


def _parted(label: str) -> tuple[str, str]:
    """What stands before the brackets that ``label`` ends with, and what stands in them."""
    opened = max(label.rfind("（"), label.rfind("("))
    note = label[opened + 1 : -1]
    if opened < 1 or not note or not label.endswith(("）", ")")) or "）" in note or ")" in note:
        return label, ""
    return label[:opened].strip(), note.strip()
