"""The ruled tables of a PDF's page: its lines as a grid, its letters in the grid's cells.

A PDF has no tables, but most plans draw the lines of theirs.  Where lines part the cells, nothing has to be
guessed: an empty cell is a cell, a wrapped one is one cell, and a cell over several columns tells which.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.plan_documents.document import CONTINUED

_NEAR = 2.0
"""In points: lines that lie nearer to each other are one line, drawn with its breadth or twice."""
_SHORTEST = 4.0
_COVERED = 0.8
"""The share of a cell's side that must be drawn: corners are often left open."""
_MOST_CROSSINGS, _MOST_CELLS = 20_000, 4_000
"""What a table of a plan never reaches; a map or a diagram does."""


class Letter(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float
    text: str
    height: float


class Stroke(NamedTuple):
    """A straight line from one point to another."""

    x: float
    y: float
    to_x: float
    to_y: float


class _Rule(NamedTuple):
    """A line along one axis: where it lies, and from where to where it goes."""

    level: float
    start: float
    end: float


@dataclass(frozen=True)
class Grid:
    """A table found: its top on the page, its rows as lines with tabs, and the letters that it took."""

    top: float
    lines: tuple[str, ...]
    letters: frozenset[int]


def grids(strokes: Iterable[Stroke], letters: Sequence[Letter], joined: Callable[[list[Letter]], str]) -> list[Grid]:
    """All tables of a page, from its top.  ``joined``: the text of the letters of one cell."""
    flat, upright = _rules(strokes)
    if len(flat) * len(upright) > _MOST_CROSSINGS:
        return []
    found = [_grid(*part, letters, joined) for part in _parts(flat, upright)]
    return sorted((grid for grid in found if grid), key=lambda grid: -grid.top)


def _rules(strokes: Iterable[Stroke]) -> tuple[list[_Rule], list[_Rule]]:
    """The horizontal and the vertical lines."""
    flat: list[_Rule] = []
    upright: list[_Rule] = []
    for x, y, to_x, to_y in strokes:
        if abs(y - to_y) <= _NEAR / 2 and abs(x - to_x) >= _SHORTEST:
            flat.append(_Rule((y + to_y) / 2, min(x, to_x), max(x, to_x)))
        elif abs(x - to_x) <= _NEAR / 2 and abs(y - to_y) >= _SHORTEST:
            upright.append(_Rule((x + to_x) / 2, min(y, to_y), max(y, to_y)))
    return _whole(flat), _whole(upright)


def _whole(rules: Iterable[_Rule]) -> list[_Rule]:
    """Lines made of the pieces that most programs draw, one beside each cell."""
    near: list[list[_Rule]] = []
    for rule in sorted(rules):
        if near and rule.level - near[-1][-1].level <= _NEAR:
            near[-1].append(rule)
        else:
            near.append([rule])
    return [
        _Rule(sum(rule.level for rule in same) / len(same), start, end)
        for same in near
        for start, end in _stretches(same)
    ]


def _parts(flat: Sequence[_Rule], upright: Sequence[_Rule]) -> Iterator[tuple[list[_Rule], list[_Rule]]]:
    """Lines that meet each other, together."""
    sets = _Sets(len(flat) + len(upright))
    for one, rule in enumerate(flat):
        for other, crossing in enumerate(upright):
            if (
                rule.start - _NEAR <= crossing.level <= rule.end + _NEAR
                and crossing.start - _NEAR <= rule.level <= crossing.end + _NEAR
            ):
                sets.join(one, len(flat) + other)
    parts: dict[int, tuple[list[_Rule], list[_Rule]]] = {}
    for place, rule in enumerate([*flat, *upright]):
        parts.setdefault(sets.of(place), ([], []))[place >= len(flat)].append(rule)
    yield from (part for part in parts.values() if part[0] and part[1])


def _grid(
    flat: list[_Rule], upright: list[_Rule], letters: Sequence[Letter], joined: Callable[[list[Letter]], str]
) -> Grid | None:
    xs = _levels([*(rule.level for rule in upright), *_ends(flat)])
    ys = _levels([*(rule.level for rule in flat), *_ends(upright)])
    across, down = len(xs) - 1, len(ys) - 1
    if across < 1 or down < 1 or not 2 < across * down <= _MOST_CELLS:
        return None
    cells = _cells(xs, ys, flat, upright)
    inside: dict[int, list[int]] = {}
    for place, letter in enumerate(letters):
        column, row = _place(xs, (letter.left + letter.right) / 2), _place(ys, (letter.bottom + letter.top) / 2)
        if column is not None and row is not None:
            inside.setdefault(cells.of(row * across + column), []).append(place)
    shapes = _shapes(cells, across, down)
    texts = {cell: joined([letters[place] for place in places]) for cell, places in inside.items()}
    rows = _written(shapes, texts, across, down)
    if len(rows) < 2 or max(sum(bool(text.strip(CONTINUED)) for text in row) for row in rows) < 2:
        return None
    lines = tuple("\t".join(row) for row in rows)
    return Grid(ys[-1], lines, frozenset(place for places in inside.values() for place in places))


def _ends(rules: Sequence[_Rule]) -> tuple[float, float]:
    """How far lines go: many tables have no line at their left and right."""
    return min(rule.start for rule in rules), max(rule.end for rule in rules)


def _levels(values: Iterable[float]) -> list[float]:
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= _NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(near) / len(near) for near in found]


def _place(levels: Sequence[float], value: float) -> int | None:
    place = bisect_right(levels, value) - 1
    return place if 0 <= place < len(levels) - 1 else None


class _Sets:
    """Numbers joined to sets; each set is called by one of its numbers."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def of(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, one: int, other: int) -> None:
        self._above[self.of(one)] = self.of(other)


def _cells(xs: Sequence[float], ys: Sequence[float], flat: Sequence[_Rule], upright: Sequence[_Rule]) -> _Sets:
    """The squares between all lines, joined where no line parts two of them."""
    across, down = len(xs) - 1, len(ys) - 1
    cells = _Sets(across * down)
    sides = [_drawn(upright, x) for x in xs]
    floors = [_drawn(flat, y) for y in ys]
    for row in range(down):
        for column in range(across):
            place = row * across + column
            if column + 1 < across and not _covers(sides[column + 1], ys[row], ys[row + 1]):
                cells.join(place, place + 1)
            if row + 1 < down and not _covers(floors[row + 1], xs[column], xs[column + 1]):
                cells.join(place, place + across)
    return cells


def _drawn(rules: Sequence[_Rule], level: float) -> list[tuple[float, float]]:
    """What is drawn along one level."""
    return _stretches(rule for rule in rules if abs(rule.level - level) <= _NEAR)


def _stretches(rules: Iterable[_Rule]) -> list[tuple[float, float]]:
    """From where to where lines of one level go, without what they have in common."""
    found: list[tuple[float, float]] = []
    for rule in sorted(rules, key=lambda one: one.start):
        if found and rule.start <= found[-1][1] + _NEAR:
            found[-1] = (found[-1][0], max(found[-1][1], rule.end))
        else:
            found.append((rule.start, rule.end))
    return found


def _covers(stretches: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    drawn = sum(max(0.0, min(end, to) - max(start, since)) for since, to in stretches)
    return drawn >= _COVERED * (end - start)


def _shapes(cells: _Sets, across: int, down: int) -> dict[int, tuple[int, int, int, int]]:
    """The first and last row (from the top) and column of each cell."""
    shapes: dict[int, tuple[int, int, int, int]] = {}
    for row in range(down):
        for column in range(across):
            cell, from_top = cells.of(row * across + column), down - 1 - row
            top, bottom, left, right = shapes.get(cell, (from_top, from_top, column, column))
            shapes[cell] = (min(top, from_top), max(bottom, from_top), min(left, column), max(right, column))
    return shapes


def _written(
    shapes: dict[int, tuple[int, int, int, int]], texts: dict[int, str], across: int, down: int
) -> list[list[str]]:
    """The rows from the top: each cell's text in its first place, and a sign in the columns it goes on over."""
    rows = [[""] * across for _ in range(down)]
    for cell, (top, _, left, right) in shapes.items():
        if texts.get(cell):
            rows[top][left : right + 1] = [texts[cell], *[CONTINUED] * (right - left)]
    columns = sorted({left for _, _, left, _ in shapes.values()})
    return [[row[column] for column in columns] for row in rows if any(row)]
