"""Which office of a municipality sees to a subject."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class SubjectOffice(Base):
    """One row of a municipality's table of subjects.

    ``department``: the name of an office, or the id of a department.  ``by_staff`` is set with the
    first change that staff make; from then on loading bundled content leaves the row alone.
    """

    __tablename__ = "subject_offices"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    department: Mapped[str | None] = mapped_column(String(80))
    telephone: Mapped[str | None] = mapped_column(String(20))
    url: Mapped[str | None] = mapped_column(String(1000))
    by_staff: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[dt.datetime]
