"""Which period, channel and 課 a page of figures shows, as its address says; and the names of what is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import today
from knowledge.ledger import CHANNELS, NOTED
from knowledge.log_offices import log_offices
from knowledge.models import Entry, Measure
from knowledge.periods import KIND_NAMES, Period, PeriodKind, period_of
from knowledge.sheet_kinds import LANGUAGES
from knowledge.subject_names import subject_names
from knowledge.tallies import BOT, NOTED_TOGETHER

CHOICES: Mapping[str, str] = {
    BOT: "こたえ（LINE・ウェブ・API）",
    NOTED_TOGETHER: "職員が書きとめた質問（電話・窓口など）",
    **CHANNELS,
}
"""Never both together: what staff note is noted by whoever has the time."""
KINDS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
SHOWN_BEFORE: Mapping[PeriodKind, int] = {
    PeriodKind.WEEK: 13,
    PeriodKind.MONTH: 13,
    PeriodKind.QUARTER: 8,
    PeriodKind.YEAR: 5,
}
"""Periods in a trend: a year, and the same period of the year before."""
NONE_OF_IT = "（なし・分からない）"


@dataclass(frozen=True)
class Choice:
    """What is shown.  ``department``: an ID; empty for all."""

    period: Period
    channel: str
    department: str

    @property
    def is_noted(self) -> bool:
        return self.channel == NOTED_TOGETHER or self.channel in NOTED

    @property
    def is_total(self) -> bool:
        """Of all 課, and of all ways of a kind together."""
        return not self.department and self.channel in (BOT, NOTED_TOGETHER)

    @property
    def dimension(self) -> tuple[str, str]:
        return ("department", self.department) if self.department else ("all", "")

    def address(self, endpoint: str, code: str, period: Period | None = None, by: str | None = None) -> str:
        """The same choice on another page, or of another period."""
        wanted = period or self.period
        return url_for(
            endpoint,
            code=code,
            kind=wanted.kind.value,
            day=wanted.first.isoformat(),
            channel=self.channel,
            department=self.department or None,
            by=by,
        )


def choice() -> Choice:
    """What the address asks for; what it does not tell rightly is this month, all of the bot's."""
    given = request.args
    kind = given.get("kind", "")
    channel = given.get("channel", "")
    period = period_of(PeriodKind(kind) if kind in {one.value for one in KINDS} else PeriodKind.MONTH, _day())
    return Choice(period, channel if channel in CHOICES else BOT, given.get("department", "")[:60])


def _day() -> dt.date:
    """A day of the period; none to come, and none before there were 公式アカウント."""
    try:
        found = dt.date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return today()
    return found if dt.date(2011, 1, 1) <= found <= today() else today()


def kind_options() -> list[tuple[str, str]]:
    return [(kind.value, KIND_NAMES[kind]) for kind in KINDS]


def value_names(session: Session, code: str, dimension: str) -> dict[str, str]:
    """How staff call the values of a dimension; one that is not there is called by its value."""
    match dimension:
        case "department":
            found: Mapping[str, str] = log_offices(session, code).names
        case "language":
            found = {"ja": "日本語", **LANGUAGES}
        case "measure":
            rows = session.execute(select(Measure.number, Measure.title).where(Measure.municipality_code == code))
            found = {row.number: f"{row.number} {row.title}" for row in rows}
        case "subject":
            found = subject_names()
        case "entry":
            titles = select(Entry.entry_id, Entry.question).where(Entry.municipality_code == code)
            found = {row.entry_id: row.question for row in session.execute(titles)}
        case "channel":
            found = CHOICES
        case _:
            found = {}
    return {**found, "": NONE_OF_IT}


def name_of(names: Mapping[str, str], value: str) -> str:
    """Of two subjects, both."""
    if value in names:
        return names[value]
    return "・".join(names.get(one, one) for one in value.split(" "))
