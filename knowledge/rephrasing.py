"""Questions that were answered and then asked again in other words: the answer did not help.

The log shows it only by the next question of the same person, within three minutes, that shares a word with it.
A question after another matter (「それはいつ？」, 「コンビニで取れる？」 after 粗大ごみ) is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from knowledge.models import LoggedQuestion

SOON = dt.timedelta(minutes=3)
_BATCH = 500


@dataclass(frozen=True)
class Asked:
    """A row of the log, as far as it matters here; ``words`` as intents.word_lines writes them."""

    id: str
    asker: str
    asked_at: dt.datetime
    words: str
    answered: bool


def rephrased(rows: Iterable[Asked]) -> Iterator[str]:
    """The ids of those that were answered and asked again; ``rows`` by asker, then time."""
    before: Asked | None = None
    for row in rows:
        if before is not None and before.asker == row.asker and before.answered and _again(before, row):
            yield before.id
        before = row


def _again(before: Asked, row: Asked) -> bool:
    """Soon, with a word in common, and not in the very same words."""
    own, other = set(before.words.split()), set(row.words.split())
    return row.asked_at - before.asked_at <= SOON and own != other and bool(own & other)


def find_rephrased(session: Session, code: str, since: dt.datetime, until: dt.datetime) -> list[str]:
    """The ids of those asked from ``since`` on, of which the next three minutes were over at ``until``."""
    log = LoggedQuestion
    found = session.execute(
        select(log.id, log.asker, log.asked_at, log.words, log.decision, log.need_signal, log.feedback)
        .where(log.municipality_code == code, log.asker.is_not(None), log.words.is_not(None))
        .where(log.jst_date >= (since - dt.timedelta(days=1)).date())
        .where(log.asked_at >= since - SOON, log.asked_at < until)
        .order_by(log.asker, log.asked_at, log.id)
        .execution_options(yield_per=5_000)
    )
    return list(
        rephrased(
            Asked(
                row.id,
                row.asker or "",
                row.asked_at,
                row.words or "",
                row.decision == "answer" and row.need_signal is None and row.feedback != "solved",
            )
            for row in found
        )
    )


def mark_rephrased(session: Session, ids: Sequence[str]) -> None:
    """Give them the signal; one that was said to be solved, or anything else, meanwhile keeps what it has."""
    log = LoggedQuestion
    for start in range(0, len(ids), _BATCH):
        session.execute(
            update(log)
            .where(log.id.in_(ids[start : start + _BATCH]), log.need_signal.is_(None))
            .where(or_(log.feedback.is_(None), log.feedback != "solved"))
            .values(need_signal="rephrased")
        )
