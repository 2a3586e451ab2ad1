"""The rich menus that staff configured, as they are to be drawn and sent to LINE."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class RichMenuRow(Base):
    """One of a municipality's menus; where there is no row, the program's own.

    ``variant``: ``usual`` or ``disaster``.  ``areas``: in the order in which they stand, each with ``label``,
    ``does``, ``value`` and ``icon``.
    """

    __tablename__ = "rich_menus"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    variant: Mapped[str] = mapped_column(String(10), primary_key=True)
    bar_text: Mapped[str] = mapped_column(String(14))
    compact: Mapped[bool] = mapped_column(default=False, server_default=false())
    areas: Mapped[list[Any]]
