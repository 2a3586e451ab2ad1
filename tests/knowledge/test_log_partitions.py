"""The log of questions in a table a month: the same rows, one row an event, and a way back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, func, inspect, select, text

from knowledge.calendar import JST
from knowledge.db import Database, open_database
from knowledge.log_partitions import (
    NotPostgresqlError,
    is_partitioned,
    keep_partitions,
    months,
    partition_log,
    unite_log,
)
from knowledge.models import Base, LoggedQuestion
from knowledge.query_log import AskedQuestion, log_id, note_feedback, record

CODE = "122106"
TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)


@pytest.fixture
def many(database_url_maker: Callable[[str], str]) -> Iterator[Database]:
    """A PostgreSQL with questions of three months."""
    found = open_database(database_url_maker("postgresql"))
    with found.writing() as session:
        for month, count in ((9, 3), (10, 4), (11, 5)):
            for number in range(count):
                record(session, asked(f"web:{month}-{number}", dt.datetime(2026, month, 1 + number, 0, 5, tzinfo=JST)))
    yield found
    found.dispose()


def asked(event_key: str, at: dt.datetime) -> AskedQuestion:
    return AskedQuestion(
        CODE, event_key, "web", at, "住民票", False, None, None, "ja", "none", None, None, None, 0.1, [], 1, 2.0
    )


def counted(database: Database) -> dict[str, int]:
    """Rows by month."""
    month = func.to_char(LoggedQuestion.jst_date, "MM")
    with database.reading() as session:
        return {row[0]: row[1] for row in session.execute(select(month, func.count()).group_by(month))}


def tables(database: Database) -> list[str]:
    return sorted(name for name in inspect(database.reader).get_table_names() if name.startswith("query_log"))


def test_the_log_is_parted_by_month_and_united_again_without_losing_a_row(many: Database) -> None:
    shown: list[dt.date] = []
    assert partition_log(many, TODAY, shown.append) == 12
    assert counted(many) == {"09": 3, "10": 4, "11": 5}
    assert [f"{month:%m}" for month in shown] == ["09", "10", "11", "12", "01"]
    assert tables(many) == [
        "query_log",
        *(f"query_log_2026_{m}" for m in ("09", "10", "11", "12")),
        "query_log_2027_01",
        "query_log_rest",
    ]
    assert partition_log(many, TODAY) == 12, "a second time changes nothing"
    assert unite_log(many, TODAY) == 12
    assert counted(many) == {"09": 3, "10": 4, "11": 5}
    with many.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_an_event_is_logged_once_and_what_the_resident_did_later_is_noted(many: Database) -> None:
    partition_log(many, TODAY)
    again = asked("web:10-1", dt.datetime(2026, 10, 2, 0, 5, tzinfo=JST))
    with many.writing() as session:
        record(session, again)
        note_feedback(session, CODE, log_id(CODE, "web:10-1"), True, NOW)
    assert counted(many)["10"] == 4
    with many.reading() as session:
        assert session.scalar(select(LoggedQuestion.feedback).where(LoggedQuestion.id == again.id)) == "solved"


def test_a_question_of_a_month_without_a_table_is_kept_and_gets_its_place_later(many: Database) -> None:
    partition_log(many, TODAY)
    with many.writing() as session:
        record(session, asked("web:late", dt.datetime(2027, 3, 1, 0, 5, tzinfo=JST)))
    assert counted(many)["03"] == 1
    with many.writing() as session:
        keep_partitions(session, dt.date(2027, 2, 1))
        keep_partitions(session, dt.date(2027, 2, 1))
    assert counted(many) == {"09": 3, "10": 4, "11": 5, "03": 1}
    assert "query_log_2027_04" in tables(many)
    with many.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM query_log_rest")) == 0


def test_the_table_of_a_month_that_retention_emptied_goes(many: Database) -> None:
    partition_log(many, TODAY)
    with many.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.jst_date < dt.date(2026, 10, 1)))
        keep_partitions(session, TODAY)
    assert "query_log_2026_09" not in tables(many)
    assert "query_log_2026_10" in tables(many), "last month's stays, even were it empty"
    assert counted(many) == {"10": 4, "11": 5}


def test_sqlite_says_that_it_keeps_no_parts(loaded_database: Database) -> None:
    with pytest.raises(NotPostgresqlError):
        partition_log(loaded_database, TODAY)
    with loaded_database.writing() as session:
        assert not is_partitioned(session)
        keep_partitions(session, TODAY)


def test_months_run_over_the_year() -> None:
    assert [str(one) for one in months(dt.date(2026, 12, 31), dt.date(2027, 2, 1))] == [
        "2026-12-01",
        "2027-01-01",
        "2027-02-01",
    ]
