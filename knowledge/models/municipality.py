"""Municipalities and their plans."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, false, true
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base

DEFAULT_REPLY_LANGUAGES = ("en", "easy")
"""On from the beginning; the sentences of the others nobody has checked yet."""


class Municipality(Base):
    """One municipality.

    ``knowledge_version`` moves with every published change, ``learned_version`` with every learning.
    """

    __tablename__ = "municipalities"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    kana: Mapped[str] = mapped_column(String(80))
    prefecture: Mapped[str] = mapped_column(String(10))
    aliases: Mapped[list[str]]
    contact_department: Mapped[str] = mapped_column(String(60))
    contact_telephone: Mapped[str | None] = mapped_column(String(20))
    contact_form: Mapped[str | None] = mapped_column(String(1000))
    """The address of the municipality's own form: with e-mail and fax for who cannot telephone."""
    contact_email: Mapped[str | None] = mapped_column(String(100))
    contact_fax: Mapped[str | None] = mapped_column(String(20))
    staff_chat_hours: Mapped[int | None]
    """For so long the service is silent for whoever wants to talk to staff in LINE; None: staff do not use its chat."""
    line_id: Mapped[str | None] = mapped_column(String(20))
    """Of its LINE公式アカウント, from the ``@`` on: residents add it as a friend by it."""
    privacy_url: Mapped[str | None] = mapped_column(String(1000))
    """Of its privacy policy: its own page, or the service's once the municipality has decided on it."""
    sample: Mapped[bool]
    searchable: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Search engines may list the pages of its answers."""
    examples: Mapped[list[str]]
    reply_languages: Mapped[list[str]] = mapped_column(default=lambda: list(DEFAULT_REPLY_LANGUAGES))
    """The languages beside Japanese that residents are answered in; staff switch them on."""
    caution: Mapped[str] = mapped_column(String(10), default="standard")
    """One of intents.decision.POLICIES."""
    taken_over: Mapped[bool] = mapped_column(default=False)
    knowledge_version: Mapped[int] = mapped_column(default=0)
    learned_version: Mapped[int] = mapped_column(default=0)
    bundled_digest: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Of this row, as staff see and change it; ``knowledge_version`` moves with all that is published."""
    by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Set with the first change by staff: loading bundled content leaves the row alone."""
    drafts_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Moves with every step of a version that residents do not see yet."""
    separate_approver: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whoever wrote a version may not approve it."""
    greeting: Mapped[str | None] = mapped_column(String(200))
    """The first words to a new friend, in Japanese; None: those of the program."""


class Plan(Base):
    """A plan document that answers come from.

    ``state``: ``published``, or ``draft`` while nothing of an imported plan is approved.  ``imported``:
    staff brought it, so loading bundled content leaves it alone.
    """

    __tablename__ = "plans"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code"), primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    short_title: Mapped[str] = mapped_column(String(30))
    draft: Mapped[bool]
    published: Mapped[str | None] = mapped_column(String(10))
    period_from: Mapped[dt.date | None]
    period_until: Mapped[dt.date]
    period_text: Mapped[str] = mapped_column(String(80))
    url: Mapped[str | None] = mapped_column(String(1000))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Added or changed by staff; from then on loading bundled content leaves it alone."""
    state: Mapped[str] = mapped_column(String(12), default="published")
    imported: Mapped[bool] = mapped_column(default=False)
    imported_by: Mapped[str | None] = mapped_column(String(60))
    """The account of whoever brought it last; None for the command line."""


class Measure(Base):
    """A measure (施策・取組) of a plan."""

    __tablename__ = "measures"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code"), primary_key=True)
    number: Mapped[str] = mapped_column(String(30), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(String(30))
    department: Mapped[str | None] = mapped_column(String(60))
    source_plan: Mapped[str] = mapped_column(String(60))
    source_section: Mapped[str] = mapped_column(String(80))
    source_page: Mapped[int | None]
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
