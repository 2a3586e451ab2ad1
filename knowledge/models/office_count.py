"""What the offices themselves count by month: certificates issued, applications made online."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class OfficeCount(Base):
    """One count that holds.  What is not known has no row: it is not 0.

    ``series``, ``cell`` and ``source``: see knowledge.office_counts.  ``month``: its first day.  ``department``: the
    課's id, empty where a count belongs to none; ``name``: the kind of certificate, or the procedure.
    """

    __tablename__ = "office_counts"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    series: Mapped[str] = mapped_column(String(12), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    cell: Mapped[str] = mapped_column(String(8), primary_key=True)
    count: Mapped[int]
    source: Mapped[str] = mapped_column(String(8))
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[dt.datetime]


class FormerOfficeCount(Base):
    """A count that held until somebody changed it or took it back: none is ever lost."""

    __tablename__ = "former_office_counts"
    __table_args__ = (Index(None, "municipality_code", "series", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_code: Mapped[str] = mapped_column(String(6), ForeignKey("municipalities.code", ondelete="CASCADE"))
    series: Mapped[str] = mapped_column(String(12))
    month: Mapped[dt.date]
    department: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    cell: Mapped[str] = mapped_column(String(8))
    count: Mapped[int]
    source: Mapped[str] = mapped_column(String(8))
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[dt.datetime]
    new_count: Mapped[int | None]
    """What took its place; None where it was taken back."""
    replaced_by: Mapped[str] = mapped_column(String(60))
    replaced_at: Mapped[dt.datetime]
