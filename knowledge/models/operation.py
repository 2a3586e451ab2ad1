"""The service itself: which processes live, what is wrong and who was told, what of LINE's console was confirmed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Heartbeat(Base):
    """A serving process.  ``kind``: ``web``, ``sender`` or ``jobs``; ``gone`` holds the figures of those that ended."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    host: Mapped[str] = mapped_column(String(60))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(20))
    """Of the program."""
    schema: Mapped[str | None] = mapped_column(String(12))
    """Of the tables, as it found them when it began."""
    started_at: Mapped[dt.datetime]
    beat_at: Mapped[dt.datetime]
    senders: Mapped[int] = mapped_column(default=0)
    """Threads that answer LINE, alive."""
    gauges: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it holds now: memory, connections; of whoever keeps the backups, what there is of them."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    """What it has counted: they only grow."""


class Alert(Base):
    """Something that is wrong, or was.  ``scope``: what it is about: a machine, a channel, a municipality; or nothing.

    ``detail`` is of figures and names of ours: never a resident's words.
    """

    __tablename__ = "alerts"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    detail: Mapped[str] = mapped_column(String(200))
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    times: Mapped[int] = mapped_column(default=1)
    """How often it was found since ``first_at``."""
    ended_at: Mapped[dt.datetime | None]


class AlertTelling(Base):
    """What was told of an alert, by one way (``url`` or an address's digest): the last, and when to try the next."""

    __tablename__ = "alert_tellings"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    way: Mapped[str] = mapped_column(String(20), primary_key=True)
    told: Mapped[str | None] = mapped_column(String(6))
    """``raised`` or ``ended``; None: nothing yet."""
    told_at: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    """Since the last that succeeded."""
    next_at: Mapped[dt.datetime]
    """When to try; while somebody is telling, when others may."""


class LineConfirmation(Base):
    """A setting of LINE's console that no program can ask for, and who looked at it.  It holds for a year."""

    __tablename__ = "line_confirmations"

    channel: Mapped[str] = mapped_column(String(12), primary_key=True)
    item: Mapped[str] = mapped_column(String(30), primary_key=True)
    confirmed_by: Mapped[str] = mapped_column(String(80))
    confirmed_at: Mapped[dt.datetime]
