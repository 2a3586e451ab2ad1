"""A webhook's body on its way to another tool of the municipality."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Forward(Base):
    """It is here for seconds: gone once the other tool has it, or once nothing could come of it any more.

    ``sealed``: the body as LINE sent it, under the key that stands outside of the database.
    """

    __tablename__ = "forwards"
    __table_args__ = (Index(None, "channel", "next_try_at"), Index(None, "municipality_code"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    municipality_code: Mapped[str] = mapped_column(String(6))
    channel: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[str] = mapped_column(String(64))
    messages: Mapped[list[str]]
    """The ids of the messages in it, for whoever takes one back."""
    askers: Mapped[list[str]]
    """Who wrote them, for whoever has everything of theirs erased."""
    received_at: Mapped[dt.datetime]
    next_try_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
