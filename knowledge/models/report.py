"""What reports say beside what was counted: facts that staff write of each year, and how a municipality publishes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class YearFact(Base):
    """What staff wrote of one 年度.  A correction is a further row (``number``); none is ever changed.

    ``name``: one of knowledge.year_facts.FACTS; ``value``: None where it was taken back.
    """

    __tablename__ = "year_facts"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    fiscal_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[str | None] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[dt.datetime]


class ReportSettings(Base):
    """How a municipality's reports are headed, and whether its monthly counts are open to all (``open_data``)."""

    __tablename__ = "report_settings"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    title: Mapped[str] = mapped_column(String(60), default="")
    body: Mapped[str] = mapped_column(String(60), default="")
    open_data: Mapped[bool] = mapped_column(default=False, server_default=false())
    licence: Mapped[str] = mapped_column(String(20), default="CC-BY-4.0", server_default="CC-BY-4.0")
