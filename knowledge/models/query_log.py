"""What residents asked and what they got."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


def _filled(name: str | None, column: str, *columns: str) -> Index:
    """An index of only the rows that have something in ``column``: few, so it is small."""
    return _where(name, f"{column} IS NOT NULL", *columns)


def _where(name: str | None, condition: str, *columns: str) -> Index:
    where = text(condition)
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


UNJOINED = "need_signal IS NOT NULL AND need IS NULL AND text IS NOT NULL"
"""The questions that the job of the cards has still to look at."""


class LoggedQuestion(Base):
    """One question.  ``text`` is masked; ``asker`` a keyed hash, never a LINE user id.

    ``jst_*`` are columns because every report counts by them.  ``jst_weekday`` is 0 on Monday.
    ``event_key`` makes the row unique by the event that asked (``line:<id>``, ``web:<uuid>``).
    """

    __tablename__ = "query_log"
    __table_args__ = (
        UniqueConstraint("municipality_code", "event_key"),
        # What is looked for by words is told from the index alone: a million questions in 0.2 s.
        Index(None, "municipality_code", "jst_date", "words"),
        Index(None, "municipality_code", "message_id"),
        Index(None, "municipality_code", "asker"),
        Index(None, "municipality_code", "entry_id", "jst_date"),
        _filled(None, "tapped_entry_id", "municipality_code", "tapped_entry_id", "jst_date"),
        _filled(
            "ix_query_log_feedback",
            "feedback",
            *("municipality_code", "jst_date", "entry_id", "tapped_entry_id", "feedback"),
        ),
        _filled("ix_query_log_need", "need", "municipality_code", "need", "jst_date", "asker", "channel"),
        _where("ix_query_log_unjoined", UNJOINED, "municipality_code", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(String(6))
    event_key: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[dt.datetime]
    jst_date: Mapped[dt.date]
    jst_hour: Mapped[int]
    jst_weekday: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(String(220))
    """What ``text`` is searched by, as intents.word_lines writes it; gone with the text."""
    personal_data: Mapped[bool] = mapped_column(default=False)
    asker: Mapped[str | None] = mapped_column(String(32))
    message_id: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    decision: Mapped[str] = mapped_column(String(10))
    entry_id: Mapped[str | None] = mapped_column(String(60))
    entry_version: Mapped[int | None]
    department: Mapped[str | None] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(90))
    """Of a question that was not answered directly: the id of its subject, two with a space between."""
    delicate: Mapped[str | None] = mapped_column(String(12))
    """The delicate matter for which there is no text, as intents.delicate calls it."""
    noted_by: Mapped[str | None] = mapped_column(String(60))
    """The account that noted what was asked by telephone, at the counter, by mail or as 市民の声."""
    score: Mapped[float | None]
    candidates: Mapped[list[Any]] = mapped_column(JSON)
    index_version: Mapped[int]
    elapsed_ms: Mapped[float]
    tapped_entry_id: Mapped[str | None] = mapped_column(String(60))
    tapped_at: Mapped[dt.datetime | None]
    feedback: Mapped[str | None] = mapped_column(String(12))
    feedback_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(String(20))
    """Why it was not solved, as the resident said when asked: bot.taps.REASONS."""
    more_at: Mapped[dt.datetime | None]
    contact_at: Mapped[dt.datetime | None]
    need_signal: Mapped[str | None] = mapped_column(String(10))
    """What shows that a need was left: knowledge.need_signals."""
    need: Mapped[int | None]
    """The number of the card that the question was joined to."""


class Conversation(Base):
    """What the last turns of a dialogue were about.  ``key`` is a keyed hash of who or which."""

    __tablename__ = "conversations"

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    occurred_at: Mapped[dt.datetime]
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
