"""Who is signed in, and who failed to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class StaffSession(Base):
    """One browser in which a person signed in.  The cookie's value is kept as its hash alone.

    ``stage``: ``password`` while the second step is missing, then ``full``.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (Index(None, "account_id"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime]
    """When the password was last given: what is delicate wants it to be fresh."""
    address_hash: Mapped[str] = mapped_column(String(32))
    second_step_by_office: Mapped[bool] = mapped_column(default=False)
    """The office's own directory asked for the second step, and is trusted with it."""
    ended_at: Mapped[dt.datetime | None]


class SignInFailure(Base):
    """A wrong name, password or code.  ``login_hash``: what was typed as the name may be a password."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "login_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    login_hash: Mapped[str] = mapped_column(String(32))
    address_hash: Mapped[str] = mapped_column(String(32))
    at: Mapped[dt.datetime]
