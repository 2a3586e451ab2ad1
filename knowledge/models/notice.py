"""What a municipality says before every answer in a disaster or an outage."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Notice(Base):
    """One a municipality; ``drill``: it is marked as 訓練.  After ``ends_at`` nobody reads it any more."""

    __tablename__ = "notices"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(String(300))
    drill: Mapped[bool]
    begins_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    written_by: Mapped[str] = mapped_column(String(60))
