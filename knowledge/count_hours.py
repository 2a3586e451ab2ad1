"""Counts by weekday and hour as a table whose shades tell what its numbers tell.  Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.intervals import FEWEST
from knowledge.office_counts import TOTAL, WEEKDAYS, hour_cell
from knowledge.opening_hours import Place

HOURS = tuple(range(24))
SHADES = 6
"""From 0, for nothing, to 5."""


@dataclass(frozen=True)
class HourTable:
    """``counts`` and ``shades`` by ``weekday-hour``; ``unknown``: those whose hour nobody knows."""

    counts: Mapping[str, int]
    shades: Mapping[str, int]
    unknown: int
    of_questions: bool = False
    """Whether each is a question: what has no count is none, and not unknown; a few are not told apart."""

    @property
    def total(self) -> int:
        """Of those whose hour is known."""
        return sum(self.counts.values())

    def by_weekday(self, weekday: int) -> int:
        return sum(self.counts.get(hour_cell(weekday, hour), 0) for hour in HOURS)

    def by_hour(self, hour: int) -> int:
        return sum(self.counts.get(hour_cell(weekday, hour), 0) for weekday in range(len(WEEKDAYS)))

    def count(self, weekday: int, hour: int) -> int:
        return self.counts.get(hour_cell(weekday, hour), 0)

    def is_known(self, weekday: int, hour: int) -> bool:
        return self.of_questions or hour_cell(weekday, hour) in self.counts

    def shown(self, weekday: int, hour: int) -> str:
        """As it stands in its square."""
        count = self.count(weekday, hour)
        if not self.is_known(weekday, hour):
            return "—"
        return f"{FEWEST}未満" if self.of_questions and 0 < count < FEWEST else f"{count:,}"

    def shade(self, weekday: int, hour: int) -> int:
        return self.shades.get(hour_cell(weekday, hour), 0)


def hour_table(cells: Mapping[str, int], *, of_questions: bool = False) -> HourTable:
    counts = {cell: count for cell, count in cells.items() if cell != TOTAL}
    most = max(counts.values(), default=0)
    shades = {cell: -(-count * (SHADES - 1) // most) if count else 0 for cell, count in counts.items()}
    return HourTable(counts, shades, cells.get(TOTAL, 0), of_questions)


def outside_bounds(table: HourTable, place: Place) -> tuple[int, int]:
    """How many were surely, and how many may have been, when ``place`` is closed by its usual week.

    An hour that it is open for a part of may be either; a holiday is as its weekday here, for nobody knows the day.
    """
    least = most = 0
    for weekday in range(len(WEEKDAYS)):
        for hour in HOURS:
            open_minutes = _open_minutes(place, weekday, hour)
            count = table.count(weekday, hour)
            least += count if open_minutes == 0 else 0
            most += count if open_minutes < 60 else 0
    return least, most


def _open_minutes(place: Place, weekday: int, hour: int) -> int:
    span = place.week[weekday]
    if span is None:
        return 0
    open_for = _overlap(hour, span.opens, span.closes)
    return open_for - (_overlap(hour, place.lunch.opens, place.lunch.closes) if place.lunch and open_for else 0)


def _overlap(hour: int, opens: dt.time, closes: dt.time) -> int:
    first = max(hour * 60, opens.hour * 60 + opens.minute)
    last = min(hour * 60 + 60, closes.hour * 60 + closes.minute)
    return max(0, last - first)
