"""What this process has seen and no table holds: LINE's refusals, indexes that could not be built.  For all threads."""

from __future__ import annotations

import datetime as dt
import threading

from bot.operation.metrics import count
from knowledge.calendar import now

INDEX_FAULT_HOLDS = dt.timedelta(minutes=10)
"""After the last attempt that failed: the next success is noted by nobody."""
FORWARD_FAULT_HOLDS = dt.timedelta(minutes=10)
REFUSED_FOR, REFUSED_HOLDS = dt.timedelta(seconds=10), dt.timedelta(minutes=2)
"""What LINE sends could not be kept for so long, and how long that counts after the last of it."""


class Notes:
    """Of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refused: dict[str, dt.datetime] = {}
        self._accepted: dict[str, dt.datetime] = {}
        self._unbuilt: dict[str, dt.datetime] = {}
        self._unforwarded: dict[str, tuple[str, dt.datetime]] = {}
        self._unkept: tuple[dt.datetime, dt.datetime] | None = None
        """When the first and the last of those came that could not be kept, since the last that could."""

    def line_answered(self, channel: str, status: int | None, moment: dt.datetime | None = None) -> None:
        """LINE took a call on a channel, or refused its access token; another answer says nothing of the token."""
        with self._lock:
            if status in (401, 403):
                self._refused[channel] = moment or now()
            elif status is not None and status < 300:
                self._accepted[channel] = moment or now()
                self._refused.pop(channel, None)

    def index_failed(self, code: str, moment: dt.datetime | None = None) -> None:
        with self._lock:
            self._unbuilt[code] = moment or now()

    def received(self, moment: dt.datetime, *, kept: bool) -> None:
        """A webhook was answered."""
        with self._lock:
            self._unkept = None if kept else (self._unkept[0] if self._unkept else moment, moment)

    def receives_nothing(self, moment: dt.datetime) -> bool:
        """Whether of what LINE sends nothing can be kept, for longer than a lock holds.

        A disk that is full shows here: what is short, as the beat of a process is, may still find room in it.
        """
        with self._lock:
            if self._unkept is None:
                return False
            first, last = self._unkept
            return last - first >= REFUSED_FOR and moment - last < REFUSED_HOLDS

    def refused(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._refused))

    def accepted_since(self, channel: str, moment: dt.datetime) -> bool:
        with self._lock:
            return channel in self._accepted and self._accepted[channel] > moment

    def forwarded(self, channel: str, fault: str | None, moment: dt.datetime) -> None:
        """Another tool took a body (None), or does not."""
        with self._lock:
            self._unforwarded.pop(channel, None)
            if fault is not None:
                self._unforwarded[channel] = (fault, moment)

    def unforwarded(self, moment: dt.datetime) -> dict[str, str]:
        """By channel why its other tool gets nothing, as far as anything was to be handed on lately."""
        with self._lock:
            return {
                channel: fault
                for channel, (fault, at) in sorted(self._unforwarded.items())
                if moment - at < FORWARD_FAULT_HOLDS
            }

    def unbuilt(self, moment: dt.datetime) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(code for code, at in self._unbuilt.items() if moment - at < INDEX_FAULT_HOLDS))


NOTES = Notes()
"""This process's."""


def note_line_call(channel: str, endpoint: str, status: int | None, seconds: float) -> None:
    """LINE answered a call, or did not (None)."""
    count("kotae_line_calls", seconds, endpoint=endpoint, status=status)
    NOTES.line_answered(channel, status)
