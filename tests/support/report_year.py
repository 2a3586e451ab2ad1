"""A year and a half of any questions, counted, with all that reports tell beside them, as long as it may be."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, update

from bot.figure_jobs import count_figures
from bot.services import Services
from knowledge.calendar import JST, now
from knowledge.figure_events import note_event
from knowledge.models import (
    CountedPeriod,
    FigureEvent,
    LoggedQuestion,
    Misguidance,
    NeedCard,
    PeriodCorrection,
    PeriodCount,
    ReportSettings,
    YearFact,
)
from knowledge.need_cards import Described, make_card
from tests.support.questions import any_rows

CODE = "242047"
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=JST)
PUBLISHED = dt.datetime(2026, 9, 1, 9, 0, tzinfo=JST)
QUESTIONS = 1500
NEEDS = 8


def write_year(kit: Services, mark: str = "票") -> None:
    """At the moment NOW.  ``mark`` stands in every text that somebody else wrote."""
    begins, ends = (dt.datetime(*day, tzinfo=JST) for day in ((2025, 6, 1), (2026, 11, 21)))
    with kit.database.writing() as session:
        session.add_all(any_rows(CODE, QUESTIONS, begins, ends))
        for number in range(1, NEEDS + 1):
            make_card(session, CODE, number, Described(f"{mark}{number}"[:80].ljust(80, "長"), "missing", None, None, None), now())  # fmt: skip
        session.flush()
        for number in range(1, NEEDS + 1):
            own = (LoggedQuestion.decision == "none", LoggedQuestion.id.like(f"%{number}"))
            session.execute(update(LoggedQuestion).where(*own).values(need=number))
        for number in (1, 2, 3):
            card = session.get_one(NeedCard, (CODE, number))
            card.state, card.answer_id, card.published_at = "published", "juki", PUBLISHED
        note_event(session, CODE, "outage", f"{mark}回線の障害"[:80], dt.date(2026, 10, 3), dt.date(2026, 10, 4), "", mark[:60], now())  # fmt: skip
        for day in (5, 6, 7):
            note_event(session, CODE, "newsletter", f"{mark}広報"[:80].ljust(80, "長"), dt.date(2026, 10, day), dt.date(2026, 10, day), "", mark[:60], now())  # fmt: skip
    count_figures(kit, CODE, {}, lambda _: None)


def forget_year(kit: Services) -> None:
    with kit.database.writing() as session:
        for table in (
            *(PeriodCorrection, PeriodCount, CountedPeriod, LoggedQuestion, FigureEvent, YearFact, ReportSettings),
            *(NeedCard, Misguidance),
        ):
            session.execute(delete(table))
