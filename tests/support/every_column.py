"""Looking for words in everything that a database holds."""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterable

from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import Base


def places_of(database: Database, words: Iterable[str]) -> set[str]:
    """``table.column`` of every value that holds one of the words, packed ones too."""
    wanted = list(words)
    found = set()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    if any(word in _read(value) for word in wanted):
                        found.add(f"{table.name}.{name}")
    return found


def _read(value: object) -> str:
    if isinstance(value, bytes):
        with contextlib.suppress(zlib.error):
            value = zlib.decompress(value)
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
