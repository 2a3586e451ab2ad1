"""Who looked at which setting of LINE's console, and when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import Actor
from knowledge.models import LineConfirmation


def confirm(session: Session, channel: str, item: str, by: str, actor: Actor, moment: dt.datetime) -> None:
    """Write down that somebody looked; what was written before is replaced, and stays in the audit log."""
    row = session.get(LineConfirmation, (channel, item))
    if row is None:
        session.add(LineConfirmation(channel=channel, item=item, confirmed_by=by, confirmed_at=moment))
    else:
        row.confirmed_by, row.confirmed_at = by, moment
    audit.append(session, actor, "line_confirmed", at=moment, scope=channel[:6], details={"item": item, "by": by})


def confirmations(session: Session, channel: str) -> dict[str, tuple[str, dt.datetime]]:
    """By whom and when, by the item."""
    rows = session.scalars(select(LineConfirmation).where(LineConfirmation.channel == channel))
    return {row.item: (row.confirmed_by, row.confirmed_at) for row in rows}
