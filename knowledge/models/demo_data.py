"""Which municipalities hold invented questions and counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
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
    set_aside: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """The figures of its periods that were kept before: knowledge.demo_set_aside."""
