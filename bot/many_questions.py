"""What a resident would get to each of many questions: asked one by one, exactly as residents ask.

Nothing is shared but the work that a text alone decides (``intents.remembered``) and the cores.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import msgpack

from bot.conversation import answer
from bot.replies import Reply, plain_text
from intents.decision import Decision, Policy
from knowledge.corpus import Knowledge

Progress = Callable[[float], None]
"""Told the share done; may raise to stop."""

_BATCH = 25
_LISTEN_SECONDS = 0.2
MOST_PROCESSES = 2
"""A machine has others to serve beside whoever waits for a check."""


class AskingFailedError(RuntimeError):
    """A process that asked for us died."""


@dataclass(frozen=True)
class Side:
    """Knowledge to ask.  ``policy``: another than the municipality's own."""

    knowledge: Knowledge
    policy: Policy | None = None


@dataclass(frozen=True)
class Got:
    """What somebody got, as far as two replies are compared.

    ``entry_id``: of the answer, or the list's.  ``choices``: (entry id, title), as offered.
    ``mark`` is the same for the same text from the first word to the last.
    """

    decision: Decision
    entry_id: str | None
    title: str | None
    choices: tuple[tuple[str, str], ...]
    score: float | None
    mark: str


def got_of(reply: Reply) -> Got:
    entry_id = reply.answer.entry_id if reply.answer else reply.list_id
    choices = tuple((choice.entry_id, choice.title) for choice in reply.choices)
    mark = hashlib.blake2b(plain_text(reply).encode(), digest_size=8).hexdigest()
    return Got(reply.decision, entry_id, reply.title, choices, reply.score, mark)


def ask(side: Side, text: str) -> Reply:
    """The reply to a question that stands alone."""
    return answer(side.knowledge, text, policy=side.policy).reply


def ask_all(
    sides: Sequence[Side], texts: Sequence[str], *, progress: Progress = lambda _: None, processes: int = 1
) -> list[tuple[Got, ...]]:
    """For each text what each side says to it.

    More ``processes`` than one are copies of this one, which must not be serving anybody else
    meanwhile: for the jobs process and the command line.
    """
    if not texts:
        return []
    # What is read when first asked for is read once, before the copies are made.
    first = _asked(sides, texts[:1])
    rest = texts[1:]
    if processes > 1 and len(rest) > processes * _BATCH and "fork" in multiprocessing.get_all_start_methods():
        return first + _asked_beside(sides, rest, progress, processes)
    found = first
    for start in range(0, len(rest), _BATCH):
        found += _asked(sides, rest[start : start + _BATCH])
        progress(len(found) / len(texts))
    return found


def processes_here() -> int:
    """How many processes may ask at once on this machine."""
    return min(MOST_PROCESSES, os.cpu_count() or 1)


def row_of(got: Got) -> tuple[Any, ...]:
    """``got`` as it goes through a pipe or into a file."""
    return (got.decision.value, got.entry_id, got.title, got.choices, got.score, got.mark)


def got_from_row(row: Sequence[Any]) -> Got:
    decision, entry_id, title, choices, score, mark = row
    return Got(Decision(decision), entry_id, title, tuple((name, shown) for name, shown in choices), score, mark)


def _asked(sides: Sequence[Side], texts: Sequence[str]) -> list[tuple[Got, ...]]:
    return [tuple(got_of(ask(side, text)) for side in sides) for text in texts]


def _asked_beside(
    sides: Sequence[Side], texts: Sequence[str], progress: Progress, processes: int
) -> list[tuple[Got, ...]]:
    """The same by copies of this process, of which every one takes its turn of the texts."""
    context = multiprocessing.get_context("fork")
    shares: dict[Connection, list[tuple[Got, ...]]] = {}
    copies = []
    try:
        for number in range(processes):
            ours, theirs = context.Pipe(duplex=False)
            copy = context.Process(target=_ask_share, args=(theirs, sides, texts[number::processes]), daemon=True)
            copy.start()
            theirs.close()
            copies.append(copy)
            shares[ours] = []
        _listen(shares, len(texts), progress)
    finally:
        for copy in copies:
            copy.kill()
            copy.join()
        for ours in shares:
            ours.close()
    found: list[tuple[Got, ...]] = [()] * len(texts)
    for number, share in enumerate(shares.values()):
        found[number::processes] = share
    return found


def _ask_share(theirs: Connection, sides: Sequence[Side], texts: Sequence[str]) -> None:
    """The copy's part: a batch at a time; nothing more once nobody listens."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    gc.freeze()  # what the first process holds stays shared
    for start in range(0, len(texts), _BATCH):
        rows = [[row_of(got) for got in found] for found in _asked(sides, texts[start : start + _BATCH])]
        theirs.send_bytes(msgpack.packb(rows))


def _listen(shares: dict[Connection, list[tuple[Got, ...]]], size: int, progress: Progress) -> None:
    """Take in what the copies send until all is there.  Raises AskingFailedError."""
    done = 0
    while done < size:
        for ours in wait(list(shares), _LISTEN_SECONDS):
            assert isinstance(ours, Connection)
            try:
                rows = msgpack.unpackb(ours.recv_bytes())
            except EOFError as error:
                if not _is_whole(shares, ours, size):
                    raise AskingFailedError("質問を確かめるプロセスが途中で終わりました") from error
                continue
            shares[ours] += [tuple(got_from_row(row) for row in found) for found in rows]
            done += len(rows)
        progress(done / size)


def _is_whole(shares: dict[Connection, list[tuple[Got, ...]]], ours: Connection, size: int) -> bool:
    """Whether a copy that closed its end had said all."""
    number, processes = list(shares).index(ours), len(shares)
    return len(shares[ours]) == len(range(number, size, processes))
