"""What somebody had typed when a session ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class UnsavedText(Base):
    """The fields of one form of one account, offered again after signing in."""

    __tablename__ = "unsaved_texts"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    account: Mapped[str] = mapped_column(String(60), primary_key=True)
    form: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Which form, of what: ``entry:online-procedures``."""
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept_at: Mapped[dt.datetime]
