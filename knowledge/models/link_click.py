"""How often residents opened the pages that answers link to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class LinkClick(Base):
    """One link of one answer on one day in Japan: a number, and nothing of who it was, nor when."""

    __tablename__ = "link_clicks"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    link: Mapped[str] = mapped_column(String(16), primary_key=True)
    """What tells the answer's links apart: the beginning of the address's SHA-256."""
    url: Mapped[str] = mapped_column(String(1000))
    clicks: Mapped[int]
