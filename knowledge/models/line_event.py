"""LINE's events on their way from receipt to reply."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


def _open(name: str, *columns: str) -> Index:
    where = text("state IN ('received', 'sending')")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class LineEvent(Base):
    """One webhook event: masked at receipt, without LINE's user id.

    Open states are ``received`` and ``sending``; the final ones ``answered``, ``unconfirmed``,
    ``expired``, ``ignored``, ``failed`` and ``merged``.  A claim is a lease with a fencing
    number: only who holds the newest may write the final state.  ``accepted`` counts replies
    that LINE took; more than one is a fault that ``reconcile`` reports.
    """

    __tablename__ = "line_events"
    __table_args__ = (
        UniqueConstraint("municipality_code", "webhook_event_id"),
        Index(None, "state", "occurred_at"),
        Index(None, "municipality_code", "asker", "state"),
        Index(None, "municipality_code", "message_id"),
        # The few open ones among very many: the oldest is claimed, where no older one of the same asker is open.
        _open("ix_line_events_open", "occurred_at", "id"),
        _open("ix_line_events_open_of", "municipality_code", "asker", "occurred_at", "id"),
        Index("ix_line_events_unlogged", "id", sqlite_where=text("unlogged"), postgresql_where=text("unlogged")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    municipality_code: Mapped[str] = mapped_column(String(6))
    test: Mapped[bool] = mapped_column(default=False)
    """It came by the municipality's test channel: answered with drafts, and never logged."""
    webhook_event_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    message_kind: Mapped[str | None] = mapped_column(String(20))
    message_id: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(String(80))
    reply_token: Mapped[str | None] = mapped_column(String(128))
    asker: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str | None] = mapped_column(Text)
    joined_to: Mapped[str | None] = mapped_column(String(40))
    """Of a fragment that is ``merged``: the id of the message whose text it stands in."""
    personal_data: Mapped[bool] = mapped_column(default=False)
    postback: Mapped[str | None] = mapped_column(String(300))
    occurred_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    deadline_at: Mapped[dt.datetime]
    next_try_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    deliveries: Mapped[int] = mapped_column(default=1)
    finished_at: Mapped[dt.datetime | None]
    unlogged: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It ended without an answer, and its question is still to be written into the query log."""


class QuarantinedBody(Base):
    """A signed body, or a part of one, that could not be read: its hash and size, no text."""

    __tablename__ = "quarantined_bodies"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    municipality_code: Mapped[str] = mapped_column(String(6))
    received_at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class UnsentMessage(Base):
    """A message its author took back: kept as an id, so that a late original is not stored."""

    __tablename__ = "unsent_messages"

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    unsent_at: Mapped[dt.datetime]


class StaffChat(Base):
    """Somebody whom staff talk to in LINE's own chat until then: what they write is not kept, and not answered."""

    __tablename__ = "staff_chats"

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    asker: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[dt.datetime]


class ChannelRest(Base):
    """A channel that LINE refuses, or of which it wants fewer calls: all processes keep to it."""

    __tablename__ = "channel_rests"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[dt.datetime]
    """Nobody calls before; then one does, and moves it on."""
    reason: Mapped[str] = mapped_column(String(20))
    since: Mapped[dt.datetime]
    refused: Mapped[int]
    """How many calls LINE refused since."""
    refused_at: Mapped[dt.datetime]
