"""Beside the answering: what is to be gone is erased, in the database's log file too, and what is too late is ended."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import structlog

from bot.line.clock_leaps import ClockLeaps
from bot.line.inbox import forget_late_texts, settle
from bot.operation.metrics import count
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.forwards import purge

BEAT_SECONDS = 1.0
"""Between two looks for events that can no longer be answered."""
LOOK_SECONDS = 30.0
"""Between two looks for words that can no longer be answered."""
AGAIN_SECONDS = 0.5
"""Before the next attempt, where a reader stood in the way."""
AFTER_FAULT_SECONDS = 5.0
"""The same where the database is away: each attempt writes a line."""

_log = structlog.get_logger("line.housekeeping")


class Housekeeping:
    """Of one process: the database's log file is emptied soon after something was erased, again until it is.

    ``queue_most``: how many events may wait for an answer; beyond it the oldest are ended.
    """

    def __init__(
        self, database: Database, clock: Callable[[], dt.datetime] = now, *, queue_most: int | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._queue_most = queue_most
        self._leaps = ClockLeaps(database, clock)
        self._looked: float | None = None
        self._wanted = threading.Event()
        self._stop = threading.Event()
        self._looking = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def shrink_soon(self) -> None:
        """Something was erased that the log file still holds."""
        self._wanted.set()
        self._ensure_running()

    def start(self) -> None:
        """Look for late words from now on: after the server's fork, which no thread outlives."""
        self._looking = True
        self._ensure_running()

    def stop(self, seconds: float = 5.0) -> None:
        self._looking = False
        self._stop.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _ensure_running(self) -> None:
        with self._starting:
            if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._tidy()
            except Exception as error:  # a thread that ends is missed by nobody, and the words would stay
                _log.error("not_tidied", error=type(error).__name__)
                self._wanted.set()
                self._stop.wait(AFTER_FAULT_SECONDS)
            with self._starting:
                if not self._looking and not self._wanted.is_set():
                    self._thread = None
                    return
            self._wanted.wait(min(BEAT_SECONDS, LOOK_SECONDS))

    def _tidy(self) -> None:
        if self._looking:
            self._leaps.follow()
            if ended := settle(self._database, self._clock(), self._queue_most):
                _log.warning("ended_unanswered", events=ended)
            if self._looked is None or time.monotonic() - self._looked >= LOOK_SECONDS:
                self._looked = time.monotonic()
                if forget_late_texts(self._database, self._clock()):
                    self._wanted.set()
                for _ in range(purge(self._database, self._clock())):
                    count("kotae_forwards", result="expired")
                    self._wanted.set()
        if self._wanted.is_set():
            self._wanted.clear()
            if not self._database.shrink_log():
                self._wanted.set()
                self._stop.wait(AGAIN_SECONDS)
