"""What a municipality says before every answer in a disaster or an outage."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, false
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
    text_en: Mapped[str | None] = mapped_column(String(300))
    text_easy: Mapped[str | None] = mapped_column(String(300))
    """For residents who read English or やさしい日本語; None: they read the Japanese."""
    paused: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The entries that are not shown meanwhile, by their ids."""
    paused_departments: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The offices whose entries are all not shown meanwhile."""
    drill_pauses: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a drill pauses them for residents, too."""
