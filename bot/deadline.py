"""Waiting so long and no longer for what may hang: a database that stands still, a peer that sends byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Deadline:
    """Calls are made in threads of its own.  What hangs holds one of them until it ends, and nobody else.

    With all of them held, whoever comes waits its time and is told the same.  The threads begin with the first call,
    so that one made before the server's fork serves after it.
    """

    def __init__(self, name: str, seconds: float, threads: int) -> None:
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What ``function`` returns or raises.  Raises TimeoutError where it takes longer: it may still be done."""
        running = self._pool.submit(function, *args, **kwargs)
        try:
            return running.result(self._seconds)
        except TimeoutError:
            running.cancel()
            raise
