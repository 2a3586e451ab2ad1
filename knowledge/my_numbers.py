"""My Numbers that residents wrote in spite of everything: that one came, never which.

The number itself is masked before anything is stored.  Its label tells that the check digit held, so what is
counted here are labels: somebody who types 〔マイナンバー〕 is counted, too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.personal_data import valid_my_numbers
from knowledge.calendar import now
from knowledge.models import LoggedQuestion

RECENT = dt.timedelta(hours=1)
"""So long whoever watches is shown that one came."""

_log = structlog.get_logger("my_numbers")
_last: dict[str, dt.datetime] = {}
"""When one came to this process last, by municipality."""


@dataclass(frozen=True)
class Received:
    """When somebody of a municipality wrote a number that passes as a My Number, and how many at once."""

    asked_at: dt.datetime
    channel: str
    count: int


def note_received(municipality: str, channel: str, masked_text: str | None) -> int:
    """Tell whoever watches the log that one came; the event that an alert is set on is ``my_number_received``."""
    count = valid_my_numbers(masked_text or "")
    if count:
        _last[municipality] = now()
        _log.warning("my_number_received", municipality=municipality, channel=channel, count=count)
    return count


def recent(moment: dt.datetime) -> list[str]:
    """The municipalities to which one came in this process within the last hour."""
    return sorted(code for code, at in list(_last.items()) if moment - at < RECENT)


def received(session: Session, code: str, since: dt.datetime) -> list[Received]:
    """Those of a municipality since a moment, in order; without the words around them."""
    rows = session.execute(
        select(LoggedQuestion.asked_at, LoggedQuestion.channel, LoggedQuestion.text)
        .where(
            LoggedQuestion.municipality_code == code,
            LoggedQuestion.asked_at >= since,
            LoggedQuestion.personal_data,
            LoggedQuestion.text.is_not(None),
        )
        .order_by(LoggedQuestion.asked_at)
    )
    counted = (Received(asked_at, channel, valid_my_numbers(text or "")) for asked_at, channel, text in rows)
    return [one for one in counted if one.count]
