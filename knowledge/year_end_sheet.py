"""年度末チェックシート: is each measure carried out as the plan means it, and how far is it?  Columns to be filled in.

茂原市's plan asks for it (実効性の担保、進行管理): at the end of a 年度 each individual measure is held against the
purpose of the plan.  What is known is filled in beforehand: indicators, schedule, questions, needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.breakdowns import FEW, KEPT_BACK, Breakdown, breakdown, counted
from knowledge.calendar import fiscal_year_name
from knowledge.common_content import is_common
from knowledge.computed_values import Formula, months_text
from knowledge.freshness import department_names
from knowledge.indicator_formulas import ComputedYear, computed_of_year, formulas_of
from knowledge.indicator_values import values_of_year
from knowledge.intervals import FEWEST, TOO_FEW
from knowledge.models import Indicator, Measure, Plan, ScheduleItem
from knowledge.need_steps import GAPS, STATES
from knowledge.report_documents import counted_until
from knowledge.report_figures import NeedLine, PeriodFigures
from knowledge.report_offices import office_tables
from knowledge.report_tables import ReportTable
from knowledge.tallies import NOTHING

IN_LINE = "沿っている・一部・沿っていない"
PROGRESS = "完了・予定どおり・遅れ・未着手・中止"
_NOT_WRITTEN = "（まだ書かれていません）"
_TO_FILL = ""
NOT_COUNTED = "（まだ数えていません）"
MOST_NEEDS = 5
"""Of one measure, on the sheet."""
GUESSED_MEASURE = (
    "ニーズの施策は、質問にいちばん近い答えの施策から、自動で選んだものです。"
    "求めていることと、いつも合うとは限りません。写す前に、合っているかを確かめてください。"
)
"""No card knows how near that answer is: whoever fills in the sheet looks."""


@dataclass(frozen=True)
class MeasureLine:
    """A measure that has none below it, with the pillar (柱) it stands under."""

    plan: str
    pillar: str
    measure: Measure
    department: str
    indicators: tuple[str, ...]
    schedule: tuple[str, ...]
    asked: str
    estimated: str
    needs: tuple[str, ...]


def measure_lines(session: Session, code: str, found: PeriodFigures, year: int, today: dt.date) -> list[MeasureLine]:
    """Every measure of every plan, in the order of the plans."""
    rows = session.scalars(select(Measure).where(Measure.municipality_code == code).order_by(Measure.position)).all()
    own = {row.number: row for row in rows if not is_common(row.number)}
    parents = {row.parent for row in own.values() if row.parent}
    plans = {row.plan_id: row.short_title for row in session.scalars(_plans(code))}
    offices = department_names(session, code)
    indicators = _indicators(session, code, year, today)
    schedules = _schedules(session, code, year)
    needs = _needs(found.all_needs)
    asked = breakdown(found.by["measure"])
    told: dict[str, str] = {}
    return [
        MeasureLine(
            plans.get(row.source_plan, row.source_plan),
            _pillar(own, row),
            row,
            offices.get(row.department or "", ""),
            tuple(indicators.get(row.number, [])) or _of_parent(indicators, parents, row, told),
            tuple(schedules.get(row.number, [])),
            *_asked(found, asked, row.number),
            _first_needs(needs.get(row.number, [])) if found.stands else (NOT_COUNTED,),
        )
        for row in own.values()
        if row.number not in parents
    ]


def _asked(found: PeriodFigures, told: Breakdown, number: str) -> tuple[str, str]:
    """What was asked of a measure and how much of it was solved, as far as it may be told."""
    if found.stands is None:
        return NOT_COUNTED, NOT_COUNTED
    one = found.by["measure"].get(number, NOTHING)
    if any(value == number for value, _ in told.shown):
        return f"{one.asked:,}", one.estimated_share.percent
    if not one.asked:
        return "0", "（質問なし）"
    if one.asked < FEWEST and not told.is_kept_back:
        return FEW, TOO_FEW
    return KEPT_BACK, KEPT_BACK


def _plans(code: str) -> Any:
    return select(Plan).where(Plan.municipality_code == code, Plan.state == "published")


def _of_parent(
    indicators: Mapping[str, list[str]], parents: set[str], row: Measure, told: dict[str, str]
) -> tuple[str, ...]:
    """A plan may set an indicator for some measures together: it is told with the first, the others lead there."""
    if row.parent not in parents or row.parent is None or row.parent not in indicators:
        return ()
    first = told.setdefault(row.parent, row.number)
    if first != row.number:
        return (f"{row.parent} 全体の指標（{first} の欄にあります）",)
    return tuple(_with_place(one, f"（{row.parent} 全体の指標）") for one in indicators[row.parent])


def _with_place(told: str, place: str) -> str:
    """Behind the first line: what was computed stands below it."""
    first, line, rest = told.partition("\n")
    return f"{first}{place}{line}{rest}"


def _pillar(own: Mapping[str, Measure], row: Measure) -> str:
    """The topmost above it, by number and title."""
    above, seen = row, {row.number}
    while above.parent is not None and above.parent in own and above.parent not in seen:
        above = own[above.parent]
        seen.add(above.number)
    return "" if above is row else f"{above.number} {above.title}"


def _indicators(session: Session, code: str, year: int, today: dt.date) -> dict[str, list[str]]:
    actual, formulas = values_of_year(session, code, year), formulas_of(session, code)
    counted = computed_of_year(session, code, year, today) if formulas else {}
    wanted = select(Indicator).where(Indicator.municipality_code == code, Indicator.state == "published")
    found: dict[str, list[str]] = {}
    for row in session.scalars(wanted.order_by(Indicator.entry_id)):
        if row.measure:
            value = actual.get(row.entry_id)
            told = f"{value[0]}{_unit(value[0], row.unit)}" if value else _NOT_WRITTEN
            planned = f"現状 {_reading(row.baseline, row.unit)}、目標 {_reading(row.target, row.unit)}"
            line = f"{row.name}：{planned}、実績 {told}"
            formula, one = formulas.get(row.entry_id), counted.get(row.entry_id)
            line += _computed(formula, one, row.unit) if formula and one else ""
            found.setdefault(row.measure, []).append(line)
    return found


def _computed(formula: Formula, year: ComputedYear, unit: str) -> str:
    """What the offices' counts come to, beside what staff wrote: with its months, and what it is not sure to be."""
    one = year.computed
    if one.value is None:
        return "\n　計算：分かりません（もとになる課の件数が、まだそろっていません）"
    cautions = [
        one.span,
        one.told,
        *(["途中の値"] if one.to_come else []),
        *([f"{months_text([lack.month for lack in one.lacking])}に分からない件数がある"] if one.lacking else []),
        *([] if formula.as_planned else ["計画と同じ数え方かは確かめていない"]),
        *(["見本の件数"] if year.invented else []),
    ]
    return f"\n　計算：{one.shown(unit)}{unit}（課の件数から。{'。'.join(cautions)}）"


def _unit(value: str, unit: str) -> str:
    return "" if value.endswith(unit) else unit


def _reading(reading: Mapping[str, Any] | None, unit: str) -> str:
    if not reading or not reading.get("value"):
        return "（記載なし）"
    value = str(reading["value"])
    year = reading.get("fiscal_year")
    when = f"（{fiscal_year_name(int(year)).partition('（')[0]}）" if year else ""
    return f"{value}{_unit(value, unit)}{when}"


def _schedules(session: Session, code: str, year: int) -> dict[str, list[str]]:
    """What the schedule has in the column of the year."""
    wanted = select(ScheduleItem).where(ScheduleItem.municipality_code == code, ScheduleItem.state == "published")
    found: dict[str, list[str]] = {}
    for row in session.scalars(wanted.order_by(ScheduleItem.entry_id)):
        steps = [step["text"] for step in row.steps if year in step["fiscal_years"]]
        if row.measure and steps:
            found.setdefault(row.measure, []).append(f"{row.name}：{'、'.join(steps)}")
    return found


def _needs(needs: Sequence[NeedLine]) -> dict[str, list[str]]:
    """The needs that were asked for in the year and are not met yet, those asked for by most people first."""
    found: dict[str, list[str]] = {}
    for line in needs:
        if line.card.measure is not None and line.card.state not in _DONE:
            found.setdefault(line.card.measure, []).append(_need(line))
    return found


_DONE = ("published", "merged", "declined")


def _need(line: NeedLine) -> str:
    noted = f"、書きとめた質問{counted(line.noted)}" if line.noted else ""
    return f"{line.card.name}（{counted(line.times)}{noted}、{GAPS[line.card.gap]}、{STATES[line.card.state]}）"


def _first_needs(told: Sequence[str]) -> tuple[str, ...]:
    """Those asked for most: a sheet is for reading, the cards hold the rest."""
    left = len(told) - MOST_NEEDS
    return (*told[:MOST_NEEDS], *([f"ほか{left}票（「ニーズ票」にあります）"] if left > 0 else []))


def check_tables(
    lines: Sequence[MeasureLine], found: PeriodFigures, department: Callable[[str], str]
) -> list[ReportTable]:
    """To be filled in, what is known to fill it from, and what the offices counted.  ``department``: a 課's name."""
    year = found.period.first.year
    return [_checked(lines, year), _known(lines, found), *office_tables(found.offices, department)]


def _checked(lines: Sequence[MeasureLine], year: int) -> ReportTable:
    headings = (
        *("計画", "方針の柱", "番号", "個別の取り組み", "所管課"),
        *("方針の趣旨に照らして実施されているか", "そのわけ", "進みぐあい"),
        *("この年度にしたこと", "課題", "次の年度にすること", "書いた人・日"),
    )
    rows = tuple(
        (one.plan, one.pillar, one.measure.number, one.measure.title, one.department, *[_TO_FILL] * 7) for one in lines
    )
    note = f"「実施されているか」は、{IN_LINE} からえらびます。「進みぐあい」は、{PROGRESS} からえらびます。"
    return ReportTable(f"{fiscal_year_name(year).partition('（')[0]} チェックシート", headings, rows, note)


def _known(lines: Sequence[MeasureLine], found: PeriodFigures) -> ReportTable:
    headings = (
        *("番号", "個別の取り組み", "指標（現状・目標・この年度の実績）", "この年度の予定"),
        *("住民の質問（件）", "解決率（推定）", "かなえられていないニーズ（施策は自動で選んだもの）"),
    )
    rows = tuple(
        (
            one.measure.number,
            one.measure.title,
            "\n".join(one.indicators) or "（この取り組みの指標はありません）",
            "\n".join(one.schedule) or "（この年度の欄に記載がありません）",
            one.asked,
            one.estimated,
            "\n".join(one.needs) or "（ありません）",
        )
        for one in lines
    )
    running = f"この年度は途中です。質問とニーズは{counted_until(found)}までの数です。" if found.is_running else ""
    note = (
        "質問は、LINE・ウェブ・API のうち、答えに施策が付いているものだけです。ニーズは、この年度にたずねられた件数で、"
        "職員が書きとめた電話・窓口などの質問は分けて書いています。対応は、この表を作った日のものです。"
        f"{GUESSED_MEASURE}"
        "「計算」は課の件数から計算した値で、実績とは別のものです。"
        f"割合のもとが{FEWEST}件より少ないものは「{TOO_FEW}」とします。"
    )
    return ReportTable("もとになる記録", headings, rows, running + note, frozenset({4}), wide=frozenset({2, 6}))
