"""What all tables share: names of constraints, and columns with one meaning everywhere."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment.  Always aware, always UTC: SQLite keeps no zone, so the type adds it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        dt.datetime: UtcDateTime(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
    }


class CuratedColumns:
    """What every kind of knowledge carries: whose it is, its state, and where it comes from.

    ``state``: ``published``, ``draft``, ``ended`` or ``deleted``, and of entries ``staff``: for staff alone.
    ``by_staff`` is set with the first change that staff make; from then on loading bundled content
    leaves the row alone.  ``bundled_digest`` tells which bundled text the row was last loaded from.
    """

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default="published")
    by_staff: Mapped[bool] = mapped_column(default=False)
    bundled_digest: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[dt.datetime]
    phrasings: Mapped[list[str]]
    department: Mapped[str | None] = mapped_column(String(60))
    source_plan: Mapped[str] = mapped_column(String(60))
    source_section: Mapped[str] = mapped_column(String(80))
    source_page: Mapped[int | None]
    checked_on: Mapped[dt.date]
    recheck_on: Mapped[dt.date | None]
    """When staff want to look at it again; None: by the rule of knowledge.freshness."""
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
