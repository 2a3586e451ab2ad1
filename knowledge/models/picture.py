"""Charts that pages show, and their pictures once drawn."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Picture(Base):
    """A chart by the digest of what it says; ``svg``: None until somebody looks at it.

    A copy of figures that are kept elsewhere: it may go at any time.
    """

    __tablename__ = "pictures"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(40), primary_key=True)
    chart: Mapped[str] = mapped_column(Text)
    svg: Mapped[str | None] = mapped_column(Text)
    kept_at: Mapped[dt.datetime]
