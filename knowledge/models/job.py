"""Long work that staff have asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class Job(Base):
    """One piece of work for the jobs process.

    ``state``: ``waiting``, ``running``, ``done``, ``failed`` or ``stopped``.  A claim is a lease with a
    fencing number: only who holds the newest may report.  ``fault`` tells staff why it failed.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "state", "asked_at"), Index(None, "municipality_code", "kind"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(String(6), ForeignKey("municipalities.code", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_by: Mapped[str | None] = mapped_column(String(60))
    asked_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    stop_asked: Mapped[bool] = mapped_column(default=False, server_default=false())
    lease_until: Mapped[dt.datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    """Claims whose process ended without a word, and the one at hand."""
    fault: Mapped[str | None] = mapped_column(String(200))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
