"""Target against actual as a drawing, an SVG of its own: from zero; lines only lead the eye between the values."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, log10

from knowledge.calendar import era_year
from knowledge.indicator_values import Point, series

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 40
_FONT = 'font-family="sans-serif" font-size="14" fill="#1a1a1c"'


def chart(planned: Sequence[Point], actual: Sequence[Point], unit: str, breaks: Sequence[int] = ()) -> str | None:
    """None where there are no two values to compare.  Told apart by shape and dashes, not by colour alone.

    ``breaks``: the years from which it is counted otherwise; no line leads over one.
    """
    points = [*planned, *actual]
    if len(points) < 2:
        return None
    years = range(min(point.year for point in points), max(point.year for point in points) + 1)
    top = _round_up(max(point.value for point in points))
    parted = [year for year in breaks if years[0] < year <= years[-1]]
    told = "　┆ 数え方の変わり目" if parted else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(years, top, unit),
        *(_break(year, years) for year in parted),
        *(line for part in series(planned, breaks) for line in _line(part, years, top, dashed=True)),
        *(line for part in series(actual, breaks) for line in _line(part, years, top, dashed=False)),
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


def _line(points: Sequence[Point], years: range, top: float, *, dashed: bool) -> list[str]:
    places = [(_x(point.year, years), _y(point.value, top), point.shown) for point in points]
    colour = "#595959" if dashed else "#0017c1"
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dashes = ' stroke-dasharray="6 6"' if dashed else ""
    found = [f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>']
    for x, y, shown in places:
        if dashed:
            place = f'x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"'
            found.append(f'<rect {place} fill="#fff" stroke="{colour}" stroke-width="2"/>')
        else:
            found.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')
        below = 20 if dashed else -10
        found.append(f'<text x="{x:.1f}" y="{y + below:.1f}" text-anchor="middle" {_FONT}>{escape(shown)}</text>')
    return found
