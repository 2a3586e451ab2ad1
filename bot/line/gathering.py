"""Batches that come at the same time are stored in one transaction: a burst costs a few commits, not a thousand.

One thread commits, so that those who wait have no lock to hand on: each sleeps until it is told its own outcome.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError

from bot.line.inbox import Batch, Stored, store_all
from knowledge.db import Database, hurried, is_away


@dataclass(eq=False)
class _Entry:
    """A batch that waits for its commit, and then what became of it."""

    batch: Batch
    told: threading.Event = field(default_factory=threading.Event)
    outcome: Stored | Exception | None = None

    def tell(self, outcome: Stored | Exception) -> None:
        self.outcome = outcome
        self.told.set()


class Gathering:
    """Whoever comes while a transaction is under way waits for it, and shares the next with all who wait then.

    The thread begins with the first batch, so that what was made before the server's fork serves after it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[_Entry] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gathering")
        self._work_done: Future[None] | None = None
        """Of the thread's work, None where it has none."""

    def store(self, database: Database, batch: Batch, seconds: float) -> Stored:
        """Keep ``batch``; once this returns it is committed.  Raises what the database raises: then it was not kept.

        Raises TimeoutError where it takes longer than ``seconds``: it may still be kept, if its turn had come.
        """
        mine = _Entry(batch)
        with self._guard:
            self._waiting.append(mine)
            if self._work_done is None or self._work_done.done():
                self._work_done = self._thread.submit(self._work, database)
        if not mine.told.wait(seconds):
            self._give_up(mine)
            raise TimeoutError
        if isinstance(mine.outcome, Stored):
            return mine.outcome
        raise mine.outcome or RuntimeError("a batch was passed over")

    def _give_up(self, entry: _Entry) -> None:
        """Nobody waits for it any more: LINE is told to come again."""
        with self._guard:
            if entry in self._waiting:
                self._waiting.remove(entry)

    def _work(self, database: Database) -> None:
        while group := self._next_group():
            error = _commit(database, group)
            if error is not None:
                # So it is for those who came meanwhile, too: nobody has the time to ask again.
                for entry in self._taken():
                    entry.tell(error)

    def _next_group(self) -> list[_Entry]:
        """Those who wait.  None: the thread's work is done, and the next to come gives it some."""
        with self._guard:
            group, self._waiting = self._waiting, []
            if not group:
                self._work_done = None
        return group

    def _taken(self) -> list[_Entry]:
        with self._guard:
            group, self._waiting = self._waiting, []
        return group


def _commit(database: Database, group: Sequence[_Entry]) -> Exception | None:
    """All of them, or none and each alone: what is wrong with one is not the others' fault.

    The error of a database that is locked or away, which is so for everybody.
    """
    try:
        with hurried():
            stored = store_all(database, [entry.batch for entry in group])
    except Exception as error:  # told to each of those who wait
        everybodys = error if isinstance(error, OperationalError) or is_away(error) else None
        if everybodys is not None or len(group) == 1:
            for entry in group:
                entry.tell(error)
            return everybodys
        errors = [_commit(database, [entry]) for entry in group]
        return next((one for one in errors if one is not None), None)
    for entry, outcome in zip(group, stored, strict=True):
        entry.tell(outcome)
    return None
