"""How an indicator is counted from what the offices count."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class IndicatorFormula(Base):
    """What staff laid down.  A change is a further row (``number``); none is ever changed.

    ``kind``: see knowledge.indicator_formulas; None where they took it back.  ``names``: the certificates or
    procedures, ``departments``: the 課, empty for all.  ``as_planned``: it counts as the plan counted its own values.
    """

    __tablename__ = "indicator_formulas"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str | None] = mapped_column(String(12))
    names: Mapped[list[str]]
    departments: Mapped[list[str]]
    as_planned: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[dt.datetime]
