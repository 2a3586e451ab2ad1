"""確認用の質問."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class CheckQuestionRow(Base):
    """A question whose right answer a municipality has laid down; ``state``: ``used`` or ``ended``."""

    __tablename__ = "check_questions"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    check_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(10))
    entry_ids: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8), default="ja")
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12), default="used")
    changed_by: Mapped[str | None] = mapped_column(String(60))
    changed_at: Mapped[dt.datetime]
