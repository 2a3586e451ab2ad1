"""課 renamed, merged or split from a day on, and what of a split goes where."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class OrganisationChange(Base):
    """One change.  Until ``settled_at`` it is only announced, and can be taken back (``withdrawn_at``).

    ``kind``: ``rename``, ``merge`` or ``split``.  ``before``: the 課 until then, each with the name it had when this
    was entered.  ``after``: those from then on; of a new one all that its row will say.
    """

    __tablename__ = "organisation_changes"
    __table_args__ = (Index(None, "starts_on"),)

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[dt.date]
    """The first day, as days are counted in Japan."""
    before: Mapped[list[Any]] = mapped_column(JSON)
    after: Mapped[list[Any]] = mapped_column(JSON)
    entered_at: Mapped[dt.datetime]
    entered_by: Mapped[str | None] = mapped_column(String(60))
    entered_name: Mapped[str] = mapped_column(String(60))
    settled_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_name: Mapped[str | None] = mapped_column(String(60))


class OrganisationAssignment(Base):
    """Of a split: which 課 an answer or a colleague goes to.

    ``kind``: ``entry`` or ``account``; ``key``: the answer's id or the login name.
    """

    __tablename__ = "organisation_assignments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "number"],
            ["organisation_changes.municipality_code", "organisation_changes.number"],
            # Shorter than by the rule: PostgreSQL takes 63 letters.
            name="fk_organisation_assignments_organisation_changes",
            ondelete="CASCADE",
        ),
    )

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    department: Mapped[str] = mapped_column(String(60))
