"""Backups: the whole database at one moment in one sealed file; which are kept, and how old the newest is."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from knowledge.audit_chain import NOTHING, ChainReport, ChainWalk
from knowledge.backups_file import BackupError, FolderBusyError, read_sealed, write_sealed
from knowledge.backups_rows import (
    Manifest,
    Progress,
    Reading,
    TableShape,
    Told,
    lines_of,
    revision_of,
)
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import AuditLine

EVERY = dt.timedelta(hours=1)
ALL_KEPT = dt.timedelta(hours=48)
"""So long every one stays; then one a day, the last of it."""
_NAME = re.compile(r"kotae-(\d{8}T\d{6})Z\.backup")
_PART = re.compile(r"\.kotae-\d{8}T\d{6}Z\.backup\.[0-9a-f]{8}")
NO_KEY = (
    "BACKUP_KEY がありません。鍵のないバックアップは作りません（住民の質問が読める形で残るため）。"
    "openssl rand -hex 32 で作り、環境変数 BACKUP_KEY に入れ、写しをこのサーバーの外の金庫などに置いてください"
)


@dataclass(frozen=True)
class Backup:
    """A whole file in the folder, and the moment of which it is."""

    path: Path
    moment: dt.datetime

    @property
    def size(self) -> int:
        return self.path.stat().st_size


@dataclass(frozen=True)
class Examined:
    """What was found when every byte was read."""

    manifest: Manifest
    chain: ChainReport | None
    """None: the tables were too old to have an audit log."""


def program_version() -> str:
    try:
        return version("kotae")
    except PackageNotFoundError:
        return "source"


# --- Which there are ---------------------------------------------------------------------------------------------


def backups_in(folder: Path) -> list[Backup]:
    """The whole ones, the newest first."""
    found = [(path, _NAME.fullmatch(path.name)) for path in folder.glob("kotae-*.backup")]
    return sorted(
        (Backup(path, _moment_of(match[1])) for path, match in found if match), key=lambda one: one.moment, reverse=True
    )


def newest(folder: Path) -> Backup | None:
    """The newest whole one: its ``moment`` tells how much would be lost now."""
    return next(iter(backups_in(folder)), None)


def name_of(moment: dt.datetime) -> str:
    return f"kotae-{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S}Z.backup"


def is_due(folder: Path, moment: dt.datetime) -> bool:
    last = newest(folder)
    return last is None or moment - last.moment >= EVERY


def to_delete(backups: Sequence[Backup], moment: dt.datetime, days: int) -> list[Backup]:
    """Those whose time is over: older than ``days``, or older than 48 hours and not the last of their day."""
    kept_days: set[dt.date] = set()
    gone = []
    for one in sorted(backups, key=lambda one: one.moment, reverse=True):
        age, day = moment - one.moment, one.moment.astimezone(JST).date()
        if age > dt.timedelta(days=days) or (age > ALL_KEPT and day in kept_days):
            gone.append(one)
        kept_days.add(day)
    return gone


def prune(folder: Path, moment: dt.datetime, days: int) -> list[Backup]:
    """Delete them, and what a killed run has left half-written; those that went."""
    if not folder.is_dir():
        return []
    with alone_in(folder):
        gone = to_delete(backups_in(folder), moment, days)
        for one in gone:
            one.path.unlink()
        for part in folder.iterdir():
            if _PART.fullmatch(part.name):
                part.unlink()
    return gone


def _moment_of(name: str) -> dt.datetime:
    return dt.datetime.strptime(name, "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder for oneself: whoever dies lets go.  Raises BackupError where another holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderBusyError("ほかのプロセスがバックアップを作っています。終わってから実行してください") from error
        yield
    finally:
        os.close(held)


# --- Making ------------------------------------------------------------------------------------------------------


def make(
    database: Database, folder: Path, key: bytes, moment: dt.datetime, progress: Progress = lambda *_: None
) -> tuple[Backup, Examined]:
    """Write the whole database as it is now, read it again, and only then give it its name.  Raises BackupError."""
    if not key:
        raise BackupError(NO_KEY)
    with alone_in(folder):
        path = folder / name_of(moment)
        if path.exists():
            raise BackupError(f"{path}: もうあります")
        unfinished = folder / f".{path.name}.{secrets.token_hex(4)}"
        try:
            # Nobody else may read it, sealed as it is.
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                with one_moment(database) as connection:
                    told = Told(revision_of(connection), program_version(), connection.dialect.name, moment)
                    if not told.revision:
                        raise BackupError("データベースに表がありません（make setup で作ってから）")
                    write_sealed(file, key, lines_of(connection, told, progress))
                file.flush()
                os.fsync(file.fileno())
            examined = examine(unfinished, key, progress)
            unfinished.rename(path)
            sync_folder(folder)
        finally:
            unfinished.unlink(missing_ok=True)
    return Backup(path, moment.replace(microsecond=0)), examined


@contextlib.contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """A reading transaction that sees one moment, however long it takes, and that holds nobody up."""
    with database.reader.connect() as connection:
        if not database.is_sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection


def sync_folder(folder: Path) -> None:
    """The name, too, is to outlive a power cut."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


# --- Looking through ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(path: Path, key: bytes) -> Iterator[Reading]:
    """The lines of a file.  Raises BackupError, also for what is in it."""
    if not key:
        raise BackupError(NO_KEY)
    try:
        with path.open("rb") as file:
            yield Reading(read_sealed(file, key))
    except FileNotFoundError as error:
        raise BackupError(f"{path}: ファイルがありません") from error
    except IsADirectoryError as error:
        raise BackupError(f"{path}: フォルダーです。中のファイルを一つ指定してください") from error


def examine(path: Path, key: bytes, progress: Progress = lambda *_: None) -> Examined:
    """Read every byte: seals, counts, digests and the audit log's chain; no database is needed.  Raises BackupError."""
    with opened(path, key) as reading:
        chain = _FileChain()
        table, done = "", 0
        for shape, values in reading.rows():
            if shape.name != table:
                table, done = shape.name, 0
            done += bool(values)
            if done % 10_000 == 0:
                progress(table, done, 0)
            if values and shape.name.startswith("audit_"):
                chain.see(shape, values)
    assert reading.manifest is not None
    return Examined(reading.manifest, chain.end(reading.manifest.audit) if reading.manifest.audit else None)


class _FileChain:
    """The audit log as it comes by: first where it begins and what is known of it, then its lines."""

    def __init__(self) -> None:
        self._start: tuple[int, str] = (0, NOTHING)
        self._known: dict[int, str] = {}
        self._walk: ChainWalk | None = None

    def see(self, shape: TableShape, values: Sequence[Any]) -> None:
        row = dict(zip((name for name, _ in shape.columns), values, strict=True))
        if shape.name == "audit_checkpoints":
            number, digest = int(row["number"]), str(row["digest"])
            if row["kind"] == "expired":
                self._start = max(self._start, (number, digest))
            elif number:
                self._known[number] = digest
        elif shape.name == "audit_lines":
            self._begun().see(_audit_line(row))

    def end(self, head: tuple[int, str]) -> ChainReport:
        return self._begun().end(head)

    def _begun(self) -> ChainWalk:
        self._walk = self._walk or ChainWalk(self._start, self._known)
        return self._walk


def _audit_line(row: dict[str, Any]) -> AuditLine:
    at = dt.datetime.fromisoformat(row["at"]).replace(tzinfo=dt.UTC)
    return AuditLine(**row | {"at": at, "details": json.loads(row["details"])})


def findings_of(examined: Examined) -> Iterable[str]:
    return examined.chain.findings if examined.chain else ()
