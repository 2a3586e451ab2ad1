"""The beat of a process: it says that it lives, looks whether all is well, and tells who is to be told.

Three threads, so that none waits for another: a database that hangs stops the beat, and a mail server that hangs
stops neither the beat nor the looking.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.log_setup import catch_strays
from bot.operation import VERSION
from bot.operation.facts import head_revision, host_name, revision_of
from bot.operation.inspector import Inspector
from bot.operation.metrics import FIGURES
from bot.operation.stops import TOO_LONG, note_stop
from bot.operation.telling import Teller
from bot.services import Services
from knowledge import heartbeats
from knowledge.backup_standing import Standing
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.heartbeats import BEAT_SECONDS, JOBS, WEB, Process

INSPECT_SECONDS = 10.0
TELL_SECONDS = 5.0
STALE_SECONDS = 15.0
"""Without a beat that was written for so long, the database is taken for one that takes nothing."""
SENDER_THREAD = "sender-"
"""How the names of the threads that answer LINE begin."""
FAREWELL_SECONDS = 1.5

_log = structlog.get_logger("operation")


class Heart:
    """Writes this process's row, and keeps in mind when that last succeeded."""

    def __init__(self, kit: Services, kind: str, clock: Callable[[], dt.datetime] = now) -> None:
        self._kit, self._kind, self._clock = kit, kind, clock
        self._name: str | None = None
        self._base: Mapping[str, float] = {}
        """What was counted under an earlier name, whose row others have cleared away."""
        self._written: Mapping[str, float] = {}
        self._writing = threading.Lock()
        self._started = clock()
        self._beaten_at: dt.datetime | None = None
        self.last_beat: float | None = None
        """Of the clock that never jumps."""
        self.standing: Standing | None = None
        """Told with every beat by whoever keeps the backups.  Looked at elsewhere: a disk that hangs stops no beat."""

    def beat(self) -> None:
        """Raises what the database raises."""
        with self._writing:
            counted = FIGURES.snapshot()
            moment = self._clock()
            if self._name is None:
                head_revision()  # read from many files: whoever asks whether we are ready must not wait for it
                self._enter(moment)
            self._look_back(moment)
            if not self._beat(moment, counted):
                # Taken for dead: what it had counted stands with the gone already.
                self._base = self._written
                self._enter(moment)
                self._beat(moment, counted)
            self._written, self._beaten_at = counted, moment
            self.last_beat = time.monotonic()

    def _enter(self, moment: dt.datetime) -> None:
        host, pid = host_name(), os.getpid()
        name = f"{self._kind}:{host}:{pid}:{secrets.token_hex(4)}"
        process = Process(name, self._kind, host, pid, VERSION, revision_of(self._kit.database), self._started)
        if self._beaten_at is None:
            self._note_stop(moment)
        with self._kit.database.writing() as session:
            heartbeats.enter(session, process, moment)
        self._name = name

    def _look_back(self, moment: dt.datetime) -> None:
        """A process that lived on while the database was away received nothing, either."""
        if self._beaten_at is not None and moment - self._beaten_at > TOO_LONG:
            self._note_stop(moment)

    def _note_stop(self, moment: dt.datetime) -> None:
        if self._kind == WEB:
            with self._kit.database.writing() as session:
                note_stop(session, moment)

    def _beat(self, moment: dt.datetime, counted: Mapping[str, float]) -> bool:
        figures = {key: number - self._base.get(key, 0) for key, number in counted.items()}
        with self._kit.database.writing() as session:
            return heartbeats.beat(
                session,
                self._name or "",
                moment,
                senders=sum(thread.name.startswith(SENDER_THREAD) for thread in threading.enumerate()),
                gauges=self._gauges(),
                figures={key: number for key, number in figures.items() if number},
                standing=self.standing.as_json() if self.standing is not None else None,
            )

    def _gauges(self) -> dict[str, float]:
        return {
            "memory": float(resident_bytes()),
            "connections": float(connections_in_use(self._kit.database)),
            "threads": float(threading.active_count()),
        }

    def leave(self) -> None:
        with self._writing:
            if self._name is not None:
                with self._kit.database.writing() as session:
                    heartbeats.leave(session, self._name)
                self._name = None

    def is_stale(self) -> bool:
        return self.last_beat is None or time.monotonic() - self.last_beat > STALE_SECONDS


def connections_in_use(database: Database) -> int:
    """Reading and writing may share a pool."""
    pools = {id(pool): pool for pool in (database.writer.pool, database.reader.pool)}
    return sum(pool.checkedout() for pool in pools.values() if isinstance(pool, QueuePool))


def resident_bytes() -> int:
    """Memory of this process that is in the machine's; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  read every few seconds
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


class Pulse:
    """The threads of a process that serves."""

    def __init__(self, kit: Services, kind: str) -> None:
        self.heart = Heart(kit, kind)
        self._inspector = Inspector(kit, lambda: not self.heart.is_stale(), keeps_backups=kind == JOBS)
        self._teller = Teller(kit)
        self._kit = kit
        self._stop = threading.Event()

    def start(self) -> Pulse:
        for name, seconds, act in (
            ("heart", BEAT_SECONDS, self.heart.beat),
            ("inspector", INSPECT_SECONDS, self._inspector.inspect),
            ("teller", TELL_SECONDS, self._teller.tell),
        ):
            threading.Thread(target=self._go_on, args=(name, seconds, act), name=name, daemon=True).start()
        atexit.register(self.stop)
        return self

    def _go_on(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        # The heart first: who looks at once would find that this process was never heard of.
        self._stop.wait(0.0 if name == "heart" else seconds)
        while not self._stop.is_set():
            try:
                act()
            except SQLAlchemyError as error:
                _log.warning("pulse_failed", part=name, error=type(error).__name__)
            except Exception as error:  # a thread that ends is missed by nobody
                _log.error("pulse_failed", part=name, error=type(error).__name__)
            self._stop.wait(seconds)

    def stop(self) -> None:
        """Hand in what was counted.  A database that hangs is not waited for."""
        if self._stop.is_set():
            return
        self._stop.set()
        _PULSES.pop(id(self._kit), None)
        farewell = threading.Thread(target=self._say_farewell, name="farewell", daemon=True)
        farewell.start()
        farewell.join(FAREWELL_SECONDS)

    def _say_farewell(self) -> None:
        try:
            self.heart.beat()
            self.heart.leave()
        except SQLAlchemyError as error:
            _log.warning("pulse_failed", part="farewell", error=type(error).__name__)


_PULSES: dict[int, Pulse] = {}
"""By the id of the services."""


def start_pulse(kit: Services, kind: str) -> Pulse:
    """Begin to beat, after the server's fork."""
    catch_strays()
    found = _PULSES[id(kit)] = Pulse(kit, kind).start()
    return found


def pulse_of(kit: Services) -> Pulse | None:
    """The beat of this process; None where it does not serve: a command, a test."""
    return _PULSES.get(id(kit))
