"""施策シート: for each measure of the plan what residents ask, beside what the plan set out to reach and to do."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import fiscal_year_name, fiscal_year_of, fiscal_years_name
from knowledge.computed_values import Formula
from knowledge.headlines import askers_text
from knowledge.indicator_formulas import ComputedYear, computed_of_year, formulas_of
from knowledge.indicator_values import latest_values
from knowledge.indicators import figures_of
from knowledge.models import Indicator, Measure, NeedCard, ScheduleItem
from knowledge.need_steps import CLOSED, GAPS, STATES
from knowledge.noted_counts import NOT_COUNTED, NotedCounts, noted_counts
from knowledge.periods import Period
from knowledge.small_counts import ranked_count, shown_count
from knowledge.tabular import OutSheet
from knowledge.tallies import BOT, NOTED_TOGETHER, NOTHING, Tally, standing, tallies

MOST_NEEDS = 10
LIVE = "published"


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator beside what became of it.  ``actual``: the last value of the year or before, with its year."""

    entry_id: str
    department: str | None
    name: str
    unit: str
    baseline: str
    target: str
    actual: str
    actual_year: int | None
    computed: ComputedYear | None
    formula: Formula | None

    @property
    def computed_text(self) -> str:
        """The value with its months, as a cell holds it."""
        if self.computed is None or not self.computed.computed.months:
            return ""
        one = self.computed.computed
        like = "" if self.formula is not None and self.formula.as_planned else "。計画と同じ数え方かは確かめていない"
        return f"{one.shown(self.unit)}{self.unit}（{one.span}、{one.told}{like}）"


@dataclass(frozen=True)
class NeedLine:
    number: int
    name: str
    state: str
    gap: str
    times: int
    people: int
    department: str | None


@dataclass(frozen=True)
class StepLine:
    """What the schedule has in a year; ``now``: nothing but that it is in the plan where it names another year."""

    name: str
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MeasureSheet:
    """``unmet``: how many cards still wait; ``needs``: those most people ask for, first."""

    number: str
    title: str
    department: str | None
    tally: Tally | None
    """None where the bot's questions of the period were not counted."""
    noted: int
    notes: NotedCounts
    unmet: int
    unmet_times: int
    needs: tuple[NeedLine, ...]
    indicators: tuple[IndicatorLine, ...]
    schedule: tuple[StepLine, ...]


def measure_sheets(
    session: Session, code: str, period: Period, today: dt.date, numbers: Sequence[str] | None = None
) -> list[MeasureSheet]:
    """In the plan's own order; those with ``numbers`` only, where they are given."""
    rows = select(Measure).where(Measure.municipality_code == code).order_by(Measure.position)
    measures = [one for one in session.scalars(rows) if numbers is None or one.number in numbers]
    asked = tallies(session, code, period, BOT, "measure")
    is_counted = standing(session, code, period) is not None
    noted = tallies(session, code, period, NOTED_TOGETHER, "measure")
    notes = noted_counts(session, code, period)
    needs, indicators = _needs(session, code, period), _indicators(session, code, period, today)
    schedule = _schedule(session, code, fiscal_year_of(period.first))
    return [
        MeasureSheet(
            one.number,
            one.title,
            one.department,
            asked.get(one.number, NOTHING) if is_counted else None,
            noted.get(one.number, NOTHING).asked,
            notes,
            len(cards := needs.get(one.number, [])),
            sum(card.times for card in cards),
            tuple(cards[:MOST_NEEDS]),
            tuple(indicators.get(one.number, ())),
            tuple(schedule.get(one.number, ())),
        )
        for one in measures
    ]


def measure_numbers(session: Session, code: str) -> list[tuple[str, str]]:
    """Number and title of every measure, in the plan's own order."""
    wanted = select(Measure.number, Measure.title).where(Measure.municipality_code == code)
    return [(number, title) for number, title in session.execute(wanted.order_by(Measure.position))]


def _needs(session: Session, code: str, period: Period) -> dict[str, list[NeedLine]]:
    """The cards that wait, and were asked about by the end of the period, by measure."""
    rows = session.scalars(
        select(NeedCard)
        .where(
            NeedCard.municipality_code == code,
            NeedCard.measure.is_not(None),
            NeedCard.state.not_in(CLOSED),
            NeedCard.first_on <= period.last,
            NeedCard.last_on >= period.first,
        )
        .order_by(NeedCard.number)
    )
    found: dict[str, list[NeedLine]] = defaultdict(list)
    for card in rows:
        people = card.askers + card.nameless
        line = NeedLine(card.number, card.name, STATES[card.state], GAPS[card.gap], card.times, people, card.department)
        found[card.measure or ""].append(line)
    return {number: sorted(lines, key=_by_people) for number, lines in found.items()}


def _by_people(line: NeedLine) -> tuple[float, int]:
    return (-ranked_count(line.people), line.number)


def _indicators(session: Session, code: str, period: Period, today: dt.date) -> Mapping[str, list[IndicatorLine]]:
    year = fiscal_year_of(period.first)
    actual, formulas = latest_values(session, code, year), formulas_of(session, code)
    counted = computed_of_year(session, code, year, today) if formulas else {}
    rows = session.scalars(
        select(Indicator)
        .where(Indicator.municipality_code == code, Indicator.state == LIVE, Indicator.measure.is_not(None))
        .order_by(Indicator.entry_id)
    )
    found: dict[str, list[IndicatorLine]] = defaultdict(list)
    for row in rows:
        figures = {one.label: f"{one.amount}（{one.when}）" if one.when else one.amount for one in figures_of(row)}
        told = actual.get(row.entry_id)
        found[row.measure or ""].append(
            IndicatorLine(
                row.entry_id,
                row.department,
                row.name,
                row.unit,
                figures.get("現状", ""),
                figures.get("目標", ""),
                f"{told[1]}{row.unit}" if told and not told[1].endswith(row.unit) else (told[1] if told else ""),
                told[0] if told else None,
                counted.get(row.entry_id),
                formulas.get(row.entry_id),
            )
        )
    return found


def _schedule(session: Session, code: str, year: int) -> dict[str, list[StepLine]]:
    """What the plan's schedule has for a year, by measure."""
    rows = session.scalars(
        select(ScheduleItem)
        .where(ScheduleItem.municipality_code == code, ScheduleItem.state == LIVE, ScheduleItem.measure.is_not(None))
        .order_by(ScheduleItem.entry_id)
    )
    found: dict[str, list[StepLine]] = defaultdict(list)
    for row in rows:
        steps = tuple(
            (fiscal_years_name(step["fiscal_years"]), step["text"])
            for step in row.steps
            if year in step["fiscal_years"]
        )
        found[row.measure or ""].append(StepLine(row.name, steps))
    return found


# --- As sheets ---------------------------------------------------------------------------------------------------

_MEASURES = (
    *("施策番号", "施策", "質問（件）", "人数", "答えを示した（件）", "解決率（回答による）", "回答した割合"),
    *(
        "解決率（推定）",
        "推定できる割合",
        "電話・窓口などで書きとめた質問（件）",
        "満たされていないニーズ票（枚）",
        "その回数",
    ),
)
_INDICATORS = ("施策番号", "指標", "現状値", "目標値", "実績", "実績の年度", "件数から計算した値")
_NEEDS = ("施策番号", "票の番号", "求めていること", "状態", "何が足りないか", "回数", "人数")
_SCHEDULE = ("施策番号", "予定", "年度", "内容")


def workbook_sheets(sheets: Sequence[MeasureSheet]) -> list[OutSheet]:
    """The same as the page, one sheet a kind of line."""
    indicators = [
        (one.number, line.name, line.baseline, line.target, line.actual, _year(line), line.computed_text)
        for one in sheets
        for line in one.indicators
    ]
    needs = [
        (one.number, str(line.number), line.name, line.state, line.gap, *map(shown_count, (line.times, line.people)))
        for one in sheets
        for line in one.needs
    ]
    schedule = [
        (one.number, line.name, years, text)
        for one in sheets
        for line in one.schedule
        for years, text in (line.steps or (("", "この年度の欄には何もない"),))
    ]
    return [
        OutSheet(
            "施策",
            _MEASURES,
            (12, 34, 10, 8, 12, 20, 14, 20, 14, 16, 16, 10),
            frozenset({2, 3, 4, 9, 10, 11}),
            [_measure_row(one) for one in sheets],
        ),
        OutSheet("指標", _INDICATORS, (12, 34, 22, 22, 16, 20, 50), frozenset(), indicators),
        OutSheet("ニーズ票", _NEEDS, (12, 10, 34, 14, 18, 8, 8), frozenset({1, 5, 6}), needs),
        OutSheet("予定", _SCHEDULE, (12, 40, 24, 40), frozenset(), schedule),
    ]


def _measure_row(one: MeasureSheet) -> tuple[str, ...]:
    tail = (one.notes.text(one.noted), str(one.unmet), shown_count(one.unmet_times))
    tally = one.tally
    if tally is None:
        return (one.number, one.title, *((NOT_COUNTED,) * 7), *tail)
    shares = (tally.solved_share, tally.solved_coverage, tally.estimated_share, tally.estimated_coverage)
    numbers = (shown_count(tally.asked), askers_text(tally), shown_count(tally.shown))
    return (one.number, one.title, *numbers, *(each.percent for each in shares), *tail)


def _year(line: IndicatorLine) -> str:
    return fiscal_year_name(line.actual_year) if line.actual_year is not None else ""
