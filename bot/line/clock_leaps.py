"""A wall clock that leaps ahead, as when it is set right at last: what is open loses none of its time.

Deadlines and leases are moments of the wall's clock, since processes and machines share them.  Each process compares
that clock with one that never leaps; what it wrote before a leap is moved by as much.  A leap back needs nothing of
this: what then lies too far ahead is brought back (``inbox.settle``).
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import structlog

from bot.line import inbox
from knowledge.calendar import now
from knowledge.db import Database

LEAST_SECONDS = 5.0
"""More than passes between two looks: what others write meanwhile, by the clock that has leapt, is left as it is."""
_NEVER_LEAPS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""It goes on while a machine sleeps, as a reply token's time does."""

_log = structlog.get_logger("line.clock_leaps")


def _steady() -> float:
    return time.clock_gettime(_NEVER_LEAPS)


class ClockLeaps:
    """Of one process, shared by its threads."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], dt.datetime] = now,
        steady: Callable[[], float] = _steady,
    ) -> None:
        """``steady``: seconds of a clock that never leaps."""
        self._database, self._clock, self._steady = database, clock, steady
        self._apart = self._now_apart()
        self._looking = threading.Lock()

    def follow(self) -> None:
        """Before anything is ended or claimed: move what is open by what the clock leapt ahead since the last look."""
        with self._looking:
            apart = self._now_apart()
            leap = apart - self._apart
            if leap >= LEAST_SECONDS:
                moved = inbox.move_on(self._database, self._clock(), dt.timedelta(seconds=leap))
                _log.warning("clock_leapt_ahead", seconds=round(leap), moved=moved)
            # After it was followed: a database that is away must not lose it.
            self._apart = apart

    def _now_apart(self) -> float:
        return self._clock().timestamp() - self._steady()
