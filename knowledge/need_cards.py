"""The cards of needs in the database: what waits for one, what is joined, how often each is asked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from intents.grouping import text_key
from knowledge.models import LoggedQuestion, NeedCard, NeedEvent, NeedText
from knowledge.need_grouping import REPRESENTATIVES

PAUSE = dt.timedelta(minutes=10)
"""Before that somebody may still be choosing, or tell that it is solved."""
RECENT = 28
"""Days of the trend."""
JOB = "（自動）"
"""Who did it, in a card's history, where nobody did."""


@dataclass
class Waiting:
    """The questions of one text that belong to no card yet."""

    key: str
    text: str
    rows: list[str] = field(default_factory=list)
    signals: Counter[str] = field(default_factory=Counter)
    departments: Counter[str] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    last_on: dt.date = dt.date.min

    @property
    def times(self) -> int:
        return len(self.rows)

    def pieces(self, most: int) -> list[Waiting]:
        """The same question in several, of at most ``most`` rows each, to be joined one after the other."""
        return [replace(self, rows=self.rows[start : start + most]) for start in range(0, len(self.rows), most)]


@dataclass(frozen=True)
class Described:
    """What is told of a new card."""

    name: str
    gap: str
    department: str | None
    measure: str | None
    entry_id: str | None


def unjoined(session: Session, code: str, moment: dt.datetime) -> dict[str, Waiting]:
    """By the key of what is asked: those of the same letters are one."""
    log = LoggedQuestion
    rows = session.execute(
        select(
            *(log.id, log.text, log.need_signal, log.department, log.subject, log.entry_id, log.tapped_entry_id),
            log.jst_date,
        )
        .where(log.municipality_code == code, log.need_signal.is_not(None), log.need.is_(None), log.text.is_not(None))
        .where(log.asked_at < moment - PAUSE)
        .order_by(log.asked_at, log.id)
        .execution_options(yield_per=5_000)
    )
    keys: dict[str, str] = {}
    found: dict[str, Waiting] = {}
    for row in rows:
        text = row.text or ""
        key = keys.get(text) or keys.setdefault(text, text_key(text))
        one = found.setdefault(key, Waiting(key, text))
        one.rows.append(row.id)
        one.signals[row.need_signal or ""] += 1
        one.last_on = max(one.last_on, row.jst_date)
        for counter, value in (
            (one.departments, row.department),
            (one.subjects, row.subject),
            (one.entries, row.tapped_entry_id or row.entry_id),
        ):
            if value:
                counter[value] += 1
    return found


def is_any_unjoined(session: Session, code: str, moment: dt.datetime) -> bool:
    log = LoggedQuestion
    wanted = (log.municipality_code == code, log.need_signal.is_not(None), log.need.is_(None), log.text.is_not(None))
    return session.scalar(select(log.id).where(*wanted, log.asked_at < moment - PAUSE).limit(1)) is not None


def count_unjoined(session: Session, code: str) -> int:
    """Questions that wait for the next run of the job."""
    log = LoggedQuestion
    wanted = (log.municipality_code == code, log.need_signal.is_not(None), log.need.is_(None), log.text.is_not(None))
    return session.scalars(select(func.count()).select_from(log).where(*wanted)).one()


def is_any_card(session: Session, code: str) -> bool:
    return session.scalar(select(NeedCard.number).where(NeedCard.municipality_code == code).limit(1)) is not None


def is_any_uncounted(session: Session, code: str, day: dt.date) -> bool:
    """Whether a card was not counted on ``day`` yet: its trend is of another day."""
    wanted = (NeedCard.municipality_code == code, NeedCard.counted_on < day)
    return session.scalar(select(NeedCard.number).where(*wanted).limit(1)) is not None


def cards_of_keys(session: Session, code: str, keys: Collection[str]) -> dict[str, int]:
    """The card of each text that has one."""
    rows = session.execute(select(NeedText.key, NeedText.number).where(NeedText.municipality_code == code))
    wanted = set(keys)
    return {row.key: row.number for row in rows if row.key in wanted}


def representatives(session: Session, code: str) -> dict[int, list[str]]:
    """The texts that stand for each card: what staff placed, then those asked most."""
    rows = session.execute(
        select(NeedText.number, NeedText.text)
        .where(NeedText.municipality_code == code)
        .order_by(NeedText.number, NeedText.placed.desc(), NeedText.times.desc(), NeedText.key)
    )
    found: dict[int, list[str]] = {}
    for number, text in rows:
        own = found.setdefault(number, [])
        if len(own) < REPRESENTATIVES:
            own.append(text)
    return found


def join(session: Session, code: str, cards: Mapping[int, Iterable[Waiting]]) -> None:
    """The rows of these texts belong to the cards from now on, and the texts with them."""
    placed = _still_asked(session, [(number, one) for number, own in cards.items() for one in own])
    kept = _kept_texts(session, code, [one.key for _, one in placed])
    new = []
    for number, one in placed:
        row = kept.get(one.key)
        if row is not None:
            row.times, row.last_on = row.times + one.times, max(row.last_on, one.last_on)
            continue
        new.append(
            {
                "municipality_code": code,
                "key": one.key,
                "number": number,
                "text": one.text,
                "times": one.times,
                "last_on": one.last_on,
            }
        )
    if new:
        session.execute(insert(NeedText), new)
    rows = [{"row": row_id, "number": number} for number, one in placed for row_id in one.rows]
    if not rows:
        return
    log = LoggedQuestion.__table__
    # What was said to be solved meanwhile has no signal any more, and stays without a card.
    joined = update(LoggedQuestion).where(log.c.id == bindparam("row"), log.c.need_signal.is_not(None))
    session.connection().execute(joined.values(need=bindparam("number")), rows)


def _still_asked(session: Session, placed: Sequence[tuple[int, Waiting]]) -> list[tuple[int, Waiting]]:
    """Without what was taken back, or erased, since it was read: no card may bring it back."""
    log = LoggedQuestion
    ids = [row_id for _, one in placed for row_id in one.rows]
    there: set[str] = set()
    for start in range(0, len(ids), 500):
        wanted = select(log.id).where(log.id.in_(ids[start : start + 500]), log.text.is_not(None))
        there.update(session.scalars(wanted))
    left = [(number, replace(one, rows=[row for row in one.rows if row in there])) for number, one in placed]
    return [(number, one) for number, one in left if one.rows]


def _kept_texts(session: Session, code: str, keys: Sequence[str]) -> dict[str, NeedText]:
    found: dict[str, NeedText] = {}
    for start in range(0, len(keys), 500):
        wanted = select(NeedText).where(NeedText.municipality_code == code, NeedText.key.in_(keys[start : start + 500]))
        found |= {row.key: row for row in session.scalars(wanted)}
    return found


def make_card(session: Session, code: str, number: int, told: Described, moment: dt.datetime) -> None:
    session.add(
        NeedCard(
            municipality_code=code,
            number=number,
            name=told.name,
            gap=told.gap,
            department=told.department,
            measure=told.measure,
            entry_id=told.entry_id,
            made_at=moment,
            changed_at=moment,
        )
    )
    note(session, code, number, "made", moment)


def next_number(session: Session, code: str) -> int:
    last = session.scalar(select(func.max(NeedCard.number)).where(NeedCard.municipality_code == code))
    return (last or 0) + 1


def note(
    session: Session,
    code: str,
    number: int,
    act: str,
    moment: dt.datetime,
    by: tuple[str | None, str] = (None, JOB),
    details: Mapping[str, object] | None = None,
) -> None:
    """A line in a card's history."""
    session.add(
        NeedEvent(
            municipality_code=code,
            number=number,
            at=moment,
            account=by[0],
            name=by[1],
            act=act,
            details=dict(details or {}),
        )
    )


@dataclass(frozen=True)
class CardCount:
    """How often the questions of one card were asked.  ``recent``, ``before``: in two spans of RECENT days."""

    times: int = 0
    askers: int = 0
    nameless: int = 0
    recent: int = 0
    before: int = 0
    first_on: dt.date | None = None
    last_on: dt.date | None = None


def count_cards(session: Session, code: str, day: dt.date, numbers: Sequence[int] | None = None) -> None:
    """Count the questions of the cards (of all, without ``numbers``) as of ``day``."""
    counts = card_counts(session, code, day, numbers)
    note_counts(session, code, day, card_numbers(session, code) if numbers is None else numbers, counts)


def card_counts(
    session: Session, code: str, day: dt.date, numbers: Sequence[int] | None = None
) -> dict[int, CardCount]:
    """By the number of each card that has questions.  It reads all of them: the longer the log, the longer it takes."""
    log = LoggedQuestion
    first, before = day - dt.timedelta(days=RECENT - 1), day - dt.timedelta(days=2 * RECENT - 1)
    wanted = select(
        log.need,
        func.count(),
        func.count(log.asker.distinct()),
        func.sum(case((log.asker.is_(None), 1), else_=0)),
        func.sum(case((log.jst_date >= first, 1), else_=0)),
        func.sum(case((log.jst_date.between(before, first - dt.timedelta(days=1)), 1), else_=0)),
        func.min(log.jst_date),
        func.max(log.jst_date),
    ).where(log.municipality_code == code, log.need.is_not(None))
    if numbers is not None:
        wanted = wanted.where(log.need.in_(numbers))
    return {number: CardCount(*counted) for number, *counted in session.execute(wanted.group_by(log.need))}


def note_counts(
    session: Session, code: str, day: dt.date, numbers: Sequence[int], counts: Mapping[int, CardCount]
) -> None:
    """Write ``counts`` on the cards ``numbers``, as of ``day``; what has none was asked by nobody."""
    for card in session.scalars(
        select(NeedCard).where(NeedCard.municipality_code == code, NeedCard.number.in_(numbers))
    ):
        card.counted_on = day
        for name, value in asdict(counts.get(card.number, CardCount())).items():
            setattr(card, name, value)


def card_numbers(session: Session, code: str) -> list[int]:
    wanted = select(NeedCard.number).where(NeedCard.municipality_code == code).order_by(NeedCard.number)
    return list(session.scalars(wanted))


def forget_texts(session: Session, code: str, before: dt.date) -> None:
    """The texts of cards go with those of the log: what nobody has asked since."""
    session.execute(delete(NeedText).where(NeedText.municipality_code == code, NeedText.last_on < before))
