"""The charts of a report, from the same figures as its tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.charts import Chart, Mark, Series, bars, is_empty, lines, week
from knowledge.breakdowns import breakdown
from knowledge.models import FigureEvent
from knowledge.periods import Period
from knowledge.report_documents import MOST_LINES, Names, partly
from knowledge.report_figures import PeriodFigures, hour_grid
from knowledge.suppression import rows_kept_back
from knowledge.tallies import Tally


def report_charts(found: PeriodFigures, names: Names, events: Sequence[FigureEvent]) -> list[Chart]:
    """Those that have something to show."""
    charts = [
        month_course(found, events),
        _breakdown(found.by["department"], "担当課ごとの質問", "担当課", lambda value: names("department", value)),
        _breakdown(
            found.by["category"], "分類ごとの質問", "分類", lambda value: names("category", value), leave_out=("",)
        ),
        week(
            f"曜日と時間帯ごとの質問（{found.period.name}。空きは5件未満など）",
            told_hours(hour_grid(found.by["hour"])),
            unit="件",
        ),
    ]
    return [one for one in charts if one is not None and not is_empty(one) and found.now.asked]


def named_alone(found: PeriodFigures, chart: Chart) -> Chart:
    """``chart`` as it goes out by itself: whose it is, and where its figures are invented."""
    return replace(chart, title=f"{found.town}{'（見本：作りものの数字）' if found.demo else ''}　{chart.title}")


def told_hours(grid: Sequence[Sequence[int]]) -> list[list[float | None]]:
    """Without the few of which nothing can be told, and without what would tell them: the small hours first."""
    kept = rows_kept_back([[grid[day][hour] for hour in range(24) for day in range(7)]])
    return [[None if hour * 7 + day in kept else grid[day][hour] for hour in range(24)] for day in range(7)]


def month_course(found: PeriodFigures, events: Sequence[FigureEvent]) -> Chart | None:
    """Questions month by month; a month of which not all was counted is a gap: its count is like no other."""
    counted = [(period, one if _is_whole(found, period) else None) for period, one in found.course]
    while counted and counted[-1][1] is None:
        counted.pop()
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


def _is_whole(found: PeriodFigures, period: Period) -> bool:
    return not partly(found, period) and not (found.is_running and period.last >= found.period.last)


def _breakdown(
    values: Mapping[str, Tally], title: str, across: str, name: Callable[[str], str], leave_out: Collection[str] = ()
) -> Chart | None:
    asked = [(value, one.asked) for value, one in breakdown(values, leave_out).shown[:MOST_LINES]]
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
