"""What residents asked lately, each text once with how often: what a change is tried on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.ledger import NOTED
from knowledge.models import LoggedQuestion

MOST_ROWS = 200_000
"""Rows of the log that are looked at, the latest: counting a million takes a second for each of them."""


@dataclass(frozen=True)
class RecentQuestion:
    """A masked text, how often it was asked, and on which day last (in Japan)."""

    text: str
    times: int
    last_on: dt.date


def recent_questions(
    session: Session,
    code: str,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    most_rows: int = MOST_ROWS,
) -> list[RecentQuestion]:
    """Every text asked of a municipality's bot within the days given, those asked last first.

    What staff noted is in their words, and was answered by them: a change of the bot's answers does nothing to it.
    """
    rows = select(LoggedQuestion.text, LoggedQuestion.jst_date).where(
        LoggedQuestion.municipality_code == code,
        LoggedQuestion.text.is_not(None),
        LoggedQuestion.channel.not_in(NOTED),
    )
    if since is not None:
        rows = rows.where(LoggedQuestion.jst_date >= since)
    if until is not None:
        rows = rows.where(LoggedQuestion.jst_date <= until)
    latest = rows.order_by(LoggedQuestion.jst_date.desc()).limit(most_rows).subquery()
    times, last_on = func.count(), func.max(latest.c.jst_date)
    counted = (
        select(latest.c.text, times, last_on)
        .group_by(latest.c.text)
        .order_by(last_on.desc(), times.desc(), latest.c.text)
    )
    return [RecentQuestion(*row) for row in session.execute(counted)]
