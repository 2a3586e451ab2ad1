"""How long a municipality keeps its records, where it has decided so itself."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Retention(Base):
    """``kind``: one of knowledge.retention.KINDS; without a row its default holds.

    ``document_class`` and ``period_name``: what the office's own rules of keeping (文書保存基準) call it.
    """

    __tablename__ = "retentions"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    days: Mapped[int]
    document_class: Mapped[str] = mapped_column(String(80), default="", server_default="")
    period_name: Mapped[str] = mapped_column(String(40), default="", server_default="")
