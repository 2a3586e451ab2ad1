"""Target against actual as a drawing, an SVG of its own: from zero; lines only lead the eye between the values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, log10

from knowledge.calendar import era_year
from knowledge.indicator_values import Point, series

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 40
_FONT = 'font-family="sans-serif" font-size="14" fill="#1a1a1c"'


def chart(
    planned: Sequence[Point],
    actual: Sequence[Point],
    unit: str,
    breaks: Sequence[int] = (),
    counted: Sequence[Point] = (),
    *,
    joined: bool = False,
    unlike: Sequence[int] = (),
) -> str | None:
    """None where there are no two values to compare.  Told apart by shape and dashes, not by colour alone.

    ``breaks``: the years from which it is counted otherwise; no line leads over one.  ``counted``: what the offices'
    counts come to; ``joined``: they count as the plan did, so that a line may lead there from what the plan found.
    ``unlike``: the years from which the actual values have another origin.
    """
    points = [*planned, *actual, *counted]
    if len(points) < 2:
        return None
    years = range(min(point.year for point in points), max(point.year for point in points) + 1)
    top = _round_up(max(point.value for point in points))
    parted = [year for year in breaks if years[0] < year <= years[-1]]
    told = ("　▲‥‥ 件数から計算" if counted else "") + ("　┆ 数え方の変わり目" if parted else "")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(years, top, unit),
        *(_break(year, years) for year in parted),
        *(line for part in series(planned, breaks) for line in _line(part, years, top, _PLANNED)),
        *(_join(planned, counted, breaks, years, top) if joined else ()),
        *(line for part in series(counted, breaks) for line in _line(part, years, top, _COUNTED)),
        *(line for part in series(actual, [*breaks, *unlike]) for line in _line(part, years, top, _ACTUAL)),
        f'<text x="{LEFT}" y="22" {_FONT}>□…… 計画（現状と目標）　●── 実績{told}</text>',
        "</svg>",
    ]
    return "".join(parts)


def _round_up(value: float) -> float:
    """The next 1, 2, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** (ceil(log10(value)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _x(year: int, years: range) -> float:
    share = (year - years[0]) / max(1, len(years) - 1)
    return LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 40)


def _break(year: int, years: range) -> str:
    x = (_x(year - 1, years) + _x(year, years)) / 2
    ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{HEIGHT - BOTTOM}"'
    return f'<line {ends} stroke="#1a1a1c" stroke-width="1.5" stroke-dasharray="2 4"/>'


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _axes(years: range, top: float, unit: str) -> list[str]:
    found = []
    for step in (0.0, 0.5, 1.0):
        y = _y(step * top, top)
        found.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#767676"/>')
        label = escape(f"{step * top:,g}{unit}")
        found.append(f'<text x="{LEFT - 6}" y="{y + 5:.1f}" text-anchor="end" {_FONT}>{label}</text>')
    every = ceil(len(years) / 8)
    for year in years[::every]:
        x = _x(year, years)
        found.append(
            f'<text x="{x:.1f}" y="{HEIGHT - 14}" text-anchor="middle" {_FONT}>{escape(era_year(year))}度</text>'
        )
    return found


@dataclass(frozen=True)
class _Look:
    """How a line is drawn; ``below``: how far under a point its value stands."""

    colour: str
    dashes: str
    below: int


_PLANNED, _ACTUAL, _COUNTED = _Look("#595959", "6 6", 20), _Look("#0017c1", "", -10), _Look("#1a1a1c", "2 4", 20)


def _line(points: Sequence[Point], years: range, top: float, look: _Look) -> list[str]:
    places = [(_x(point.year, years), _y(point.value, top), point.shown) for point in points]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dashes = f' stroke-dasharray="{look.dashes}"' if look.dashes else ""
    found = [f'<polyline points="{drawn}" fill="none" stroke="{look.colour}" stroke-width="2"{dashes}/>']
    for x, y, shown in places:
        found.append(_mark(x, y, look))
        words = f'x="{x:.1f}" y="{y + look.below:.1f}" text-anchor="middle"'
        found.append(f"<text {words} {_FONT}>{escape(shown)}</text>")
    return found


def _join(
    planned: Sequence[Point], counted: Sequence[Point], breaks: Sequence[int], years: range, top: float
) -> list[str]:
    """A line from what the plan found to the first year that was counted alike."""
    ends = [*planned[:1], *counted[:1]]
    if len(ends) < 2 or ends[0].year >= ends[1].year or len(series(ends, breaks)) > 1:
        return []
    (x1, y1), (x2, y2) = ((_x(point.year, years), _y(point.value, top)) for point in ends)
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return [f'<line {place} stroke="{_COUNTED.colour}" stroke-width="2" stroke-dasharray="{_COUNTED.dashes}"/>']


def _mark(x: float, y: float, look: _Look) -> str:
    if look is _PLANNED:
        place = f'x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"'
        return f'<rect {place} fill="#fff" stroke="{look.colour}" stroke-width="2"/>'
    if look is _COUNTED:
        corners = f"{x:.1f},{y - 6:.1f} {x - 6:.1f},{y + 5:.1f} {x + 6:.1f},{y + 5:.1f}"
        return f'<polygon points="{corners}" fill="{look.colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{look.colour}"/>'
