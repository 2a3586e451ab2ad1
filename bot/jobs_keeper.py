"""The jobs process is never missed for long: whichever web worker finds it gone starts it anew.

gunicorn starts its workers anew by itself, and they look after the jobs: nothing can die for good.  A lock that
the jobs process holds while it lives tells whether there is one, whoever started it; it goes with the process,
however that ends.  What is noted in the locked file tells who it is, and how often it ended soon after its start.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import structlog

LOOK_SECONDS = 1.0
"""Between two looks whether it lives."""
SOON_SECONDS = 10.0
"""What ends within it of its start may end so again at once: the next start waits."""
LONGEST_WAIT = 60.0
STOP_SECONDS = 10.0
NICE = 10
"""Nobody waits for the jobs as residents do for answers: as deploy/kotae-jobs.service has it."""
_LENGTH = 200

_log = structlog.get_logger("jobs.keeper")


@dataclass(frozen=True)
class Run:
    """The jobs process that was started last.  Times are by the machine's own clock, which nobody sets."""

    server: int
    process: int
    started: float
    ended: float | None = None
    """When it was first found gone."""
    short: int = 0
    """How many in a row ended soon after their start, this one included."""


def found_ended(run: Run, moment: float) -> Run:
    """``run``, which is gone."""
    if run.ended is not None:
        return run
    soon = moment - run.started < SOON_SECONDS
    return replace(run, ended=moment, short=run.short + 1 if soon else 0)


def is_due(run: Run, moment: float) -> bool:
    """Whether the next may be started: at once after a long life, after several short ones later and later."""
    wait = min(2.0**run.short, LONGEST_WAIT) if run.short else 0.0
    return moment - (run.ended or 0.0) >= wait


class JobsKeeper:
    """Beside a web worker.  ``server``: gunicorn's own process, with which the jobs are to end."""

    def __init__(self, folder: Path, server: int, command: Callable[[int], Sequence[str]] | None = None) -> None:
        self._path = folder / "jobs.lock"
        self._server = server
        self._command = command or _jobs
        self._stop = threading.Event()
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        threading.Thread(target=self._run, name="jobs-keeper", daemon=True).start()

    def stop(self) -> None:
        """Look no more; the process itself goes on, for another worker may keep it."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set() and os.getppid() == self._server:
            try:
                self.look()
            except Exception as error:  # the disk is full, or no process can be made: the next look may find better
                _log.error("jobs_not_started", error=type(error).__name__)
            self._stop.wait(LOOK_SECONDS)

    def look(self) -> bool:
        """Start the jobs where nobody does them and it is time to; whether they were started."""
        self._started = [process for process in self._started if process.poll() is None]
        with _held(self._path) as lock:
            if lock is None:
                return False
            last, moment = _noted(lock), time.monotonic()
            if last is not None and last.server != self._server:
                last = None  # an earlier server's: it ended with that
            if last is not None:
                last = found_ended(last, moment)
                _note(lock, last)
                if not is_due(last, moment):
                    return False
            if self._stop.is_set():
                return False
            process = subprocess.Popen(list(self._command(self._server)), pass_fds=(lock,))  # noqa: S603 - ours only
            self._started.append(process)
            # Before it starts a thread, which would keep what it began with.
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
            _note(lock, Run(self._server, process.pid, moment, short=last.short if last else 0))
            if last is not None:
                _log.error("jobs_started_anew", short=last.short)
            return True


def end_jobs(folder: Path, server: int) -> None:
    """Stop what was started for ``server``, kindly at first; no worker of it may be left that would start it anew."""
    path = folder / "jobs.lock"
    until = time.monotonic() + STOP_SECONDS
    told = False
    while True:
        with _held(path) as lock:
            if lock is not None:
                return
        run = _read(path)
        if run is None or run.server != server:
            return
        late = time.monotonic() >= until
        if not told or late:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(run.process, signal.SIGKILL if late else signal.SIGTERM)
            told = True
        if late:
            return
        time.sleep(0.05)


def is_kept(folder: Path) -> bool:
    """Whether somebody does the jobs now."""
    with _held(folder / "jobs.lock") as lock:
        return lock is None


def _jobs(server: int) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "app", "jobs", "run", "--beside", str(server)]


@contextmanager
def _held(path: Path) -> Iterator[int | None]:
    """The lock, where nobody else has it.  Whoever was started with it holds it on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield lock
    finally:
        os.close(lock)


def _read(path: Path) -> Run | None:
    lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _noted(lock)
    finally:
        os.close(lock)


def _noted(lock: int) -> Run | None:
    try:
        return Run(**json.loads(os.pread(lock, _LENGTH, 0)))
    except (ValueError, TypeError):
        return None


def _note(lock: int, run: Run) -> None:
    """In one write, always of the same length: whoever reads meanwhile reads the old or the new."""
    os.pwrite(lock, json.dumps(asdict(run)).ljust(_LENGTH).encode(), 0)


def is_gone(process: int) -> Callable[[], bool]:
    """Whether ``process`` has ended, asked as often as one likes; another one with its number is not taken for it."""
    try:
        watched = os.pidfd_open(process)
    except ProcessLookupError:
        return lambda: True
    return lambda: bool(select.select([watched], [], [], 0)[0])
