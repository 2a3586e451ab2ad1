"""One municipality whole: out into a file, back into a database, or gone.

What belongs to a municipality is told by the tables themselves (their column ``municipality_code``),
so a table that is added later is never forgotten.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import getpass
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    Table,
    delete,
    func,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import BY_COMMAND
from knowledge.calendar import now
from knowledge.db import Database, migration_config
from knowledge.models import Base, LineEvent, LineTester, Municipality, UnsentMessage
from knowledge.models.base import UtcDateTime
from knowledge.residents_data import forget_message
from knowledge.retention import purge_within

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MEMBERS = 200
MAX_LINE = 64 << 20
"""Bytes of one row; what was learned is a few MB."""
MAX_MANIFEST = 1 << 20
_BATCH = 500

SECRET_COLUMNS: Mapping[str, frozenset[str]] = {"line_events": frozenset({"reply_token"})}
"""Written as empty: whoever holds them could act in somebody's name."""

Progress = Callable[[str, int, int], None]
"""Told (table, rows done, rows in all); may raise to stop."""


EraseAgain = Callable[[Session, str, dt.datetime], int | None]
"""Erases what was erased of a municipality since a moment; how many acts."""


class ArchiveError(ValueError):
    """An archive cannot be written, read or restored; the message names the place and the remedy."""


class _TableEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    rows: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What an archive holds: ``revision`` is the tables' version, ``tables`` the rows, size and hash of each."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int
    program: str
    revision: str
    municipality_code: str = Field(pattern="^[0-9]{6}$")
    municipality_name: str
    knowledge_version: int
    exported_at: dt.datetime
    tables: dict[str, _TableEntry]

    @property
    def counts(self) -> dict[str, int]:
        return {name: table.rows for name, table in self.tables.items()}


@dataclass(frozen=True)
class Erased:
    """What was erased: rows by table, and whether index files were among it."""

    counts: Mapping[str, int]
    index_files: bool


def own_tables() -> list[Table]:
    """The tables that hold a municipality's rows, those first that others refer to."""
    return [table for table in Base.metadata.sorted_tables if _code_column(table) is not None]


def _code_column(table: Table) -> Column[Any] | None:
    """The column that tells whose a row is; None for a table that belongs to no municipality."""
    return table.c.get("code") if table.name == Municipality.__tablename__ else table.c.get("municipality_code")


def is_own(table: Table, code: str) -> ColumnElement[bool]:
    """Whether a row is a municipality's."""
    column = _code_column(table)
    assert column is not None
    return column == code


def _rows_of(table: Table, code: str) -> Select[Any]:
    return select(table).where(is_own(table, code)).order_by(*table.primary_key.columns)


def count_rows(session: Session, code: str) -> dict[str, int]:
    """How many rows of each table are a municipality's."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table).where(is_own(table, code))) or 0
        for table in own_tables()
    }


# --- Out ---------------------------------------------------------------------------------------------------------


def export_all(
    database: Database,
    code: str,
    path: Path,
    moment: dt.datetime,
    program: str,
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Write everything of a municipality, as it is at one moment, to the ZIP file ``path``.

    Raises ArchiveError; an unfinished file is not left behind, an existing one not overwritten.
    """
    if path.exists():
        raise ArchiveError(f"{path}: もうあります（別の名前にするか、先に移してください）")
    if not path.parent.is_dir():
        raise ArchiveError(f"{path.parent}: フォルダーがありません")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    unfinished = Path(name)
    try:
        # mkstemp lets nobody else read it: it holds what residents asked.
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = _write_all(database, code, archive, moment, program, progress)
        try:
            os.link(unfinished, path)
        except FileExistsError as error:
            raise ArchiveError(f"{path}: もうあります（別の名前にするか、先に移してください）") from error
        except OSError:
            unfinished.rename(path)
        return manifest
    finally:
        unfinished.unlink(missing_ok=True)


def _write_all(
    database: Database, code: str, archive: zipfile.ZipFile, moment: dt.datetime, program: str, progress: Progress
) -> Manifest:
    with database.reading() as session:
        if not database.is_sqlite:
            # On SQLite a reading transaction sees one moment anyway.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        town = session.get(Municipality, code)
        if town is None:
            raise ArchiveError(f"市町村 {code} がありません（6桁のコードを確かめてください）")
        counts = count_rows(session, code)
        tables = {
            table.name: _write_table(session, code, table, archive, counts[table.name], progress)
            for table in own_tables()
        }
        manifest = Manifest(
            format=FORMAT,
            program=program,
            revision=_revision(session),
            municipality_code=code,
            municipality_name=town.name,
            knowledge_version=town.knowledge_version,
            exported_at=moment,
            tables=tables,
        )
    archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    return manifest


def _write_table(
    session: Session, code: str, table: Table, archive: zipfile.ZipFile, count: int, progress: Progress
) -> _TableEntry:
    digest, size, rows = hashlib.sha256(), 0, 0
    secret = SECRET_COLUMNS.get(table.name, frozenset())
    found = session.execute(_rows_of(table, code).execution_options(yield_per=_BATCH))
    with contextlib.closing(found), archive.open(_member(table.name), "w", force_zip64=True) as out:
        for row in found:
            values = {
                column.name: None if column.name in secret else _as_json(value)
                for column, value in zip(table.columns, row, strict=True)
            }
            line = json.dumps(values, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
            out.write(line)
            digest.update(line)
            size, rows = size + len(line), rows + 1
            if rows % _BATCH == 0:
                progress(table.name, rows, count)
    progress(table.name, rows, count)
    return _TableEntry(rows=rows, bytes=size, sha256=digest.hexdigest())


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _revision(session: Session) -> str:
    return MigrationContext.configure(session.connection()).get_current_revision() or ""


# --- In ----------------------------------------------------------------------------------------------------------


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """The table of contents, checked against the file.  Raises ArchiveError."""
    infos = {info.filename: info for info in archive.infolist()}
    if MANIFEST not in infos or infos[MANIFEST].file_size > MAX_MANIFEST:
        raise ArchiveError(f"{MANIFEST} がありません。knowledge export-all で書いたファイルを指定してください")
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        raise ArchiveError(
            f"{MANIFEST} を読めません。knowledge export-all で書いたファイルか確かめてください"
        ) from error
    if manifest.format != FORMAT:
        raise ArchiveError(f"この形式（{manifest.format}）は読めません。新しいプログラムで復元してください")
    expected = {MANIFEST, *map(_member, manifest.tables)}
    if set(infos) != expected or len(archive.infolist()) != len(expected) or len(expected) > MAX_MEMBERS:
        raise ArchiveError("中のファイルが目録と合いません（壊れているか、手が加わっています）")
    for name, table in manifest.tables.items():
        if infos[_member(name)].file_size != table.bytes:
            raise ArchiveError(f"{_member(name)}: 大きさが目録と違います（壊れているか、手が加わっています）")
    return manifest


def restore(
    database: Database,
    path: Path,
    progress: Progress = lambda *_: None,
    erase_again: EraseAgain = lambda *_: None,
    moment: dt.datetime | None = None,
) -> Manifest:
    """Bring an archive into a database that does not have its municipality: all of it, or nothing.

    Raises ArchiveError.  What running processes keep in memory of an earlier one is given up, since the
    knowledge version moves.  ``moment``: what is too old by then is gone before anybody sees the rest of it, and so
    is what was erased since, by ``erase_again``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = read_manifest(archive)
            with database.writing() as session:
                _refuse_other_tables(session, manifest)
                _refuse_existing(session, manifest)
                for table in own_tables():
                    if table.name in manifest.tables:
                        _read_table(session, table, archive, manifest, progress)
                _move_version(session, manifest.municipality_code)
                _made_ready(session, manifest, path, erase_again, moment or now())
            database.shrink_log()
            return manifest
    except FileNotFoundError as error:
        raise ArchiveError(f"{path}: ファイルがありません") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise ArchiveError(f"{path}: ZIP として読めません（壊れていないか確かめてください）") from error
    except SQLAlchemyError as error:
        raise ArchiveError(
            f"データベースに入れられませんでした（何も変わっていません）: {type(error).__name__}"
        ) from error


def _made_ready(session: Session, manifest: Manifest, path: Path, erase_again: EraseAgain, moment: dt.datetime) -> None:
    code = manifest.municipality_code
    for unsent in list(session.scalars(select(UnsentMessage).where(UnsentMessage.municipality_code == code))):
        forget_message(session, code, unsent.message_id, moment)
    erased = erase_again(session, code, manifest.exported_at) or 0
    purged = sum(purge_within(session, code, moment).values())
    told = {
        "file": path.name,
        "rows": sum(manifest.counts.values()),
        "purged": purged,
        "erased": erased,
        "user": operator(),
    }
    audit.append(session, BY_COMMAND, "municipality_restored", at=moment, scope=code, details=told)


def operator() -> str:
    """Who is at the command line, as the machine knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _refuse_other_tables(session: Session, manifest: Manifest) -> None:
    """The database must be of this program, the archive of this or an earlier one."""
    scripts = ScriptDirectory.from_config(migration_config())
    head = scripts.get_current_head()
    if _revision(session) != head:
        raise ArchiveError("表が今のプログラムと合いません。先に `flask --app app upgrade` を実行してください")
    known = set()
    with contextlib.suppress(CommandError):
        known = {script.revision for script in scripts.iterate_revisions(head, "base")}
    if manifest.revision not in known:
        raise ArchiveError(
            f"もっと新しいプログラムで書かれています（表の版 {manifest.revision}、ここは {head}）。"
            "プログラムを新しくしてから復元してください"
        )
    unknown = sorted(set(manifest.tables) - {table.name for table in own_tables()})
    if unknown:
        raise ArchiveError(f"知らない表があります: {'、'.join(unknown)}")
    if Municipality.__tablename__ not in manifest.tables:
        raise ArchiveError("市町村の表がありません（壊れているか、手が加わっています）")


def _refuse_existing(session: Session, manifest: Manifest) -> None:
    code, name = manifest.municipality_code, manifest.municipality_name
    present = [table for table, count in count_rows(session, code).items() if count]
    if present:
        raise ArchiveError(
            f"{name}（{code}）のデータがもうあります（{'、'.join(present)}）。上書きはしません。"
            "入れ替えるときは、先に `knowledge erase` で消してください"
        )


def _read_table(
    session: Session, table: Table, archive: zipfile.ZipFile, manifest: Manifest, progress: Progress
) -> None:
    given = manifest.tables[table.name]
    member = _member(table.name)
    digest, rows = hashlib.sha256(), 0
    batch: list[dict[str, Any]] = []
    with archive.open(member) as file:
        for line in _lines(file, member):
            digest.update(line)
            rows += 1
            batch.append(_row(table, line, f"{member}:{rows}", manifest.municipality_code))
            if len(batch) >= _BATCH:
                _insert(session, table, batch)
                progress(table.name, rows, given.rows)
    _insert(session, table, batch)
    progress(table.name, rows, given.rows)
    if rows != given.rows or digest.hexdigest() != given.sha256:
        raise ArchiveError(f"{member}: 中身が目録と違います（壊れているか、手が加わっています）")


def _lines(file: IO[bytes], member: str) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise ArchiveError(f"{member}: 一行が長すぎます（壊れているか、手が加わっています）")
        yield line


def _row(table: Table, line: bytes, place: str, code: str) -> dict[str, Any]:
    """A line as the row to insert.  A number that the database gives itself is given anew."""
    try:
        given = json.loads(line)
        unknown = set(given) - set(table.c.keys())
        if unknown:
            raise ArchiveError(f"{place}: 知らない項目があります: {'、'.join(sorted(unknown))}")
        values = {name: _from_json(table.c[name], value) for name, value in given.items()}
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"{place}: 読めません（壊れているか、手が加わっています）") from error
    column = _code_column(table)
    if column is None or values.get(column.name) != code:
        raise ArchiveError(f"{place}: 別の市町村の行です（手が加わっています）")
    for name in _numbered(table):
        values.pop(name, None)
    if "lease_until" in values:
        # Whoever was at work on it is not here.
        values["lease_until"] = None
    if table.name == LineEvent.__tablename__ and values.get("state") in ("received", "sending"):
        # Without its token nobody can reply any more, and what it said is of no more use.
        values |= {"state": "expired", "note": "restored", "text": None, "finished_at": values["received_at"]}
    return values


def _numbered(table: Table) -> list[str]:
    """Columns that the database numbers by itself and that nothing refers to."""
    column = table.autoincrement_column
    return [column.name] if column is not None and isinstance(column.type, Integer) else []


def _from_json(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime | UtcDateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return dt.date.fromisoformat(value)
    return base64.b64decode(value, validate=True) if isinstance(column.type, LargeBinary) else value


def _insert(session: Session, table: Table, batch: list[dict[str, Any]]) -> None:
    if batch:
        session.execute(table.insert(), batch)
        batch.clear()


def _move_version(session: Session, code: str) -> None:
    """One further, and what was learned with it: no process may take what it keeps in memory for this."""
    learned = Base.metadata.tables["learned"]
    town = session.get_one(Municipality, code)
    session.execute(
        learned.update()
        .where(learned.c.municipality_code == code, learned.c.knowledge_version == town.knowledge_version)
        .values(knowledge_version=town.knowledge_version + 1)
    )
    town.knowledge_version += 1


# --- Gone --------------------------------------------------------------------------------------------------------


def erase(database: Database, code: str, indexes: Path | None, progress: Progress = lambda *_: None) -> Erased:
    """Erase everything of a municipality in one transaction, then its index files.

    Accounts stay, for they are the service's; who may ask its test channel goes, for that channel is its own.
    On SQLite the freed pages are overwritten (``secure_delete``) and the write-ahead log emptied.
    """
    counts = {}
    with database.writing() as session:
        present = count_rows(session, code)
        for table in reversed(own_tables()):
            session.execute(delete(table).where(is_own(table, code)))
            counts[table.name] = present[table.name]
            progress(table.name, present[table.name], present[table.name])
        testers = cast(CursorResult[Any], session.execute(delete(LineTester).where(LineTester.scope == code)))
        counts[LineTester.__tablename__] = testers.rowcount
        # What the audit log tells of its answers from here back has nothing left to be compared with.
        rows = {"rows": sum(counts.values())}
        audit.append(session, BY_COMMAND, "municipality_erased", at=now(), scope=code, details=rows)
    database.shrink_log()
    folder = indexes / code if indexes else None
    had_files = folder is not None and folder.is_dir()
    if had_files and folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    return Erased(counts, had_files)
