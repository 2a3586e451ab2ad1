"""Whether traffic may come: answered within a second also where the database hangs, and looked at once a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.operation.checks import Facts, is_ready
from bot.operation.facts import gather
from bot.operation.pulse import pulse_of
from bot.services import Services
from knowledge.calendar import now

FRESH_SECONDS = 1.0
WAIT_SECONDS = 0.9
HANGING = ("database",)
"""What is said where no look comes to its end."""

_log = structlog.get_logger("operation")


def can_write(kit: Services) -> bool:
    """Whether the database takes what is written, without writing for it where the beat of this process does.

    A process that does not beat (one for trials) opens a transaction that writes, and leaves nothing.
    """
    pulse = pulse_of(kit)
    if pulse is not None:
        return not pulse.heart.is_stale()
    try:
        with kit.database.writing() as session:
            session.execute(text("UPDATE audit_head SET number = number WHERE id = 0"))
    except SQLAlchemyError:
        return False
    return True


def look(kit: Services) -> Facts:
    return gather(kit, now(), writable=can_write(kit))


class Readiness:
    """Of one process.  However many ask, one look is under way at a time, and what it found holds for a second."""

    def __init__(self, look: Callable[[], Facts]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._running: Future[Facts] | None = None
        self._facts: Facts | None = None
        self._seen = -FRESH_SECONDS
        self._said: tuple[str, ...] = ()

    def reasons(self, leave_out: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Why no traffic should come, by name; none where it may."""
        facts = self._facts_now()
        found = HANGING if facts is None else tuple(is_ready(facts, leave_out))
        if found != self._said:
            self._said = found
            _log.warning("readiness", reasons=list(found))
        return found

    def look_anew(self) -> None:
        """What was found holds no longer: the tables were just made, or taken away."""
        with self._lock:
            self._seen = -FRESH_SECONDS

    def _facts_now(self) -> Facts | None:
        with self._lock:
            if time.monotonic() - self._seen < FRESH_SECONDS:
                return self._facts
            if self._running is None:
                self._running = self._pool.submit(self._look)
            running = self._running
        try:
            facts = running.result(WAIT_SECONDS)
        except Late:
            return None
        except Exception as error:  # whatever it is: who asks must be told that we do not know
            _log.error("readiness_failed", error=type(error).__name__)
            facts = None
        with self._lock:
            if self._running is running:
                self._running, self._facts, self._seen = None, facts, time.monotonic()
        return facts
