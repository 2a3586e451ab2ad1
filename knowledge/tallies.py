"""What was counted of a period, and is kept: read here, a row at a time, whatever the log's size.

``channel``: one of knowledge.ledger.CHANNELS, or BOT or NOTED for those together; people are counted once in each.
``dimension``: one of DIMENSIONS, ``value`` one of its values ("" where the log has none).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from knowledge.intervals import Share, share
from knowledge.models import CountedPeriod, PeriodCount
from knowledge.periods import Period, PeriodKind, last_periods
from knowledge.small_counts import ranked_count

BOT, NOTED_TOGETHER = "bot", "noted"
BOT_CHANNELS = ("line", "web", "api")
ALL = "all"
DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        ALL: "全体",
        "language": "言語",
        "department": "担当課",
        "category": "分類",
        "measure": "施策",
        "subject": "分野",
        "entry": "答え",
        "hour": "曜日と時間帯",
    }
)
"""``hour``: ``weekday-hour``, from ``0-0`` (Monday, before 1 o'clock) to ``6-23``."""


@dataclass(frozen=True)
class Tally:
    """Numbers of questions but for ``askers``: how many people could be told apart.

    asked: all but greetings; these are ``small_talk``.  nameless: those of which nobody knows who asked.
    answered: an answer was shown at once.  offered: choices were; taken: one of them was tapped, refused:
    「この中にない」.  none: nothing fitted, openly.  handoff: a person or another place was named.
    solved, unsolved: as the resident said after an answer.  failed: an answer was shown, at once or by a tap, and what
    followed says that it did not help (「解決しなかった」, said again otherwise, telephone number looked at).
    outside: asked when the main place was closed.
    """

    asked: int = 0
    askers: int = 0
    nameless: int = 0
    answered: int = 0
    offered: int = 0
    taken: int = 0
    refused: int = 0
    none: int = 0
    handoff: int = 0
    solved: int = 0
    unsolved: int = 0
    failed: int = 0
    outside: int = 0
    small_talk: int = 0

    @property
    def shown(self) -> int:
        """Questions to which an answer was shown, at once or by a tap on a choice."""
        return self.answered + self.taken

    @property
    def answered_share(self) -> Share:
        return share(self.answered, self.asked)

    @property
    def shown_share(self) -> Share:
        return share(self.shown, self.asked)

    @property
    def none_share(self) -> Share:
        return share(self.none, self.asked)

    @property
    def outside_share(self) -> Share:
        return share(self.outside, self.asked)

    @property
    def solved_share(self) -> Share:
        """解決率（回答による）: of those who said whether it was solved, those who said yes."""
        return share(self.solved, self.solved + self.unsolved)

    @property
    def solved_coverage(self) -> Share:
        """Of the answers that were shown, those to which somebody said whether it was solved."""
        return share(self.solved + self.unsolved, self.shown)

    @property
    def estimated_share(self) -> Share:
        """解決率（推定）: of the answers that were shown, those after which nothing says that they did not help."""
        return share(self.shown - self.failed, self.shown)

    @property
    def estimated_coverage(self) -> Share:
        """Of all questions, those to which an answer was shown: the estimate tells of no others."""
        return self.shown_share


FIGURES = tuple(field.name for field in fields(Tally))
NOTHING = Tally()


@dataclass(frozen=True)
class Standing:
    """How the figures of a period stand.  ``closed_at`` None: 速報."""

    counted_at: dt.datetime
    closed_at: dt.datetime | None
    hours_known: bool


def standing(session: Session, code: str, period: Period, channel: str = BOT) -> Standing | None:
    """None where it was not counted (yet), or was over before the channel was known to be in use."""
    row = session.get(CountedPeriod, (code, period.kind.value, period.first))
    if row is None or period.last < begins(session, code, channel):
        return None
    return Standing(row.counted_at, row.closed_at, row.hours_known)


def first_asked(session: Session, code: str) -> dt.date | None:
    """The day of the first question to the bot that is kept; None where it was never asked.

    Read from what was counted, which outlives the log: of days, else of the shortest periods that are kept.
    """
    days = (_first_asked(session, code, kind) for kind in PeriodKind)
    return next((day for day in days if day is not None), None)


def _first_asked(session: Session, code: str, kind: PeriodKind) -> dt.date | None:
    """Each period is one look-up by its whole key, the oldest first: hundreds of them for years of noted ones alone."""
    held, of = CountedPeriod, PeriodCount
    same = (of.municipality_code == held.municipality_code, of.kind == held.kind, of.first == held.first)
    is_asked = exists().where(*same, of.dimension == ALL, of.channel == BOT, of.value == "", of.asked > 0)
    wanted = select(held.first).where(held.municipality_code == code, held.kind == kind.value, is_asked)
    return session.scalar(wanted.order_by(held.first).limit(1))


def begins(session: Session, code: str, channel: str = BOT) -> dt.date:
    """The day from which on no question in a channel means that nobody asked.

    What staff noted of days long gone makes the days since then counted ones; of the bot, which was not in use yet,
    that tells nothing.
    """
    if channel not in (BOT, *BOT_CHANNELS):
        return dt.date.min
    return first_asked(session, code) or dt.date.max


def tally(
    session: Session, code: str, period: Period, channel: str = BOT, dimension: str = ALL, value: str = ""
) -> Tally:
    """One tally; of nothing where nothing was asked."""
    row = session.get(PeriodCount, (code, period.kind.value, period.first, dimension, channel, value))
    return tally_of(row) if row else NOTHING


def tallies(session: Session, code: str, period: Period, channel: str, dimension: str) -> dict[str, Tally]:
    """Those of all values, what was asked most first; those of few questions in the order of their values."""
    rows = session.scalars(
        _of(code, [period]).where(PeriodCount.dimension == dimension, PeriodCount.channel == channel)
    )
    found = {row.value: tally_of(row) for row in rows}
    return dict(sorted(found.items(), key=lambda item: (-ranked_count(item[1].asked), item[0])))


def by_channel(session: Session, code: str, period: Period, dimension: str = ALL, value: str = "") -> dict[str, Tally]:
    """One value in every channel, those together included."""
    rows = session.scalars(_of(code, [period]).where(PeriodCount.dimension == dimension, PeriodCount.value == value))
    return {row.channel: tally_of(row) for row in rows}


def trend(
    session: Session,
    code: str,
    until: Period,
    count: int,
    channel: str = BOT,
    dimension: str = ALL,
    value: str = "",
) -> list[tuple[Period, Tally | None]]:
    """``until`` and the periods before it, ``count`` in all, the oldest first; None: not counted."""
    wanted = last_periods(until, count)
    rows = session.scalars(
        _of(code, wanted).where(
            PeriodCount.dimension == dimension, PeriodCount.channel == channel, PeriodCount.value == value
        )
    )
    found = {row.first: tally_of(row) for row in rows}
    counted = counted_of(session, code, wanted, channel)
    return [(period, found.get(period.first, NOTHING) if period.first in counted else None) for period in wanted]


def sums_by_value(
    session: Session, code: str, first: dt.date, last: dt.date, channel: str, dimension: str
) -> dict[str, int]:
    """How much was asked of each value on the days from ``first`` to ``last``, as far as they were counted."""
    rows = session.execute(
        select(PeriodCount.value, PeriodCount.asked).where(
            PeriodCount.municipality_code == code,
            PeriodCount.kind == PeriodKind.DAY.value,
            PeriodCount.first >= first,
            PeriodCount.first <= last,
            PeriodCount.dimension == dimension,
            PeriodCount.channel == channel,
        )
    )
    found: dict[str, int] = {}
    for value, asked in rows:
        found[value] = found.get(value, 0) + asked
    return found


def counted_days(session: Session, code: str, first: dt.date, last: dt.date, channel: str = BOT) -> int:
    """On how many of the days from ``first`` to ``last`` it was counted; days on which nobody asked are, too."""
    rows = select(func.count()).where(
        CountedPeriod.municipality_code == code,
        CountedPeriod.kind == PeriodKind.DAY.value,
        CountedPeriod.first >= max(first, begins(session, code, channel)),
        CountedPeriod.first <= last,
    )
    return session.scalar(rows) or 0


def first_counted(session: Session, code: str, kind: PeriodKind) -> Period | None:
    """The oldest period of a kind that is kept."""
    first = session.scalar(
        select(CountedPeriod.first)
        .where(CountedPeriod.municipality_code == code, CountedPeriod.kind == kind.value)
        .order_by(CountedPeriod.first)
        .limit(1)
    )
    return Period(first, kind) if first else None


def tally_of(row: PeriodCount) -> Tally:
    return Tally(**{name: getattr(row, name) for name in FIGURES})


def _of(code: str, periods: Sequence[Period]) -> Select[PeriodCount]:
    return select(PeriodCount).where(
        PeriodCount.municipality_code == code,
        PeriodCount.kind == periods[0].kind.value,
        PeriodCount.first.in_([period.first for period in periods]),
    )


def counted_of(session: Session, code: str, periods: Sequence[Period], channel: str = BOT) -> set[dt.date]:
    """The first days of those, all of a kind, that were counted while the channel was in use."""
    rows = session.scalars(
        select(CountedPeriod.first).where(
            CountedPeriod.municipality_code == code,
            CountedPeriod.kind == periods[0].kind.value,
            CountedPeriod.first.in_([period.first for period in periods]),
        )
    )
    since = begins(session, code, channel)
    return {first for first in rows if Period(first, periods[0].kind).last >= since}
