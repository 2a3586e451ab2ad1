"""The charts of a report, from the same figures as its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.charts import Chart, Mark, Series, bars, is_empty, lines, week
from knowledge.intervals import FEWEST, Share
from knowledge.models import FigureEvent
from knowledge.periods import Period
from knowledge.report_documents import MOST_LINES, Names
from knowledge.report_figures import PeriodFigures, hour_grid, spread
from knowledge.tallies import Tally


def report_charts(found: PeriodFigures, names: Names, events: Sequence[FigureEvent]) -> list[Chart]:
    """Those that have something to show."""
    charts = [
        month_course(found, events),
        _breakdown(found.by["department"], "担当課ごとの質問", "担当課", lambda value: names("department", value)),
        _breakdown(found.by["category"], "分類ごとの質問", "分類", lambda value: names("category", value)),
        week(
            f"曜日と時間帯ごとの質問（{found.period.name}。5件未満は空けてあります）",
            _told(hour_grid(found.by["hour"])),
            unit="件",
        ),
    ]
    return [one for one in charts if one is not None and not is_empty(one) and found.now.asked]


def _told(grid: Sequence[Sequence[float | None]]) -> list[list[float | None]]:
    """Without the few of which nothing can be told."""
    return [[None if value and value < FEWEST else value for value in row] for row in grid]


def month_course(found: PeriodFigures, events: Sequence[FigureEvent]) -> Chart | None:
    """Questions month by month; a month that was not counted is a gap."""
    counted = [(period, one) for period, one in found.course]
    while counted and counted[0][1] is None:
        counted.pop(0)
    if len(counted) < 2:
        return None
    return lines(
        "月ごとの質問",
        [period.short_name for period, _ in counted],
        [
            Series("質問", tuple(one.asked if one else None for _, one in counted)),
            Series("答えを示せた", tuple(one.shown if one else None for _, one in counted)),
            Series("答えられなかった", tuple(one.none if one else None for _, one in counted)),
        ],
        across="月",
        unit="件",
        events=_marks([period for period, _ in counted], events),
    )


def solved_course(found: PeriodFigures) -> Chart | None:
    counted = [(period, one) for period, one in found.course if one is not None]
    if len(counted) < 2:
        return None
    return lines(
        "月ごとの解決率（推定）",
        [period.short_name for period, _ in counted],
        [Series("推定", tuple(_percent(one.estimated_share) for _, one in counted))],
        across="月",
        unit="%",
    )


def _percent(share: Share) -> float | None:
    return round(share.value * 100, 1) if share.is_judged else None


def _breakdown(values: Mapping[str, Tally], title: str, across: str, name: Callable[[str], str]) -> Chart | None:
    asked = [(value, one.asked) for value, one in spread(values) if one.asked][:MOST_LINES]
    if not asked:
        return None
    labels = [name(value)[:30] for value, _ in asked]
    return bars(
        f"{title}（多い順）", labels, [Series("質問", tuple(count for _, count in asked))], across=across, unit="件"
    )


def _marks(periods: Sequence[Period], events: Sequence[FigureEvent]) -> list[Mark]:
    return [
        Mark(at, event.name[:20])
        for event in sorted(events, key=lambda one: one.first)
        for at, period in enumerate(periods)
        if period.first <= event.first <= period.last
    ]
