"""What a chart says, before anybody draws it: title, units, labels and values, with the table that says the same.

Pure data; ``bot.chart_drawing`` makes pictures of it.  A chart goes to the process that draws as JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

DRAWN_AS = 3
"""Goes up when the same chart is to be drawn anew, otherwise than before."""
MOST_SERIES = 5
"""Of more lines than these nobody tells one from another without colour."""
MOST_MARKS = 12
SHORT_MARK = 24
"""Letters that have room beside a mark."""
NO_VALUE = "－"


@dataclass(frozen=True)
class Series:
    """A row of values, one to each label; None where there is none: no line leads over it, unless ``joined``.

    ``shown``: how the values read, where that is more than the number (「約500件」).
    """

    name: str
    values: tuple[float | None, ...]
    shown: tuple[str, ...] = ()
    joined: bool = False


@dataclass(frozen=True)
class Mark:
    """Something at the label with this place: an event (a line there), or a break (from there on counted otherwise)."""

    at: int
    text: str


@dataclass(frozen=True)
class Lines:
    """Values in the course of time.  ``unit``: of all of them (「件」); unlike things stand in charts of their own."""

    title: str
    across: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    events: tuple[Mark, ...] = ()
    breaks: tuple[Mark, ...] = ()
    kind: str = "lines"


@dataclass(frozen=True)
class Bars:
    """Values of things that have no order of their own; lying, so that long names can be read."""

    title: str
    across: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: str = "bars"


@dataclass(frozen=True)
class Heat:
    """Values by two things (weekday × hour), as squares with their number: the darker, the more.

    ``suffix``: what a column's name lacks for want of room (「時」), in the table and the words.
    """

    title: str
    down: str
    across: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    suffix: str = ""
    kind: str = "heat"


Chart = Lines | Bars | Heat


@dataclass(frozen=True)
class ChartTable:
    """The same as the picture, to be read: the first cell of each row names it."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ChartFaultError(ValueError):
    """A chart that would mislead: values without a label, or more lines than can be told apart."""


def lines(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    across: str,
    unit: str,
    events: Sequence[Mark] = (),
    breaks: Sequence[Mark] = (),
) -> Lines:
    """``lines("月ごとの質問", ["4月", "5月"], [Series("LINE", (3, 5))], across="月", unit="件")``."""
    _check(labels, series)
    for mark in (*events, *breaks):
        if not 0 <= mark.at < len(labels):
            raise ChartFaultError(f"no label for {mark.text}")
    return Lines(title, across, unit, tuple(labels), tuple(series), tuple(events[-MOST_MARKS:]), tuple(breaks))


def bars(title: str, labels: Sequence[str], series: Sequence[Series], *, across: str, unit: str) -> Bars:
    """``bars("課ごとの質問", ["市民課"], [Series("質問", (30,))], across="課", unit="件")``."""
    _check(labels, series)
    return Bars(title, across, unit, tuple(labels), tuple(series))


def heat(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    down: str,
    across: str,
    unit: str,
    suffix: str = "",
) -> Heat:
    """``values``: a row of them to each of ``rows``."""
    if len(values) != len(rows) or any(len(row) != len(columns) for row in values):
        raise ChartFaultError("a value to each square")
    squares = tuple(tuple(row) for row in values)
    return Heat(title, down, across, unit, tuple(rows), tuple(columns), squares, suffix)


WEEKDAYS = ("月", "火", "水", "木", "金", "土", "日")


def week(title: str, values: Sequence[Sequence[float | None]], *, unit: str) -> Heat:
    """Weekday (Monday first) × hour of the day."""
    hours = [str(hour) for hour in range(24)]
    return heat(title, WEEKDAYS, hours, values, down="曜日", across="時（0〜23時）", unit=unit, suffix="時")


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    if not 0 < len(series) <= MOST_SERIES:
        raise ChartFaultError(f"1 to {MOST_SERIES} series, not {len(series)}")
    for one in series:
        if len(one.values) != len(labels) or (one.shown and len(one.shown) != len(labels)):
            raise ChartFaultError(f"a value to each label: {one.name}")


def is_empty(chart: Chart) -> bool:
    """Whether there is nothing to be drawn: a picture without a value says less than a sentence."""
    rows = chart.values if isinstance(chart, Heat) else [one.values for one in chart.series]
    return not any(value is not None for row in rows for value in row)


def number(value: float | None) -> str:
    """``1,234`` or ``12.3``, as tables show it."""
    if value is None:
        return NO_VALUE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def shown(series: Series, at: int) -> str:
    return series.shown[at] if series.shown else number(series.values[at])


def table(chart: Chart) -> ChartTable:
    """What the picture shows, as the table under it."""
    if isinstance(chart, Heat):
        rows = tuple(
            (name, *(number(value) for value in row)) for name, row in zip(chart.rows, chart.values, strict=True)
        )
        return ChartTable((chart.down, *(f"{name}{chart.suffix}" for name in chart.columns)), rows)
    notes = _notes(chart) if isinstance(chart, Lines) else {}
    headings = (chart.across, *(f"{one.name}（{chart.unit}）" for one in chart.series))
    rows = tuple(
        (label, *(shown(one, at) for one in chart.series), *([notes.get(at, "")] if notes else []))
        for at, label in enumerate(chart.labels)
    )
    return ChartTable((*headings, "できごと") if notes else headings, rows)


def _notes(chart: Lines) -> Mapping[int, str]:
    found: dict[int, list[str]] = {}
    for mark in chart.events:
        found.setdefault(mark.at, []).append(mark.text)
    for mark in chart.breaks:
        found.setdefault(mark.at, []).append(f"ここから数え方がちがう：{mark.text}")
    return {at: "、".join(texts) for at, texts in found.items()}


def by_label(marks: Sequence[Mark]) -> list[Mark]:
    """Marks at the same label as one."""
    found: dict[int, list[str]] = {}
    for mark in sorted(marks, key=lambda one: one.at):
        found.setdefault(mark.at, []).append(mark.text)
    return [Mark(at, "、".join(texts)) for at, texts in found.items()]


def signs(marks: Sequence[Mark], sign: str) -> list[str]:
    """What stands at each mark: one that is short says it in its words; others are numbered, or words would overlap."""
    if len(marks) == 1 and len(marks[0].text) <= SHORT_MARK:
        return [f"{sign}{marks[0].text}"]
    return [f"{sign}{number}" for number in range(1, len(marks) + 1)]


def key_to_signs(chart: Chart) -> list[str]:
    """What the numbered marks mean, a line each; empty where none is numbered."""
    if not isinstance(chart, Lines):
        return []
    return [
        f"{said} {chart.labels[mark.at]}：{mark.text}"
        for given, sign in ((chart.events, "▼"), (chart.breaks, "┆"))
        for marks in (by_label(given),)
        for mark, said in zip(marks, signs(marks, sign), strict=True)
        if said != f"{sign}{mark.text}"
    ]


def description(chart: Chart) -> str:
    """What stands for the picture where it is not seen: what it shows, the span, the highest and the lowest."""
    if isinstance(chart, Heat):
        return _heat_described(chart)
    parts = [f"{chart.title}。"]
    if isinstance(chart, Lines) and chart.labels:
        parts.append(f"{chart.labels[0]}から{chart.labels[-1]}まで。")
    parts += [said for one in chart.series if (said := _described(one, chart.labels, chart.unit))]
    if isinstance(chart, Lines):
        parts += [f"{chart.labels[mark.at]}に{mark.text}。" for mark in chart.events]
        parts += [f"{chart.labels[mark.at]}から数え方が変わった（{mark.text}）。" for mark in chart.breaks]
    return "".join([*parts, "値は表と同じ。"])


def _described(series: Series, labels: Sequence[str], unit: str) -> str:
    known = [(value, at) for at, value in enumerate(series.values) if value is not None]
    if not known:
        return f"{series.name}は値がない。"
    most, least = max(known, key=lambda one: (one[0], -one[1]))[1], min(known)[1]
    name = f"{series.name}は、"
    if most == least:
        return f"{name}{labels[most]}に{_with_unit(series, most, unit)}。"
    return (
        f"{name}最も多いのが{labels[most]}の{_with_unit(series, most, unit)}、"
        f"最も少ないのが{labels[least]}の{_with_unit(series, least, unit)}。"
    )


def _with_unit(series: Series, at: int, unit: str) -> str:
    return shown(series, at) if series.shown else f"{shown(series, at)}{unit}"


def _heat_described(chart: Heat) -> str:
    known = [
        (value, -down, -across)
        for down, row in enumerate(chart.values)
        for across, value in enumerate(row)
        if value is not None
    ]
    if not known:
        return f"{chart.title}。値がない。"
    value, down, across = max(known)
    most = f"{chart.rows[-down]}・{chart.columns[-across]}{chart.suffix}"
    return f"{chart.title}。最も多いのは{most}の{number(value)}{chart.unit}。値は表と同じ。"


def as_json(chart: Chart) -> str:
    return json.dumps(asdict(chart), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Chart:
    given: dict[str, Any] = json.loads(text)
    kind = given["kind"]
    if kind == "heat":
        values = tuple(tuple(row) for row in given["values"])
        return Heat(**given | {"rows": tuple(given["rows"]), "columns": tuple(given["columns"]), "values": values})
    series = tuple(
        Series(one["name"], tuple(one["values"]), tuple(one["shown"]), one["joined"]) for one in given["series"]
    )
    given |= {"labels": tuple(given["labels"]), "series": series}
    if kind == "bars":
        return Bars(**given)
    marks = {name: tuple(Mark(**one) for one in given[name]) for name in ("events", "breaks")}
    return Lines(**given | marks)


def digest(chart: Chart) -> str:
    """Names the picture: the same for the same chart."""
    return hashlib.sha256(f"{DRAWN_AS}\0{as_json(chart)}".encode()).hexdigest()[:40]
