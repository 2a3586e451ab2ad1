"""月次締め: figures run until the fifth, then stand; what moves later is told as 訂正."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, func, select

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import CountedPeriod, LoggedQuestion, Municipality, PeriodCount
from knowledge.period_closing import AGAIN, corrections, count_due, due_periods, forget_counts
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.retention import KINDS, purge, set_days
from knowledge.tallies import by_channel, standing, tallies, tally, trend
from knowledge.tally_counting import EntryKind
from tests.support.questions import question_row

CODE = "242047"
ENTRIES = {"juki": EntryKind("証明書・コンビニ交付", "1-1")}
OCTOBER, NOVEMBER = (period_of(PeriodKind.MONTH, dt.date(2026, month, 1)) for month in (10, 11))


def japan(day: str, clock: str = "10:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JST)


@pytest.fixture
def town(database: Database) -> Database:
    """Two questions in October, one in November."""
    with database.writing() as session:
        session.add(
            Municipality(
                code=CODE, name="市", kana="し", prefecture="県", aliases=[], contact_department="c",
                sample=False, examples=[], reply_languages=[],
            )
        )  # fmt: skip
        session.flush()
        for number, day in enumerate(("2026-10-01", "2026-10-31", "2026-11-02")):
            session.add(question_row(CODE, number, japan(day)))
    return database


def count(database: Database, moment: dt.datetime) -> list[tuple[Period, int]]:
    with database.reading() as session:
        due = due_periods(session, CODE, moment)
    return [(one.period, one.corrected) for one in count_due(database, CODE, due, ENTRIES, moment)]


def asked(database: Database, period: Period) -> int:
    with database.reading() as session:
        return tally(session, CODE, period).asked


def closed(database: Database, period: Period) -> dt.datetime | None:
    with database.reading() as session:
        found = standing(session, CODE, period)
    assert found is not None
    return found.closed_at


def test_all_that_was_asked_since_the_first_question_is_counted_once(town: Database) -> None:
    counted = [period for period, _ in count(town, japan("2026-11-03"))]
    by_kind = {kind: sum(one.kind is kind for one in counted) for kind in PeriodKind}
    assert by_kind == {"day": 34, "week": 6, "month": 2, "quarter": 1, "year": 1}
    assert (asked(town, OCTOBER), asked(town, NOVEMBER)) == (2, 1)
    assert count(town, japan("2026-11-03", "10:05")) == []


def test_a_month_stands_from_the_fifth_of_the_next(town: Database) -> None:
    count(town, japan("2026-11-04", "23:59"))
    assert closed(town, OCTOBER) is None
    count(town, japan("2026-11-05", "00:00"))
    assert closed(town, OCTOBER) is not None
    assert closed(town, NOVEMBER) is None


def test_what_runs_is_counted_again_once_somebody_asked(town: Database) -> None:
    count(town, japan("2026-11-03"))
    with town.writing() as session:
        session.add(question_row(CODE, 50, japan("2026-11-03", "10:01")))
    assert count(town, japan("2026-11-03", "10:02")) == []
    assert NOVEMBER in [period for period, _ in count(town, japan("2026-11-03", "10:00") + AGAIN)]
    assert asked(town, NOVEMBER) == 2


def test_what_is_noted_late_is_taken_over_as_a_correction_with_every_figure_before_and_after(town: Database) -> None:
    count(town, japan("2026-11-05"))
    with town.writing() as session:
        session.add(question_row(CODE, 60, japan("2026-10-20"), channel="phone", decision="none", entry_id=None))
    moved = dict(count(town, japan("2026-11-06")))
    assert moved[OCTOBER] > 0
    with town.reading() as session:
        found = corrections(session, CODE, PeriodKind.MONTH)
        assert by_channel(session, CODE, OCTOBER)["phone"].asked == 1
    assert [(one.first, one.number, one.found_at) for one in found] == [(OCTOBER.first, 1, japan("2026-11-06"))]
    told = {
        (one["dimension"], one["channel"], one["figure"]): (one["before"], one["after"]) for one in found[0].changes
    }
    assert told["all", "phone", "asked"] == told["all", "phone", "none"] == (0, 1)
    assert ("all", "bot", "asked") not in told


def test_what_lies_in_a_corrected_month_follows(town: Database) -> None:
    count(town, japan("2026-11-06"))
    with town.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.id == f"{CODE}-00000000"))
    count(town, japan("2026-11-07"))
    count(town, japan("2026-11-07"))
    day = period_of(PeriodKind.DAY, dt.date(2026, 10, 1))
    assert (asked(town, OCTOBER), asked(town, day)) == (1, 0)
    with town.reading() as session:
        assert {one.kind for one in corrections(session, CODE)} == {"month", "week", "day"}


def test_a_month_that_did_not_move_has_no_correction(town: Database) -> None:
    for day in ("2026-11-05", "2026-11-06", "2026-11-07"):
        count(town, japan(day))
    with town.reading() as session:
        assert corrections(session, CODE) == []


def test_the_figures_stay_when_the_questions_go(town: Database) -> None:
    count(town, japan("2026-11-05"))
    with town.writing() as session:
        set_days(session, CODE, {kind.id: kind.least for kind in KINDS})
    later = japan("2028-01-01")
    purge(town, CODE, later)
    with town.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoggedQuestion)) == 0
    count(town, later)
    assert asked(town, OCTOBER) == 2
    with town.reading() as session:
        assert corrections(session, CODE) == []


def test_the_figures_go_after_their_own_time(town: Database) -> None:
    count(town, japan("2026-11-05"))
    with town.writing() as session:
        set_days(session, CODE, {kind.id: kind.least for kind in KINDS})
    purge(town, CODE, japan("2032-10-01"))
    assert asked(town, OCTOBER) == 2
    purge(town, CODE, japan("2034-06-01"))
    with town.reading() as session:
        for table in (CountedPeriod, PeriodCount):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_trend_tells_a_month_without_questions_from_one_that_was_not_counted(town: Database) -> None:
    count(town, japan("2026-12-06"))
    december = NOVEMBER.next
    with town.reading() as session:
        found = trend(session, CODE, december, 4)
    assert [one.asked if one else None for _, one in found] == [None, 2, 1, 0]


def test_counts_that_were_forgotten_are_made_anew(town: Database) -> None:
    count(town, japan("2026-11-05"))
    with town.writing() as session:
        forget_counts(session, CODE, NOVEMBER.first)
    with town.reading() as session:
        assert standing(session, CODE, NOVEMBER) is None
        assert standing(session, CODE, OCTOBER) is not None
    count(town, japan("2026-11-05", "12:00"))
    with town.reading() as session:
        assert tallies(session, CODE, NOVEMBER, "bot", "category") == {
            "証明書・コンビニ交付": tally(session, CODE, NOVEMBER)
        }
