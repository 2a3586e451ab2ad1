"""What a receiving process does once a batch is stored."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from bot.deadline import Deadline
from bot.line.client import LineClients
from bot.line.events import IncomingEvent
from knowledge.db import Database, is_current

STORING_SECONDS = 1.7
"""LINE waits two seconds; a locked SQLite is waited for 1.5."""
STORING_THREADS = 16
MOST_SHOWN = 20
"""People of one batch who are shown that somebody is at work."""
LATEST_SECONDS = 0.5
"""Later than this the answer itself is there, and dots after it would only puzzle."""


class Receiver:
    """What follows a stored batch: the loading animation, then waking this process's senders."""

    def __init__(self, clients: LineClients) -> None:
        self.wake = threading.Semaphore(0)
        """One turn for each event: of many idle senders as many look as there is work."""
        self.storing = Deadline("storing", STORING_SECONDS, STORING_THREADS)
        self._fit = False
        self._clients = clients
        self._pool: ThreadPoolExecutor | None = None
        self._starting = threading.Lock()

    def tables_fit(self, database: Database) -> bool:
        """Whether the tables are this program's: asked until they are, for no running program takes them away."""
        self._fit = self._fit or is_current(database)
        return self._fit

    def announce(self, name: str, events: Iterable[IncomingEvent]) -> None:
        """Show on the channel ``name`` that somebody is at work.  The user ids live in this call alone."""
        client = self._clients.get(name)
        asked = Counter(event.user_id for event in events)
        if client is None:
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
