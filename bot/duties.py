"""What has its time, each in a thread of its own beside the long work: none waits for another, nor for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bot.log_setup import place_of

JOIN_SECONDS = 5.0
"""How long their end is waited for, all together: whoever stops the process waits ten seconds in all."""

_log = structlog.get_logger("jobs")
GoOn = Callable[[], None]
"""Asked in the middle of something: raises StoppedError where it is to stop."""


class StoppedError(Exception):
    """Told to stop in the middle of something: it is given back, and done later."""


@dataclass(frozen=True)
class Duty:
    """Something to look after.  ``act`` tells what it did; None: nothing is due, or it could not be done now.

    ``seconds``: between two looks that find nothing.
    """

    name: str
    seconds: float
    act: Callable[[GoOn], str | None]


@contextmanager
def looked_after(duties: Sequence[Duty], stopped: Callable[[], bool]) -> Iterator[None]:
    """Within, every duty is looked after."""
    ended = threading.Event()

    def go_on() -> None:
        if ended.is_set() or stopped():
            raise StoppedError

    threads = [
        threading.Thread(target=_look_after, args=(duty, ended, go_on), name=duty.name, daemon=True) for duty in duties
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        _join(threads)


def _look_after(duty: Duty, ended: threading.Event, go_on: GoOn) -> None:
    while not ended.is_set():
        try:
            go_on()
            did = duty.act(go_on)
        except StoppedError:
            return
        except Exception as error:  # a thread that ends is missed by nobody
            _log.error("job_failed", kind=duty.name, error=type(error).__name__, at=place_of(error.__traceback__))
            did = None
        if did is None:
            ended.wait(duty.seconds)


def _join(threads: Sequence[threading.Thread]) -> None:
    """Whoever hangs, at a mail server or a disk, ends with the process: what it was at is whole or not there."""
    until = time.monotonic() + JOIN_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            _log.warning("duty_not_ended", kind=thread.name)
