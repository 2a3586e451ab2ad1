"""Every text that an entry has had or may get, with who wrote it and who decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class EntryVersion(Base):
    """One version.  Residents are answered from ``entries``; publishing a version writes it there.

    ``state``: ``draft``, ``requested``, ``returned``, ``approved`` (it waits for ``publish_at``), ``published``,
    ``replaced`` (by a later one), ``withdrawn`` or ``ended`` (the entry ended with it).  ``author`` and the others
    are ids of accounts, kept with the name shown at that moment; None where no person did it.
    ``live_from`` and ``live_until``: when it was what was answered.
    """

    __tablename__ = "entry_versions"
    __table_args__ = (
        Index(None, "municipality_code", "state"),
        Index(None, "publish_at"),
        Index(None, "end_at"),
    )

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """``entries.version`` of the row that it is, or becomes."""
    state: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As knowledge.staff_content.StaffEntry writes it."""
    audience: Mapped[str] = mapped_column(String(8), default="public")
    """``public``, or ``staff``: residents never see it."""
    staff_note: Mapped[str] = mapped_column(Text, default="")
    """職員メモ: it never leaves the console."""
    author: Mapped[str | None] = mapped_column(String(60))
    author_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[dt.datetime]
    based_on: Mapped[int | None]
    requested_by: Mapped[str | None] = mapped_column(String(60))
    requested_name: Mapped[str | None] = mapped_column(String(60))
    requested_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_name: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was sent back, or ended."""
    deputy: Mapped[bool] = mapped_column(default=False)
    """代理承認: decided in the approver's place."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """緊急公開: live before anybody approved it."""
    confirmation: Mapped[str | None] = mapped_column(String(8))
    """事後承認 of an urgent one: ``waiting``, ``given`` or ``refused``."""
    confirmed_by: Mapped[str | None] = mapped_column(String(60))
    confirmed_name: Mapped[str | None] = mapped_column(String(60))
    confirmed_at: Mapped[dt.datetime | None]
    publish_at: Mapped[dt.datetime | None]
    end_at: Mapped[dt.datetime | None]
    live_from: Mapped[dt.datetime | None]
    live_until: Mapped[dt.datetime | None]
    document_number: Mapped[str | None] = mapped_column(String(60))
    """文書番号 of the paper by which it was decided."""
    decided_on: Mapped[dt.date | None]
    """決裁日."""
