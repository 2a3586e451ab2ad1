"""Whether what a municipality shows is invented: pages, exports and reports say so."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from intents.grouping import text_key
from knowledge.models import DemoData, LoggedQuestion, NeedText

PREFIX = "demo:"
"""What the event key of an invented question begins with."""
SOURCE = "demo"
"""The ``source`` of an office's invented counts, and what marks everything else that was invented."""
WRITER = "（見本のデータ）"
"""Who stands as the writer of what was invented."""
NOTICE = "見本のデータが入っています。数字は作りもので、実際の利用ではありません"
"""What pages, exports and reports carry."""


def is_demo(session: Session, code: str) -> bool:
    """Whether invented questions or counts are among those of a municipality: one row by its key."""
    return bool(session.scalar(select(exists().where(DemoData.municipality_code == code))))


def demo_data(session: Session, code: str) -> DemoData | None:
    """What was invented, and for which year."""
    return session.get(DemoData, code)


def removal_command(code: str) -> str:
    return f"flask --app app demo remove --municipality {code}"


def is_invented() -> ColumnElement[bool]:
    """Of a row of the log."""
    return LoggedQuestion.event_key.startswith(PREFIX, autoescape=True)


def invented_texts(session: Session, code: str) -> dict[str, bool]:
    """The key of every invented text that somebody asked the bot -> whether it was answered the last time."""
    log = LoggedQuestion
    rows = session.execute(
        select(log.text, log.decision)
        .where(log.municipality_code == code, log.text.is_not(None), log.noted_by.is_(None), is_invented())
        .order_by(log.asked_at)
    )
    last = {text: decision == "answer" for text, decision in rows if text}
    return {text_key(text): answered for text, answered in last.items()}


def texts_of_cards(session: Session, code: str) -> dict[int, dict[str, int]]:
    """The keys of the texts of each card, and how often each was asked."""
    found: dict[int, dict[str, int]] = {}
    rows = session.execute(
        select(NeedText.number, NeedText.key, NeedText.times).where(NeedText.municipality_code == code)
    )
    for number, key, times in rows:
        found.setdefault(number, {})[key] = times
    return found
