"""The database under several writers: nothing lost, nobody waits long, readers cannot write."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError, StatementError

from knowledge.db import Database, DatabaseAwayError, hurried, is_current, migrate, open_database
from knowledge.models import Conversation

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
KEY = ("242047", "w:counter")
WRITERS, TURNS = 4, 100


def keep(database: Database, moment: dt.datetime = MOMENT, key: tuple[str, str] = KEY) -> None:
    with database.writing() as session:
        session.add(Conversation(municipality_code=key[0], key=key[1], occurred_at=moment, state={"count": 0}))


def count_up(database: Database) -> None:
    """Read, think, write: what loses updates where the read does not take the row."""
    with database.writing() as session:
        row = session.get_one(Conversation, KEY, with_for_update=True)
        row.state = {"count": row.state["count"] + 1}


def count_up_at_last(database: Database) -> None:
    """As a sender does whose turn was refused: nothing was written, so it asks again."""
    while True:
        try:
            return count_up(database)
        except OperationalError:
            continue


def count(database: Database) -> int:
    with database.reading() as session:
        found: int = session.get_one(Conversation, KEY).state["count"]
        return found


def test_no_update_of_four_threads_is_lost(database: Database) -> None:
    keep(database)

    def work() -> None:
        for _ in range(TURNS):
            count_up_at_last(database)

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(work) for _ in range(WRITERS)]:
            done.result()
    assert count(database) == WRITERS * TURNS


def _count_in_a_process(url: str, turns: int) -> None:
    database = open_database(url)
    for _ in range(turns):
        count_up_at_last(database)
    database.dispose()


def test_no_update_of_two_processes_is_lost(database: Database) -> None:
    keep(database)
    url = database.writer.url.render_as_string(hide_password=False)
    spawning = multiprocessing.get_context("spawn")
    workers = [spawning.Process(target=_count_in_a_process, args=(url, TURNS)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert count(database) == 2 * TURNS


def test_what_is_committed_is_on_the_disk_before_it_is_answered(database: Database) -> None:
    """Read back from the connections that are used, for what is set may not be what holds."""
    for engine in (database.writer, database.reader):
        with engine.connect() as connection:
            if database.is_sqlite:
                read = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
                assert read == {"journal_mode": "wal", "synchronous": 2}  # FULL
                assert connection.scalar(text("PRAGMA busy_timeout")) == 1500
            else:
                assert connection.scalar(text("SHOW synchronous_commit")) == "on"


def test_postgresql_waits_for_the_disk_though_its_own_setting_be_another(
    database_url_maker: Callable[[str], str],
) -> None:
    url = database_url_maker("postgresql")
    database = open_database(url)
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    database.dispose()
    again = open_database(url)
    with again.writer.connect() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    again.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("INSERT INTO bundled_drafts (municipality_code) VALUES ('242047')", id="insert"),
        pytest.param("UPDATE conversations SET key = 'x'", id="update"),
        pytest.param("DELETE FROM conversations", id="delete"),
        pytest.param("DROP TABLE conversations", id="drop"),
        pytest.param("CREATE TABLE conversations2 (x INTEGER)", id="create"),
    ],
)
def test_reading_cannot_write(database: Database, statement: str) -> None:
    keep(database)
    with pytest.raises(SQLAlchemyError, match=r"(?i)read-?only"), database.reading() as session:
        session.execute(text(statement))
    assert count(database) == 0


def test_an_object_changed_while_reading_is_refused(database: Database) -> None:
    keep(database)
    with pytest.raises(SQLAlchemyError, match=r"(?i)read-?only"), database.reading() as session:
        session.get_one(Conversation, KEY).state = {"count": 9}
    assert count(database) == 0


def test_writing_still_works_after_reading_on_the_same_connection(database: Database) -> None:
    keep(database)
    for _ in range(30):
        assert count(database) >= 0
        count_up(database)
    assert count(database) == 30


def test_a_failing_writer_leaves_nothing(database: Database) -> None:
    keep(database)

    def fail_after_writing() -> None:
        with database.writing() as session:
            session.get_one(Conversation, KEY).state = {"count": 7}
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    assert count(database) == 0


def test_a_reader_sees_one_moment_and_never_waits_for_a_writer(database: Database) -> None:
    keep(database)
    with database.writing() as session:
        session.get_one(Conversation, KEY, with_for_update=True).state = {"count": 1}
        session.flush()
        begun = time.perf_counter()
        assert count(database) == 0
        assert time.perf_counter() - begun < 1
    assert count(database) == 1


def test_a_writer_that_must_wait_is_refused_before_line_gives_up(database: Database) -> None:
    """LINE waits two seconds for the webhook's answer; a refusal in time lets it deliver again."""
    keep(database)
    holds, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing() as session:
            session.get_one(Conversation, KEY, with_for_update=True).state = {"count": 5}
            session.flush()
            holds.set()
            may_go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert holds.wait(10)
        begun = time.perf_counter()
        with pytest.raises(OperationalError):
            count_up(database)
        waited = time.perf_counter() - begun
        may_go.set()
        holder.result(10)
    assert 1.2 < waited < 2.0
    assert count(database) == 5


def test_while_sqlite_is_locked_one_waits_and_whoever_is_hurried_does_not_queue_behind(
    database_url_maker: Callable[[str], str],
) -> None:
    """Else every thread of a process waits, and who comes next is not even refused in time."""
    database = open_database(database_url_maker("sqlite"))
    keep(database)
    holder = sqlite3.connect(str(database.writer.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with hurried(), pytest.raises(OperationalError):
        count_up(database)
    begun = time.perf_counter()
    for _ in range(5):
        with hurried(), pytest.raises(DatabaseAwayError):
            count_up(database)
    assert time.perf_counter() - begun < 0.5
    assert count(database) == 0  # who reads is not concerned
    holder.close()
    count_up(database)  # nor is who has time; and it is known again that the file is free
    with hurried():
        count_up(database)
    assert count(database) == 2
    database.dispose()


def test_a_writer_waits_its_turn_behind_a_short_one(database: Database) -> None:
    keep(database)
    holds, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing() as session:
            row = session.get_one(Conversation, KEY, with_for_update=True)
            row.state = {"count": 1}
            session.flush()
            holds.set()
            waiting.wait(10)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert holds.wait(10)
        # The holder lets go when the second writer is about to ask.
        threading.Timer(0.1, waiting.set).start()
        count_up(database)
        holder.result(10)
    assert count(database) == 2


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(dt.datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=dt.UTC), id="UTC"),
        pytest.param(dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=9))), id="Japan"),
        pytest.param(dt.datetime(2026, 11, 20, 22, 0, tzinfo=dt.timezone(dt.timedelta(hours=-5))), id="New York"),
        pytest.param(dt.datetime(2026, 12, 31, 15, 0, tzinfo=dt.UTC), id="New Year in Japan"),
    ],
)
def test_a_moment_comes_back_the_same_and_in_utc(database: Database, given: dt.datetime) -> None:
    keep(database, given)
    with database.reading() as session:
        found = session.get_one(Conversation, KEY).occurred_at
        later = session.scalar(select(Conversation.key).where(Conversation.occurred_at >= given))
        earlier = session.scalar(select(Conversation.key).where(Conversation.occurred_at < given))
    assert found == given
    assert found.utcoffset() == dt.timedelta(0)
    assert (later, earlier) == (KEY[1], None)


def test_a_moment_is_kept_as_utc(database: Database) -> None:
    keep(database, dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=9))))
    as_text = "CAST(occurred_at AS TEXT)" if database.is_sqlite else "to_char(occurred_at, 'YYYY-MM-DD HH24:MI:SS')"
    with database.reading() as session:
        assert str(session.scalar(text(f"SELECT {as_text} FROM conversations"))).startswith("2026-11-21 03:00:00")


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a moment needs a time zone"):
        keep(database, dt.datetime(2026, 11, 21, 3, 0))  # noqa: DTZ001


def test_deleted_words_do_not_stay_in_the_file(database_url_maker: Callable[[str], str]) -> None:
    database = open_database(database_url_maker("sqlite"))
    word = "のこってはいけないことば"
    with database.writing() as session:
        session.add(Conversation(municipality_code="242047", key="w", occurred_at=MOMENT, state={"text": word}))
    with database.writing() as session:
        session.delete(session.get_one(Conversation, ("242047", "w")))
    path = Path(database.writer.url.database or "")
    database.dispose()
    assert word.encode("unicode_escape") not in path.read_bytes()
    assert word.encode() not in path.read_bytes()


def test_migrating_an_empty_file_makes_its_folder_and_all_tables(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'kotae.db'}")
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    database.dispose()


def test_a_new_database_is_for_the_account_alone_that_made_it(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'kotae.db'}")
    before = os.umask(0)
    try:
        with database.writing() as session:
            session.execute(text("CREATE TABLE words (word text)"))
            session.flush()
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    database.dispose()
    assert modes.keys() >= {"kotae.db", "kotae.db-wal"}
    assert set(modes.values()) == {0o600}


def test_what_was_erased_leaves_the_log_file_unless_somebody_reads(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'kotae.db'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE words (word text)"))
        session.execute(text("INSERT INTO words VALUES ('erased')"))
    with database.reading() as reader:
        reader.execute(text("SELECT * FROM words")).all()
        with database.writing() as session:
            session.execute(text("DELETE FROM words"))
        assert not database.shrink_log()
        assert b"erased" in (tmp_path / "kotae.db-wal").read_bytes()
    assert database.shrink_log(patience=5)
    assert b"erased" not in (tmp_path / "kotae.db-wal").read_bytes()
    database.dispose()


def test_a_migration_that_fails_leaves_no_half_made_table(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'half.db'}")
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE query_log (x INTEGER)")
    with pytest.raises(OperationalError, match="already exists"):
        migrate(database)
    with database.reading() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert [name for name in names if not name.startswith("sqlite_")] == ["query_log"]
    database.dispose()
