"""What was learned from a municipality's knowledge, as kept."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.encoder import Adaptation, adaptation_from_bytes
from intents.learning import RECIPE
from knowledge.models import Learned


def read_adaptation(session: Session, code: str) -> Adaptation | None:
    """What was learned for a municipality; None where nothing was, or by another recipe."""
    data = session.scalar(select(Learned.data).where(Learned.municipality_code == code, Learned.recipe == RECIPE))
    return adaptation_from_bytes(data) if data else None
