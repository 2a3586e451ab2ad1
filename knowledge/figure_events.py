"""できごと: what may have moved the figures, as staff noted it, and what was asked before, meanwhile and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.models import CountedPeriod, FigureEvent, PeriodCount
from knowledge.movers import AROUND, WEEK, WEEKS_BEFORE
from knowledge.periods import PeriodKind
from knowledge.tallies import ALL, BOT, begins

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "newsletter": "広報・ホームページへの掲載",
        "mailing": "通知の発送",
        "outage": "障害・災害",
        "start": "制度・受付の始まり",
        "other": "その他",
    }
)
LONGEST_NAME, LONGEST_DAYS = 80, 92
EARLIEST, LATEST = dt.date(2011, 1, 1), dt.timedelta(days=366)
"""No 公式アカウント is older, and nobody notes what comes in two years."""
BY_NOTICE = "障害・災害モード"
"""Who wrote an event that came with a notice."""
_ONE_DAY = dt.timedelta(days=1)


class EventFaultError(ValueError):
    """It cannot be noted so: ``field`` tells where, the message why and what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def note_event(
    session: Session,
    code: str,
    kind: str,
    name: str,
    first: dt.date,
    last: dt.date,
    topic: str,
    who: str,
    moment: dt.datetime,
) -> FigureEvent:
    """Keep it.  Raises EventFaultError."""
    if kind not in KINDS:
        raise EventFaultError("kind", "種類をえらんでください")
    if not name.strip():
        raise EventFaultError("name", "何があったかを書いてください")
    if len(name.strip()) > LONGEST_NAME:
        raise EventFaultError("name", f"{LONGEST_NAME}字までで書いてください（今は{len(name.strip())}字）")
    if not EARLIEST <= first <= moment.astimezone(JST).date() + LATEST:
        raise EventFaultError("first", f"{EARLIEST.year}年から、一年先までの日を書いてください")
    if last < first:
        raise EventFaultError("last", "「いつまで」は「いつから」と同じか、それよりあとの日にしてください")
    if (last - first).days >= LONGEST_DAYS:
        raise EventFaultError("last", f"{LONGEST_DAYS}日までの長さで書いてください")
    highest = session.scalar(select(func.max(FigureEvent.number)).where(FigureEvent.municipality_code == code))
    event = FigureEvent(
        municipality_code=code,
        number=(highest or 0) + 1,
        kind=kind,
        name=name.strip(),
        first=first,
        last=last,
        topic=topic,
        written_by=who,
        written_at=moment,
    )
    session.add(event)
    return event


def follow_notice(session: Session, code: str, text: str, ends_at: dt.datetime, moment: dt.datetime) -> None:
    """A notice of a disaster or an outage is an event by itself: begun, put into other words, or given another end."""
    today, last = moment.astimezone(JST).date(), ends_at.astimezone(JST).date()
    event = _event_of_notice(session, code, today)
    if event is None:
        event = note_event(session, code, "outage", "（お知らせ）", today, last, "", BY_NOTICE, moment)
    event.name, event.last = _shortened(text), max(last, event.first)


def _shortened(text: str) -> str:
    """A notice may be longer than the name of an event: that it goes on is shown."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def follow_end_of_notice(session: Session, code: str, moment: dt.datetime) -> None:
    """It was over today."""
    today = moment.astimezone(JST).date()
    event = _event_of_notice(session, code, today)
    if event is not None:
        event.last = today


def _event_of_notice(session: Session, code: str, today: dt.date) -> FigureEvent | None:
    """The event of the notice that is shown, or was to be shown, today."""
    of = FigureEvent
    wanted = select(of).where(of.municipality_code == code, of.written_by == BY_NOTICE, of.last >= today)
    return session.scalar(wanted.order_by(of.number.desc()).limit(1))


def remove_event(session: Session, code: str, number: int) -> FigureEvent | None:
    """Take it away; what it was, None where it is gone already."""
    event = session.get(FigureEvent, (code, number))
    if event is not None:
        session.delete(event)
    return event


def events_between(session: Session, code: str, first: dt.date, last: dt.date) -> list[FigureEvent]:
    """Those of which a day lies between two days, both included; the newest first."""
    of = FigureEvent
    wanted = select(of).where(of.municipality_code == code, of.first <= last, of.last >= first)
    return list(session.scalars(wanted.order_by(of.first.desc(), of.number.desc())))


def count_events(session: Session, code: str) -> int:
    wanted = select(func.count()).select_from(FigureEvent).where(FigureEvent.municipality_code == code)
    return session.scalars(wanted).one()


def listed_events(session: Session, code: str, start: int, size: int) -> list[FigureEvent]:
    """The newest first."""
    of = FigureEvent
    wanted = select(of).where(of.municipality_code == code).order_by(of.first.desc(), of.number.desc())
    return list(session.scalars(wanted.offset(start).limit(size)))


def days_around(session: Session, code: str, events: Sequence[FigureEvent]) -> dict[int, dict[dt.date, int]]:
    """For each event, by its number, how much was asked of its topic on each counted day around it."""
    return {event.number: _days_of(session, code, event) for event in events}


def _days_of(session: Session, code: str, event: FigureEvent) -> dict[dt.date, int]:
    length = (event.last - event.first).days + 1
    before = max(WEEK * WEEKS_BEFORE, -(-length // WEEK) * WEEK)
    dimension, _, value = event.topic.partition(":")
    return asked_by_day(
        session,
        code,
        event.first - before * _ONE_DAY,
        event.last + AROUND * _ONE_DAY,
        dimension or ALL,
        value,
    )


def asked_by_day(
    session: Session, code: str, first: dt.date, last: dt.date, dimension: str = ALL, value: str = ""
) -> dict[dt.date, int]:
    """Questions to the bot on each day that was counted since its first; 0 on those on which nobody asked."""
    own = (PeriodCount.municipality_code == code, PeriodCount.kind == PeriodKind.DAY.value)
    between = (PeriodCount.first >= first, PeriodCount.first <= last, PeriodCount.channel == BOT)
    rows = session.execute(
        select(PeriodCount.first, PeriodCount.asked).where(
            *own, *between, PeriodCount.dimension == dimension, PeriodCount.value == value
        )
    )
    return dict.fromkeys(_counted_days(session, code, first, last), 0) | {row.first: row.asked for row in rows}


def _counted_days(session: Session, code: str, first: dt.date, last: dt.date) -> list[dt.date]:
    of = CountedPeriod
    wanted = select(of.first).where(of.municipality_code == code, of.kind == PeriodKind.DAY.value)
    since = max(first, begins(session, code))
    return list(session.scalars(wanted.where(of.first >= since, of.first <= last)))
