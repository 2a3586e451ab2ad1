"""同義語・略語, 無視する語 and terms of other languages that a municipality has laid down."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class StaffWord(Base):
    """``kind``: ``synonym``, ``abbreviation``, ``ignored`` or ``foreign``.

    ``means``: the word that it stands for; empty for one that is ignored.  ``language``: of ``word``.
    """

    __tablename__ = "staff_words"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True, default="ja")
    word: Mapped[str] = mapped_column(String(60), primary_key=True)
    means: Mapped[str] = mapped_column(String(60), default="")
    changed_by: Mapped[str | None] = mapped_column(String(60))
    changed_at: Mapped[dt.datetime]
