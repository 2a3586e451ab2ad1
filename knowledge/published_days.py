"""Since when an answer reads as it does, and whether there ever was one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.models import Entry, EntryVersion


def published_on(session: Session, code: str, entry_id: str, version: int) -> dt.date | None:
    """The day in Japan on which a version became what is answered; None where nothing tells it."""
    found = session.scalar(
        select(EntryVersion.live_from).where(
            EntryVersion.municipality_code == code,
            EntryVersion.entry_id == entry_id,
            EntryVersion.number == version,
        )
    )
    return found.astimezone(JST).date() if found else None


def was_published(session: Session, code: str, entry_id: str, day: dt.date) -> bool:
    """Whether residents have read an answer of this name before ``day``; of drafts nothing is told."""
    its = (EntryVersion.municipality_code == code, EntryVersion.entry_id == entry_id)
    live = select(EntryVersion.number).where(*its, EntryVersion.live_from.is_not(None)).limit(1)
    over = and_(Entry.state == "published", Entry.valid_until < day)
    ended = select(Entry.entry_id).where(
        Entry.municipality_code == code, Entry.entry_id == entry_id, or_(Entry.state == "ended", over)
    )
    return session.scalar(live) is not None or session.scalar(ended) is not None
