"""What lies on the disk of a database, letter by letter."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from knowledge.db import Database


def bytes_of(database: Database) -> bytes:
    """All bytes of the files of a database: SQLite's with its write-ahead log; of PostgreSQL's server this database's."""
    if database.is_sqlite:
        path = Path(database.writer.url.database or "")
        return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return b"".join(each.read_bytes() for each in (folder / "base" / str(number)).iterdir())
