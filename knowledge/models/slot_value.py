"""What municipalities put into the slots of common entries."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class SlotValue(Base):
    """``value`` as knowledge.slots cleans it; ``by_staff``: loading bundled content leaves it alone."""

    __tablename__ = "slot_values"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    slot: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(400))
    checked_on: Mapped[dt.date]
    updated_at: Mapped[dt.datetime]
    by_staff: Mapped[bool] = mapped_column(default=False)
