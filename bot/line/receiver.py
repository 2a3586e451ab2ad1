"""What a receiving process does once a batch is stored."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bot.deadline import Deadline
from bot.line.client import LineClients
from bot.line.events import IncomingEvent
from bot.line.gathering import Gathering
from knowledge.db import Database, hurried, is_current
from knowledge.offices import public_numbers

STORING_SECONDS = 1.7
"""LINE waits two seconds; a locked SQLite is waited for 1.5."""
LOOKING_THREADS = 16
MANY_AT_ONCE = 4
"""Webhooks at work in this process, of the sixteen that its threads let in: those who answer step aside for them."""
STEPPING_ASIDE_SECONDS = 2.0
"""For so long at most: whoever asked has 50 seconds, LINE waits two."""
NUMBERS_HOLD_SECONDS = 10.0
"""The offices' own telephone numbers are read anew so often."""
MOST_SHOWN = 20
"""People of one batch who are shown that somebody is at work."""
LATEST_SECONDS = 0.5
"""Later than this the answer itself is there, and dots after it would only puzzle."""


class Receiver:
    """What follows a stored batch: the loading animation, then waking this process's senders."""

    def __init__(self, clients: LineClients) -> None:
        self.wake = threading.Semaphore(0)
        """One turn for each event: of many idle senders as many look as there is work."""
        self.seconds = STORING_SECONDS
        self.looking = Deadline("looking", STORING_SECONDS, LOOKING_THREADS)
        self.gathering = Gathering()
        self._calm = threading.Condition()
        self._at_work = 0
        self._numbers: dict[str, tuple[float, frozenset[str]]] = {}
        self._fit = False
        self._clients = clients
        self._pool: ThreadPoolExecutor | None = None
        self._starting = threading.Lock()

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Within, a webhook is at work."""
        with self._calm:
            self._at_work += 1
        try:
            yield
        finally:
            with self._calm:
                self._at_work -= 1
                if self._at_work < MANY_AT_ONCE:
                    self._calm.notify_all()

    @property
    def is_pressed(self) -> bool:
        return self._at_work >= MANY_AT_ONCE

    def step_aside(self) -> None:
        """Let the webhooks of a burst go before: an answer may take its time, LINE's 200 may not."""
        if self.is_pressed:
            with self._calm:
                self._calm.wait_for(lambda: not self.is_pressed, STEPPING_ASIDE_SECONDS)

    def look(self, database: Database, code: str) -> frozenset[str] | None:
        """The telephone numbers of the municipality's offices, as they were a moment ago; None where the tables do not
        fit this program.

        Whether they fit is asked until they do, for no running program takes them away.  Nothing is asked of the
        database where all of it is known.  Raises what the database raises, and TimeoutError.
        """
        until, numbers = self._numbers.get(code, (0.0, frozenset()))
        if self._fit and time.monotonic() < until:
            return numbers
        return self.looking.call(self._look, database, code)

    def _look(self, database: Database, code: str) -> frozenset[str] | None:
        with hurried():
            self._fit = self._fit or is_current(database)
            if not self._fit:
                return None
            numbers = public_numbers(database, code)
        self._numbers[code] = (time.monotonic() + NUMBERS_HOLD_SECONDS, numbers)
        return numbers

    def announce(self, name: str, events: Iterable[IncomingEvent]) -> None:
        """Show on the channel ``name`` that somebody is at work, unless very many ask at once.

        The user ids live in this call alone.
        """
        client = self._clients.get(name)
        asked = Counter(event.user_id for event in events)
        if client is None or self.is_pressed:
            self.wake.release(max(asked.total(), 1))
            return
        shown = [user_id for user_id in asked if user_id][:MOST_SHOWN]
        for user_id in shown:
            self._executor().submit(
                self._show_then_wake, client.show_loading, user_id, asked[user_id], time.monotonic()
            )
        if others := asked.total() - sum(asked[user_id] for user_id in shown):
            self.wake.release(others)

    def _show_then_wake(self, show: Callable[[str], None], user_id: str, events: int, asked: float) -> None:
        try:
            if time.monotonic() - asked < LATEST_SECONDS:
                show(user_id)
        finally:
            self.wake.release(events)

    def _executor(self) -> ThreadPoolExecutor:
        # Made at the first use: threads do not survive the server's fork.
        with self._starting:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(4, thread_name_prefix="loading")
            return self._pool
