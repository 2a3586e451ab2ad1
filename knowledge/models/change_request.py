"""Changes of tables that wait for somebody else's approval, and what became of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class ChangeRequest(Base):
    """One change.  ``state``: ``waiting``, ``approved``, ``returned`` or ``withdrawn``.

    ``payload`` tells how to do it again, and is gone when it is of no more use; the counts and the digest of what
    was shown stay.
    """

    __tablename__ = "change_requests"
    __table_args__ = (Index(None, "municipality_code", "state", "decided_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(String(6), ForeignKey("municipalities.code", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    """``sheets``, ``slots``, ``row`` or ``word``."""
    title: Mapped[str] = mapped_column(String(100))
    department: Mapped[str | None] = mapped_column(String(60))
    """The 課 whose business it is; None: the whole municipality's."""
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    counts: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    """Of the changes that were shown to who asked."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    author: Mapped[str] = mapped_column(String(60))
    author_name: Mapped[str] = mapped_column(String(60))
    requested_at: Mapped[dt.datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_name: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
