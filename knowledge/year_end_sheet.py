"""年度末チェックシート: is each measure carried out as the plan means it, and how far is it?  Columns to be filled in.

茂原市's plan asks for it (実効性の担保、進行管理): at the end of a 年度 each individual measure is held against the
purpose of the plan.  What is known is filled in beforehand: indicators, schedule, questions, needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import fiscal_year_name
from knowledge.common_content import is_common
from knowledge.freshness import department_names
from knowledge.indicator_values import values_of_year
from knowledge.intervals import FEWEST, TOO_FEW
from knowledge.models import Indicator, Measure, NeedCard, Plan, ScheduleItem
from knowledge.need_steps import GAPS, STATES
from knowledge.report_documents import ReportTable
from knowledge.report_figures import PeriodFigures
from knowledge.tallies import NOTHING

IN_LINE = "沿っている・一部・沿っていない"
PROGRESS = "完了・予定どおり・遅れ・未着手・中止"
_NOT_WRITTEN = "（まだ書かれていません）"
_TO_FILL = ""
MOST_NEEDS = 5
"""Of one measure, on the sheet."""


@dataclass(frozen=True)
class MeasureLine:
    """A measure that has none below it, with the pillar (柱) it stands under."""

    plan: str
    pillar: str
    measure: Measure
    department: str
    indicators: tuple[str, ...]
    schedule: tuple[str, ...]
    asked: int
    estimated: str
    needs: tuple[str, ...]


def measure_lines(session: Session, code: str, found: PeriodFigures, year: int) -> list[MeasureLine]:
    """Every measure of every plan, in the order of the plans."""
    rows = session.scalars(select(Measure).where(Measure.municipality_code == code).order_by(Measure.position)).all()
    own = {row.number: row for row in rows if not is_common(row.number)}
    parents = {row.parent for row in own.values() if row.parent}
    plans = {row.plan_id: row.short_title for row in session.scalars(_plans(code))}
    offices = department_names(session, code)
    indicators = _indicators(session, code, year)
    schedules = _schedules(session, code, year)
    needs = _needs(session, code)
    told: dict[str, str] = {}
    return [
        MeasureLine(
            plans.get(row.source_plan, row.source_plan),
            _pillar(own, row),
            row,
            offices.get(row.department or "", ""),
            tuple(indicators.get(row.number, [])) or _of_parent(indicators, parents, row, told),
            tuple(schedules.get(row.number, [])),
            (one := found.by["measure"].get(row.number, NOTHING)).asked,
            one.estimated_share.percent,
            _first_needs(needs.get(row.number, [])),
        )
        for row in own.values()
        if row.number not in parents
    ]


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
    return tuple(f"{one}（{row.parent} 全体の指標）" for one in indicators[row.parent])


def _pillar(own: Mapping[str, Measure], row: Measure) -> str:
    """The topmost above it, by number and title."""
    above, seen = row, {row.number}
    while above.parent is not None and above.parent in own and above.parent not in seen:
        above = own[above.parent]
        seen.add(above.number)
    return "" if above is row else f"{above.number} {above.title}"


def _indicators(session: Session, code: str, year: int) -> dict[str, list[str]]:
    actual = values_of_year(session, code, year)
    wanted = select(Indicator).where(Indicator.municipality_code == code, Indicator.state == "published")
    found: dict[str, list[str]] = {}
    for row in session.scalars(wanted.order_by(Indicator.entry_id)):
        if row.measure:
            value = actual.get(row.entry_id)
            told = f"{value[0]}{_unit(value[0], row.unit)}" if value else _NOT_WRITTEN
            planned = f"現状 {_reading(row.baseline, row.unit)}、目標 {_reading(row.target, row.unit)}"
            found.setdefault(row.measure, []).append(f"{row.name}：{planned}、実績 {told}")
    return found


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


def _needs(session: Session, code: str) -> dict[str, list[str]]:
    """The needs that are not met yet, those asked for most first."""
    wanted = select(NeedCard).where(
        NeedCard.municipality_code == code,
        NeedCard.measure.is_not(None),
        NeedCard.state.not_in(("published", "merged", "declined")),
    )
    found: dict[str, list[str]] = {}
    for row in session.scalars(wanted.order_by(NeedCard.times.desc(), NeedCard.number)):
        asked = f"{row.times:,}件" if row.times >= FEWEST else f"{FEWEST}件未満"
        found.setdefault(row.measure or "", []).append(f"{row.name}（{asked}、{GAPS[row.gap]}、{STATES[row.state]}）")
    return found


def _first_needs(told: Sequence[str]) -> tuple[str, ...]:
    """Those asked for most: a sheet is for reading, the cards hold the rest."""
    left = len(told) - MOST_NEEDS
    return (*told[:MOST_NEEDS], *([f"ほか{left}票（「ニーズ票」にあります）"] if left > 0 else []))


def check_tables(lines: Sequence[MeasureLine], year: int) -> list[ReportTable]:
    """To be filled in, and what is known to fill it from."""
    return [_checked(lines, year), _known(lines, year)]


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


def _known(lines: Sequence[MeasureLine], year: int) -> ReportTable:
    headings = (
        *("番号", "個別の取り組み", "指標（現状・目標・この年度の実績）", "この年度の予定"),
        *("住民の質問（件）", "解決率（推定）", "かなえられていないニーズ"),
    )
    rows = tuple(
        (
            one.measure.number,
            one.measure.title,
            "\n".join(one.indicators) or "（この取り組みの指標はありません）",
            "\n".join(one.schedule) or "（この年度の欄に記載がありません）",
            f"{one.asked:,}",
            one.estimated if one.asked else "（質問なし）",
            "\n".join(one.needs) or "（ありません）",
        )
        for one in lines
    )
    note = f"質問は、答えに施策が付いているものだけです。割合のもとが{FEWEST}件より少ないものは「{TOO_FEW}」とします。"
    return ReportTable("もとになる記録", headings, rows, note, frozenset({4}))
