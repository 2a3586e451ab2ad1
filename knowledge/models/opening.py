"""When the places of a municipality can be visited: their usual week, and single days that differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class OpeningPlaceRow(Base):
    """A place where residents are received: 市役所本庁, a 支所.  The lowest ``number`` is the main one.

    ``week``: from Monday to Sunday, ``["08:30", "17:15"]`` or None for a day on which it is closed.
    """

    __tablename__ = "opening_places"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(40))
    also_called: Mapped[list[str]]
    week: Mapped[list[Any]]
    lunch_from: Mapped[str | None] = mapped_column(String(5))
    lunch_until: Mapped[str | None] = mapped_column(String(5))
    closed_on_holidays: Mapped[bool] = mapped_column(default=True, server_default=true())
    closed_at_new_year: Mapped[bool] = mapped_column(default=True, server_default=true())


class SpecialDayRow(Base):
    """A single day that differs, at one place, or at all (``place`` 0).

    ``kind``: ``closed``, ``open`` (from ``opens`` to ``closes``), and of all places ``holiday`` or
    ``workday``, which correct the calendar of public holidays.
    """

    __tablename__ = "special_days"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    opens: Mapped[str | None] = mapped_column(String(5))
    closes: Mapped[str | None] = mapped_column(String(5))
    reason: Mapped[str] = mapped_column(String(60))
