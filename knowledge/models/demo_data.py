"""Which municipalities hold invented questions and counts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class DemoData(Base):
    """A municipality's demonstration year: written before its first question, gone with its last.

    ``variant``: the seed of what was invented.
    ``whole``: everything was written; False of one that was stopped on the way.
    """

    __tablename__ = "demo_data"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    made_at: Mapped[dt.datetime]
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date]
    variant: Mapped[int]
    questions: Mapped[int]
    whole: Mapped[bool] = mapped_column(default=False)
