"""The schedules in a plan's lines: tables with a column for each fiscal year (年度)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from intents.years import fiscal_years, without_years
from knowledge.plan_documents.document import Kind
from knowledge.plan_indicators import columns_of
from knowledge.plan_tables import PlanTable, Row, plain, tables

MOST_NAME, MOST_NOTE = 80, 200
SHIFTED = "表の列がずれて読み取れたため、年度は元の計画書で確かめてください。"
BEGINS_ONLY = "始まりの年度です。終わりの年度は、ファイルの文字データから読み取れません。"
UNREADABLE = "年度ごとの印は、ファイルの文字データから読み取れません。"

_FEWEST_YEARS = 2
_OF_STAGES = re.compile(r"^(?:工程(?:表)?|スケジュール|年次計画|実施時期|年度)$")
"""The head of a column that has no names below it: what stands there belongs to a year."""
_HALF = re.compile(r"[上下前後](?:半)?期|(?:第?[1-4一二三四])(?:四半期|期)|[1-4]Q|Q[1-4]")
"""What a second row of the head tells: parts of a year."""
_STAGE = r"(?:研究|検討|調査|準備|設計|構築|整備|試行|実証|導入|移行|開始|実施|運用|継続|拡大|見直し|更新|改定|策定)"
_STAGES = re.compile(f"{_STAGE}(?:[・、]?{_STAGE}){{0,3}}")
_MARKS = re.compile(r"[\s▶▷►→⇒➡➔⇨>＞━─―\-=＝○●◎◯■□★☆✓✔]+")
_ARROWS = re.compile(r"[▶▷►→⇒➡➔⇨>＞━─―=＝]")
_BAR = re.compile(r"\[[^\]\[]*\bfrom\s++(\S++)\s++to\s++([^\]\s]++)\]", re.IGNORECASE)
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
    of_indicators = False
    for row in table.rows:
        years = years_of(row)
        if years and of_indicators and not row.cell(0):
            continue  # the second row of their head
        if years:
            of_indicators = False
            yield from _items(head_row, head, rows, kind)
            head_row, head, rows = row, years, []
        elif columns_of(row) is not None:
            yield from _items(head_row, head, rows, kind)
            head_row, head, rows, of_indicators = None, {}, [], True
        elif not (row.texts and all(_HALF.fullmatch(plain(text)) for text in row.texts)):
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
    return _widened(found, row) if len(found) >= _FEWEST_YEARS and in_order else {}


def _widened(years: dict[int, int], row: Row) -> dict[int, int]:
    """A year that stands over several columns (上期, 下期) is the year of each."""
    wide = dict(years)
    for place in sorted(row.covered):
        if place - 1 in wide:
            wide[place] = wide[place - 1]
    return dict(sorted(wide.items()))


def _items(head: Row | None, years: dict[int, int], rows: Sequence[Row], kind: Kind) -> Iterator[FoundSchedule]:
    if head is None:
        return
    if not rows:
        yield FoundSchedule("", (), UNREADABLE, head.line)
        return
    first = min(years)
    if not all(_fits(row, head, first, kind) for row in rows):
        yield from _shifted(rows, head, first)
        return
    proven = frozenset(row.line for row in rows if kind != "text" or first <= 1 or _is_proven(row, first))
    for name, same in _by_name(rows, first, proven):
        known = [row for row in same if row.line in proven]
        steps = _joined([_steps(row, years) for row in known])
        yield FoundSchedule(name[:MOST_NAME], steps, _note(same, known, years, kind), same[0].line)


def _note(rows: Sequence[Row], known: Sequence[Row], years: dict[int, int], kind: Kind) -> str | None:
    """What staff are told about rows whose years are not, or not wholly, known."""
    if len(known) < len(rows):
        return _told_shifted(row for row in rows if row not in known)
    if not any(_steps(row, years) for row in rows):
        return UNREADABLE
    return BEGINS_ONLY if kind == "text" and any(_may_go_on(row, years) for row in rows) else None


def _may_go_on(row: Row, years: dict[int, int]) -> bool:
    """Whether a cell may have been drawn over the years behind it: of merged cells a text keeps the first place only.

    Arrows in several cells are one for each year.
    """
    told = [place for place in years if row.cell(place)]
    if not told or told[-1] == max(years):
        return False
    last = row.cell(told[-1])
    if _MARKS.fullmatch(last):
        return len(told) == 1 and _ARROWS.search(last) is not None
    return not _BAR.search(last)


def _shifted(rows: Sequence[Row], head: Row, first: int) -> Iterator[FoundSchedule]:
    """Rows whose columns have moved: each with its texts, and none of the years."""
    if _has_no_names(head, first):
        yield FoundSchedule("", (), _told_shifted(rows), rows[0].line)
        return
    for name, same in _by_name(rows, first, frozenset()):
        yield FoundSchedule(name[:MOST_NAME], (), _told_shifted(same), same[0].line)


def _told_shifted(rows: Iterable[Row]) -> str:
    told = " / ".join(text for row in rows for text in row.texts)
    return f"{SHIFTED}（{told}）"[:MOST_NOTE]


def _before_stages(row: Row) -> str:
    """The text before the first that is a stage of work (検討, 導入): wherever the columns are, that is the name."""
    texts = row.texts
    place = next((at for at, text in enumerate(texts) if _STAGES.fullmatch(plain(text))), 0)
    return texts[place - 1] if place else ""


def _has_no_names(head: Row, first: int) -> bool:
    return first <= 1 and _OF_STAGES.match(plain(head.cells[0])) is not None


def _is_proven(row: Row, first: int) -> bool:
    """Whether a row with several names cannot have lost one of its cells.

    A converter that drops the cells of merged rows moves the rest to the left: then the last place is
    empty, and the first is not.
    """
    return bool(row.cell(first - 1)) and (not row.cell(0) or bool(row.cells[-1]))


def _fits(row: Row, head: Row, first: int, kind: Kind) -> bool:
    """Whether a row's cells stand below those of the head.

    In a text the cells of merged columns may be lost, so a table is only believed whose names each
    have a head, with nothing behind the years; a PDF has no empty cells, so a row must be full.
    """
    if _has_no_names(head, first) and first == 1 and row.cell(0):
        return False
    if kind == "pdf":
        return len(row.cells) == len(head.cells)
    if kind == "text":
        headed = all(head.cells[:first]) if first > 1 else True
        return headed and bool(head.cells[-1]) and len(row.cells) <= len(head.cells)
    return len(row.cells) <= len(head.cells)


def _by_name(rows: Sequence[Row], first: int, proven: frozenset[int]) -> list[tuple[str, list[Row]]]:
    """Rows of one name together: a cell that stands for several rows is told in the first of them only.

    ``proven``: the lines of the rows whose cells stand below the head's.
    """
    groups: dict[int, str] = {}
    found: list[tuple[str, list[Row]]] = []
    for row in rows:
        name = "" if row.line in proven else _before_stages(row)
        name = name or _name(row, first, groups)
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
        if place in row.covered and steps and before == place - 1:
            _add(steps[-1][0], year)
            before = place
        if not text:
            continue
        shown = _shown(text)
        if steps and steps[-1][1] == shown and before == place - 1:
            _add(steps[-1][0], year)
        else:
            steps.append(([year], shown))
        before = place
    return tuple((tuple(named), text) for named, text in steps)


def _add(years: list[int], year: int) -> None:
    if years[-1:] != [year]:
        years.append(year)


def _shown(text: str) -> str:
    if _MARKS.fullmatch(text):
        return "矢印" if _ARROWS.search(text) else "印"
    return text[:MOST_NAME]
