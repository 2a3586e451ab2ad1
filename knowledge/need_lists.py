"""The cards as staff read them: a page of many, and what one is made of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.ledger import CHANNELS
from knowledge.models import LoggedQuestion, NeedCard, NeedEvent, NeedText
from knowledge.need_signals import SIGNALS
from knowledge.need_steps import CLOSED
from knowledge.opening_hours import OpeningHours

UNDER_WAY, DONE, ALL = "under-way", "done", "all"
WEEKS = 8
FEWEST = 5
"""Fewer are too few to say anything of."""
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class NeedFilter:
    """``state``: one of the states, UNDER_WAY, DONE or ALL.  ``departments``: what the reader sees, None for all.

    ``since``: a day in Japan; then only what was asked from it on is counted, and a card without any is left out.
    """

    state: str = UNDER_WAY
    gap: str = ""
    department: str = ""
    words: str = ""
    since: dt.date | None = None
    departments: frozenset[str] | None = None


@dataclass(frozen=True)
class Listed:
    """A card, and its questions of the days that are looked at; ``nameless``: those of which nobody knows who asked."""

    card: NeedCard
    times: int
    askers: int
    nameless: int


@dataclass(frozen=True)
class Week:
    """Questions of the seven days from ``first`` on."""

    first: dt.date
    times: int


@dataclass(frozen=True)
class Told:
    """What the log tells of a card.

    ``outside``: how many were asked while the main place was closed, None where no hours are set.
    """

    weeks: tuple[Week, ...]
    hours: tuple[tuple[str, int], ...]
    outside: int | None
    signals: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]
    total: int


def count_cards_of(session: Session, code: str, wanted: NeedFilter) -> int:
    rows = select(func.count()).select_from(NeedCard).where(*_conditions(code, wanted))
    return session.scalars(rows).one()


def cards(session: Session, code: str, wanted: NeedFilter, start: int, size: int) -> list[Listed]:
    """Those that most people ask for first; nobody's and everybody's questions count as one asker each."""
    card = NeedCard
    if wanted.since is None:
        rows = select(card, card.times, card.askers, card.nameless).where(*_conditions(code, wanted))
        order = ((card.askers + card.nameless).desc(), card.times.desc(), card.number)
    else:
        of = _asked_since(code, wanted.since)
        rows = select(card, of.c.times, of.c.askers, of.c.nameless).where(*_conditions(code, wanted))
        rows = rows.join(of, of.c.need == card.number)
        order = ((of.c.askers + of.c.nameless).desc(), of.c.times.desc(), card.number)
    found = session.execute(rows.order_by(*order).offset(start).limit(size))
    return [Listed(*row) for row in found]


def _asked_since(code: str, first: dt.date) -> Subquery:
    log = LoggedQuestion
    nameless = func.count() - func.count(log.asker)
    counts = (func.count().label("times"), func.count(log.asker.distinct()).label("askers"), nameless.label("nameless"))
    wanted = (log.municipality_code == code, log.need.is_not(None), log.jst_date >= first)
    return select(log.need, *counts).where(*wanted).group_by(log.need).subquery()


def asked_most(session: Session, code: str, shown: Sequence[Listed]) -> dict[int, str]:
    """The wording asked most of each of these cards, as far as one is still kept."""
    numbers = [one.card.number for one in shown]
    rows = session.execute(
        select(NeedText.number, NeedText.text)
        .where(NeedText.municipality_code == code, NeedText.number.in_(numbers))
        .order_by(NeedText.times, NeedText.key.desc())
    )
    return {row.number: row.text for row in rows}


def states_of(session: Session, code: str, departments: frozenset[str] | None) -> Mapping[str, int]:
    """How many cards there are in each state."""
    wanted = _conditions(code, NeedFilter(ALL, departments=departments))
    rows = session.execute(select(NeedCard.state, func.count()).where(*wanted).group_by(NeedCard.state))
    return {row[0]: row[1] for row in rows}


def history_of(session: Session, card: NeedCard) -> Sequence[NeedEvent]:
    """The newest first."""
    own = (NeedEvent.municipality_code == card.municipality_code, NeedEvent.number == card.number)
    return session.scalars(select(NeedEvent).where(*own).order_by(NeedEvent.at.desc(), NeedEvent.id.desc())).all()


def trend_of(card: NeedCard) -> str:
    """The last 28 days against the 28 before them, in words."""
    if card.recent + card.before < FEWEST * 2:
        return "少なくて判断できません"
    if card.recent >= card.before * 1.5:
        return "増えている"
    return "減っている" if card.recent * 1.5 <= card.before else "変わらない"


def told_of(session: Session, card: NeedCard, opening: OpeningHours, day: dt.date) -> Told:
    """When and how the questions of a card came: of the latest _MOST_ROWS."""
    log = LoggedQuestion
    rows = session.execute(
        select(log.asked_at, log.jst_date, log.jst_hour, log.need_signal, log.channel)
        .where(log.municipality_code == card.municipality_code, log.need == card.number)
        .order_by(log.jst_date.desc())
        .limit(_MOST_ROWS)
    ).all()
    begins = [day - dt.timedelta(days=7 * back + 6) for back in range(WEEKS - 1, -1, -1)]
    weeks = Counter((day - row.jst_date).days // 7 for row in rows)
    closed = _outside(opening, [row.asked_at.astimezone(JST) for row in rows]) if opening else None
    signals, channels = Counter(row.need_signal for row in rows), Counter(row.channel for row in rows)
    return Told(
        tuple(Week(first, weeks[back]) for first, back in zip(begins, range(WEEKS - 1, -1, -1), strict=True)),
        tuple((name, sum(first <= row.jst_hour < last for row in rows)) for name, first, last in _PARTS),
        closed,
        tuple((words, signals[signal]) for signal, words in SIGNALS.items() if signals[signal]),
        tuple((words, channels[channel]) for channel, words in CHANNELS.items() if channels[channel]),
        len(rows),
    )


_PARTS = (
    *(("0時〜6時", 0, 6), ("6時〜9時", 6, 9), ("9時〜12時", 9, 12)),
    *(("12時〜17時", 12, 17), ("17時〜21時", 17, 21), ("21時〜24時", 21, 24)),
)


def _outside(opening: OpeningHours, moments: Sequence[dt.datetime]) -> int:
    """How many of these moments, in Japan, the main place was closed at."""
    spans = {day: opening.on(opening.places[0], day).spans for day in {moment.date() for moment in moments}}
    return sum(
        not any(span.opens <= moment.time() < span.closes for span in spans[moment.date()]) for moment in moments
    )


def _conditions(code: str, wanted: NeedFilter) -> list[ColumnElement[bool]]:
    card = NeedCard
    found: list[ColumnElement[bool]] = [card.municipality_code == code]
    match wanted.state:
        case "under-way":
            found.append(card.state.not_in(CLOSED))
        case "done":
            found.append(card.state.in_(CLOSED))
        case "all":
            pass
        case state:
            found.append(card.state == state)
    if wanted.gap:
        found.append(card.gap == wanted.gap)
    if wanted.department:
        found.append(card.department == wanted.department)
    if wanted.words:
        found.append(card.name.contains(wanted.words, autoescape=True))
    if wanted.since is not None:
        found.append(card.last_on >= wanted.since)
    if wanted.departments is not None:
        found.append(card.department.in_(sorted(wanted.departments)))
    return found
