"""F21: an index made anew while it is answered from: what fails keeps the old one, and memory stays within twice it."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE
from intents.vectors import open_vectors
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.index_files import IndexFiles
from tests.trust.machines import publish
from tests.trust.odds.finding import Finding
from tests.trust.odds.ground import CODE, ground

QUESTION = "住民票はコンビニで取れますか"
MOST = 2.0
"""Times the memory that one index takes."""
FAULTS = (ValueError, OSError, MemoryError, RuntimeError, KeyError)
ASKING = 3


def reloaded(engine: str, times: int) -> Finding:
    found = Finding(dose=f"答えを公開し、{ASKING}本で聞きながら作り直す、{times}回。作れない版、{times}回")
    with ground(engine) as here:
        found.database = here.version
        database, vectors = here.kit.database, open_vectors(here.kit.settings.vectors_folder)
        before = _own_mb()
        # Made in memory each time: opened from a file, an index is the file's, and weighs next to nothing.
        corpus = Corpus(database, vectors, index_files=IndexFiles(None))
        answer(corpus.current(CODE), QUESTION, NEW_DIALOGUE)
        one = _own_mb() - before
        first = corpus.current(CODE).version
        meter = _Meter()
        with meter.measuring(), _asking(corpus) as asked:
            for number in range(times):
                publish(database, number + 1)
                corpus.current(CODE)
        wrong = [one for one in asked if isinstance(one, str)]
        found.injections["reloads"] = corpus.current(CODE).version - first
        found.hold("everybody is answered", not wrong, wrong[:3])
        versions = {one for one in asked if isinstance(one, int)}
        found.hold("by published versions alone", bool(versions) and versions <= set(range(first, first + 99)))
        most, after = meter.most - before, _own_mb() - before
        found.hold(f"memory within {MOST:g} times the index", most <= MOST * one, round(most), round(one))
        found.figures["memory_mb"] = {"index": round(one, 1), "most": round(most, 1), "after": round(after, 1)}
        found.figures["asked"] = len(asked)
        _failing(corpus, database, times, found)
    return found


def _failing(corpus: Corpus, database: Database, times: int, found: Finding) -> None:
    before, kept = corpus.current(CODE), 0
    for number in range(times):
        fault = FAULTS[number % len(FAULTS)]

        def broken(*_: object, fault: type[Exception] = fault) -> None:
            raise fault("cannot be made")

        publish(database, 1000 + number)
        corpus._again.clear()
        with patch.object(IndexFiles, "index", broken):
            kept += corpus.current(CODE) is before
    corpus._again.clear()
    found.injections["cannot be made"] = times
    found.hold("the version before serves on", kept == times, kept)
    found.hold("the newest serves once it can be made", corpus.current(CODE).version == before.version + times)
    found.hold("and nothing lags", corpus.lagging() == [])


@contextmanager
def _asking(corpus: Corpus) -> Iterator[list[object]]:
    """Threads that ask without end: of which version each answer was, or what went wrong."""
    stop, said = threading.Event(), list[object]()

    def ask() -> None:
        while not stop.wait(0.02):
            try:
                knowledge = corpus.current(CODE)
                said.append(knowledge.version if answer(knowledge, QUESTION, NEW_DIALOGUE).reply else "no reply")
            except Exception as error:
                said.append(type(error).__name__)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(ASKING)]
    for one in threads:
        one.start()
    try:
        yield said
    finally:
        stop.set()
        for one in threads:
            one.join()


def _own_mb() -> float:
    """Of this process alone, without the files that it maps; what was freed is handed back first."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return _anonymous_mb()


def _anonymous_mb() -> float:
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    return 0.0


class _Meter:
    """The most memory at any time."""

    def __init__(self) -> None:
        self.most = 0.0
        self._stop = threading.Event()

    @contextmanager
    def measuring(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            self.most = max(self.most, _anonymous_mb())
