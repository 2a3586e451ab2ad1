"""Whether a process still answers: one that does not leaves, and whoever started it starts another."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.deadline import Deadline
from bot.line.inbox import oldest_waiting
from knowledge.db import Database

STUCK_SECONDS = 45.0
"""Two calls to LINE, and writing down what became of them for as long as it is tried, take less."""
WAITING_SECONDS = 60.0
"""By then every event is answered or ended, whoever does it."""
SETTLING_SECONDS = 75.0
"""A process that has just begun is not to blame for what waits."""
LOOKS = 5
"""In a row, a second between them: a beat that comes late is none that never comes."""
EXIT_STATUS = 75

_log = structlog.get_logger("line.watchdog")


def leave(reason: str) -> None:
    """End at once, without waiting for anything that hangs."""
    _log.critical("process_leaves", reason=reason)
    os._exit(EXIT_STATUS)


class Watchdog:
    """Looks each second.  Where the database does not answer nobody leaves: another process would find it no better."""

    def __init__(self, database: Database, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._clock = clock
        self._asking = Deadline("watchdog", 2.0, 2)
        self._seen = 0

    def reason_to_leave(self, busy: Iterable[float | None], age: float) -> str | None:
        """``busy``: for how long each thread has been at one event, None where it has none."""
        stuck = [seconds is not None and seconds > STUCK_SECONDS for seconds in busy]
        try:
            waiting = self._asking.call(oldest_waiting, self._database, self._clock())
        except (SQLAlchemyError, TimeoutError):
            self._seen = 0
            return None
        if stuck and all(stuck):
            return "every thread is stuck"
        self._seen = self._seen + 1 if waiting > WAITING_SECONDS and age > SETTLING_SECONDS else 0
        return "nobody works on what waits" if self._seen >= LOOKS else None
