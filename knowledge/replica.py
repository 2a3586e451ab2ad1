"""Reading figures from a copy of the database, so that long reports never slow the answers.

A copy lags a little behind; where it lags too much, or is away, what is written to is read instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.db import Database, open_database

BEHIND_MOST = 1 << 20
"""Bytes of changes that a copy may lack: some hundred questions."""
LOOK_SECONDS = 5.0
"""Between two looks whether the copy keeps up."""

_log = structlog.get_logger("replica")


class EvidenceReader:
    """What the pages of figures read from: the copy while it keeps up, else the database itself."""

    def __init__(
        self, database: Database, copy: Engine | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._copy, self._clock = database, copy, clock
        self._looking = threading.Lock()
        self._looked: float | None = None
        self._keeps_up = False

    @contextmanager
    def reading(self) -> Iterator[Session]:
        copy = self._copy
        if copy is None or not self._is_usable(copy):
            with self._database.reading() as session:
                yield session
            return
        with Session(copy, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        if self._copy is not None:
            self._copy.dispose()

    def _is_usable(self, copy: Engine) -> bool:
        with self._looking:
            if self._looked is None or self._clock() - self._looked > LOOK_SECONDS:
                before, self._keeps_up = self._keeps_up, self._behind(copy) <= BEHIND_MOST
                if self._keeps_up != before or self._looked is None:
                    _log.info("replica_used" if self._keeps_up else "replica_not_used")
                self._looked = self._clock()
            return self._keeps_up

    def _behind(self, copy: Engine) -> float:
        """Bytes of changes that the copy lacks; infinite where it cannot be told."""
        try:
            with self._database.reading() as session:
                written = session.scalar(text("SELECT pg_current_wal_lsn()::text"))
            with copy.connect() as connection:
                # Of a copy that replays nothing (it is none) nothing can be told.
                lacking = text("SELECT pg_wal_lsn_diff(CAST(:written AS pg_lsn), pg_last_wal_replay_lsn())")
                behind = connection.scalar(lacking, {"written": written})
        except SQLAlchemyError as error:
            _log.warning("replica_away", error=type(error).__name__)
            return float("inf")
        return float("inf") if behind is None else float(behind)


def evidence_reader(database: Database, copy_url: str) -> EvidenceReader:
    """Of ``database`` and the copy at ``copy_url``; empty: there is none."""
    if not copy_url or database.is_sqlite:
        return EvidenceReader(database)
    # Opened like the database itself: the same limits, the same reading of JSON, and never a write.
    return EvidenceReader(database, open_database(copy_url).reader)
