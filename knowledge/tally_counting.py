"""Counting a period from the log, once: every figure of knowledge.tallies, for every channel and dimension."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.ledger import CHANNELS, NOTED
from knowledge.models import LoggedQuestion
from knowledge.opening_hours import OpeningHours
from knowledge.periods import Period, PeriodKind
from knowledge.tallies import ALL, BOT, BOT_CHANNELS, DIMENSIONS, FIGURES, NOTED_TOGETHER, Tally

PORTION = 20_000
"""Rows that are read between two looks whether to stop."""
_DAY_DIMENSIONS = (ALL, "category", "department")
"""A day is kept for what is compared before and after an event; the rest of it would be rows of ones."""
_TOGETHER_ONLY = ("entry", "subject", "hour", "measure")
"""Dimensions of many values: told of the bot and of what staff noted, not of each channel."""
_FAILED = ("unsolved", "rephrased", "contact")
_JAPAN = 9 * 60
_A_DAY = 24 * 60

Ints = NDArray[np.int32]
Cell = tuple[str, str, str]
"""Dimension, channel, value."""


@dataclass(frozen=True)
class EntryKind:
    """What an entry counts under."""

    category: str
    measure: str | None
    department: str | None = None


@dataclass
class _Codes:
    """Numbers for values, in the order in which they were met."""

    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, value: str) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    @property
    def values(self) -> list[str]:
        return list(self.numbers)


def count_period(
    session: Session,
    code: str,
    period: Period,
    entries: Mapping[str, EntryKind],
    hours: OpeningHours,
    offices: Mapping[str, str] = MappingProxyType({}),
    go_on: Callable[[], None] = lambda: None,
) -> dict[Cell, Tally]:
    """Every cell in which something was asked.

    ``offices``: under which 課 one counts that goes by another ID, too.  ``go_on`` may raise to stop.
    """
    return _Counting(period, entries, hours, offices).count(_rows(session, code, period, go_on))


_Row = tuple[
    dt.date, int, int, dt.datetime, str, str, str | None, str | None, str | None, str | None,
    str, str | None, str | None, str | None,
]  # fmt: skip


def _rows(session: Session, code: str, period: Period, go_on: Callable[[], None]) -> Iterator[_Row]:
    log = LoggedQuestion
    wanted = (
        select(
            *(log.jst_date, log.jst_hour, log.jst_weekday, log.asked_at, log.channel, log.language, log.department),
            *(log.entry_id, log.tapped_entry_id, log.subject, log.decision, log.feedback, log.need_signal, log.asker),
        )
        .where(log.municipality_code == code, log.jst_date >= period.first, log.jst_date <= period.last)
        .execution_options(yield_per=PORTION)
    )
    for portion in session.execute(wanted).partitions():
        go_on()
        yield from portion


class _Counting:
    """One pass over the rows, then sums over their numbers."""

    def __init__(
        self, period: Period, entries: Mapping[str, EntryKind], hours: OpeningHours, offices: Mapping[str, str]
    ) -> None:
        is_day = period.kind is PeriodKind.DAY
        self._dimensions = _DAY_DIMENSIONS if is_day else tuple(DIMENSIONS)
        self._entries, self._hours, self._offices = entries, hours, offices
        self._codes = {dimension: _Codes() for dimension in DIMENSIONS}
        self._channels, self._askers = _Codes(), _Codes()
        self._open: dict[dt.date, Sequence[tuple[int, int]]] = {}

    def count(self, rows: Iterator[_Row]) -> dict[Cell, Tally]:
        portions = []
        while read := [self._read(row) for row in islice(rows, PORTION)]:
            portions.append(np.array(read, dtype=np.int32))  # a row of numbers is a tenth of a row of Python's
        if not portions:
            return {}
        table = np.concatenate(portions)
        width = len(DIMENSIONS)
        found: dict[Cell, Tally] = {}
        for name, chosen in self._groups(table[:, width]):
            together = name in (BOT, NOTED_TOGETHER)
            part = table[chosen]
            for place, dimension in enumerate(DIMENSIONS):
                if dimension in self._dimensions and (together or dimension not in _TOGETHER_ONLY):
                    cells = self._cells(part[:, place], part[:, width + 1], part[:, width + 2 :])
                    values = self._codes[dimension].values
                    found |= {(dimension, name, values[number]): one for number, one in cells}
        return found

    def _read(self, row: _Row) -> list[int]:
        day, hour, weekday, at, channel, language, department, *what = row
        entry_id, tapped, subject, decision, said, signal, asker = what
        # What staff noted is about an answer whatever they told.
        shown = entry_id if decision == "answer" or channel in NOTED else tapped if decision == "suggest" else None
        kind = self._entries.get(shown) if shown else None
        if kind is not None and decision == "suggest":
            department = kind.department  # the row of a choice knows no 課: it was shown before one was taken
        values = {
            ALL: "",
            "language": language,
            "department": self._offices.get(department or "", department or ""),
            "category": kind.category if kind else "",
            "measure": (kind.measure or "") if kind else "",
            "subject": subject or "",
            "entry": shown or "",
            "hour": f"{weekday}-{hour}",
        }
        is_shown = bool(shown)
        is_told = decision in ("answer", "suggest") and is_shown
        figures = {
            "asked": decision != "smalltalk",
            "nameless": asker is None,
            "answered": decision == "answer",
            "offered": decision == "suggest",
            "taken": decision == "suggest" and is_shown,
            "refused": decision == "suggest" and tapped == "",
            "none": decision == "none",
            "handoff": decision == "handoff",
            # What is said of 「計画に記載がありません」 is said of no answer.
            "solved": is_told and said == "solved",
            "unsolved": is_told and said == "unsolved",
            "failed": is_told and signal in _FAILED,
            "outside": self._is_outside(day, at),
            "small_talk": decision == "smalltalk",
        }
        if decision == "smalltalk":
            figures = dict.fromkeys(figures, False) | {"small_talk": True}
        return [
            *(self._codes[dimension].of(values[dimension]) for dimension in DIMENSIONS),
            self._channels.of(channel),
            self._askers.of(asker) if asker is not None and decision != "smalltalk" else -1,
            *(int(figures[name]) for name in _SUMMED),
        ]

    def _is_outside(self, day: dt.date, at: dt.datetime) -> bool:
        if not self._hours:
            return False
        spans = self._open.get(day)
        if spans is None:
            spans = self._open[day] = [
                (span.opens.hour * 60 + span.opens.minute, span.closes.hour * 60 + span.closes.minute)
                for span in self._hours.on(self._hours.places[0], day).spans
            ]
        minute = (at.hour * 60 + at.minute + _JAPAN) % _A_DAY
        return not any(opens <= minute < closes for opens, closes in spans)

    def _groups(self, channels: Ints) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        for name in CHANNELS:
            number = self._channels.numbers.get(name)
            if number is not None:
                yield name, channels == number
        for name, members in ((BOT, BOT_CHANNELS), (NOTED_TOGETHER, NOTED)):
            numbers = [self._channels.numbers[one] for one in members if one in self._channels.numbers]
            if numbers:
                yield name, np.isin(channels, numbers)

    def _cells(self, values: Ints, askers: Ints, figures: Ints) -> Iterator[tuple[int, Tally]]:
        size = int(values.max()) + 1
        sums = {
            name: np.bincount(values, weights=figures[:, place], minlength=size) for place, name in enumerate(_SUMMED)
        }
        known = askers >= 0
        many = len(self._askers.numbers) + 1
        people = np.unique(values[known].astype(np.int64) * many + askers[known])
        sums["askers"] = np.bincount(people // many, minlength=size)
        for number in np.flatnonzero(np.bincount(values, minlength=size)):
            yield int(number), Tally(**{name: int(sums[name][number]) for name in FIGURES})


_SUMMED = tuple(name for name in FIGURES if name != "askers")
