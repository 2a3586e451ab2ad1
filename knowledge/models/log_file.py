"""The log of questions as a file that somebody asked for, in parts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class LogFilePart(Base):
    """Some rows of a file.  ``file_id``: which of them; ``content``: packed CSV."""

    __tablename__ = "log_file_parts"

    file_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    municipality_code: Mapped[str] = mapped_column(String(6), ForeignKey("municipalities.code", ondelete="CASCADE"))
    made_at: Mapped[dt.datetime] = mapped_column(index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
