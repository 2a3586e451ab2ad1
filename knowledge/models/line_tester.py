"""Colleagues who may ask the test channel of a municipality, as the person whom LINE knows there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class LineTester(Base):
    """``asker``: their pseudonym on that channel.  It belongs to an account, so there is no ``municipality_code``
    (as in knowledge.models.staff); ``scope`` is the municipality.
    """

    __tablename__ = "line_testers"
    __table_args__ = (Index(None, "scope", "asker", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(6))
    asker: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    admitted_at: Mapped[dt.datetime]
