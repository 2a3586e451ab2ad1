"""What reports are made of: the kept figures of a period, and what stands beside them, read in a few short queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from knowledge.accuracy_figures import MonthFigures
from knowledge.accuracy_figures import figures_of as accuracy_of
from knowledge.calendar import JST
from knowledge.demo_data import is_demo
from knowledge.figure_events import events_between
from knowledge.headlines import are_known
from knowledge.models import (
    FigureEvent,
    LoggedQuestion,
    Misguidance,
    Municipality,
    NeedCard,
    PeriodCorrection,
)
from knowledge.need_steps import Outcome, outcome
from knowledge.office_figures import OfficeFigures, office_figures
from knowledge.period_closing import corrections_of
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.report_settings import Reporting, reporting
from knowledge.tallies import (
    BOT,
    BOT_CHANNELS,
    NOTED_TOGETHER,
    Standing,
    Tally,
    by_channel,
    first_asked,
    standing,
    tallies,
    tally,
    trend,
)
from knowledge.year_facts import YearFacts, facts_of

DIMENSIONS = ("department", "category", "language", "entry", "measure", "hour")
MOST_NEEDS = 10
MOST_IMPROVEMENTS = 3
MONTHS_SHOWN = 13
"""A month, and the year before it: the same month of the year before stands at the other end."""


@dataclass(frozen=True)
class NeedLine:
    """A need, and what was asked of it in the period: of the bot, by how many people; and what staff ``noted``.

    ``before``: what the bot was asked of it in the period before.
    """

    card: NeedCard
    times: int
    askers: int
    noted: int
    before: int = 0


@dataclass(frozen=True)
class Improvement:
    """A need for which an answer was published, and what came of it."""

    card: NeedCard
    outcome: Outcome


@dataclass(frozen=True)
class PeriodFigures:
    """Everything that a report says of a period.  ``before``: the period before, ``year_ago``: a year before; None
    where they were not counted.  ``stands`` None: this one was not.  ``all_needs``: in the order of
    needs_of.  ``accuracy``: the months of which something was drawn, the last first.
    ``begun``: the day of the first question to the bot; what staff noted before it stands by ``noted_stands``.
    """

    town: str
    reporting: Reporting
    period: Period
    stands: Standing | None
    corrections: tuple[PeriodCorrection, ...]
    now: Tally
    before: Tally | None
    year_ago: Tally | None
    channels: Mapping[str, Tally]
    noted: Tally
    by: Mapping[str, Mapping[str, Tally]]
    course: tuple[tuple[Period, Tally | None], ...]
    all_needs: tuple[NeedLine, ...]
    accuracy: tuple[MonthFigures, ...]
    offices: OfficeFigures
    begun: dt.date | None
    noted_stands: Standing | None
    events: tuple[FigureEvent, ...]
    improvements: tuple[Improvement, ...]
    misguidances: tuple[Misguidance, ...]
    demo: bool

    @property
    def mark(self) -> str:
        """速報, 確定 or 訂正: how the figures stand; 記録なし where there are none."""
        if self.stands is None:
            return "記録なし"
        if self.stands.closed_at is None:
            return "速報"
        return "訂正" if self.corrections else "確定"

    @property
    def needs(self) -> list[NeedLine]:
        """Those that the bot was asked for by most people."""
        return [one for one in self.all_needs if one.times][:MOST_NEEDS]

    @property
    def noted_needs(self) -> list[NeedLine]:
        """Those that staff noted most."""
        return sorted((one for one in self.all_needs if one.noted), key=_by_noted)[:MOST_NEEDS]

    @property
    def year_before(self) -> Period:
        return _year_before(self.period)

    @property
    def is_running(self) -> bool:
        """Counted before its last day was over: no whole period is to be held against it."""
        return self.stands is not None and self.stands.counted_at.astimezone(JST).date() <= self.period.last


def period_figures(session: Session, code: str, period: Period) -> PeriodFigures:
    needs = needs_of(session, code, period.first, period.last)
    before, year_ago = period.previous, _year_before(period)
    # Told of months alone: a year more of the log takes its time.
    compared = needs_of(session, code, before.first, before.last) if period.kind is PeriodKind.MONTH else []
    earlier = {one.card.number: one.times for one in compared}
    course = trend(session, code, _month_of(period), MONTHS_SHOWN)
    return PeriodFigures(
        town=session.get_one(Municipality, code).name,
        reporting=reporting(session, code),
        period=period,
        stands=standing(session, code, period),
        corrections=tuple(corrections_of(session, code, period)),
        now=tally(session, code, period),
        before=_counted(session, code, before),
        year_ago=_counted(session, code, year_ago),
        channels=by_channel(session, code, period),
        noted=tally(session, code, period, NOTED_TOGETHER),
        by={one: tallies(session, code, period, BOT, one) for one in DIMENSIONS},
        course=tuple(course),
        all_needs=tuple(replace(one, before=earlier.get(one.card.number, 0)) for one in needs),
        accuracy=tuple(one for one in accuracy_of(session, code) if period.first <= one.month.first <= period.last),
        offices=office_figures(session, code, period),
        begun=first_asked(session, code),
        noted_stands=standing(session, code, period, NOTED_TOGETHER),
        events=tuple(sorted(events_between(session, code, period.first, period.last), key=lambda one: one.first)),
        improvements=tuple(improvements_of(session, code, period.last)),
        misguidances=tuple(misguidances_of(session, code, period)),
        demo=is_demo(session, code),
    )


def _month_of(period: Period) -> Period:
    """The last month of a period: the course of months leads up to it."""
    return period_of(PeriodKind.MONTH, period.last)


def _year_before(period: Period) -> Period:
    return period_of(period.kind, period.first.replace(year=period.first.year - 1))


def _counted(session: Session, code: str, period: Period) -> Tally | None:
    return tally(session, code, period) if standing(session, code, period) else None


def needs_of(session: Session, code: str, first: dt.date, last: dt.date) -> list[NeedLine]:
    """The needs that somebody asked for in some days; those that the bot was asked for by most people first.

    Whoever is not known counts once a question.  What staff noted is counted for itself, without people.
    """
    log = LoggedQuestion
    asked = log.channel.in_(BOT_CHANNELS)
    own = case((asked, log.asker))
    times = func.count(case((asked, log.need)))
    people = func.count(own.distinct()) + times - func.count(own)
    rows = session.execute(
        select(log.need, times.label("times"), people.label("people"), (func.count() - times).label("noted"))
        .where(log.municipality_code == code, log.need.is_not(None), log.jst_date >= first, log.jst_date <= last)
        .group_by(log.need)
        .order_by(people.desc(), times.desc(), log.need)
    ).all()
    cards = {card.number: card for card in session.scalars(select(NeedCard).where(NeedCard.municipality_code == code))}
    return [NeedLine(cards[row.need], row.times, row.people, row.noted) for row in rows if row.need in cards]


def _by_noted(line: NeedLine) -> tuple[int, int]:
    return -line.noted, line.card.number


def improvements_of(session: Session, code: str, until: dt.date) -> list[Improvement]:
    """Answers that were published for what was asked in vain, the one that helped most often first."""
    end = _moment(until + dt.timedelta(days=1))
    wanted = select(NeedCard).where(
        NeedCard.municipality_code == code, NeedCard.published_at.is_not(None), NeedCard.published_at < end
    )
    cards = session.scalars(wanted.order_by(NeedCard.times.desc(), NeedCard.number).limit(_MOST_LOOKED_AT)).all()
    found = [Improvement(card, made) for card in cards if (made := outcome(session, card, BOT_CHANNELS)) is not None]
    return sorted(found, key=lambda one: (-one.outcome.answered, one.card.number))[:MOST_IMPROVEMENTS]


_MOST_LOOKED_AT = 20
"""Each outcome is counted from the log."""


def misguidances_of(session: Session, code: str, period: Period) -> list[Misguidance]:
    """Sheets that were written in the period."""
    begins, ends = _moment(period.first), _moment(period.last + dt.timedelta(days=1))
    of = Misguidance
    wanted = select(of).where(of.municipality_code == code, of.written_at >= begins, of.written_at < ends)
    return list(session.scalars(wanted.order_by(of.number)))


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), JST)


def years_figures(session: Session, code: str, year: int) -> tuple[PeriodFigures, YearFacts, YearFacts]:
    """A 年度, with what staff wrote of it and of the year before."""
    period = Period(dt.date(year, 4, 1), PeriodKind.YEAR)
    return period_figures(session, code, period), facts_of(session, code, year), facts_of(session, code, year - 1)


@dataclass(frozen=True)
class MonthAlike:
    """A month of a 年度 that is over, and the same month of the year before, of which the whole was counted, too."""

    month: Period
    now: Tally
    before: Tally


def months_alike(session: Session, code: str, found: PeriodFigures, begins: dt.date | None) -> list[MonthAlike]:
    """What of a 年度 can be held against the one before it, month for month.  ``begins``: the first day of all."""
    if found.stands is None or begins is None:
        return []
    counted = found.stands.counted_at.astimezone(JST).date()
    course = trend(session, code, _month_of(found.period), 24)
    pairs = zip(course[12:], course[:12], strict=True)
    return [
        MonthAlike(month, now, before)
        for (month, now), (earlier, before) in pairs
        if now is not None and before is not None and month.last < counted and begins <= earlier.first
    ]


# --- 目標とくらべる数字 ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FigureKind:
    """A figure that a target can be held against."""

    label: str
    of: Callable[[Tally, YearFacts], str | None]


def _count(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:,.0f}{unit}"


def _people(found: Tally) -> str | None:
    return _count(found.askers, "人") if are_known(found.asked, found.askers) else None


def friends_share(facts: YearFacts) -> float | None:
    """友だち数 of the population; None where either is not known."""
    friends, population = facts.number("friends"), facts.number("population")
    return friends / population if friends is not None and population else None


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value * 100:.1f}%"


FIGURES: Mapping[str, FigureKind] = MappingProxyType(
    {
        "asked": FigureKind("質問の件数", lambda found, _: _count(found.asked, "件")),
        "askers": FigureKind("使った人数", lambda found, _: _people(found)),
        "shown": FigureKind("答えを示せた割合", lambda found, _: found.shown_share.percent),
        "none": FigureKind("答えられなかった割合", lambda found, _: found.none_share.percent),
        "solved": FigureKind("解決率（回答による）", lambda found, _: found.solved_share.percent),
        "estimated": FigureKind("解決率（推定）", lambda found, _: found.estimated_share.percent),
        "friends": FigureKind("LINEの友だち数", lambda _, facts: _count(facts.number("friends"), "人")),
        "friends_share": FigureKind("友だち数の人口に占める割合", lambda _, facts: _percent(friends_share(facts))),
        "calls": FigureKind("電話の件数", lambda _, facts: _count(facts.number("calls_after"), "件")),
    }
)


def hour_grid(found: Mapping[str, Tally]) -> list[list[int]]:
    """Questions by weekday (Monday first) and hour."""
    return [[found[f"{day}-{hour}"].asked if f"{day}-{hour}" in found else 0 for hour in range(24)] for day in range(7)]
