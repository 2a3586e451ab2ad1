"""Figures of a period that were counted once and are kept, longer than the questions themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class CountedPeriod(Base):
    """A period whose figures are kept.  ``kind`` and ``first``: knowledge.periods.

    ``closed_at``: since when they stand (月次締め); None: 速報, counted again from time to time.
    ``took``: milliseconds that the counting took; ``checked_on``: the day on which it was last counted for 訂正.
    """

    __tablename__ = "counted_periods"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    first: Mapped[dt.date] = mapped_column(primary_key=True)
    counted_at: Mapped[dt.datetime]
    took: Mapped[int]
    hours_known: Mapped[bool]
    """Whether opening hours were set, so that ``outside`` means something."""
    closed_at: Mapped[dt.datetime | None]
    checked_on: Mapped[dt.date | None]


class PeriodCount(Base):
    """What was counted in a period of one channel (or of several together) and of one value of a dimension.

    See knowledge.tallies for what each figure is.  No row: nothing was asked.
    """

    __tablename__ = "period_counts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "kind", "first"],
            ["counted_periods.municipality_code", "counted_periods.kind", "counted_periods.first"],
            ondelete="CASCADE",
        ),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    first: Mapped[dt.date] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(String(12), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(90), primary_key=True)
    asked: Mapped[int]
    askers: Mapped[int]
    nameless: Mapped[int]
    answered: Mapped[int]
    offered: Mapped[int]
    taken: Mapped[int]
    refused: Mapped[int]
    none: Mapped[int]
    handoff: Mapped[int]
    solved: Mapped[int]
    unsolved: Mapped[int]
    failed: Mapped[int]
    outside: Mapped[int]
    small_talk: Mapped[int]


class PeriodCorrection(Base):
    """訂正: a closed period that counts otherwise now.  ``changes``: every figure that moved, before and after."""

    __tablename__ = "period_corrections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "kind", "first"],
            ["counted_periods.municipality_code", "counted_periods.kind", "counted_periods.first"],
            ondelete="CASCADE",
        ),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    first: Mapped[dt.date] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    found_at: Mapped[dt.datetime]
    changes: Mapped[list[Any]]
    reason: Mapped[str | None] = mapped_column(Text)
    """Why, as staff wrote it."""
    reason_by: Mapped[str | None] = mapped_column(String(80))


class FigureEvent(Base):
    """できごと: what may have moved the figures, as staff noted it: 広報掲載, 通知発送, 障害 …

    ``topic``: a category (``category:…``) or 課 (``department:…``) that it concerns; empty for all.
    """

    __tablename__ = "figure_events"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    topic: Mapped[str] = mapped_column(String(90), default="")
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[dt.datetime]
