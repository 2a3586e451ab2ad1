"""Who talks to staff in LINE's own chat: for them the service is silent, and keeps nothing of what they write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import Session

from knowledge.models import StaffChat
from knowledge.models.base import UtcDateTime

SHORTEST, LONGEST = 1, 72
"""Hours."""


def begin(session: Session, code: str, asker: str, moment: dt.datetime, until: dt.datetime) -> None:
    """From now on staff talk to ``asker``; nothing is kept of talks that are over."""
    session.execute(delete(StaffChat).where(StaffChat.until <= moment))
    session.merge(StaffChat(municipality_code=code, asker=asker, until=until))


def end(session: Session, code: str, asker: str) -> None:
    session.execute(delete(StaffChat).where(StaffChat.municipality_code == code, StaffChat.asker == asker))


def in_chats(session: Session, askers: Collection[str], moment: dt.datetime) -> frozenset[tuple[str, str]]:
    """(municipality, person) of those among ``askers`` whom staff talk to at ``moment``."""
    if not askers:
        return frozenset()
    found = session.execute(_of_these(), {"askers": sorted(askers), "moment": moment})
    return frozenset((row[0], row[1]) for row in found)


@cache
def _of_these() -> Select[str, str]:
    these = StaffChat.asker.in_(bindparam("askers", expanding=True))
    running = StaffChat.until > bindparam("moment", type_=UtcDateTime())
    return select(StaffChat.municipality_code, StaffChat.asker).where(these, running)
