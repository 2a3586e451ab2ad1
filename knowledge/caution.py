"""How sure a municipality wants to be before it answers: what staff have chosen."""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy.orm import Session

from knowledge.models import Municipality

LEVELS = MappingProxyType({"cautious": "慎重", "standard": "標準", "bold": "積極的"})
"""intents.decision.POLICIES as staff read them."""


def caution(session: Session, code: str) -> str:
    """The level in use.  Raises LookupError where there is no such municipality."""
    row = session.get(Municipality, code)
    if row is None:
        raise LookupError(code)
    return row.caution


def set_caution(session: Session, code: str, level: str) -> None:
    """Use ``level`` from the next question on.  Raises LookupError, and ValueError for no level."""
    if level not in LEVELS:
        raise ValueError(level)
    row = session.get(Municipality, code, with_for_update=True)
    if row is None:
        raise LookupError(code)
    row.caution, row.version = level, row.version + 1
    row.knowledge_version += 1
