"""誤案内: what was answered wrongly, to how many, and what was done."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Misguidance(Base):
    """One sheet.  The counts are those of ``counted_at``: the log itself is erased in time."""

    __tablename__ = "misguidances"
    __table_args__ = (Index(None, "municipality_code", "entry_id"),)

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[str] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(String(80))
    """As it was when the sheet was made."""
    first_version: Mapped[int]
    last_version: Mapped[int]
    live_from: Mapped[dt.datetime | None]
    live_until: Mapped[dt.datetime | None]
    """None while a wrong version is still what is answered."""
    shown: Mapped[int]
    askers: Mapped[int]
    """Those who can be told apart."""
    nameless: Mapped[int]
    """How often it was shown to somebody who cannot be told apart from others."""
    counted_at: Mapped[dt.datetime]
    wrong: Mapped[str] = mapped_column(Text)
    done: Mapped[str] = mapped_column(Text)
    author: Mapped[str | None] = mapped_column(String(60))
    author_name: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[dt.datetime]
