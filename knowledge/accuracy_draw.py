"""Which questions of a month are judged: drawn at random, so that nobody can choose, and once for good."""

from __future__ import annotations

import datetime as dt
import heapq
import hmac
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from knowledge.demo_data import PREFIX, is_demo
from knowledge.models import AccuracyItem, AccuracySample, AccuracySetting, LoggedQuestion
from knowledge.periods import Period

USUAL, FEWEST, MOST = 50, 20, 200
"""How many are drawn of a month: unless set otherwise, and between which numbers it is set."""
OWN = ("line", "web", "api")
"""The channels of the bot; what staff noted is no answer of it."""
QUESTIONS = ("answer", "suggest", "none", "handoff")
"""A greeting is no question."""


@dataclass(frozen=True)
class Drawn:
    """``rows``: ids in the order in which they are judged.  The counts are of the whole month."""

    rows: tuple[str, ...]
    asked: int
    delicate: int
    textless: int


def size_of(session: Session, code: str) -> int:
    found = session.get(AccuracySetting, code)
    return found.size if found is not None else USUAL


def set_size(session: Session, code: str, size: int) -> None:
    """From the next sample on."""
    session.merge(AccuracySetting(municipality_code=code, size=size))


def seed_of(pepper: bytes, code: str, month: Period) -> str:
    """The same for a month however often it is asked for, and known to nobody before."""
    return hmac.digest(pepper, f"accuracy sample\0{code}\0{month.first}".encode(), "sha256").hex()


def drawn(session: Session, code: str, month: Period, seed: str, size: int) -> Drawn:
    """The ``size`` rows whose keyed digests are the least: reading the same month again finds the same."""
    log = LoggedQuestion
    of = (log.delicate.is_not(None).label("is_delicate"), log.text.is_not(None).label("has_text"))
    counted = select(*of, func.count()).where(*_asked(code, month))
    counts = Counter[tuple[bool, bool]]()
    for delicate, has_text, count in session.execute(
        counted.group_by(log.delicate.is_not(None), log.text.is_not(None))
    ):
        counts[bool(delicate), bool(has_text)] += count
    ids = session.scalars(
        select(log.id).where(*_asked(code, month), log.text.is_not(None)).execution_options(yield_per=5_000)
    )
    key = bytes.fromhex(seed)
    least = heapq.nsmallest(size, ((hmac.digest(key, one.encode(), "sha256"), one) for one in ids))
    rows = tuple(one for _, one in least)
    return Drawn(rows, sum(counts.values()), counts[True, False], counts[False, False])


def keep(
    session: Session, code: str, month: Period, seed: str, size: int, found: Drawn, moment: dt.datetime, by: str | None
) -> bool:
    """Keep what was drawn; whether nobody had drawn it before."""
    if session.get(AccuracySample, (code, month.first)) is not None:
        return False
    session.add(
        AccuracySample(
            municipality_code=code,
            month=month.first,
            size=size,
            lot=seed,
            asked=found.asked,
            delicate=found.delicate,
            textless=found.textless,
            drawn_at=moment,
            drawn_by=by,
        )
    )
    session.flush()
    rows = {row.id: row for row in session.scalars(select(LoggedQuestion).where(LoggedQuestion.id.in_(found.rows)))}
    session.get_one(AccuracySample, (code, month.first)).invented = any(
        row.event_key.startswith(PREFIX) for row in rows.values()
    )
    for place, row_id in enumerate((one for one in found.rows if one in rows), 1):
        row = rows[row_id]
        session.add(
            AccuracyItem(
                municipality_code=code,
                month=month.first,
                place=place,
                row_id=row_id,
                decision=row.decision,
                channel=row.channel,
                language=row.language,
                entry_id=row.entry_id,
                entry_version=row.entry_version,
            )
        )
    return True


def forget_drawn_from(session: Session, code: str, since: dt.datetime, first: dt.date, last: dt.date) -> None:
    """The samples of an invented year that goes: marked so, or drawn since it came, of a month that it lies in."""
    table = AccuracySample
    drawn_of_it = and_(table.drawn_at >= since, table.month >= first.replace(day=1), table.month <= last)
    wanted = select(table).where(table.municipality_code == code, or_(table.invented.is_(True), drawn_of_it))
    for sample in session.scalars(wanted):
        session.delete(sample)


def forget_invented(session: Session, code: str) -> int:
    """Samples of a demonstration year that is gone again; how many."""
    if is_demo(session, code):
        return 0
    wanted = (AccuracySample.municipality_code == code, AccuracySample.invented.is_(True))
    gone = list(session.scalars(select(AccuracySample).where(*wanted)))
    for sample in gone:
        session.delete(sample)
    return len(gone)


def is_any_invented(session: Session, code: str) -> bool:
    """Whether a sample is left of a demonstration year that is gone."""
    wanted = (AccuracySample.municipality_code == code, AccuracySample.invented.is_(True))
    return session.scalar(select(AccuracySample.month).where(*wanted).limit(1)) is not None and not is_demo(
        session, code
    )


def is_to_draw(session: Session, code: str, month: Period) -> bool:
    """Whether something was asked in a month of which nothing was drawn."""
    if session.get(AccuracySample, (code, month.first)) is not None:
        return False
    return session.scalar(select(LoggedQuestion.id).where(*_asked(code, month)).limit(1)) is not None


def _asked(code: str, month: Period) -> tuple[ColumnElement[bool], ...]:
    """The bot's own questions of a month."""
    log = LoggedQuestion
    return (
        log.municipality_code == code,
        log.jst_date >= month.first,
        log.jst_date <= month.last,
        log.channel.in_(OWN),
        log.decision.in_(QUESTIONS),
    )
