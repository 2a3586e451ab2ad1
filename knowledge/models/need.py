"""ニーズ票: what residents asked for and did not get, with what the office does about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class NeedCard(Base):
    """One need.  ``number`` counts within the municipality, and is never given again.

    ``state``: see knowledge.need_states.  ``gap``: knowledge.need_gaps.  ``entry_id``: the answer that is there and
    was not found, or did not help; ``answer_id``: the entry that staff write for the need.  ``*_by_staff``: set by
    hand, so the job leaves it.  The counts are of the log as of ``counted_on``; ``recent`` and ``before``: the last
    28 days and the 28 before them.  ``nameless``: questions of which nobody knows who asked.
    """

    __tablename__ = "needs"
    __table_args__ = (Index(None, "municipality_code", "state"),)

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    name_by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(String(12), default="open")
    gap: Mapped[str] = mapped_column(String(12), default="missing")
    gap_by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    department: Mapped[str | None] = mapped_column(String(60))
    department_by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    measure: Mapped[str | None] = mapped_column(String(20))
    entry_id: Mapped[str | None] = mapped_column(String(60))
    answer_id: Mapped[str | None] = mapped_column(String(60))
    answer_version: Mapped[int | None]
    """The draft that was written for the need: once it, or one after it, is live, the need is answered."""
    published_at: Mapped[dt.datetime | None]
    inquiry_of: Mapped[str | None] = mapped_column(String(80))
    inquired_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    reminded_on: Mapped[dt.date | None]
    reply: Mapped[str | None] = mapped_column(Text)
    reply_source: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(String(400))
    merged_into: Mapped[int | None]
    times: Mapped[int] = mapped_column(default=0)
    askers: Mapped[int] = mapped_column(default=0)
    nameless: Mapped[int] = mapped_column(default=0)
    recent: Mapped[int] = mapped_column(default=0)
    before: Mapped[int] = mapped_column(default=0)
    first_on: Mapped[dt.date | None]
    last_on: Mapped[dt.date | None]
    counted_on: Mapped[dt.date | None]
    made_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]


class NeedText(Base):
    """Which card a text belongs to; gone with the texts of the log.  ``key``: a digest of what the text asks.

    ``placed``: by staff, so it stays where it is.
    """

    __tablename__ = "need_texts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "number"], ["needs.municipality_code", "needs.number"], ondelete="CASCADE"
        ),
        Index(None, "municipality_code", "number"),
        Index(None, "municipality_code", "last_on"),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    times: Mapped[int] = mapped_column(default=0)
    last_on: Mapped[dt.date]
    placed: Mapped[bool] = mapped_column(default=False, server_default=false())


class NeedEvent(Base):
    """What was done about a card, by whom: its history."""

    __tablename__ = "need_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "number"], ["needs.municipality_code", "needs.number"], ondelete="CASCADE"
        ),
        Index(None, "municipality_code", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_code: Mapped[str] = mapped_column(String(6))
    number: Mapped[int]
    at: Mapped[dt.datetime]
    account: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    """Of the colleague, as it was then."""
    act: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
