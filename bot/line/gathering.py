"""Batches that come at the same time are stored in one transaction: a burst costs a few commits, not a thousand."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from bot.line.inbox import Batch, Stored, store_all
from knowledge.db import Database


@dataclass
class _Entry:
    """A batch that waits for its commit, and then what became of it."""

    batch: Batch
    outcome: Stored | Exception | None = None


class Gathering:
    """Whoever comes while another commits waits for that; the first of those then commits for all of them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Entry] = []

    def store(self, database: Database, batch: Batch) -> Stored:
        """Keep ``batch``; once this returns it is committed.  Raises what the database raises: then it was not kept."""
        mine = _Entry(batch)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            if mine.outcome is None:
                with self._guard:
                    group, self._waiting = self._waiting, []
                _commit(database, group)
        if isinstance(mine.outcome, Stored):
            return mine.outcome
        raise mine.outcome or RuntimeError("a batch was passed over")


def _commit(database: Database, group: Sequence[_Entry]) -> None:
    """All of them, or none and each alone: what is wrong with one is not the others' fault."""
    try:
        stored = store_all(database, [entry.batch for entry in group])
    except Exception as error:  # handed on to each of those who wait
        # A database that is locked or away is so for every one of them, and nobody has the time to ask again.
        if len(group) == 1 or isinstance(error, OperationalError):
            for entry in group:
                entry.outcome = error
        else:
            for entry in group:
                _commit(database, [entry])
        return
    for entry, outcome in zip(group, stored, strict=True):
        entry.outcome = outcome
