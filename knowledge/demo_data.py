"""Whether what a municipality shows is invented: pages, exports and reports say so."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from knowledge.models import DemoData

PREFIX = "demo:"
"""What the event key of an invented question begins with."""
SOURCE = "demo"
"""The ``source`` of an office's invented counts, and what marks everything else that was invented."""
NOTICE = "見本のデータが入っています。数字は作りもので、実際の利用ではありません"
"""What pages, exports and reports carry."""


def is_demo(session: Session, code: str) -> bool:
    """Whether invented questions or counts are among those of a municipality: one row by its key."""
    return bool(session.scalar(select(exists().where(DemoData.municipality_code == code))))


def demo_data(session: Session, code: str) -> DemoData | None:
    """What was invented, and for which year."""
    return session.get(DemoData, code)
