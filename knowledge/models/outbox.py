"""Notices to staff that wait to be sent by mail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class StaffMail(Base):
    """One mail to one account.  No column ``municipality_code``: what is not sent yet is archived with nobody.

    The address is looked up when it is sent: a person who left, or whose address changed, gets nothing at the old one.
    ``key`` tells what it is about: of one thing an account is told once.
    """

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("account_id", "key"), Index(None, "state", "next_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(160))
    scope: Mapped[str] = mapped_column(String(6))
    """The code of the municipality."""
    subject: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    """``waiting``, ``sent`` or ``given_up``."""
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    """When to try, or to try again; while somebody is sending it, when others may."""
    sent_at: Mapped[dt.datetime | None]
    fault: Mapped[str | None] = mapped_column(String(120))
    """Why the last try failed, without an address."""
