"""The actual values of indicators, a fiscal year at a time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class IndicatorValue(Base):
    """What staff wrote of one year.  A correction is a further row (``number``); none is ever changed.

    ``value``: as staff write it; None where they took it back.  ``entry_id``: the indicator's.
    """

    __tablename__ = "indicator_values"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(200), default="")
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[dt.datetime]
