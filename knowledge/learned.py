"""What was learned from a municipality's knowledge, as kept."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.encoder import Adaptation, adaptation_from_bytes
from intents.learning import RECIPE
from knowledge.models import Learned


def learned_mark(session: Session, code: str) -> str:
    """Names what was learned for a municipality, without reading it; empty where nothing was."""
    row = session.execute(
        select(Learned.learned_at, Learned.fence).where(
            Learned.municipality_code == code, Learned.recipe == RECIPE, Learned.data.is_not(None)
        )
    ).first()
    return mark_of(row.learned_at, row.fence) if row else ""


def mark_of(learned_at: dt.datetime | None, fence: int) -> str:
    """Names what is stored as learned at this time under this fence."""
    return f"{learned_at}/{fence}/{RECIPE}"


def read_adaptation(session: Session, code: str) -> Adaptation | None:
    """What was learned for a municipality; None where nothing was, or by another recipe."""
    data = session.scalar(select(Learned.data).where(Learned.municipality_code == code, Learned.recipe == RECIPE))
    return adaptation_from_bytes(data) if data else None
