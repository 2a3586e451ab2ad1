"""The schedules in a plan's lines: tables with a column for each fiscal year (年度)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from intents.years import fiscal_years, without_years
from knowledge.plan_documents.document import Kind
from knowledge.plan_indicators import columns_of
from knowledge.plan_tables import PlanTable, Row, plain, tables

MOST_NAME, MOST_NOTE = 80, 200
SHIFTED = "表の列がずれて読み取れたため、年度は元の計画書で確かめてください。"
UNREADABLE = "年度ごとの印は、ファイルの文字データから読み取れません。"

_FEWEST_YEARS = 2
_MARKS = re.compile(r"[\s▶▷►→⇒➡➔⇨>＞━─―\-=＝○●◎◯■□★☆✓✔]+")
_ARROWS = re.compile(r"[▶▷►→⇒➡➔⇨>＞━─―=＝]")
_BAR = re.compile(r"\[[^\]]*\bfrom\s+(\S+)\s+to\s+([^\]\s]+)\]", re.IGNORECASE)
"""What some converters write for a drawn bar."""


Steps: TypeAlias = tuple[tuple[tuple[int, ...], str], ...]


@dataclass(frozen=True)
class FoundSchedule:
    """``name`` is empty where the table does not tell it.  ``steps``: (fiscal years, what stands there)."""

    name: str
    steps: Steps
    note: str | None
    line: int


def schedules(lines: Sequence[str], kind: Kind = "text") -> tuple[FoundSchedule, ...]:
    """All of a plan, in its order.  ``kind``: a file's own tables are as drawn; those in a text may have shifted."""
    return tuple(item for table in tables(lines) for item in _of_table(table, kind))


def _of_table(table: PlanTable, kind: Kind) -> Iterator[FoundSchedule]:
    head: dict[int, int] = {}
    rows: list[Row] = []
    head_row: Row | None = None
    for row in table.rows:
        years = years_of(row)
        if years:
            yield from _items(head_row, head, rows, kind)
            head_row, head, rows = row, years, []
        elif columns_of(row) is not None:
            yield from _items(head_row, head, rows, kind)
            head_row, head, rows = None, {}, []
        else:
            rows.append(row)
    yield from _items(head_row, head, rows, kind)


def years_of(row: Row) -> dict[int, int]:
    """The fiscal year of each column, where ``row`` is the head of a schedule; else nothing."""
    if columns_of(row) is not None:
        return {}
    found = {}
    for place, cell in enumerate(row.cells):
        named = fiscal_years(cell, 0)
        if len(named) == 1 and not without_years(plain(cell)).strip("()（）[] 度"):
            found[place] = named[0]
    in_order = list(found.values()) == sorted(set(found.values()))
    return found if len(found) >= _FEWEST_YEARS and in_order else {}


def _items(head: Row | None, years: dict[int, int], rows: Sequence[Row], kind: Kind) -> Iterator[FoundSchedule]:
    if head is None:
        return
    if not rows:
        yield FoundSchedule("", (), UNREADABLE, head.line)
        return
    aligned = all(_fits(row, head, min(years), kind) for row in rows)
    for name, same in _by_name(rows, min(years)):
        steps = _joined([_steps(row, years) for row in same]) if aligned else ()
        told = " / ".join(text for row in same for text in row.texts)
        note = f"{SHIFTED}（{told}）"[:MOST_NOTE] if not aligned else None if steps else UNREADABLE
        yield FoundSchedule(name[:MOST_NAME], steps, note, same[0].line)


def _fits(row: Row, head: Row, first: int, kind: Kind) -> bool:
    """Whether a row's cells stand below those of the head.

    In a text the cells of merged columns may be lost, so a table is only believed that has one
    column of names and nothing behind the years; a PDF has no empty cells, so a row must be full.
    """
    if kind == "pdf":
        return len(row.cells) == len(head.cells)
    if kind == "text":
        return first <= 1 and bool(head.cells[-1]) and len(row.cells) <= len(head.cells)
    return len(row.cells) <= len(head.cells)


def _by_name(rows: Sequence[Row], first: int) -> list[tuple[str, list[Row]]]:
    """Rows of one name together: a cell that stands for several rows is told in the first of them only."""
    groups: dict[int, str] = {}
    found: list[tuple[str, list[Row]]] = []
    for row in rows:
        name = _name(row, first, groups)
        if found and (not name or name == found[-1][0]):
            found[-1][1].append(row)
        else:
            found.append((name, [row]))
    return found


def _joined(parts: Sequence[Steps]) -> Steps:
    """The steps of several rows, by their years."""
    return tuple(sorted(dict.fromkeys(step for part in parts for step in part), key=lambda step: step[0]))


def _name(row: Row, first: int, groups: dict[int, str]) -> str:
    """What a row is called; a cell that stands for several rows is told in the first of them only."""
    cells = [row.cell(place) for place in range(first)]
    if not any(cells):
        return ""
    last = max(place for place, cell in enumerate(cells) if cell)
    for place in range(first):
        if cells[place]:
            groups[place] = cells[place]
            for deeper in range(place + 1, first):
                groups.pop(deeper, None)
    return groups.get(last, "")


def _steps(row: Row, years: dict[int, int]) -> Steps:
    steps: list[tuple[list[int], str]] = []
    before = -1
    for place, year in years.items():
        text = row.cell(place)
        bar = _BAR.search(text)
        if bar:
            ends = (*fiscal_years(bar[1], 0), *fiscal_years(bar[2], 0))
            within = [one for one in years.values() if len(ends) == 2 and ends[0] <= one <= ends[1]]
            if within:
                steps.append((within, "矢印"))
            continue
        if not text:
            continue
        shown = _shown(text)
        if steps and steps[-1][1] == shown and before == place - 1:
            steps[-1][0].append(year)
        else:
            steps.append(([year], shown))
        before = place
    return tuple((tuple(named), text) for named, text in steps)


def _shown(text: str) -> str:
    if _MARKS.fullmatch(text):
        return "矢印" if _ARROWS.search(text) else "印"
    return text[:MOST_NAME]
