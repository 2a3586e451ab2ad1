"""Whether the pages that staff link to are still there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class LinkCheck(Base):
    """The last visit to one address, and since when it fails.

    ``outcome`` is ``alive``, ``failed`` or ``unclear`` (a page that answers, but not to us).
    ``failing_since`` and ``last_failed_on`` are days in Japan, None where the last clear visit went well.
    """

    __tablename__ = "link_checks"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    url_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(1000))
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(80))
    status: Mapped[int | None]
    checked_at: Mapped[dt.datetime]
    alive_at: Mapped[dt.datetime | None]
    failing_since: Mapped[dt.date | None]
    last_failed_on: Mapped[dt.date | None]
    failed_days: Mapped[int] = mapped_column(default=0)


class LinkRound(Base):
    """When a municipality's links are next looked at, and who is doing it.

    A claim is a lease with a fencing number: only who holds the newest may store.
    """

    __tablename__ = "link_rounds"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    next_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    lease_until: Mapped[dt.datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
