"""Whether a schedule's steps stand in the columns of their fiscal years, as a plan's table has them.

A table that the importer believes is read cell by cell.  In one that may have lost a column in extraction
the steps of a row must at least keep their distances; where nothing can be read, that is said.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from rapidfuzz import fuzz

from intents.years import fiscal_years
from knowledge.calendar import fiscal_year_of, fiscal_years_name
from knowledge.figures import Figure, figures
from knowledge.plan_indicators import indicators
from knowledge.plan_schedules import SHIFTED, FoundSchedule, Steps, schedules, years_of
from knowledge.plan_sections import letters
from knowledge.plan_tables import PlanTable, Row, tables
from knowledge.schedules import FROM_HERE, MARKS

Reading: TypeAlias = Literal["sure", "shifted", "unreadable"]

_BRACKETS = re.compile(r"[（(\[][^（()）\[\]]*[）)\]]")
"""What the importer writes for a cell that has no words."""
_ALIKE, _ALIKE_ROW = 85, 60


@dataclass(frozen=True)
class YearFault:
    """``said``: the years that are claimed; ``has``: those of the table, empty where it shows nothing."""

    said: tuple[int, ...]
    has: tuple[int, ...]


@dataclass(frozen=True)
class Checked:
    """How the table could be read, and what does not stand in its columns."""

    reading: Reading
    faults: tuple[YearFault, ...] = ()


UNREADABLE = Checked("unreadable")


def check_steps(name: str, steps: Steps, text: str) -> Checked:
    """The steps of the row called ``name``, against the tables in ``text``."""
    lines = text.splitlines()
    rows = [row for row in schedules(lines) if not (row.note or "").startswith(SHIFTED)]
    named = _best_named(name, rows)
    if named is not None and _is_marked(named):
        return _against_marks(steps, named)
    by_words = [_against_words(step, rows) for step in steps]
    if steps and all(one is not None for one in by_words):
        return Checked("sure", tuple(fault for one in by_words for fault in one or ()))
    if steps:
        return _by_distance(name, steps, lines)
    return UNREADABLE


def year_rows(text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The letters of each row that can be read, with the years whose columns are filled."""
    for row in schedules(text.splitlines()):
        if row.steps:
            words = " ".join(said for _, said in row.steps if said not in MARKS)
            yield letters(f"{row.name} {words}"), _years(row.steps)


def dated_values(text: str) -> Iterator[tuple[Figure, frozenset[int]]]:
    """The values in the tables of indicators, with the years that their columns are of."""
    for row in indicators(text.splitlines()):
        for one in filter(None, (row.baseline, *row.interim, row.target)):
            years = _years_of(one)
            if one.get("value") and years:
                unit = "" if str(one["value"]).endswith(row.unit) else row.unit
                yield from ((figure, years) for figure in figures(f"{one['value']}{unit}"))


def _years_of(reading: Mapping[str, Any]) -> frozenset[int]:
    """The fiscal year of a value; of its day also the calendar's."""
    told = {reading["fiscal_year"]} if "fiscal_year" in reading else set()
    if "as_of" in reading:
        year, month = map(int, str(reading["as_of"]).split("-")[:2])
        told |= {year, fiscal_year_of(dt.date(year, month, 1))}
    return frozenset(told)


def without_heads(text: str) -> tuple[str, frozenset[int]]:
    """A text without the heads of its schedules; and the years in the heads of those that cannot be read."""
    lines = text.splitlines()
    heads: set[int] = set()
    unread: set[int] = set()
    for table, found in _with_rows(lines):
        for row in table.rows:
            years = years_of(row)
            if years:
                heads.add(row.line)
                is_read = _is_whole(row, years) and any(one.steps for one in found)
                unread |= set() if is_read else set(years.values())
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in heads), frozenset(unread)


def _is_whole(head: Row, years: Mapping[int, int]) -> bool:
    """Whether each column from the first year to the last is one of a year: … stands for years without a column."""
    return len(years) == max(years) - min(years) + 1 == max(years.values()) - min(years.values()) + 1


def shown(years: Sequence[int]) -> str:
    """Years as they are told to people."""
    return fiscal_years_name(list(years)) if years else "なし"


def _with_rows(lines: Sequence[str]) -> Iterator[tuple[PlanTable, list[FoundSchedule]]]:
    found = schedules(lines)
    for table in tables(lines):
        first, last = table.rows[0].line, table.rows[-1].line
        yield table, [one for one in found if first <= one.line <= last]


def _years(steps: Steps) -> tuple[int, ...]:
    return tuple(sorted({year for years, _ in steps for year in years}))


def _best_named(name: str, rows: Sequence[FoundSchedule]) -> FoundSchedule | None:
    """The row of a name; words in brackets may be left out or put elsewhere."""
    best = max(rows, key=lambda row: _likeness(name, row.name), default=None)
    return best if best is not None and _likeness(name, best.name) >= _ALIKE else None


def _likeness(one: str, other: str) -> float:
    return max(
        fuzz.ratio(letters(one), letters(other)),
        fuzz.ratio(letters(_BRACKETS.sub("", one)), letters(_BRACKETS.sub("", other))),
    )


def _is_marked(row: FoundSchedule) -> bool:
    return not row.steps or {text for _, text in row.steps} <= MARKS


def _against_marks(steps: Steps, row: FoundSchedule) -> Checked:
    """All years with a mark, and no other, must be claimed."""
    said, has = _years(steps), _years(row.steps)
    if not has and not said:
        return UNREADABLE
    return Checked("sure", () if said == has else (YearFault(said, has),))


def _against_words(step: tuple[tuple[int, ...], str], rows: Sequence[FoundSchedule]) -> tuple[YearFault, ...] | None:
    """A step whose words stand in a cell; None where no cell has them."""
    years, text = step
    wanted = letters(text)
    cells = [(found, letters(words)) for row in rows for found, words in row.steps if words not in MARKS]
    best = max(cells, key=lambda cell: (wanted in cell[1], fuzz.ratio(wanted, cell[1])), default=None)
    if best is None or not (wanted in best[1] or fuzz.ratio(wanted, best[1]) >= _ALIKE):
        return None
    return () if years == best[0] else (YearFault(years, best[0]),)


def _by_distance(name: str, steps: Steps, lines: Sequence[str]) -> Checked:
    """A table whose columns may have shifted: its row as it stands, or all steps moved alike."""
    for table in tables(lines):
        head = next((row for row in table.rows if years_of(row)), None)
        row = _row_of(name, steps, table) if head is not None else None
        if head is None or row is None:
            continue
        columns = [_column(name, text, row) for _, text in steps]
        if None in columns:
            continue
        years = years_of(head)
        place = {year: column for column, year in years.items()}
        moved = [
            column - place[said[0]] if column is not None and said[0] in place else None
            for column, (said, _) in zip(columns, steps, strict=True)
        ]
        together = len(set(moved)) == 1 and (moved[0] == 0 or (len(steps) > 1 and moved[0] in _lost(head)))
        has = tuple(years[column] for column in columns if column is not None and column in years)
        return Checked("shifted", () if together else (YearFault(_years(steps), has),))
    return UNREADABLE


def _lost(head: Row) -> range:
    """How far a row may be moved: as many columns as the head has lost at its end."""
    last = max(years_of(head))
    return range(1, sum(not cell for cell in head.cells[last + 1 :]) + 1)


def _row_of(name: str, steps: Steps, table: PlanTable) -> Row | None:
    """The row that is most like a name and its steps."""
    words = letters(_BRACKETS.sub("", name))

    def score(row: Row) -> float:
        told = letters(" ".join(row.texts))
        of_steps = [fuzz.partial_ratio(letters(_plain(text)), told) for _, text in steps]
        return fuzz.partial_ratio(words, told) + sum(of_steps) / len(of_steps)

    rows = [row for row in table.rows if row.texts and not years_of(row)]
    best = max(rows, key=score, default=None)
    return best if best is not None and score(best) >= 2 * _ALIKE_ROW else None


def _column(name: str, text: str, row: Row) -> int | None:
    """The column of a step: the last cell that has its words, else those of the row's name."""
    for wanted in (letters(_plain(text)), letters(name)):
        likeness = {
            place: max(fuzz.partial_ratio(wanted, letters(cell)) * (len(letters(cell)) >= len(wanted)), 0)
            for place, cell in enumerate(row.cells)
            if cell and not fiscal_years(cell, 0)
        }
        best = max(likeness, key=lambda place: (likeness[place], place), default=None)
        if best is not None and likeness[best] >= _ALIKE_ROW:
            return best
    return None


def _plain(text: str) -> str:
    return text.replace(FROM_HERE, "")
