"""A whole database as lines, whichever its engine and its version: read from the tables themselves, not the models.

The first line tells what it is, then for each table one line with its columns and a line a row, then one with the
number of rows and the digest of each table.  A digest is the sum of its rows' SHA-256, so that the order in which an
engine gives them does not matter.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.sql import column, table
from sqlalchemy.types import TypeEngine

from knowledge.backups_file import BackupError

FORMAT = 1
VERSIONS = "alembic_version"
"""Told in the first line instead."""
OMITTED: Mapping[str, str | None] = {
    "staff_sessions": None,
    "office_visits": None,
    "sign_in_failures": None,
    "log_file_parts": None,
    "jobs": "finished_at IS NULL",
    "heartbeats": None,
    "alerts": None,
    "alert_tellings": None,
    "rate_windows": None,
    "channel_rests": None,
    "staff_chats": None,
    "forwards": None,
}
"""Tables without their rows, or with those alone that a condition names.

Whoever signed out must not be signed in again by a restore; results of jobs and files of the log hold residents'
(masked) words that live for a day, and a backup lives longer.  How the service stood then tells nothing of now.
"""
BLANK: Mapping[str, frozenset[str]] = {"line_events": frozenset({"reply_token"})}
"""Written as empty: whoever holds them could act in somebody's name, for a minute."""
_BATCH = 2_000

Progress = Callable[[str, int, int], None]
"""Told (table, rows done, rows in all); may raise to stop."""


@dataclass(frozen=True)
class TableShape:
    """``columns``: (name, kind) in order; the kind is of a few that every engine has."""

    name: str
    columns: tuple[tuple[str, str], ...]


@dataclass
class Tally:
    """How many rows a table has, and their digest."""

    rows: int = 0
    digest: int = 0

    def add(self, line: bytes) -> None:
        self.rows += 1
        self.digest = (self.digest + int.from_bytes(hashlib.sha256(line).digest(), "big")) % (1 << 256)

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "digest": f"{self.digest:064x}"}


@dataclass(frozen=True)
class Told:
    """The first line: what the rest is of."""

    revision: str
    program: str
    engine: str
    moment: dt.datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "kotae_backup": FORMAT,
            "revision": self.revision,
            "program": self.program,
            "engine": self.engine,
            "moment": self.moment.astimezone(dt.UTC).isoformat(),
        }


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: ``tables`` with rows and digest, ``audit`` (number, digest) of the last line."""

    told: Told
    tables: Mapping[str, Mapping[str, Any]]
    audit: tuple[int, str] | None

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.tables.values())


def shapes(connection: Connection) -> list[TableShape]:
    """The tables, those first that others refer to."""
    inspector = inspect(connection)
    columns = inspector.get_multi_columns()
    ordered = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name and name != VERSIONS]
    return [
        TableShape(name, tuple((each["name"], _kind(each["type"])) for each in columns[None, name])) for name in ordered
    ]


_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Boolean, "boolean"),
    (JSON, "json"),
    (DateTime, "moment"),
    (Date, "day"),
    (Integer, "integer"),
    (Float, "number"),
    (LargeBinary, "bytes"),
    (String, "text"),
)


def _kind(given: TypeEngine[Any]) -> str:
    for known, name in _KINDS:
        if isinstance(given, known):
            return name
    raise BackupError(f"知らない種類の列があります: {given!r}")


def revision_of(connection: Connection) -> str:
    """The tables' version; empty where there is none."""
    if not inspect(connection).has_table(VERSIONS):
        return ""
    return str(connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}").scalar() or "")  # noqa: S608


def as_line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# --- Out ---------------------------------------------------------------------------------------------------------


def lines_of(connection: Connection, told: Told, progress: Progress = lambda *_: None) -> Iterator[bytes]:
    """Everything, as the transaction of ``connection`` sees it."""
    yield as_line(told.as_json())
    tallies: dict[str, Mapping[str, Any]] = {}
    for shape in shapes(connection):
        yield as_line({"table": shape.name, "columns": shape.columns})
        tally = Tally()
        for line in _counted(connection, shape, progress):
            tally.add(line)
            yield line
        tallies[shape.name] = tally.as_json()
    yield as_line({"end": tallies, "audit": _audit_head(connection, tallies)})


def _counted(connection: Connection, shape: TableShape, progress: Progress) -> Iterator[bytes]:
    counting = select(func.count()).select_from(table(shape.name))
    total = connection.scalar(counting) or 0
    progress(shape.name, 0, total)
    rows = row_lines(connection, shape, OMITTED.get(shape.name, ""), BLANK.get(shape.name, frozenset()))
    for done, line in enumerate(rows, 1):
        yield line
        if done % _BATCH == 0:
            progress(shape.name, done, total)


def row_lines(
    connection: Connection, shape: TableShape, wanted: str | None = "", blank: frozenset[str] = frozenset()
) -> Iterator[bytes]:
    """A table's rows; ``wanted``: only those, None: none of them."""
    if wanted is None:
        return
    rows = select(*(_read(name, kind) for name, kind in shape.columns)).select_from(table(shape.name))
    if wanted:
        rows = rows.where(text(wanted))
    if shape.name == "audit_lines":
        rows = rows.order_by(column("number"))  # a chain is looked through in its order
    writers = [_nothing if name in blank else _WRITERS.get(kind, _same) for name, kind in shape.columns]
    with connection.execute(rows.execution_options(yield_per=_BATCH)) as found:
        for part in found.partitions():
            for row in part:
                yield as_line([write(value) for write, value in zip(writers, row, strict=True)])


_READ_AS: Mapping[str, TypeEngine[Any]] = {"moment": DateTime(timezone=True), "day": Date(), "boolean": Boolean()}


def _read(name: str, kind: str) -> ColumnElement[Any]:
    # JSON letter by letter as it was written: what was signed is to stay what it is.
    return sql_cast(column(name), Text) if kind == "json" else column(name, _READ_AS.get(kind))


def _nothing(_: Any) -> None:
    return None


def _same(value: Any) -> Any:
    return value


def _moment(value: dt.datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    return value.isoformat(timespec="microseconds")


_WRITERS: Mapping[str, Callable[[Any], Any]] = {
    "moment": _moment,
    "day": lambda value: None if value is None else value.isoformat(),
    "bytes": lambda value: None if value is None else base64.b64encode(value).decode(),
    "number": lambda value: None if value is None else float(value),
}


def _audit_head(connection: Connection, tables: Mapping[str, Any]) -> Sequence[Any] | None:
    if "audit_head" not in tables:
        return None
    row = connection.exec_driver_sql("SELECT number, digest FROM audit_head").first()
    return list(row) if row else None


# --- In ----------------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """The lines of a backup, checked while they are read: counts and digests at the end, which must be there."""

    lines: Iterator[bytes]
    told: Told = field(init=False)
    manifest: Manifest | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        try:
            given = json.loads(next(self.lines))
            if given["kotae_backup"] != FORMAT:
                raise BackupError(f"この形式（{given['kotae_backup']}）は読めません。新しいプログラムで開いてください")
            moment = dt.datetime.fromisoformat(given["moment"])
            self.told = Told(given["revision"], given["program"], given["engine"], moment)
        except (StopIteration, KeyError, TypeError, ValueError) as error:
            if isinstance(error, BackupError):
                raise
            raise BackupError("はじめの行を読めません") from error

    def rows(self) -> Iterator[tuple[TableShape, list[Any]]]:
        """(table, values) of each row; a table without rows is told once with none."""
        tallies: dict[str, Tally] = {}
        shape: TableShape | None = None
        for line in self.lines:
            if line.startswith(b"["):
                if shape is None:
                    raise BackupError("表のない行があります")
                tallies[shape.name].add(line)
                yield shape, json.loads(line)
                continue
            given = json.loads(line)
            if "end" in given:
                self._end(given, tallies)
                return
            shape = TableShape(given["table"], tuple((name, kind) for name, kind in given["columns"]))
            tallies[shape.name] = Tally()
            yield shape, []
        raise BackupError("途中で終わっています")

    def _end(self, given: Mapping[str, Any], tallies: Mapping[str, Tally]) -> None:
        if next(self.lines, None) is not None:
            raise BackupError("終わりのあとに、行があります")
        found = {name: tally.as_json() for name, tally in tallies.items()}
        if found != given["end"]:
            wrong = sorted(name for name in {*found, *given["end"]} if found.get(name) != given["end"].get(name))
            raise BackupError(f"表の行数か中身が、目録と違います（{'、'.join(wrong)}）")
        head = given["audit"]
        self.manifest = Manifest(self.told, found, (head[0], head[1]) if head else None)


def fill(connection: Connection, reading: Reading, progress: Progress = lambda *_: None) -> Manifest:
    """Write all rows into the (empty) tables of ``connection``, which have the same columns."""
    here = {shape.name: dict(shape.columns) for shape in shapes(connection)}
    writer: _Writer | None = None
    for shape, values in reading.rows():
        if not values:
            if writer is not None:
                writer.close()
            _refuse_other(here, shape)
            writer = _writer(connection, shape, progress)
        elif writer is not None:
            writer.add(values)
    if writer is not None:
        writer.close()
    if reading.manifest is None or here.keys() != reading.manifest.tables.keys():
        raise BackupError("表がそろっていません")
    set_sequences(connection)
    return reading.manifest


def _refuse_other(here: Mapping[str, Mapping[str, str]], shape: TableShape) -> None:
    if here.get(shape.name) != dict(shape.columns):
        raise BackupError(f"表 {shape.name} の列が、版 の表と違います（手が加わっています）")


def fill_table(connection: Connection, shape: TableShape, rows: Iterable[list[Any]]) -> None:
    """Rows of one table, with values as the lines have them."""
    writer = _writer(connection, shape, lambda *_: None)
    for values in rows:
        writer.add(values)
    writer.close()


def check_filled(connection: Connection, manifest: Manifest, progress: Progress = lambda *_: None) -> None:
    """Read everything again, and compare.  Raises BackupError."""
    for shape in shapes(connection):
        tally, total = Tally(), manifest.tables[shape.name]["rows"]
        for line in row_lines(connection, shape):
            tally.add(line)
            if tally.rows % _BATCH == 0:
                progress(shape.name, tally.rows, total)
        if tally.as_json() != manifest.tables[shape.name]:
            raise BackupError(f"表 {shape.name} に入ったものが、もとと違います")


class _Writer:
    """Rows of one table on their way in."""

    def __init__(self, connection: Connection, shape: TableShape, progress: Progress) -> None:
        self._connection, self._shape, self._progress = connection, shape, progress
        readers = _FOR_SQLITE if connection.dialect.name == "sqlite" else _FOR_POSTGRESQL
        self._readers = [readers.get(kind, _same) for _, kind in shape.columns]
        self._waiting: list[tuple[Any, ...]] = []
        self._done = 0

    def add(self, values: list[Any]) -> None:
        self._waiting.append(tuple(read(value) for read, value in zip(self._readers, values, strict=True)))
        if len(self._waiting) >= _BATCH:
            self.close()

    def close(self) -> None:
        if self._waiting:
            self._write(self._waiting)
            self._done += len(self._waiting)
            self._waiting = []
            self._progress(self._shape.name, self._done, 0)

    def _write(self, rows: list[tuple[Any, ...]]) -> None:
        names = ", ".join(f'"{name}"' for name, _ in self._shape.columns)
        marks = ", ".join("?" * len(self._shape.columns))
        self._connection.exec_driver_sql(f'INSERT INTO "{self._shape.name}" ({names}) VALUES ({marks})', rows)  # noqa: S608


class _CopyingWriter(_Writer):
    def _write(self, rows: list[tuple[Any, ...]]) -> None:
        names = ", ".join(f'"{name}"' for name, _ in self._shape.columns)
        raw: Any = self._connection.connection.driver_connection
        try:
            with raw.cursor() as cursor, cursor.copy(f'COPY "{self._shape.name}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            # Not the row itself: it may hold what residents wrote.
            raise BackupError(
                f"表 {self._shape.name} の行を PostgreSQL が受け付けません: {type(error).__name__}"
            ) from error


def _writer(connection: Connection, shape: TableShape, progress: Progress) -> _Writer:
    kind = _Writer if connection.dialect.name == "sqlite" else _CopyingWriter
    return kind(connection, shape, progress)


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value, validate=True)


_FOR_SQLITE: Mapping[str, Callable[[Any], Any]] = {
    "moment": lambda value: None if value is None else value.replace("T", " "),
    "bytes": _bytes,
}
_FOR_POSTGRESQL: Mapping[str, Callable[[Any], Any]] = {
    "moment": lambda value: None if value is None else f"{value}+00",
    "bytes": _bytes,
}


def set_sequences(connection: Connection) -> None:
    """PostgreSQL gives the next number after the highest; SQLite does by itself."""
    if connection.dialect.name == "sqlite":
        return
    for shape in shapes(connection):
        for each in (name for name, kind in shape.columns if kind == "integer"):
            sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{shape.name}"', each)))
            if sequence:
                highest = select(func.max(column(each, Integer))).select_from(table(shape.name)).scalar_subquery()
                connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))
