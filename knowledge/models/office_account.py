"""Accounts of the office's own directory: whose they are here, and who is on the way to it just now.

Like the accounts themselves (knowledge.models.staff), none of it belongs to one municipality.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class OfficeIdentity(Base):
    """Whom the directory means by ``subject``: bound at the first sign-in, and never to anybody else."""

    __tablename__ = "office_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    bound_at: Mapped[dt.datetime]


class OfficeVisit(Base):
    """A browser that was sent to the directory and is to come back, once.

    ``session_hash``: the session that is to be confirmed; None where one is to begin.
    ``kept``: the signed form that was being sent when the session ended (bot.console.kept_forms).
    """

    __tablename__ = "office_visits"
    __table_args__ = (Index(None, "begun_at"),)

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    session_hash: Mapped[str | None] = mapped_column(String(64))
    target: Mapped[str | None] = mapped_column(Text)
    kept: Mapped[str | None] = mapped_column(Text)
    begun_at: Mapped[dt.datetime]
