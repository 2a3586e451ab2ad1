"""The whole database in one sealed file: all of it, unreadable and unchangeable for others, and back on either engine."""

from __future__ import annotations

import datetime as dt
import io
import random
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from knowledge import audit
from knowledge.audit_chain import verify
from knowledge.backups import Backup, backups_in, examine, is_due, make, newest, prune, to_delete
from knowledge.backups_file import PIECE, BackupError, read_sealed, write_sealed
from knowledge.backups_ledger import FILE, Erasure, LedgerKeeper, append, read_ledger, shorten
from knowledge.backups_restore import RESTORING, _bring, move, restore
from knowledge.backups_rows import OMITTED, Reading, Tally, row_lines, shapes
from knowledge.calendar import now
from knowledge.db import Database, is_current, migrate, open_database
from knowledge.erasures import unsend
from knowledge.models import AuditLine, Base, LineEvent, LoggedQuestion, Municipality, StaffAccount
from knowledge.query_log import AskedQuestion, record
from tests.support.any_rows import AUDIT, CODE, fill_all

KEY = b"0123456789abcdef0123456789abcdef"
MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
Maker = Callable[[str], str]


def fill(database: Database, rows: int = 3) -> dict[str, int]:
    """Rows in every table, and acts in the audit log."""
    with database.writer.begin() as connection:
        counts = fill_all(connection, rows, MOMENT)
        connection.execute(text("UPDATE erasures SET kind = 'log_row'"))
    with database.writing() as session:
        for number in range(3):
            audit.append(
                session, audit.BY_COMMAND, "municipality_erased", at=MOMENT, scope="111111", details={"rows": number}
            )
    return counts


def contents(database: Database) -> dict[str, dict[str, object]]:
    """Digests of all that a backup holds whole."""
    found = {}
    with database.reader.connect() as connection:
        for shape in shapes(connection):
            tally = Tally()
            for line in row_lines(connection, shape):
                tally.add(line)
            found[shape.name] = tally.as_json()
    return {name: each for name, each in found.items() if name not in {*OMITTED, *AUDIT, "line_events"}}


def empty_url(maker: Maker, engine: str, tmp_path: Path) -> str:
    if engine == "sqlite":
        return f"sqlite:///{tmp_path}/restored.db"
    url = maker(engine)
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.dispose()
    return url


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(open_database(url))
        return opened[-1]

    yield open_one
    for database in opened:
        database.dispose()


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_every_table_comes_back_on_either_engine(
    database: Database, into: str, database_url_maker: Maker, target: Callable[[str], Database], tmp_path: Path
) -> None:
    counts = fill(database)
    assert counts.keys() == set(Base.metadata.tables)
    assert all(rows for name, rows in counts.items() if name != "audit_checkpoints" and name != "audit_lines")
    made, examined = make(database, tmp_path / "backups", KEY, MOMENT)
    assert examined.chain is not None
    assert (examined.chain.lines, examined.chain.findings) == (3, ())
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    before = contents(database)
    url = empty_url(database_url_maker, into, tmp_path)
    done = restore(made.path, KEY, url, [], MOMENT, audit_days=400)
    assert (done.purged, done.findings) == (0, ())
    found = target(url)
    assert is_current(found)
    assert contents(found) == before
    with found.reading() as session:
        assert verify(session).findings == ()
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc())).first()
        assert line is not None
        assert (line.number, line.action, line.details["file"]) == (4, "backup_restored", made.path.name)
        for table in ("staff_sessions", "sign_in_failures", "log_file_parts"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        assert set(session.scalars(select(LineEvent.reply_token))) == {None}
    # A number that the database gives is the next one, not one that is taken.
    with found.writing() as session:
        highest = session.scalar(select(func.max(StaffAccount.id))) or 0
        session.execute(
            text("INSERT INTO sign_in_failures (login_hash, address_hash, at) VALUES ('a', 'b', '2026-11-21')")
        )
        first = session.scalars(select(StaffAccount)).first()
        assert first is not None
        values = {
            name: getattr(first, name)
            for name in StaffAccount.__table__.columns.keys()  # noqa: SIM118 - columns, by their keys
            if name not in {"id", "login", "email"}
        }
        session.add(StaffAccount(**values | {"login": "new", "email": "new@example.jp"}))
        session.flush()
        assert session.scalar(select(func.max(StaffAccount.id))) == highest + 1


def test_there_and_back_between_the_engines_nothing_changes(
    database_url_maker: Maker, target: Callable[[str], Database], tmp_path: Path
) -> None:
    source = target(database_url_maker("sqlite"))
    fill(source)
    before = contents(source)
    to_postgresql = empty_url(database_url_maker, "postgresql", tmp_path)
    move(source, to_postgresql, MOMENT, audit_days=400)
    middle = target(to_postgresql)
    assert contents(middle) == before
    back = f"sqlite:///{tmp_path}/back.db"
    move(middle, back, MOMENT, audit_days=400)
    returned = target(back)
    assert contents(returned) == before
    with returned.reading() as session:
        assert verify(session).findings == ()
        assert [one.action for one in session.scalars(select(AuditLine).order_by(AuditLine.number))][-2:] == [
            "database_moved"
        ] * 2


def test_nothing_is_moved_or_replaced_while_somebody_is_connected(database: Database, tmp_path: Path) -> None:
    """Also where the other one is idle: what it writes later would be lost."""
    fill(database)
    made, _ = make(database, tmp_path / "backups", KEY, MOMENT)
    service = open_database(database.writer.url.render_as_string(hide_password=False))
    try:
        with service.reading() as session:
            session.scalar(select(Municipality.code))
        with pytest.raises(BackupError, match="サービスを止めて"):
            move(database, f"sqlite:///{tmp_path}/moved.db", MOMENT, audit_days=400)
        if database.is_sqlite:
            with pytest.raises(BackupError, match="サービスを止めて"):
                restore(made.path, KEY, str(database.writer.url), [], MOMENT, audit_days=400, replace=True)
    finally:
        service.dispose()
    assert not (tmp_path / "moved.db").exists()
    if database.is_sqlite:
        done = restore(made.path, KEY, str(database.writer.url), [], MOMENT, audit_days=400, replace=True)
        assert done.set_aside is not None
        assert done.set_aside.exists()


def test_a_database_with_tables_is_never_written_into(database: Database, tmp_path: Path) -> None:
    fill(database)
    before = contents(database)
    made, _ = make(database, tmp_path / "backups", KEY, MOMENT)
    with pytest.raises(BackupError, match="もう"):
        restore(made.path, KEY, database.writer.url.render_as_string(hide_password=False), [], MOMENT, audit_days=400)
    assert contents(database) == before


def sealed(lines: list[bytes]) -> bytes:
    file = io.BytesIO()
    write_sealed(file, KEY, lines)
    return file.getvalue()


def test_no_byte_of_a_file_can_be_changed_moved_or_cut_off() -> None:
    chance = random.Random(1)
    lines = [chance.randbytes(2000).hex().encode() for _ in range(2000)]
    whole = sealed(lines)
    assert len(whole) > 2 * PIECE
    assert list(read_sealed(io.BytesIO(whole), KEY)) == lines
    piece, head = PIECE + 16, 15 + 32
    bad = [
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (0, 20, head, head + piece, len(whole) - 1)),
        whole[:-1], whole[: head + piece], whole[: head + 2 * piece], whole[:head], whole[:5], b"",
        whole + b"x", whole[:head] + whole[head + piece :],
        whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece] + whole[head + 2 * piece :],
        whole[: head + piece] + whole[head:],
    ]  # fmt: skip
    for each in bad:
        with pytest.raises(BackupError):
            list(read_sealed(io.BytesIO(each), KEY))
    with pytest.raises(BackupError, match="BACKUP_KEY"):
        list(read_sealed(io.BytesIO(whole), KEY[::-1]))


def test_what_is_in_it_cannot_be_read_without_the_key(loaded_database: Database, tmp_path: Path) -> None:
    with loaded_database.writing() as session:
        record(session, asked("242047", "ひみつの質問", MOMENT))
    made, _ = make(loaded_database, tmp_path, KEY, MOMENT)
    assert "ひみつの質問".encode() not in made.path.read_bytes()
    with pytest.raises(BackupError, match="BACKUP_KEY がありません"):
        make(loaded_database, tmp_path, b"", MOMENT)


def test_whoever_stops_leaves_nothing_half_done(database: Database, tmp_path: Path) -> None:
    fill(database)
    folder = tmp_path / "backups"

    def stop(table: str, *_: int) -> None:
        if table == "query_log":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(database, folder, KEY, MOMENT, stop)
    assert list(folder.iterdir()) == []
    made, _ = make(database, folder, KEY, MOMENT)
    for table in ("staff_accounts", "terms"):  # while it is filled
        with pytest.raises(KeyboardInterrupt):
            restore(
                made.path, KEY, f"sqlite:///{tmp_path}/new.db", [], MOMENT, audit_days=400, progress=stopping(table)
            )
    assert sorted(path.name for path in tmp_path.glob("*new.db*")) == []


def stopping(at: str) -> Callable[[str, int, int], None]:
    def stop(table: str, *_: int) -> None:
        if table == at:
            raise KeyboardInterrupt

    return stop


def test_until_what_was_erased_is_gone_again_nothing_is_served(
    database: Database, database_url_maker: Maker, target: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(database)
    made, _ = make(database, tmp_path / "backups", KEY, MOMENT)
    found = target(empty_url(database_url_maker, "postgresql", tmp_path))
    with made.path.open("rb") as file:
        _bring(found, Reading(read_sealed(file, KEY)), MOMENT, lambda *_: None)
    assert not is_current(found)
    with found.reader.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == RESTORING


def asked(code: str, question: str, at: dt.datetime, message: str | None = None) -> AskedQuestion:
    return AskedQuestion(
        code,
        f"line:{len(question)}{at:%Y%m%d}",
        "line",
        at,
        question,
        False,
        "a" * 32,
        message,
        "ja",
        "none",
        None,
        None,
        None,
        None,
        [],
        1,
        1.0,
    )


@pytest.mark.parametrize("days", [40, 400])
def test_of_an_old_backup_nothing_comes_back_that_is_too_old_or_was_erased_since(
    database: Database, days: int, database_url_maker: Maker, target: Callable[[str], Database], tmp_path: Path
) -> None:
    """Not in a table, not in the file, not in its log or indexes."""
    then = MOMENT - dt.timedelta(days=days)
    words = {"古い": 170, "取り消した": 1, "開いた": 0, "新しい": 5}
    fill(database, 1)
    with database.writing() as session:
        for word, age in words.items():
            question = asked(CODE, f"質問{word}質問", then - dt.timedelta(days=age), f"m-{word}")
            record(session, question)
            state = "received" if word == "開いた" else "answered"
            session.add(LineEvent(municipality_code=CODE, webhook_event_id=word, kind="message", message_kind="text", message_id=f"m-{word}", state=state, text=f"質問{word}質問" if word in ("開いた", "取り消した") else None, occurred_at=then, received_at=then, deadline_at=then, next_try_at=then))  # fmt: skip
    made, _ = make(database, tmp_path / "backups", KEY, then)
    # Since then: one taken back, which the database forgot with the disk, but not the ledger beside the backups.
    keeper = LedgerKeeper(database, tmp_path / "backups")
    keeper.keep(then)
    with database.writing() as session:
        unsend(session, CODE, "m-取り消した", then + dt.timedelta(hours=1))
    assert keeper.keep(then + dt.timedelta(hours=1)) == 1
    ledger = read_ledger(tmp_path / "backups" / FILE)
    assert ledger.covers(then)
    url = empty_url(database_url_maker, "sqlite" if database.is_sqlite else "postgresql", tmp_path)
    restore(made.path, KEY, url, ledger.erasures, MOMENT, audit_days=400)
    found = target(url)
    left = {"新しい", "開いた"} if days == 40 else set()
    with found.reading() as session:
        texts = set(session.scalars(select(LoggedQuestion.text).where(LoggedQuestion.text.like("質問%"))))
        assert texts == {f"質問{word}質問" for word in left}
        assert session.scalars(select(LineEvent.state).where(LineEvent.webhook_event_id == "開いた")).first() in (
            "expired",
            None,
        )
        assert session.scalars(select(LineEvent.text).where(LineEvent.webhook_event_id == "取り消した")).first() is None
    if found.is_sqlite:
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("restored.db*"))
        assert {word for word in words if f"質問{word}質問".encode() in raw} == left


def test_the_ledger_survives_what_a_crash_cut_off_and_is_written_once(database: Database, tmp_path: Path) -> None:
    first, second = LedgerKeeper(database, tmp_path), LedgerKeeper(database, tmp_path)
    with database.writing() as session:
        unsend(session, CODE, "m1", MOMENT)
    assert first.keep(MOMENT) == 2  # when it begins, and this one
    assert first.keep(MOMENT) == second.keep(MOMENT) == 0
    path = tmp_path / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("ab") as file:
        file.write(b'{"kind":"uns')
    append(tmp_path, [Erasure("unsend", CODE, "m2", MOMENT)])
    ledger = read_ledger(path)
    assert [one.key for one in ledger.erasures] == ["", "m1", "m2"]
    assert ledger.unreadable == 1
    assert not ledger.covers(MOMENT - dt.timedelta(seconds=1))
    shorten(tmp_path, MOMENT + dt.timedelta(days=500))
    assert [one.kind for one in read_ledger(path).erasures] == ["begun"]


def test_an_erasure_that_is_not_known_here_stops_a_restore(database: Database, tmp_path: Path) -> None:
    fill(database, 1)
    made, _ = make(database, tmp_path / "backups", KEY, MOMENT)
    with pytest.raises(BackupError, match="知らない種類"):
        restore(
            made.path,
            KEY,
            f"sqlite:///{tmp_path}/new.db",
            [Erasure("later", CODE, "x", MOMENT)],
            MOMENT,
            audit_days=400,
        )
    assert not (tmp_path / "new.db").exists()


def test_a_municipality_that_was_erased_since_does_not_come_back(
    database: Database, target: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(database, 1)
    made, _ = make(database, tmp_path / "backups", KEY, MOMENT)
    for at, left in ((MOMENT - dt.timedelta(days=1), 1), (MOMENT + dt.timedelta(days=1), 0)):
        url = f"sqlite:///{tmp_path}/{left}.db"
        restore(made.path, KEY, url, [Erasure("municipality", CODE, "", at)], MOMENT, audit_days=400)
        with target(url).reading() as session:
            assert session.scalar(select(func.count()).select_from(Municipality)) == left


@pytest.mark.parametrize("revision", ["0010", "0030", "0046"])
def test_a_backup_of_older_tables_comes_back_as_the_tables_of_today(
    revision: str, target: Callable[[str], Database], tmp_path: Path
) -> None:
    old = target(f"sqlite:///{tmp_path}/old.db")
    migrate(old, revision)
    with old.writer.begin() as connection:
        counts = fill_all(connection, 2, MOMENT)
    made, examined = make(old, tmp_path / "backups", KEY, MOMENT)
    assert examined.manifest.told.revision == revision
    assert (examined.chain is None) == (revision == "0010")
    url = f"sqlite:///{tmp_path}/new.db"
    restore(made.path, KEY, url, [], MOMENT, audit_days=400)
    found = target(url)
    assert is_current(found)
    kept = counts.keys() - OMITTED.keys() - AUDIT - {"link_checks"}
    with found.reader.connect() as connection:
        here = {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in kept}
    assert here == {name: counts[name] for name in kept}


def test_a_backup_of_a_newer_program_is_refused(database: Database, tmp_path: Path) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made, _ = make(database, tmp_path / "backups", KEY, MOMENT)
    with pytest.raises(BackupError, match="もっと新しいプログラム"):
        restore(made.path, KEY, f"sqlite:///{tmp_path}/new.db", [], MOMENT, audit_days=400)


def test_a_changed_line_of_the_audit_log_shows_in_the_file(database: Database, tmp_path: Path) -> None:
    fill(database, 1)
    with database.writer.begin() as connection:
        if database.is_sqlite:
            connection.execute(text("DROP TRIGGER audit_lines_update"))
        else:
            connection.execute(text("ALTER TABLE audit_lines DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_lines SET login = 'x' WHERE number = 2"))
    made, examined = make(database, tmp_path, KEY, MOMENT)
    assert examined.chain is not None
    assert examined.chain.findings == ("2番の中身が、書いたときと違います（変えられました）",)
    assert examine(made.path, KEY).chain == examined.chain


def test_for_two_days_every_hour_stays_then_one_a_day_then_none(tmp_path: Path) -> None:
    hourly = [Backup(tmp_path / str(hour), MOMENT - dt.timedelta(hours=hour)) for hour in range(24 * 60)]
    gone = set(to_delete(hourly, MOMENT, 35))
    left = [one for one in hourly if one not in gone]
    assert left[:49] == hourly[:49]
    days = [one.moment.astimezone(dt.timezone(dt.timedelta(hours=9))).date() for one in left[49:]]
    assert len(days) == len(set(days)) == 33
    assert max(MOMENT - one.moment for one in left) <= dt.timedelta(days=35)
    assert to_delete(left, MOMENT, 35) == []


def test_the_newest_tells_how_much_would_be_lost(loaded_database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    assert newest(folder) is None
    assert is_due(folder, MOMENT)
    made, _ = make(loaded_database, folder, KEY, MOMENT)
    (folder / ".kotae-20261121T030000Z.backup.0badcafe").write_bytes(b"left by a killed run")
    (folder / "kotae-notes.backup").write_bytes(b"somebody's own")
    assert newest(folder) == made
    assert not is_due(folder, MOMENT + dt.timedelta(minutes=59))
    assert is_due(folder, MOMENT + dt.timedelta(minutes=60))
    assert prune(folder, MOMENT + dt.timedelta(days=36), 35) == [made]
    assert backups_in(folder) == []
    assert [path.name for path in folder.iterdir()] == ["kotae-notes.backup"]
    assert now() > MOMENT
