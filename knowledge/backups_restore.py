"""A backup back into an empty database of either engine, or one database moved into another.

Nobody is answered from it before what is too old is gone from it, and what was erased since is erased again: until
then its tables are of the version ``RESTORING``, with which no part of the service works.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, make_url, text, update
from sqlalchemy.exc import SQLAlchemyError

from knowledge import audit
from knowledge.archives import operator
from knowledge.audit_chain import verify
from knowledge.backups import opened, program_version, sync_folder
from knowledge.backups_file import BackupError
from knowledge.backups_ledger import Erasure, replay, unknown_kinds
from knowledge.backups_rows import (
    VERSIONS,
    Manifest,
    Progress,
    Reading,
    Told,
    check_filled,
    fill,
    lines_of,
    revision_of,
    shapes,
)
from knowledge.data_items import tables_of_items
from knowledge.db import Database, migration_config, open_database
from knowledge.expiry import Kept, forget_expired
from knowledge.models import LineEvent

RESTORING = "restoring"
"""In place of the tables' version: no program takes it for its own."""


@dataclass(frozen=True)
class Restored:
    """``purged``: records whose time was over.  ``erased``: acts of erasing that were done again, by kind.

    ``findings``: what is wrong with the audit log, as it was in the source.
    """

    manifest: Manifest
    purged: int
    erased: Mapping[str, int]
    findings: tuple[str, ...]
    set_aside: Path | None


def restore(
    path: Path,
    key: bytes,
    url: str,
    erasures: Iterable[Erasure],
    moment: dt.datetime,
    *,
    audit_days: int,
    replace: bool = False,
    progress: Progress = lambda *_: None,
) -> Restored:
    """Bring a file into the empty database ``url``.  Raises BackupError: then nothing has changed.

    ``replace``: a file of SQLite that stands there is renamed.
    """
    again = [*erasures]
    _refuse_unknown_kinds(again)
    with _target(url, moment, replace=replace) as target, opened(path, key) as reading:
        manifest = _bring(target.database, reading, moment, progress)
        purged, erased, findings = _made_ready(target.database, manifest, again, moment, audit_days)
        _open_service(
            target.database,
            moment,
            "backup_restored",
            {
                "file": path.name,
                "made_at": manifest.told.moment.isoformat(),
                "rows": manifest.rows,
                "purged": purged,
                "erased": sum(erased.values()),
                "user": operator(),
            },
        )
        return Restored(manifest, purged, erased, findings, target.set_aside)


def move(
    source: Database, url: str, moment: dt.datetime, *, audit_days: int, progress: Progress = lambda *_: None
) -> Restored:
    """Bring everything of ``source`` into the empty database ``url``, while nobody can write into ``source``."""
    with _target(url, moment, replace=False) as target, _held(source) as connection:
        told = Told(revision_of(connection), program_version(), connection.dialect.name, moment)
        reading = Reading(lines_of(connection, told, progress))
        manifest = _bring(target.database, reading, moment, progress)
        purged, erased, findings = _made_ready(target.database, manifest, (), moment, audit_days)
        of = {"engine": told.engine, "rows": manifest.rows, "user": operator()}
        _open_service(target.database, moment, "database_moved", of)
        return Restored(manifest, purged, erased, findings, None)


# --- Where to ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Target:
    database: Database
    set_aside: Path | None


@contextlib.contextmanager
def _target(url: str, moment: dt.datetime, *, replace: bool) -> Iterator[_Target]:
    """An empty database.  On SQLite a file aside, which takes its place when all is done."""
    path = sqlite_file(url)
    if path is None:
        if replace:
            raise BackupError("--replace は SQLite だけです。PostgreSQL では、空のデータベースを作って指定してください")
        database = open_database(url)
        try:
            _refuse_used(database)
            yield _Target(database, None)
            _rewrite(database)
        finally:
            database.dispose()
        return
    aside = path.with_name(f"{path.name}.before-{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}")
    is_there = _is_there(path, url)
    if is_there and not replace:
        raise BackupError(
            f"{path} には、もうデータベースがあります。上書きはしません（今のものを別の名前にして残すなら --replace）"
        )
    if is_there:
        refuse_others(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.restoring")
    database = open_database(f"sqlite:///{unfinished}")
    try:
        yield _Target(database, aside if is_there else None)
        database.dispose()
        _into_one_file(unfinished)
        if is_there:
            refuse_others(path)
            for end in ("-wal", "-shm", ""):
                if path.with_name(path.name + end).exists():
                    path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
        elif path.exists():
            path.unlink()
        unfinished.rename(path)
        sync_folder(path.parent)
    finally:
        database.dispose()
        for end in ("-wal", "-shm", ""):
            unfinished.with_name(unfinished.name + end).unlink(missing_ok=True)


def sqlite_file(url: str) -> Path | None:
    parts = make_url(url)
    return Path(parts.database or "").absolute() if parts.get_backend_name() == "sqlite" else None


def _is_there(path: Path, url: str) -> bool:
    """Whether there is a database with tables, or something that is none, which is not ours to overwrite."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    database = open_database(url)
    try:
        with database.reader.connect() as connection:
            return bool(inspect(connection).get_table_names())
    except SQLAlchemyError:
        return True
    finally:
        database.dispose()


def _refuse_used(database: Database) -> None:
    with database.reader.connect() as connection:
        if inspect(connection).get_table_names():
            unfinished = revision_of(connection) == RESTORING
            raise BackupError(
                "このデータベースには、もう表があります。"
                + ("前の復元が途中で止まったものです。" if unfinished else "")
                + "空のデータベースを新しく作り、--into に書いてください（今のものは消しません）"
            )


def refuse_others(path: Path) -> None:
    """Raises BackupError while another process has the file open; what waits in its log comes into the file."""
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=1)
        try:
            # It leaves the log only when nobody else is connected, however idle.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            return
        raise BackupError("ほかのプロセスがデータベースを使っています。サービスを止めてから実行してください") from error
    except sqlite3.DatabaseError:
        return  # no database any more, which may be why it is to be replaced


def _into_one_file(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")
    finally:
        connection.close()
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _rewrite(database: Database) -> None:
    """PostgreSQL leaves what was deleted in its files until they are written anew."""
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (FULL, ANALYZE)"))
        connection.invalidate()


def refuse_service(database: Database) -> None:
    """Raises BackupError where anybody else is connected, however idle."""
    database.dispose()  # our own idle connections are nobody else's
    if database.is_sqlite:
        refuse_others(Path(database.writer.url.database or "").absolute())
        return
    with database.reader.connect() as connection:
        others = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    database.dispose()
    if others:
        raise BackupError(f"ほかに{others}本の接続がデータベースを使っています。サービスを止めてから実行してください")


@contextlib.contextmanager
def _held(source: Database) -> Iterator[Connection]:
    """A transaction during which nobody else can write.  Raises BackupError where somebody is at it."""
    refuse_service(source)
    if source.is_sqlite:
        with source.writer.begin() as connection:
            yield connection
        return
    with source.reader.begin() as connection:
        names = ", ".join(f'"{shape.name}"' for shape in shapes(connection))
    with source.writer.execution_options(isolation_level="REPEATABLE READ").begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        # Before anything is read: what is seen then cannot change until the end.
        connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
        yield connection


# --- What is done there ------------------------------------------------------------------------------------------


def _bring(database: Database, reading: Reading, moment: dt.datetime, progress: Progress) -> Manifest:
    """Tables of the version they were of, the rows, then the tables of today: all of it, or nothing."""
    _refuse_unknown_version(reading.told)
    config = migration_config()
    with database.writer.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        config.attributes["connection"] = connection
        command.upgrade(config, reading.told.revision)
        for shape in reversed(shapes(connection)):
            connection.exec_driver_sql(f'DELETE FROM "{shape.name}"')  # noqa: S608 - what a migration put there
        manifest = fill(connection, reading, progress)
        check_filled(connection, manifest, progress)
        command.upgrade(config, "head")
        _close_events(connection, moment)
        connection.execute(text(f"UPDATE {VERSIONS} SET version_num = :said"), {"said": RESTORING})  # noqa: S608
    return manifest


def _refuse_unknown_version(told: Told) -> None:
    scripts = ScriptDirectory.from_config(migration_config())
    try:
        known = scripts.get_revision(told.revision)
    except CommandError:
        known = None
    if known is None:
        raise BackupError(
            f"もっと新しいプログラム（{told.program}、表の版 {told.revision}）で作られています。"
            f"プログラムを新しくしてから復元してください（ここの表の版は {scripts.get_current_head()}）"
        )


def _close_events(connection: Connection, moment: dt.datetime) -> None:
    """What was waiting for a reply has no token any more, and its text is of no more use."""
    waiting = LineEvent.state.in_(("received", "sending"))
    ended = {"state": "expired", "note": "restored", "text": None, "lease_until": None, "finished_at": moment}
    connection.execute(update(LineEvent).where(waiting).values(**ended))


def _refuse_unknown_kinds(erasures: Iterable[Erasure]) -> None:
    unknown = unknown_kinds(erasures)
    if unknown:
        raise BackupError(
            f"消した記録に、このプログラムの知らない種類があります（{'、'.join(unknown)}）。"
            "新しいプログラムで復元してください"
        )


def _made_ready(
    database: Database, manifest: Manifest, erasures: Iterable[Erasure], moment: dt.datetime, audit_days: int
) -> tuple[int, Mapping[str, int], tuple[str, ...]]:
    """What is too old, and what was erased since, goes; before, the audit log is looked at as it came."""
    with database.reading() as session:
        report = verify(session)
    if manifest.audit is not None and manifest.audit != (report.last, report.digest):
        raise BackupError("操作の記録の終わりが、目録と違います")
    erased = replay(database, erasures, manifest.told.moment, moment)
    purged = forget_expired(database, moment, Kept(audit_days))
    if purged or erased:
        database.vacuum(tables_of_items(), rewrite=True)  # nobody is there yet who would wait for it
    return purged, erased, report.findings


def _open_service(database: Database, moment: dt.datetime, action: str, details: Mapping[str, object]) -> None:
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    with database.writing() as session:
        audit.append(session, audit.BY_COMMAND, action, at=moment, details=details)
        session.execute(text(f"UPDATE {VERSIONS} SET version_num = :head"), {"head": head})  # noqa: S608
