"""Who did what: lines that are only ever added, each holding the digest of the one before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class AuditLine(Base):
    """One act.  ``scope``: the municipality it was done in, None where it was done for all."""

    __tablename__ = "audit_lines"
    __table_args__ = (Index(None, "at"), Index(None, "scope", "at"), Index(None, "login", "at"))

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None]
    """No foreign key: the line outlives the account."""
    login: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str | None] = mapped_column(String(6))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]]
    address_hash: Mapped[str] = mapped_column(String(32))
    refused: Mapped[bool]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last line: one row, locked by whoever adds the next."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(Base):
    """How far the lines had come at a moment, so that a tail cut off later shows, and where they begin now.

    ``kind``: ``daily``, or ``expired``: the lines up to here were deleted for their age.  Rows of number 0 say of
    how far nothing: they are of the daily purge (knowledge.purge_turns).
    """

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
