"""What was learned from each municipality's knowledge."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Learned(Base):
    """The adaptation of a municipality's search to its own words, and who is learning the next.

    ``knowledge_version`` is what it was learned from, by ``recipe`` (another recipe's is not used);
    ``data`` is None where there was too little to learn from.  A claim is a lease with a fencing
    number: only who holds the newest may store.
    """

    __tablename__ = "learned"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    knowledge_version: Mapped[int | None]
    recipe: Mapped[int | None]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    learned_at: Mapped[dt.datetime | None]
    seconds: Mapped[float | None]
    lease_until: Mapped[dt.datetime | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    fence: Mapped[int] = mapped_column(default=0)
