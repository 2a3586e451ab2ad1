"""年度末一括見直し: rounds in which each 課 says of its answers whether they still hold."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Review(Base):
    """One round.  It is under way until ``closed_at``; of a municipality, one at a time."""

    __tablename__ = "reviews"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(60))
    deadline: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    started_by: Mapped[str | None] = mapped_column(String(60))
    started_name: Mapped[str] = mapped_column(String(60))
    closed_at: Mapped[dt.datetime | None]


class ReviewRow(Base):
    """An answer in a round.  ``verdict``: None until answered, then ``same``, ``revise`` or ``end``."""

    __tablename__ = "review_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "number"], ["reviews.municipality_code", "reviews.number"], ondelete="CASCADE"
        ),
        Index(None, "municipality_code", "number", "department"),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    question: Mapped[str] = mapped_column(String(80))
    """As it was when the round began."""
    department: Mapped[str | None] = mapped_column(String(60))
    """The 課 that is asked."""
    verdict: Mapped[str | None] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(200), default="")
    """What is to be revised, or why it is to end."""
    answered_by: Mapped[str | None] = mapped_column(String(60))
    answered_name: Mapped[str | None] = mapped_column(String(60))
    answered_at: Mapped[dt.datetime | None]
