"""Times in which nobody was served: found when the service begins again, and shown to those who can tell residents.

LINE sends what it could not deliver again for some twenty minutes; what was asked before that is answered to nobody.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from knowledge import alerts, heartbeats
from knowledge.alerts import Finding, Known
from knowledge.calendar import JST

STOPPED, TITLE = "stopped", "サービスが止まっていました"
TOO_LONG = dt.timedelta(minutes=20)
SHOWN = dt.timedelta(days=7)
"""On the first page of staff; it stands among what is over for as long as that is kept."""


def note_stop(session: Session, moment: dt.datetime) -> None:
    """Before the first beat of a process that serves: whether the last beat of any was too long ago."""
    last = heartbeats.served_last(session)
    if last is not None and moment - last > TOO_LONG:
        # The scope tells one stop from another: of each kind and scope only the last is kept.
        alerts.note_over(session, Finding(STOPPED, f"{last.astimezone(JST):%Y-%m-%d %H:%M}"), last, moment)


def stops(session: Session, moment: dt.datetime) -> list[Known]:
    """Those of the last days, the newest first; ``first_at`` until ``ended_at``."""
    found = (one for one in alerts.known(session) if one.kind == STOPPED and one.ended_at is not None)
    lately = [one for one in found if one.ended_at is not None and moment - one.ended_at <= SHOWN]
    return sorted(lately, key=lambda one: one.first_at, reverse=True)
