"""正答率: a random sample of a month's questions, and how staff judged each."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, false
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class AccuracySetting(Base):
    """How many questions a municipality draws of each month; without a row the default holds."""

    __tablename__ = "accuracy_settings"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    size: Mapped[int]


class AccuracySample(Base):
    """What was drawn of a month, once: nothing is added, nothing taken out.

    ``month``: its first day.  ``lot`` with the ids of the month's questions tells which are drawn.  ``asked``: the
    bot's own questions of the month; of these ``delicate`` have no text by rule and ``textless`` none any more, so
    that they could not be drawn.  ``closed_at``: from then on the labels stand, and the rate is shown.
    """

    __tablename__ = "accuracy_samples"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    size: Mapped[int]
    lot: Mapped[str] = mapped_column(String(64))
    asked: Mapped[int]
    delicate: Mapped[int]
    textless: Mapped[int]
    invented: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Drawn from a demonstration year: its rate says nothing of any service."""
    drawn_at: Mapped[dt.datetime]
    drawn_by: Mapped[str | None] = mapped_column(String(60))
    """The account that asked for it; None where the month's end did."""
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(60))
    closed_name: Mapped[str | None] = mapped_column(String(80))


class AccuracyItem(Base):
    """One question of a sample.  ``row_id`` leads to the log, whose text goes with time; the item stays.

    ``decision``, ``channel`` and what was shown as the log had them when it was drawn.  ``settled``: the label that
    holds where people judged differently.  ``final``: what counts, written when the month is closed.
    """

    __tablename__ = "accuracy_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "month"],
            ["accuracy_samples.municipality_code", "accuracy_samples.month"],
            ondelete="CASCADE",
        ),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row_id: Mapped[str] = mapped_column(String(36))
    decision: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    entry_id: Mapped[str | None] = mapped_column(String(60))
    entry_version: Mapped[int | None]
    settled: Mapped[str | None] = mapped_column(String(10))
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[dt.datetime | None]
    final: Mapped[str | None] = mapped_column(String(10))


class AccuracyLabel(Base):
    """What one colleague said of one question.  ``seconds`` since their label before; None after a pause."""

    __tablename__ = "accuracy_labels"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "month", "place"],
            ["accuracy_items.municipality_code", "accuracy_items.month", "accuracy_items.place"],
            ondelete="CASCADE",
        ),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[str] = mapped_column(String(10))
    labelled_at: Mapped[dt.datetime]
    seconds: Mapped[int | None]
