"""Who talks to staff in LINE's own chat: for them the service is silent, and keeps nothing of what they write.

A talk that is over is remembered for as long as LINE may still deliver what was said in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import cache

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from knowledge.models import StaffChat

SHORTEST, LONGEST = 1, 72
"""Hours."""
LATE = dt.timedelta(minutes=20)
"""What LINE delivers later than this after it was said is kept by nobody anyway."""

Chats = Mapping[tuple[str, str], dt.datetime]
"""By (municipality, person): until when staff talk to them."""


def begin(session: Session, code: str, asker: str, moment: dt.datetime, until: dt.datetime) -> None:
    """From now on staff talk to ``asker``; nothing is kept of talks that are long over."""
    session.execute(delete(StaffChat).where(StaffChat.until <= moment - LATE))
    session.merge(StaffChat(municipality_code=code, asker=asker, until=until))


def end(session: Session, code: str, asker: str, moment: dt.datetime) -> None:
    """What was said until ``moment`` stays between the two of them, however late it comes."""
    mine = (StaffChat.municipality_code == code, StaffChat.asker == asker)
    session.execute(update(StaffChat).where(*mine, StaffChat.until > moment).values(until=moment))


def end_all(session: Session, code: str, moment: dt.datetime) -> None:
    """The municipality's staff do not use LINE's chat any more."""
    running = (StaffChat.municipality_code == code, StaffChat.until > moment)
    session.execute(update(StaffChat).where(*running).values(until=moment))


def forget(session: Session, code: str, asker: str) -> None:
    session.execute(delete(StaffChat).where(StaffChat.municipality_code == code, StaffChat.asker == asker))


def chats_of(session: Session, askers: Collection[str]) -> Chats:
    """Until when staff talk, or talked, to those among ``askers``."""
    if not askers:
        return {}
    found = session.execute(_of_these(), {"askers": sorted(askers)})
    return {(code, asker): until for code, asker, until in found}


@cache
def _of_these() -> Select[str, str, dt.datetime]:
    these = StaffChat.asker.in_(bindparam("askers", expanding=True))
    return select(StaffChat.municipality_code, StaffChat.asker, StaffChat.until).where(these)
