"""Every kept figure is what a query over the log gives that knows nothing of how it was counted."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import LoggedQuestion, Municipality
from knowledge.opening_hours import NO_HOURS, DayKind, OpeningHours, Place, Span, SpecialDay
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.tallies import DIMENSIONS, Tally
from knowledge.tally_counting import EntryKind, count_period
from tests.support.questions import any_rows, question_row

CODE, OTHER = "242047", "242012"
ENTRIES = {
    "juki": EntryKind("証明書・コンビニ交付", "1-1", "dep-citizens"),
    "wifi": EntryKind("デジタルの相談・講習", None),
}
NINE_TO_FIVE = Span(dt.time(8, 30), dt.time(17, 15))
HOURS = OpeningHours(
    (Place(1, "本庁", (), (NINE_TO_FIVE,) * 5 + (None, None), lunch=Span(dt.time(12), dt.time(13))),),
    (SpecialDay(1, dt.date(2026, 4, 4), DayKind.OPEN, Span(dt.time(9), dt.time(12))),),
)
"""Open on 4 April 2026, a Saturday, too."""
CHANNELS = {
    "bot": "'line','web','api'",
    "noted": "'phone','counter','mail','voice'",
    "line": "'line'",
    "phone": "'phone'",
}
VALUES = {
    "all": "''",
    "language": "language",
    "department": (
        "CASE WHEN decision = 'suggest' AND shown = 'juki' THEN 'dep-citizens' "
        "WHEN decision = 'suggest' AND shown = 'wifi' THEN '' ELSE COALESCE(department, '') END"
    ),
    "category": "CASE shown WHEN 'juki' THEN '証明書・コンビニ交付' WHEN 'wifi' THEN 'デジタルの相談・講習' ELSE '' END",
    "measure": "CASE shown WHEN 'juki' THEN '1-1' ELSE '' END",
    "subject": "COALESCE(subject, '')",
    "entry": "COALESCE(shown, '')",
    "hour": "weekday || '-' || hour",
}
SHOWN = (
    "CASE WHEN decision = 'answer' OR channel IN ('phone','counter','mail','voice') THEN entry_id "
    "WHEN decision = 'suggest' THEN NULLIF(tapped_entry_id, '') END AS shown"
)
LOCAL = {
    "sqlite": (
        "date(asked_at, '+9 hours') AS day, time(asked_at, '+9 hours') AS clock, "
        "CAST(strftime('%H', asked_at, '+9 hours') AS INTEGER) AS hour, "
        "(CAST(strftime('%w', asked_at, '+9 hours') AS INTEGER) + 6) % 7 AS weekday"
    ),
    "postgresql": (
        "to_char(asked_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD') AS day, "
        "to_char(asked_at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI:SS') AS clock, "
        "EXTRACT(HOUR FROM asked_at AT TIME ZONE 'Asia/Tokyo')::int AS hour, "
        "(EXTRACT(ISODOW FROM asked_at AT TIME ZONE 'Asia/Tokyo')::int - 1) AS weekday"
    ),
}
OPEN = """
(day = '2026-04-04' AND clock >= '09:00:00' AND clock < '12:00:00') OR
(weekday < 5 AND day NOT IN ('2026-03-20','2026-04-29','2026-05-04','2026-05-05','2026-05-06') AND
 ((clock >= '08:30:00' AND clock < '12:00:00') OR (clock >= '13:00:00' AND clock < '17:15:00')))
"""
SUMS = {
    "asked": "decision <> 'smalltalk'",
    "nameless": "decision <> 'smalltalk' AND asker IS NULL",
    "answered": "decision = 'answer'",
    "offered": "decision = 'suggest'",
    "taken": "decision = 'suggest' AND shown IS NOT NULL",
    "refused": "decision = 'suggest' AND tapped_entry_id = ''",
    "none": "decision = 'none'",
    "handoff": "decision = 'handoff'",
    "solved": "decision IN ('answer', 'suggest') AND shown IS NOT NULL AND feedback = 'solved'",
    "unsolved": "decision IN ('answer', 'suggest') AND shown IS NOT NULL AND feedback = 'unsolved'",
    "failed": "shown IS NOT NULL AND need_signal IN ('unsolved', 'rephrased', 'contact')",
    "outside": f"decision <> 'smalltalk' AND NOT ({OPEN})",
    "small_talk": "decision = 'smalltalk'",
}


def recounted(session: Session, period: Period, dimension: str, channel: str) -> dict[str, Tally]:
    """Straight from the moments in the log, by the database's own clock arithmetic."""
    local = LOCAL[session.get_bind().dialect.name]
    sums = ", ".join(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for condition in SUMS.values())
    rows = session.execute(
        text(
            f"SELECT {VALUES[dimension]}, COUNT(DISTINCT CASE WHEN decision <> 'smalltalk' THEN asker END), {sums} "
            f"FROM (SELECT *, {SHOWN}, {local} FROM query_log WHERE municipality_code = :code "
            f"AND channel IN ({CHANNELS[channel]})) AS q WHERE day >= :first AND day <= :last GROUP BY 1"
        ),
        {"code": CODE, "first": period.first.isoformat(), "last": period.last.isoformat()},
    )
    return {row[0]: Tally(askers=row[1], **dict(zip(SUMS, row[2:], strict=True))) for row in rows}


@pytest.fixture
def log(database: Database) -> Database:
    """Three months of all kinds of questions around a change of the 年度, those of another municipality among them."""
    first, last = dt.datetime(2026, 3, 1, tzinfo=JST), dt.datetime(2026, 5, 20, tzinfo=JST)
    with database.writing() as session:
        for code in (CODE, OTHER):
            session.add(
                Municipality(
                    code=code, name=f"{code}市", kana="し", prefecture="県", aliases=[], contact_department="c",
                    sample=False, examples=[], reply_languages=[],
                )
            )  # fmt: skip
        session.flush()
        session.add_all(any_rows(CODE, 4_000, first, last))
        session.add_all(any_rows(OTHER, 500, first, last, seed=2))
        midnight = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)
        session.add(question_row(CODE, 900_001, midnight - dt.timedelta(seconds=1)))
        session.add(question_row(CODE, 900_002, midnight))
    return database


@pytest.mark.parametrize("kind", list(PeriodKind))
@pytest.mark.parametrize("day", [dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 4, 4)])
def test_every_figure_is_what_an_independent_query_gives(log: Database, kind: PeriodKind, day: dt.date) -> None:
    period = period_of(kind, day)
    with log.reading() as session:
        found = count_period(session, CODE, period, ENTRIES, HOURS)
        for dimension in DIMENSIONS:
            for channel in CHANNELS:
                kept = {cell[2]: one for cell, one in found.items() if cell[:2] == (dimension, channel)}
                if kept or channel in ("bot", "noted"):
                    expected = recounted(session, period, dimension, channel)
                    is_kept = kind is not PeriodKind.DAY or dimension in ("all", "category", "department")
                    assert kept == (expected if is_kept else {}), (dimension, channel)


def test_the_last_second_of_march_belongs_to_the_old_fiscal_year(log: Database) -> None:
    with log.reading() as session:
        before = count_period(session, CODE, period_of(PeriodKind.DAY, dt.date(2026, 3, 31)), ENTRIES, HOURS)
        rows = session.query(LoggedQuestion).filter_by(id=f"{CODE}-00900001").one()
    assert before["category", "line", "証明書・コンビニ交付"].asked >= 1
    assert rows.jst_date == dt.date(2026, 3, 31)


def test_a_period_in_which_nobody_asked_has_no_cells(log: Database) -> None:
    with log.reading() as session:
        assert count_period(session, CODE, period_of(PeriodKind.MONTH, dt.date(2026, 2, 1)), ENTRIES, HOURS) == {}


def test_without_opening_hours_nothing_is_outside_of_them(log: Database) -> None:
    with log.reading() as session:
        found = count_period(session, CODE, period_of(PeriodKind.MONTH, dt.date(2026, 4, 1)), ENTRIES, NO_HOURS)
    assert found["all", "bot", ""].outside == 0


def test_a_department_that_the_common_content_calls_otherwise_counts_as_the_own_one(log: Database) -> None:
    april = period_of(PeriodKind.MONTH, dt.date(2026, 4, 1))
    with log.reading() as session:
        apart = count_period(session, CODE, april, ENTRIES, HOURS)
        joined = count_period(session, CODE, april, ENTRIES, HOURS, {"dep-tax": "dep-it"})
    one, other = apart["department", "bot", "dep-it"], apart["department", "bot", "dep-tax"]
    assert joined["department", "bot", "dep-it"].asked == one.asked + other.asked
    assert joined["department", "bot", "dep-it"].askers <= one.askers + other.askers
    assert ("department", "bot", "dep-tax") not in joined
