"""The sections of plans that staff brought."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class PlanSection(Base):
    """A section of an imported plan, word for word.

    ``state``: ``draft``, ``approved`` (may be quoted) or ``discarded``.  ``section_id`` tells the same
    section at every import of the plan: it is made from the headings.  ``path``: those, the outermost
    first; ``number``: its place in the plan, from 1.
    """

    __tablename__ = "plan_sections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "plan_id"], ["plans.municipality_code", "plans.plan_id"], ondelete="CASCADE"
        ),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    section_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]
    path: Mapped[list[str]]
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[dt.datetime]
