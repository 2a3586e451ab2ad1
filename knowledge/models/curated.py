"""The kinds of knowledge that residents are answered from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base, CuratedColumns


class Entry(CuratedColumns, Base):
    """A question that residents ask, and its curated answer."""

    __tablename__ = "entries"

    kind: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str] = mapped_column(Text)
    facets: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    links: Mapped[list[Any]]
    measure: Mapped[str | None] = mapped_column(String(30))
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What staff wrote in other languages: language -> title, answer, reviewed."""
    term: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """When one can apply: from, until, before, after; ``answer`` is the text while it is open."""
    related_departments: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    """関係課: they may read it and are told of it; 担当課 alone writes and approves.  Residents see nothing of them."""


class Indicator(CuratedColumns, Base):
    """A goal that a plan measures; ``baseline``, ``interim`` and ``target`` as the bundle's Reading."""

    __tablename__ = "indicators"

    name: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str] = mapped_column(String(10))
    measure: Mapped[str | None] = mapped_column(String(30))
    baseline: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    interim: Mapped[list[Any]]
    target: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    definition: Mapped[str | None] = mapped_column(String(200))
    breaks: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """The fiscal years from which it is counted otherwise, and how, as the bundle's Break: what stands on either
    side is not one series."""
    note: Mapped[str | None] = mapped_column(String(200))


class ScheduleItem(CuratedColumns, Base):
    """A row of a plan's schedule."""

    __tablename__ = "schedule_items"

    name: Mapped[str] = mapped_column(String(80))
    measure: Mapped[str | None] = mapped_column(String(30))
    steps: Mapped[list[Any]]
    note: Mapped[str | None] = mapped_column(String(200))


class Department(CuratedColumns, Base):
    """An office, or a body of the plan's organisation."""

    __tablename__ = "departments"

    name: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[list[str]]
    role: Mapped[str | None] = mapped_column(String(200))
    telephone: Mapped[str | None] = mapped_column(String(20))
    extension: Mapped[str | None] = mapped_column(String(20))
    fax: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(80))


class Term(CuratedColumns, Base):
    """A word of a plan and what it means."""

    __tablename__ = "terms"

    term: Mapped[str] = mapped_column(String(80))
    reading: Mapped[str | None] = mapped_column(String(80))
    aliases: Mapped[list[str]]
    meaning: Mapped[str] = mapped_column(String(240))


class BundledDraft(Base):
    """A change of the bundled content to something that staff have made their own.

    It waits here, beside what is published, until staff adopt or refuse it.
    """

    __tablename__ = "bundled_drafts"

    municipality_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    differences: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    noticed_at: Mapped[dt.datetime]
