"""What is missing by the cards, judged again as questions come: unless staff have said it themselves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intents.grouping import text_key
from knowledge.models import LoggedQuestion, NeedCard
from knowledge.need_cards import note


def judged_by_job(session: Session, code: str, numbers: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """Those of the cards whose gap staff have left to the job, with it and the answer that is near."""
    rows = session.execute(
        select(NeedCard.number, NeedCard.gap, NeedCard.entry_id).where(
            NeedCard.municipality_code == code,
            NeedCard.number.in_(numbers),
            NeedCard.gap_by_staff.is_(False),
            NeedCard.state == "open",
        )
    )
    return {row.number: (row.gap, row.entry_id) for row in rows}


def signals_of(session: Session, code: str, numbers: Collection[int]) -> dict[int, Counter[str]]:
    """How often each card's questions show each signal."""
    log = LoggedQuestion
    rows = session.execute(
        select(log.need, log.need_signal, func.count())
        .where(log.municipality_code == code, log.need.in_(numbers), log.need_signal.is_not(None))
        .group_by(log.need, log.need_signal)
    )
    found: dict[int, Counter[str]] = {}
    for number, signal, count in rows:
        if number is not None and signal is not None:
            found.setdefault(number, Counter())[signal] = count
    return found


def chosen_of(session: Session, code: str, since: dt.date) -> dict[str, Counter[str]]:
    """By the key of a question: the answers that people chose among those offered for it, and how often."""
    log = LoggedQuestion
    rows = session.execute(
        select(log.text, log.tapped_entry_id, func.count())
        .where(log.municipality_code == code, log.tapped_entry_id.is_not(None), log.tapped_entry_id != "")
        .where(log.jst_date >= since, log.text.is_not(None), log.decision == "suggest")
        .where(log.feedback.is_(None) | (log.feedback != "unsolved"))
        .group_by(log.text, log.tapped_entry_id)
    )
    found: dict[str, Counter[str]] = {}
    for text, entry_id, count in rows:
        found.setdefault(text_key(text or ""), Counter())[entry_id or ""] += count
    return found


def change_gaps(session: Session, code: str, gaps: Mapping[int, str], moment: dt.datetime) -> None:
    """Where staff have not spoken meanwhile; the card's history tells it."""
    for number, gap in gaps.items():
        card = session.get(NeedCard, (code, number), with_for_update=True)
        if card is None or card.gap_by_staff or card.gap == gap:
            continue
        note(session, code, number, "gap", moment, details={"old": card.gap, "new": gap})
        card.gap, card.changed_at = gap, moment
