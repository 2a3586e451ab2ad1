"""What was deleted leaves the files of PostgreSQL at night, too."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, func, select

from knowledge import rewriting
from knowledge.calendar import JST
from knowledge.data_items import tables_of_items
from knowledge.db import Database
from knowledge.log_partitions import partition_log
from knowledge.models import LoggedQuestion
from knowledge.query_log import AskedQuestion, record
from knowledge.rewriting import MOMENT_BYTES, PAST_BYTES, Stored, clean_files, is_night, stored
from tests.support.database_files import bytes_of

CODE = "242047"
MIDNIGHT = dt.datetime(2026, 11, 22, 0, 5, tzinfo=JST)
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=JST)
WORD, STAYS = "カナリアの巣箱", "住民票のとりかた"


def ask(database: Database, moment: dt.datetime, count: int = 40) -> None:
    with database.writing() as session:
        for number in range(count):
            asked = AskedQuestion(
                CODE, f"web:{moment}{number}", "web", moment, f"{STAYS if number % 2 else WORD}{number}", False, None, None, "ja", "none", None,
                None, None, None, [], 1, 1.0,
            )  # fmt: skip
            record(session, asked)


def forget_half(database: Database) -> None:
    with database.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.text.startswith(WORD)))
    database.writer.dispose()  # whoever goes tells the statistics at once


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "TOLD_AFTER_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(0, 0, True), (4, 59, True), (5, 0, False), (12, 0, False), (23, 59, False)],
)
def test_night_is_from_midnight_to_five_in_japan(hour: int, minute: int, expected: bool) -> None:
    moment = dt.datetime(2026, 11, 22, hour, minute, tzinfo=JST)
    assert is_night(moment) is is_night(moment.astimezone(dt.UTC)) is expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(Stored("query_log", None, MOMENT_BYTES, True, False), True, id="takes a moment"),
        pytest.param(Stored("query_log", None, MOMENT_BYTES, False, False), True, id="autovacuum may have freed it"),
        pytest.param(Stored("query_log", None, MOMENT_BYTES + 1, True, False), False, id="residents would wait"),
        pytest.param(Stored("query_log_2026_11", "query_log", MOMENT_BYTES + 1, True, False), False, id="this month"),
        pytest.param(Stored("query_log_2026_05", "query_log", PAST_BYTES, True, True), True, id="nobody waits for it"),
        pytest.param(Stored("query_log_2026_05", "query_log", 9, False, True), False, id="nothing went from it"),
        pytest.param(Stored("query_log_2026_05", "query_log", PAST_BYTES + 1, True, True), False, id="takes too long"),
    ],
)
def test_which_tables_are_written_anew(table: Stored, expected: bool) -> None:
    assert table.is_written_anew() is expected


def test_at_night_what_was_deleted_leaves_the_files(database: Database) -> None:
    ask(database, NOON - dt.timedelta(days=200))
    forget_half(database)
    clean_files(database, tables_of_items(), NOON, lambda: None)
    assert database.is_sqlite or WORD.encode() in bytes_of(database), "residents must not wait by day"
    anew = clean_files(database, tables_of_items(), MIDNIGHT, lambda: None)
    assert database.shrink_log(5)
    assert WORD.encode() not in bytes_of(database)
    assert ("query_log" in anew) is not database.is_sqlite


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_the_months_that_are_over_those_that_lost_something(database: Database) -> None:
    for days in (200, 100, 0):
        ask(database, NOON - dt.timedelta(days=days))
    partition_log(database, NOON.date())
    with database.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.asked_at < NOON - dt.timedelta(days=150)))
    database.writer.dispose()
    names = {one.name: one.is_past for one in stored(database, ["query_log"], MIDNIGHT)}
    assert names["query_log_2026_05"] is True
    assert names["query_log_2026_11"] is names["query_log_rest"] is False
    anew = clean_files(database, ["query_log"], MIDNIGHT, lambda: None)
    assert "query_log_2026_05" in anew
    assert "query_log_2026_08" not in anew
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoggedQuestion)) == 80


def test_it_can_be_stopped_between_two_tables(database: Database) -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        clean_files(database, tables_of_items(), MIDNIGHT, stop)
