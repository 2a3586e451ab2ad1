"""What was said to many questions, kept beside the indexes: what is in force need not be asked twice.

A file is named after all that its replies were made from, so it is the right one or it is not there
(as in ``knowledge.index_files``).  Questions stand in it as hashes, and only those of the last check.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgpack
import structlog

from bot.many_questions import Got, Side, got_from_row, row_of
from intents.storage import vectors_mark

_ROOT = Path(__file__).parent.parent
_FOLDERS = ("bot", "knowledge", "intents")
_KINDS = (".py", ".yaml", ".txt")
_SUFFIX = ".replies"
_KEPT = 2
"""Files of one municipality: of what is in force, and of what was before."""


class ReplyMemory:
    """``folder`` None: nothing is kept, everything is asked."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def recall(self, side: Side) -> Mapping[str, Got]:
        """What this very side has said already, by ``text_key``."""
        if self._folder is None:
            return {}
        with contextlib.suppress(OSError, ValueError, TypeError, msgpack.UnpackException):
            rows = msgpack.unpackb(self._path(self._folder, side).read_bytes())
            return {key: got_from_row(row) for key, row in rows.items()}
        return {}

    def keep(self, side: Side, said: Mapping[str, Got]) -> None:
        """Remember this of ``side`` and nothing else."""
        if self._folder is None:
            return
        path = self._path(self._folder, side)
        unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(msgpack.packb({key: row_of(got) for key, got in said.items()}))
            unfinished.replace(path)
            _delete_older(path.parent)
        except OSError as error:
            # The next check only takes longer.
            structlog.get_logger("replies").warning("replies_not_kept", error=type(error).__name__)
        finally:
            unfinished.unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, side: Side) -> Path:
        return folder / side.knowledge.town.code / f"{side_mark(side)}{_SUFFIX}"


def text_key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def side_mark(side: Side) -> str:
    """Names everything that a reply is made from: the knowledge, what was learned, the day, the program."""
    digest = hashlib.blake2b(_program(), digest_size=16)
    for part in _parts(side):
        digest.update(repr(part).encode())
        digest.update(b"\0")
    index = side.knowledge.index
    for array in (index.sums, index.weights, index.encoder.made.words, index.encoder.made.parts, index.postings.counts):
        digest.update(array.tobytes())
    digest.update(vectors_mark(index.encoder.vectors))
    return digest.hexdigest()


def _parts(side: Side) -> Iterator[Any]:
    """All that is no array; sets in an order of their own, which differs between processes, are sorted."""
    knowledge = side.knowledge
    yield from (side.policy or knowledge.town.policy, knowledge.town, knowledge.day, knowledge.contact)
    yield from (knowledge.plans, list(knowledge.answers.items()), list(knowledge.measures.items()))
    yield from (knowledge.words, knowledge.opening)
    yield from (list(knowledge.subjects.items()), knowledge.quotable.sections, knowledge.quotable.names)
    yield from (sorted(knowledge.places.own), sorted(knowledge.places.served), sorted(knowledge.country.codes.items()))
    yield from (
        knowledge.index.lexicon.groups,
        sorted(knowledge.index.ignored),
        list(knowledge.index.encoder.made.part_names),
    )


@lru_cache(maxsize=1)
def _program() -> bytes:
    """Names this program with its words and common content: another may say something else."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in _FOLDERS:
        for path in sorted(path for path in (_ROOT / folder).rglob("*") if path.suffix in _KINDS):
            digest.update(path.read_bytes())
    return digest.digest()


def _delete_older(folder: Path) -> None:
    files = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[_KEPT:]:
        path.unlink(missing_ok=True)
