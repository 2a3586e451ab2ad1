"""What an import changed, kept so that it can be taken back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class TakenImport(Base):
    """One import, or one that was taken back.  ``content``: its rows before and after, as packed JSON."""

    __tablename__ = "taken_imports"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), index=True
    )
    taken_at: Mapped[dt.datetime] = mapped_column(index=True)
    author_name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(100))
    rows: Mapped[int]
    taken_back_at: Mapped[dt.datetime | None]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
