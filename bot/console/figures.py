"""利用の数字: what was asked and what came of it, by period, channel, 課 and hour, as a section chief reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.charts import Chart, Mark, Series, lines, week
from bot.console.answer_desk import departments_in_use
from bot.console.effect import progress_of, watched
from bot.console.figure_choice import (
    CHOICES,
    SHOWN_BEFORE,
    Choice,
    choice,
    kind_options,
    name_of,
    value_names,
)
from bot.console.forms import tell
from bot.console.guard import person
from bot.console.layout import town_or_404
from bot.console.pictures import shown
from bot.figure_jobs import FIGURES
from bot.services import services
from knowledge.calendar import now, today
from knowledge.demo_hours import counting_hours
from knowledge.figure_events import KINDS as EVENT_KINDS
from knowledge.figure_events import asked_by_day, events_between
from knowledge.headlines import NOT_THE_POPULATION, askers_text, headlines, people_text
from knowledge.intervals import share
from knowledge.jobs import ask_once, latest_job, stop_job
from knowledge.ledger import CHANNELS, NOTED
from knowledge.models import FigureEvent, PeriodCorrection
from knowledge.movers import WEEK, WEEKS_BEFORE, Mover, Span, compared_spans, movers, standing_out
from knowledge.period_closing import corrections_of
from knowledge.periods import KIND_NAMES, Period
from knowledge.roles import Role
from knowledge.small_counts import EXPLAINED, FEWEST, drawn_count, ranked_count, shown_count
from knowledge.tallies import (
    BOT,
    DIMENSIONS,
    NOTED_TOGETHER,
    Tally,
    begins,
    by_channel,
    counted_days,
    first_asked,
    standing,
    sums_by_value,
    tallies,
    tally,
    trend,
)

blueprint = Blueprint("figures", __name__)
blueprint.add_app_template_filter(shown_count, "cell")
blueprint.add_app_template_filter(askers_text, "askers")
blueprint.add_app_template_global(people_text, "people")

BREAKDOWNS = ("category", "department", "channel", "language", "measure", "subject", "entry")
BY_ANSWER = ("category", "measure", "entry")
"""Told by the answer that was shown: of a question without one there is no value."""
MOVED_BY = ("category", "department")
MOST_SHOWN = 100
"""Lines of a breakdown: further on one looks at the answers themselves."""
HOURS = range(24)
SHADES = 5


@blueprint.get("/<code>/figures")
def index(code: str) -> Response:
    town_or_404(code)
    wanted = choice()
    dimension = wanted.dimension
    with services().evidence.reading() as session:
        found = tally(session, code, wanted.period, wanted.channel, *dimension)
        before = tally(session, code, wanted.period.previous, wanted.channel, *dimension)
        has_before = standing(session, code, wanted.period.previous, wanted.channel) is not None
        course = trend(session, code, wanted.period, SHOWN_BEFORE[wanted.period.kind], wanted.channel, *dimension)
        first, last = course[0][0].first, wanted.period.last
        events = events_between(session, code, first, last) if not wanted.department else []
        channels = by_channel(session, code, wanted.period, *dimension)
        around = _around(session, code, wanted)
    told = partial(headlines, hours_known=around["hours_known"], noted=wanted.is_noted, total=wanted.is_total)
    told = partial(told, of_office=bool(wanted.department))
    charts = [] if wanted.is_noted else _charts(wanted, course, events, around["part_of"])
    page = render_template(
        "console/figures/index.html",
        **around,
        lines=told(found),
        before=told(before),
        has_before=has_before,
        course=course[::-1],
        channels=[(CHANNELS[one], channels[one]) for one in CHANNELS if one in channels],
        groups=[(CHOICES[one], channels[one]) for one in (BOT, NOTED_TOGETHER) if one in channels],
        charts=shown(code, charts),
        events=events,
        event_kinds=EVENT_KINDS,
        noted=NOTED,
        noted_names=[CHOICES[NOTED_TOGETHER], *(CHANNELS[one] for one in NOTED)],
    )
    return watched(page, around["job"])


def _around(session: Session, code: str, wanted: Choice) -> dict[str, Any]:
    """What every page of figures shows: the period, how its figures stand, and the ways to others."""
    stands = standing(session, code, wanted.period, wanted.channel)
    first = first_asked(session, code)
    job = latest_job(session, code, FIGURES)
    names = value_names(session, code, "department")
    return {
        "code": code,
        "errors": {},
        "explained": EXPLAINED,
        "wanted": wanted,
        "stands": stands,
        "first_asked": None if wanted.is_noted else first,
        "before_use": not wanted.is_noted and wanted.period.last < begins(session, code),
        "part_of": partial(part_of, first=None if wanted.is_noted else first),
        "hours_known": stands.hours_known if stands else False,
        "corrections": corrections_of(session, code, wanted.period),
        "corrected": correction_lines,
        "running": wanted.period.last >= today(),
        "kinds": kind_options(),
        "kind_names": KIND_NAMES,
        "tabs": [(wanted.address(f"console.figures.{name}", code), label, name) for name, label in _PAGES.items()],
        "here": request.endpoint,
        "earlier": wanted.address(str(request.endpoint), code, wanted.period.previous),
        "later": wanted.address(str(request.endpoint), code, wanted.period.next)
        if wanted.period.next.first <= today()
        else None,
        "channel_options": list(CHOICES.items()),
        "offices": [("", "すべて"), *departments_in_use(session, code)],
        "office": names.get(wanted.department, wanted.department) if wanted.department else "",
        "job": job,
        "work": progress_of(job) if job is not None else None,
        "may_count": person().may(Role.EDITOR, code),
        "not_all": NOT_THE_POPULATION,
    }


def part_of(period: Period, *, first: dt.date | None) -> str:
    """That a period is told in part: from the first question on, or as it runs; empty where it is whole."""
    if first is not None and period.first < first <= period.last:
        return f"（途中、{first.month}月{first.day}日から）"
    return "（途中）" if period.last >= today() else ""


_PAGES: Mapping[str, str] = {
    "index": "まとめ",
    "breakdown": "内訳",
    "movers": "増えた・減った",
    "hours": "曜日と時間帯",
}


def correction_lines(correction: PeriodCorrection) -> list[str]:
    """What moved of the whole, in words; of parts how many figures."""
    labels = {"asked": "質問", "answered": "答えを示した", "none": "答えられなかった", "askers": "人数"}
    whole = [
        f"{CHOICES.get(one['channel'], one['channel'])}の{labels[one['figure']]}：{one['before']:,}→{one['after']:,}"
        for one in correction.changes
        if one["dimension"] == "all" and one["figure"] in labels
    ]
    return [*whole, f"変わった数字は、内訳も入れて{len(correction.changes):,}個"]


def _charts(
    wanted: Choice,
    course: Sequence[tuple[Period, Tally | None]],
    events: Sequence[FigureEvent],
    part: Callable[[Period], str],
) -> list[Chart]:
    """A period that is told in part says so at its label."""
    counted = [(period, one) for period, one in course if one is not None]
    if len(counted) < 2:
        return []
    labels = [f"{period.short_name}{'（途中）' if part(period) else ''}" for period, _ in counted]
    told = partial(drawn_count, total=wanted.is_total)
    name = KIND_NAMES[wanted.period.kind]
    marks = _marks([period for period, _ in counted], events)
    counts = lines(
        f"{name}ごとの質問の数",
        labels,
        [
            Series("質問", tuple(told(one.asked) for _, one in counted)),
            Series("答えを示した", tuple(told(one.answered) for _, one in counted)),
            Series("答えられなかった", tuple(told(one.none) for _, one in counted)),
        ],
        across=name,
        unit="件",
        events=marks,
    )
    rates = lines(
        f"{name}ごとの解決率",
        labels,
        [
            Series(
                "回答による", tuple(_percent(one.solved_share.is_judged, one.solved_share.value) for _, one in counted)
            ),
            Series(
                "推定", tuple(_percent(one.estimated_share.is_judged, one.estimated_share.value) for _, one in counted)
            ),
        ],
        across=name,
        unit="%",
        events=marks,
    )
    return [counts, rates]


def _percent(judged: bool, value: float) -> float | None:
    return round(value * 100, 1) if judged else None


def _marks(periods: Sequence[Period], events: Sequence[FigureEvent]) -> list[Mark]:
    return [
        Mark(at, event.name)
        for event in sorted(events, key=lambda one: one.first)
        for at, period in enumerate(periods)
        if period.first <= event.first <= period.last
    ]


# --- 内訳 ------------------------------------------------------------------------------------------------------


@blueprint.get("/<code>/figures/breakdown")
def breakdown(code: str) -> Response:
    town_or_404(code)
    wanted, by = choice(), request.args.get("by", "")
    by = by if by in BREAKDOWNS else BREAKDOWNS[0]
    with services().evidence.reading() as session:
        if by == "channel":
            held = by_channel(session, code, wanted.period)
            ways = sorted(set(CHANNELS) & set(held), key=lambda one: (-ranked_count(held[one].asked), one))
            rows = {one: held[one] for one in ways}
        else:
            rows = tallies(session, code, wanted.period, _channel_of(wanted, by), by)
        names = value_names(session, code, by)
        around = _around(session, code, wanted)
    values = list(rows.items())
    page = render_template(
        "console/figures/breakdown.html",
        **around,
        by=by,
        title="受けた方法" if by == "channel" else DIMENSIONS[by],
        rows=[(name_of(names, value), value, found) for value, found in values[:MOST_SHOWN]],
        columns=_columns_of(by, wanted, hours_known=around["hours_known"]),
        by_answer=by in BY_ANSWER,
        left=max(0, len(values) - MOST_SHOWN),
        ways=[
            (
                one,
                "受けた方法" if one == "channel" else DIMENSIONS[one],
                wanted.address(str(request.endpoint), code, by=one),
            )
            for one in BREAKDOWNS
        ],
        together=by in ("measure", "subject", "entry") and wanted.channel in CHANNELS,
        shown_channel=CHOICES[_channel_of(wanted, by)],
    )
    return watched(page, around["job"])


@dataclass(frozen=True)
class Column:
    """``text``: of a row's value and tally."""

    label: str
    text: Callable[[str, Tally], str]
    is_number: bool = False


_ASKED = (
    Column("質問", lambda _, one: shown_count(one.asked), is_number=True),
    Column("人数", lambda _, one: askers_text(one), is_number=True),
)
_ANSWERED = Column("答えを示した", lambda _, one: one.answered_share.percent)
_OFFERED = Column("選択肢を示した", lambda _, one: share(one.offered, one.asked).percent)
_NONE = Column("答えられなかった", lambda _, one: one.none_share.percent)
_SOLVED = Column("解決率（回答）", lambda _, one: one.solved_share.percent)
_ESTIMATED = Column("解決率（推定）", lambda _, one: one.estimated_share.percent)
_OUTSIDE = Column("受付時間の外", lambda _, one: one.outside_share.percent)


def _of_answers(text: Callable[[Tally], str]) -> Callable[[str, Tally], str]:
    """Nothing in the row of the questions to which no answer was shown."""
    return lambda value, one: text(one) if value else "—"


def _columns_of(by: str, wanted: Choice, *, hours_known: bool) -> list[Column]:
    """Those that tell something: what a row is made of by its very rule is no figure."""
    if wanted.is_noted:
        what: tuple[Column, ...] = (replace(_ANSWERED, label="その場で答えた"), _NONE)
    elif by in BY_ANSWER:
        what = (
            Column("解決率（回答）", _of_answers(lambda one: one.solved_share.percent)),
            Column("解決しなかった", _of_answers(lambda one: shown_count(one.unsolved)), is_number=True),
            Column("解決率（推定）", _of_answers(lambda one: one.estimated_share.percent)),
            Column("答えのあとに失敗のしるし", _of_answers(lambda one: shown_count(one.failed)), is_number=True),
        )
    elif by == "subject":
        what = (_OFFERED, _NONE)
    else:
        what = (_ANSWERED, _NONE, _SOLVED, _ESTIMATED)
    return [*_ASKED, *what, *([_OUTSIDE] if hours_known else [])]


def _channel_of(wanted: Choice, by: str) -> str:
    """Dimensions of many values are kept of the bot and of what staff noted alone."""
    if by in ("measure", "subject", "entry", "hour") and wanted.channel in CHANNELS:
        return NOTED_TOGETHER if wanted.is_noted else BOT
    return wanted.channel


# --- 増えた・減った --------------------------------------------------------------------------------------------


@blueprint.get("/<code>/figures/movers", endpoint="movers")
def movers_(code: str) -> Response:
    town_or_404(code)
    wanted = choice()
    spans = compared_spans(wanted.period, today())
    with services().evidence.reading() as session:
        counted = tuple(counted_days(session, code, one.first, one.last, wanted.channel) for one in spans or ())
        moved = [
            (DIMENSIONS[by], value_names(session, code, by), _moved(session, code, wanted, by, spans, counted))
            for by in MOVED_BY
        ]
        before = dt.timedelta(days=WEEK * WEEKS_BEFORE)
        days = asked_by_day(session, code, wanted.period.first - before, wanted.period.last)
        known = events_between(session, code, wanted.period.first, wanted.period.last)
        around = _around(session, code, wanted)
    outstanding = standing_out(days, Span(wanted.period.first, min(wanted.period.last, today())))
    page = render_template(
        "console/figures/movers.html",
        **around,
        spans=spans,
        counted=counted,
        moved=[
            (title, [(name_of(names, one.value), one) for one in found[:MOST_SHOWN]]) for title, names, found in moved
        ],
        outstanding=[(day, held, [one for one in known if one.first <= day <= one.last]) for day, held in outstanding],
    )
    return watched(page, around["job"])


def _moved(
    session: Session, code: str, wanted: Choice, by: str, spans: tuple[Span, Span] | None, counted: Sequence[int]
) -> list[Mover]:
    """``counted``: on how many days of each span it was counted: nothing is held against what was not."""
    if spans is None:
        return []
    before, after = (sums_by_value(session, code, one.first, one.last, wanted.channel, by) for one in spans)
    return movers(before, after, (max(counted[0], 1), max(counted[1], 1)))


# --- 曜日と時間帯 ----------------------------------------------------------------------------------------------


@blueprint.get("/<code>/figures/hours")
def hours(code: str) -> Response:
    town_or_404(code)
    wanted = choice()
    channel = _channel_of(wanted, "hour")
    with services().evidence.reading() as session:
        found = tallies(session, code, wanted.period, channel, "hour")
        whole = tally(session, code, wanted.period, channel)
        opening = counting_hours(session, code)
        around = _around(session, code, wanted)
    grid = [[found[f"{day}-{hour}"].asked if f"{day}-{hour}" in found else 0 for hour in HOURS] for day in range(7)]
    most = max((value for row in grid for value in row), default=0)
    drawn = [[drawn_count(value) for value in row] for row in grid]
    page = render_template(
        "console/figures/hours.html",
        **around,
        grid=grid,
        shade=lambda value: shade_of(value, most),
        weekdays="月火水木金土日",
        whole=whole,
        place=opening.places[0].name if opening else "",
        closed=_closed_days(opening, wanted.period) if opening else 0,
        shown_channel=CHOICES[channel],
        charts=shown(
            code, [week(f"曜日と時間帯ごとの質問（{wanted.period.name}）", drawn, unit="件")] if whole.asked else []
        ),
    )
    return watched(page, around["job"])


def shade_of(value: int, most: int) -> int:
    """0 for too few to tell, else 1 to SHADES."""
    return 0 if value < FEWEST else min(SHADES, 1 + value * SHADES // (most + 1))


def _closed_days(opening: Any, period: Period) -> int:
    span = Span(period.first, min(period.last, today()))
    return sum(not opening.on(opening.places[0], day).spans for day in span.dates)


# --- 数え直す --------------------------------------------------------------------------------------------------


@blueprint.post("/<code>/figures/count")
def count(code: str) -> Response:
    """「いま、数える」: the jobs process does what it does by itself every few minutes."""
    town_or_404(code)
    with services().database.writing() as session:
        ask_once(session, code, FIGURES, {"now": True}, now(), str(person().account_id))
    return redirect(url_for("console.figures.index", code=code), 303)


@blueprint.post("/<code>/figures/count/stop")
def stop(code: str) -> Response:
    with services().database.writing() as session:
        found = latest_job(session, code, FIGURES)
        if found is not None:
            stop_job(session, code, found.id, now())
    tell("止めるように伝えました。数えたところまでは残ります。")
    return redirect(url_for("console.figures.index", code=code), 303)
