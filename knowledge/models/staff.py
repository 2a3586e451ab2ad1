"""Who may work in the staff console, and on what.

None of these tables has a column ``municipality_code``: an account belongs to the service, so it is neither
archived nor erased with one municipality (knowledge.archives).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class StaffAccount(Base):
    """A person who signs in.  ``login`` as knowledge.staff.folded_login writes it."""

    __tablename__ = "staff_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """None until the person chose one with an invitation."""
    active_from: Mapped[dt.date | None]
    active_until: Mapped[dt.date | None]
    """The last day; both as days of Japan."""
    disabled: Mapped[bool] = mapped_column(default=False)
    totp_seed: Mapped[str | None] = mapped_column(String(200))
    """Encrypted with DATA_KEY."""
    totp_step: Mapped[int | None]
    """The half minute whose code was used last: a code works once."""
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    signed_in_at: Mapped[dt.datetime | None]


class StaffGrant(Base):
    """A role that an account has: for one municipality or all, for one 課 or the whole, for a time or for good."""

    __tablename__ = "staff_grants"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'editor', 'approver', 'admin', 'auditor')", name="role"),
        Index(None, "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    scope: Mapped[str | None] = mapped_column(String(6))
    """The code of a municipality; None: all of them."""
    role: Mapped[str] = mapped_column(String(10))
    department: Mapped[str | None] = mapped_column(String(60))
    """The entry_id of a 課; None: the whole municipality."""
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]


class StaffCode(Base):
    """A code that works once, kept as its hash.

    ``purpose``: ``first`` (the first administrator), ``invitation`` (choose a password), ``recovery``
    (instead of the second step), ``line test`` (to be listed for a test channel of LINE).
    """

    __tablename__ = "staff_codes"
    __table_args__ = (Index(None, "account_id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
