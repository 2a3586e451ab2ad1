"""オンライン化優先度: procedures that people ask for and cannot do online, those that most ask for first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.answers import Answer
from knowledge.models import NeedCard, PeriodCount
from knowledge.need_steps import STATES
from knowledge.noted_counts import NOT_COUNTED, NotedCounts, noted_counts
from knowledge.online_standing import NAMES, ROW, OnlineStanding, online_standing
from knowledge.periods import Period, PeriodKind, last_periods, period_of
from knowledge.small_counts import ranked_count, shown_count
from knowledge.tabular import OutSheet
from knowledge.tallies import BOT, NOTED_TOGETHER, NOTHING, Tally, counted_of, standing

PROCEDURE = "procedure"
IMPOSSIBLE = "impossible"
MONTHS = 6
MOST_LINES = 500
BY_PEOPLE, BY_OUTSIDE = "people", "outside"
ORDERS: Mapping[str, str] = {BY_PEOPLE: "人数の多い順", BY_OUTSIDE: "時間外に聞かれた割合の高い順"}
_OVER = ("published", "declined", "merged")
"""Cards of which nothing is left to be done; one whose rules are being considered is still a need."""
_TOLD = (OnlineStanding.NO, OnlineStanding.PART)


@dataclass(frozen=True)
class NeedMark:
    """A card of a need that cannot be met as things are; ``entry_id``: the answer that says so."""

    number: int
    name: str
    state: str
    people: int
    entry_id: str | None
    department: str | None


@dataclass(frozen=True)
class PriorityLine:
    """A procedure with what is asked of it.  ``months``: how often, in the last MONTHS months; None: not counted."""

    entry_id: str
    title: str
    department: str | None
    standing: OnlineStanding
    said: str
    tally: Tally
    noted: int
    months: tuple[int | None, ...]
    needs: tuple[NeedMark, ...]

    @property
    def people(self) -> int:
        """Distinct askers; a question of which nobody knows who asked counts as one."""
        return self.tally.askers + self.tally.nameless


@dataclass(frozen=True)
class Priorities:
    """``lines``: what is not, or not wholly, online; ``untold``: procedures asked for whose answers do not say,
    ``unclear``: those that say it in a way that cannot be read.

    ``others``: needs that cannot be met, of what is no procedure above.  ``hours_known``: the main place has hours.
    """

    lines: tuple[PriorityLine, ...]
    untold: tuple[PriorityLine, ...]
    unclear: tuple[PriorityLine, ...]
    others: tuple[NeedMark, ...]
    months: tuple[Period, ...]
    hours_known: bool
    procedures: int
    """How many procedures there are answers about."""
    told: int
    """How many there are of ``lines``, those that are not shown included; ``untold_count``: of ``untold``."""
    untold_count: int
    unclear_count: int
    notes: NotedCounts
    is_counted: bool
    """Whether the bot's questions of the period were: else the people and questions of a line are not known."""


def priorities(
    session: Session,
    code: str,
    period: Period,
    answers: Iterable[Answer],
    today: dt.date,
    *,
    order: str = BY_PEOPLE,
    departments: frozenset[str] | None = None,
    most: int = MOST_LINES,
) -> Priorities:
    """``departments``: of which 課 the reader sees procedures and cards, None for all.  ``most``: lines of a list."""
    procedures = [one for one in answers if one.kind == PROCEDURE and _is_seen(one.department_id, departments)]
    asked, noted = _tallies(session, code, period, BOT), _tallies(session, code, period, NOTED_TOGETHER)
    needs = _needs(session, code, departments)
    lines = [
        _line(one, asked.get(one.entry_id, NOTHING), noted.get(one.entry_id, NOTHING), needs.get(one.entry_id, []))
        for one in procedures
        if one.entry_id in asked or one.entry_id in noted or one.entry_id in needs
    ]
    lines.sort(key=_by_outside if order == BY_OUTSIDE else _by_people)
    told = [one for one in lines if one.standing in _TOLD]
    untold = [one for one in lines if one.standing is OnlineStanding.UNTOLD]
    unclear = [one for one in lines if one.standing is OnlineStanding.UNCLEAR]
    above = {one.entry_id for one in told}
    months = last_periods(period_of(PeriodKind.MONTH, min(period.last, today)), MONTHS)
    found = standing(session, code, period)
    return Priorities(
        _with_months(session, code, told[:most], months),
        _with_months(session, code, untold[:most], months),
        _with_months(session, code, unclear[:most], months),
        tuple(mark for entry_id, marks in needs.items() if entry_id not in above for mark in marks),
        tuple(months),
        found is not None and found.hours_known,
        len(procedures),
        len(told),
        len(untold),
        len(unclear),
        noted_counts(session, code, period),
        found is not None,
    )


def _line(one: Answer, tally: Tally, noted: Tally, needs: Sequence[NeedMark]) -> PriorityLine:
    said = dict(one.facts).get(ROW, "")
    stands = online_standing(said)
    return PriorityLine(one.entry_id, one.title, one.department_id, stands, said, tally, noted.asked, (), tuple(needs))


def _tallies(session: Session, code: str, period: Period, channel: str) -> dict[str, Tally]:
    """What the pages tell of each entry, as columns: there are thousands."""
    table = PeriodCount
    rows = session.execute(
        select(table.value, table.asked, table.askers, table.nameless, table.outside).where(
            table.municipality_code == code,
            table.kind == period.kind.value,
            table.first == period.first,
            table.dimension == "entry",
            table.channel == channel,
            table.asked > 0,
        )
    )
    return {
        value: Tally(asked=asked, askers=askers, nameless=nameless, outside=outside)
        for value, asked, askers, nameless, outside in rows
    }


def _with_months(
    session: Session, code: str, lines: Sequence[PriorityLine], months: Sequence[Period]
) -> tuple[PriorityLine, ...]:
    """The same, with how often each was asked for in each month."""
    table = PeriodCount
    rows = session.execute(
        select(table.value, table.first, table.asked).where(
            table.municipality_code == code,
            table.kind == PeriodKind.MONTH.value,
            table.first.in_([month.first for month in months]),
            table.dimension == "entry",
            table.channel == BOT,
            table.value.in_([one.entry_id for one in lines]),
        )
    )
    asked = {(value, first): count for value, first, count in rows}
    counted = counted_of(session, code, months)
    return tuple(
        replace(
            one,
            months=tuple(
                asked.get((one.entry_id, month.first), 0) if month.first in counted else None for month in months
            ),
        )
        for one in lines
    )


def _is_seen(department: str | None, departments: frozenset[str] | None) -> bool:
    return departments is None or department in departments


def _needs(session: Session, code: str, departments: frozenset[str] | None) -> dict[str | None, list[NeedMark]]:
    wanted = select(NeedCard).where(
        NeedCard.municipality_code == code, NeedCard.gap == IMPOSSIBLE, NeedCard.state.not_in(_OVER)
    )
    if departments is not None:
        wanted = wanted.where(NeedCard.department.in_(sorted(departments)))
    found: dict[str | None, list[NeedMark]] = defaultdict(list)
    cards = session.scalars(wanted.order_by(NeedCard.number)).all()
    for card in sorted(cards, key=lambda one: -ranked_count(one.askers + one.nameless)):
        people = card.askers + card.nameless
        mark = NeedMark(card.number, card.name, STATES[card.state], people, card.entry_id, card.department)
        found[card.entry_id].append(mark)
    return found


def _by_people(line: PriorityLine) -> tuple[float | str, ...]:
    """Small counts are all alike, so that the order does not tell them."""
    tally = line.tally
    counts = (line.people, tally.outside if line.tally.outside_share.is_judged else 0, tally.asked)
    return (*(-ranked_count(count) for count in counts), line.entry_id)


def _by_outside(line: PriorityLine) -> tuple[float | str, ...]:
    share = line.tally.outside_share
    return (not share.is_judged, -share.value if share.is_judged else 0.0, -ranked_count(line.people), line.entry_id)


# --- As sheets ---------------------------------------------------------------------------------------------------

_HEADINGS = (
    "順位",
    "手続",
    "担当課",
    "今のオンライン",
    "答えの「オンライン」",
    "人数",
    "質問（件）",
    "時間外の割合",
    "電話・窓口など（件。こたえが文から選んだ答えで数える）",
)
_WIDTHS = (8, 44, 20, 24, 40, 8, 10, 20, 14)


def workbook_sheets(found: Priorities, names: Mapping[str, str]) -> list[OutSheet]:
    """The same as the page."""
    headings = (*_HEADINGS, *(month.name for month in found.months), "制度上できないニーズ票")
    widths = (*_WIDTHS, *(14 for _ in found.months), 30)
    return [
        OutSheet(
            title, headings, widths, frozenset({0, 5, 6, 8}), [_row(one, place, found, names) for place, one in rows]
        )
        for title, rows in (
            ("オンライン化優先度", list(enumerate(found.lines, 1))),
            ("答えに書かれていない手続", list(enumerate(found.untold, 1))),
            ("書き方から分からない手続", list(enumerate(found.unclear, 1))),
        )
    ]


def _row(one: PriorityLine, place: int, found: Priorities, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        str(place),
        one.title,
        names.get(one.department or "", one.department or ""),
        NAMES[one.standing],
        one.said,
        *((shown_count(one.people), shown_count(one.tally.asked)) if found.is_counted else (NOT_COUNTED, NOT_COUNTED)),
        outside_text(one, hours_known=found.hours_known) if found.is_counted else NOT_COUNTED,
        found.notes.text(one.noted),
        *("" if count is None else shown_count(count) for count in one.months),
        "、".join(f"{need.number}番「{need.name}」（{need.state}）" for need in one.needs),
    )


def outside_text(one: PriorityLine, *, hours_known: bool) -> str:
    """The share asked when the main place was closed."""
    return one.tally.outside_share.percent if hours_known else "受付時間が入っていない"
