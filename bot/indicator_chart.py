"""An indicator as a chart: what the plan set out to reach, and what was reached, year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.charts import Lines, Mark, Series, lines
from knowledge.calendar import era_year
from knowledge.indicator_values import Point

_MOST_YEARS = 40


@dataclass(frozen=True)
class FromCounts:
    """What the offices' counts come to, and what staff took over of it as 実績: rows of their own, for the plan may
    have counted otherwise.  ``as_planned``: it did not, so a line leads there from what the plan found.
    """

    computed: Sequence[Point] = ()
    taken_over: Sequence[Point] = ()
    as_planned: bool = False


NOT_COUNTED = FromCounts()


def indicator_chart(
    name: str,
    planned: Sequence[Point],
    actual: Sequence[Point],
    unit: str,
    breaks: Mapping[int, str],
    counted: FromCounts = NOT_COUNTED,
) -> Lines | None:
    """None where there are no two values to compare.  Lines only lead the eye between the values of single years.

    ``breaks``: the years from which it is counted otherwise, with what changed; no line leads over one.
    """
    points = [*planned, *actual, *counted.computed, *counted.taken_over]
    if len(points) < 2:
        return None
    years = range(min(point.year for point in points), max(point.year for point in points) + 1)
    if len(years) > _MOST_YEARS:
        return None
    series = [
        _series("実績", actual, years),
        _series("計画（現状と目標）", planned, years),
        _series("件数から計算した値", [*_found_by_the_plan(planned, counted), *counted.computed], years),
        _series("実績（件数から計算）", counted.taken_over, years),
    ]
    return lines(
        f"{name}：計画と実績",
        [f"{era_year(year)}度" for year in years],
        [one for one in series if any(value is not None for value in one.values)],
        across="年度",
        unit=unit or "値",
        breaks=[Mark(year - years[0], text) for year, text in sorted(breaks.items()) if years[0] < year <= years[-1]],
    )


def _found_by_the_plan(planned: Sequence[Point], counted: FromCounts) -> list[Point]:
    """Where a line to the computed values begins, if they are like it."""
    if not (counted.as_planned and planned and counted.computed) or planned[0].year >= counted.computed[0].year:
        return []
    first = planned[0]
    return [Point(first.year, first.value, f"{first.shown}（計画の現状値）")]


def _series(name: str, points: Sequence[Point], years: range) -> Series:
    known = {point.year: point for point in points}
    values = tuple(known[year].value if year in known else None for year in years)
    shown = tuple(known[year].shown if year in known else "－" for year in years)
    return Series(name, values, shown, joined=True)
