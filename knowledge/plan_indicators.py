"""The indicators (成果指標・KPI) in a plan's lines: what was, what shall be, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from intents.years import fiscal_years, without_years
from knowledge.plan_tables import PlanTable, Row, plain, tables

MOST_NAME, MOST_VALUE, MOST_UNIT, MOST_NOTE = 80, 30, 10, 200
"""What the table of indicators takes, in characters."""

_NAME = re.compile(
    r"指標名?$|^(?:成果|評価|活動|数値|重要業績評価|目標達成)?指標|^(?:KPI|KGI)(?:名|指標)|^(?:目標|評価)項目"
)
_SHORT_FOR_BOTH = re.compile(r"(?:KPI|KGI)(?:\(.{0,200}\))?")
"""What is written over the indicators' names, and over their targets."""
_BASE = re.compile(r"現状|現況|基準(?:値|年)|実績|策定時|当初値")
_TARGET = re.compile(
    r"目標(?:値|数値)?(?:$|[\s(\[<:])|目標値|目標数値|(?:最終|中間|数値)目標|^(?:令和|平成|R|20)\S*目標"
)
_LATER = re.compile(r"^(?:中間|最終|到達|達成|計画|見込|めざす|目指す)(?:年度?|値|水準|姿|[(（\s]|$)")
_NOT_TARGET = re.compile(r"基本目標|目標(?:期限|時期|年次|項目|名|達成指標)")
_UNIT = re.compile(r"単位$")
_MEANING = re.compile(r"定義|算出|算定|説明|考え方")
_NOTHING = re.compile(r"[-‐‑–—―ー－~～]*|(?:未定|未設定|調査中)")
_AMOUNT = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>[^\d()（）\s~～〜・,、]{0,10}?)(?<!以上|以下|未満|程度|以内)"
)
_IN_BRACKETS = re.compile(r"(?:(?<!\s)\s++)?+[(（]([^()（）]*+)[)）]$")
_AS_OF = re.compile(
    r"(?:令和|平成|R|H)?\s?(?:\d{1,4}|元)年\s?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?\s?(?:末|時点|現在)*$"
)
_NONE = "なし"

_LIST_HEADING = re.compile(r"^[■◆●【<〈\[(（]?[^。]{0,40}(?:指標|KPI|KGI)[^。]{0,12}[】>〉\])）]?$")
_BULLET = re.compile(r"^\s*(?:[・•●○◎◆\-]\s*)+(?P<name>[^。✓\s][^。]{1,60})$")
_DEEPER = re.compile(r"^\s*+(?:-\s*+)?[✓✔–]|^\s++\S")
_NOTE_SIGNS = re.compile(r"(?:(?<!\s)\s++)?+(?:[⁰¹²³⁴-⁹]++\s*+|[(（]?[※＊]\s?\d{0,2}[)）]?\s*$)")
_NAMED_LINE = re.compile(
    r"^\s*+[■◆●○・【]?\s*+(?:(?:KPI|KGI)|(?:成果|評価|数値)指標)\s*+[①-⑳0-9]{0,2}】?\s*+[:：]?\s*+(?P<text>[^:：。\t]{2,60})$"
)
"""KPI① and the indicator's name, with its values on lines of their own below."""
_ARROW = re.compile(
    r"^(?=[^→⇒➡]*+[→⇒➡])(?P<name>.+?) ?[:： ] ?"
    r"(?P<base>[^→⇒➡:：]*\d[^→⇒➡:：]*?) ?[→⇒➡] ?(?P<target>\S.*)$"
)
"""利用者数：10人→50人"""
_LABELLED = re.compile(
    r"^\s*+[・•●○■◆]?\s*+(?P<label>[^:：]{2,20}?)\s*+[:：](?:\s*+(?=\S)|\s*(?=\s$))(?P<text>.{1,200})$"
)
_LONGEST_ARROW = 300
"""Letters of a line: what is longer is prose, and the pattern takes its time over it."""
_LOOK_AHEAD = 8
"""Lines between the heading of a list and its first item, or between an indicator's name and its target."""


@dataclass(frozen=True)
class FoundIndicator:
    """``baseline``, ``interim`` and ``target`` as the bundle's Reading; ``line``: where it stands, from 1."""

    name: str
    unit: str
    baseline: dict[str, Any] | None
    interim: tuple[dict[str, Any], ...]
    target: dict[str, Any] | None
    definition: str | None
    note: str | None
    line: int


@dataclass(frozen=True)
class _Columns:
    name: int
    base: int | None
    targets: tuple[int, ...]
    unit: int | None
    meaning: int | None
    years: dict[int, int]
    headed: frozenset[int]


def indicators(lines: Sequence[str]) -> tuple[FoundIndicator, ...]:
    """All of a plan, in its order."""
    found = [*(one for table in tables(lines) for one in _of_table(table)), *_labelled(lines), *_listed(lines)]
    unique: dict[tuple[str, int], FoundIndicator] = {(one.name, one.line): one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: one.line))


def _of_table(table: PlanTable) -> Iterator[FoundIndicator]:
    columns: _Columns | None = None
    for row in table.rows:
        heading = columns_of(row)
        if heading is not None:
            columns = heading
        elif columns is not None and _is_of_years_only(row):
            columns = _with_years(columns, _years(row))
        elif columns is not None:
            indicator = _indicator(row, columns)
            if indicator is not None:
                yield indicator


def _with_years(columns: _Columns, years: dict[int, int]) -> _Columns:
    """The columns with the years of a second row of the head; a target over several of them is one for each."""
    targets = list(columns.targets)
    for place in sorted(years):
        if place not in columns.headed and targets and place == max(targets) + 1:
            targets.append(place)
    return replace(columns, targets=tuple(targets), years=columns.years | years)


def columns_of(row: Row) -> _Columns | None:
    """What the columns hold, where ``row`` is the head of a table of indicators."""
    cells = [plain(cell) for cell in row.cells]
    if max(map(len, cells)) > _LONGEST_HEAD:
        return None
    named = next((place for place, cell in enumerate(cells) if _NAME.search(cell)), None)
    base = [place for place, cell in enumerate(cells) if _BASE.search(cell) and place != named]
    targets = [place for place, cell in enumerate(cells) if place not in (named, *base) and _is_target(cell)]
    short = next((place for place, cell in enumerate(cells) if _SHORT_FOR_BOTH.fullmatch(cell)), None)
    if named is None and short is not None:
        named = short if targets or short == 0 else 0
        targets = targets or ([short] if short else [])
    if named is None and base and targets[:1] == [0] and len(targets) > 1:
        named, targets = 0, targets[1:]  # 数値目標 over the names, 目標値 over the figures
    if named is not None and base and not targets:
        targets = [place for place in range(base[-1] + 1, len(cells)) if _is_later(cells[place])]
    if not targets or (named is None and not base):
        return None
    if base and len(targets) == 1:
        targets = [*_ladder(_years(row), cells, base[-1], targets[0]), *targets]
    name = 0 if named is None else named
    return _Columns(
        name,
        base[-1] if base else None,
        tuple(targets),
        next((place for place, cell in enumerate(cells) if _UNIT.search(cell)), None),
        next((place for place, cell in enumerate(cells) if _MEANING.search(cell) and place != name), None),
        _years(row),
        frozenset(place for place, cell in enumerate(cells) if cell),
    )


def _is_target(cell: str) -> bool:
    return _TARGET.search(cell) is not None and not _NOT_TARGET.search(cell)


def _ladder(years: dict[int, int], cells: Sequence[str], base: int, target: int) -> list[int]:
    """The columns of every single year between the present value and the target: a goal for each.

    Where some are missing they may as well be what was reached so far.
    """
    between = list(range(base + 1, target))
    if not between or not all(place in years and _is_later(cells[place]) for place in between):
        return []
    steps = [years.get(place, 0) for place in (base, *between, target)]
    return between if steps == list(range(steps[0], steps[0] + len(steps))) else []


def _is_later(cell: str) -> bool:
    """A column behind the present value that is headed 中間, 最終 or by a year alone: no other word says target."""
    years = fiscal_years(cell, 0)
    return _LATER.search(cell) is not None or bool(years and not without_years(cell).strip("()（）[] 度末"))


_LONGEST_HEAD = 40
"""A cell of a table's head is no sentence."""


def _years(row: Row) -> dict[int, int]:
    years = {place: fiscal_years(cell, 0) for place, cell in enumerate(row.cells)}
    return {place: named[0] for place, named in years.items() if named}


def _is_of_years_only(row: Row) -> bool:
    return bool(row.texts) and all(
        fiscal_years(cell, 0) and not without_years(cell).strip("()（）[] 度末") for cell in row.texts
    )


def _indicator(row: Row, columns: _Columns) -> FoundIndicator | None:
    name = _named(row.cell(columns.name))
    targets = [row.cell(place) for place in columns.targets]
    base = row.cell(columns.base) if columns.base is not None else ""
    if not name or len(name) > MOST_NAME or not (base or any(targets)):
        return None
    given_unit = row.cell(columns.unit) if columns.unit is not None else ""
    readings = [_reading(base, columns.years.get(columns.base or 0, 0) if columns.base is not None else 0)]
    readings += [
        _reading(text, columns.years.get(place, 0)) for text, place in zip(targets, columns.targets, strict=True)
    ]
    unit, values = _with_unit(readings, given_unit)
    long = [text for text in (base, *targets) if len(text) > MOST_VALUE]
    definition = row.cell(columns.meaning) if columns.meaning is not None else ""
    return FoundIndicator(
        name,
        unit,
        values[0] if columns.base is not None else None,
        tuple(values[1:-1]),
        values[-1],
        definition[:MOST_NOTE] or None,
        " ".join(long)[:MOST_NOTE] or None,
        row.line,
    )


def _reading(text: str, year: int) -> dict[str, Any]:
    """A cell as the bundle's Reading; what stands in brackets behind the value is its day or a note."""
    value = plain(text)
    found: dict[str, Any] = {}
    bracket = _IN_BRACKETS.search(value)
    if bracket and len(re.findall(r"[(（]", value)) == 1:
        value = value[: bracket.start()].strip()
        found |= _told_in_brackets(bracket[1])
    if year and "as_of" not in found and "fiscal_year" not in found:
        found["fiscal_year"] = year
    if _NOTHING.fullmatch(value):
        return {"value": None} | found
    if len(value) > MOST_VALUE:
        years = fiscal_years(value, 0)
        return {"value": None} | ({"fiscal_year": years[0]} if years else {}) | found
    return {"value": f"「{value}」" if value == _NONE else value} | found


def _told_in_brackets(text: str) -> dict[str, Any]:
    as_of = _AS_OF.match(text)
    years = fiscal_years(text, 0)
    if as_of and years:
        month = int(as_of["month"])
        year = years[0] + (month < 4)
        day = f"-{int(as_of['day']):02}" if as_of["day"] else ""
        return {"as_of": f"{year}-{month:02}{day}"}
    if years and not without_years(text).strip(" 度末実績値現在時点"):
        return {"fiscal_year": years[0]}
    return {"note": text[:MOST_NAME]} if text else {}


def _with_unit(readings: Sequence[dict[str, Any]], given: str) -> tuple[str, list[dict[str, Any]]]:
    """The unit that all values share, and the values without it; where they differ each keeps its own."""
    amounts = [_AMOUNT.fullmatch(one["value"]) for one in readings if one["value"]]
    units = {amount["unit"] for amount in amounts if amount}
    if given and len(given) <= MOST_UNIT and units <= {"", given} and all(amounts):
        unit = given
    elif len(units) == 1 and all(amounts):
        unit = units.pop()
    else:
        return "", list(readings)
    return unit, [
        one | {"value": amount["number"]} if one["value"] and (amount := _AMOUNT.fullmatch(one["value"])) else one
        for one in readings
    ]


def _named(text: str) -> str:
    """A name without the signs of footnotes."""
    return " ".join(_NOTE_SIGNS.sub("", text).split())


def _labelled(lines: Sequence[str]) -> Iterator[FoundIndicator]:
    """指標：… / 現状値：… / 目標値：… below each other."""
    for number, line in enumerate(lines, 1):
        label = _LABELLED.match(line)
        if label is None or not _NAME.search(plain(label["label"])):
            label = _NAMED_LINE.match(line)
        if label is None or "\t" in line:
            continue
        base = target = None
        for after in lines[number : number + _LOOK_AHEAD]:
            told = _LABELLED.match(after)
            if told is None:
                continue
            head = plain(told["label"])
            year = next(iter(fiscal_years(head, 0)), 0)
            if _NAME.search(head):
                break
            if base is None and _BASE.search(head):
                base = _reading(told["text"], year)
            elif target is None and _TARGET.search(head):
                target = _reading(told["text"], year)
        name = _named(label["text"])
        if target is not None and len(name) <= MOST_NAME:
            unit, values = _with_unit([base or {"value": None}, target], "")
            yield FoundIndicator(name, unit, values[0] if base else None, (), values[1], None, None, number)


def _listed(lines: Sequence[str]) -> Iterator[FoundIndicator]:
    """Items below a heading that announces indicators: names without figures."""
    for number, line in enumerate(lines):
        if "\t" in line or not _LIST_HEADING.match(plain(line)) or not _announces(line):
            continue
        begun = False
        for place in range(number + 1, len(lines)):
            text = lines[place]
            bullet = _BULLET.match(text)
            if bullet:
                begun = True
                yield _item(bullet["name"], place + 1)
                continue
            ended = begun and text.strip() and not _DEEPER.match(text)
            if "\t" in text or ended or (not begun and place - number > _LOOK_AHEAD):
                break


def _item(text: str, line: int) -> FoundIndicator:
    """An item of a list: a name, and where an arrow stands in it what was and what shall be."""
    squeezed = " ".join(text.split())
    found = _ARROW.match(squeezed) if len(text) <= _LONGEST_ARROW else None
    if found is None:
        return FoundIndicator(_named(text), "", None, (), None, None, None, line)
    unit, (base, target) = _with_unit([_reading(found["base"], 0), _reading(found["target"], 0)], "")
    return FoundIndicator(_named(found["name"]), unit, base, (), target, None, None, line)


def _announces(line: str) -> bool:
    """Whether a line is set off as a heading is."""
    return line.strip()[:1] in "【■◆●<〈[("
