"""How much was asked in a minute: counted for all processes together."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class RateWindow(Base):
    """``minute``: since 1970.  ``key``: a keyed hash that another minute's does not resemble; never an address."""

    __tablename__ = "rate_windows"

    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    hits: Mapped[int]
