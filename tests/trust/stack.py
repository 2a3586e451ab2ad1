"""Everything that runs in a trial: database, LINE, web servers, senders, jobs.  Whoever dies is started again at once."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.line.inbox import OPEN
from intents.vectors import NO_VECTORS, open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.corpus import Corpus
from knowledge.db import Database, migrate, open_database
from knowledge.index_files import IndexFiles
from knowledge.lessons import learn_next
from knowledge.loading import load_bundle
from knowledge.models import LineEvent
from tests.support.fake_line import ACCESS_TOKEN, SECRET
from tests.support.server import ROOT, Service
from tests.trust.generator import Plan, plan_as_json
from tests.trust.judge import Verdict, verdict_of
from tests.trust.postgres import PostgreSQL

CODE = "242047"
WATCH_SECONDS = 0.02
START_SECONDS = 180.0
"""For a machine that is busy otherwise; it takes some ten."""


class Child(Protocol):
    """A process that is started again when it dies."""

    name: str

    def start(self) -> None: ...
    def is_running(self) -> bool: ...
    def stop(self) -> object: ...
    def pids(self) -> list[int]: ...


class Web(Service):
    """A web server with its workers; no thread of it answers LINE, unless ``environment`` says so."""

    def __init__(self, name: str, environment: dict[str, str], log: Path, config: str = "gunicorn.conf.py") -> None:
        super().__init__(environment, log=log, config=config)
        self.name = name

    def start(self, *, wait: bool = False) -> None:
        super().start(wait=wait)

    def pids(self) -> list[int]:
        """Of the master and all its children."""
        return [self.pid, *self.children()] if self.is_running() else []

    def workers(self) -> list[int]:
        """Oldest first."""
        return [pid for pid in self.children() if b"gunicorn" in _command(pid)]

    def stop(self) -> int:
        with suppress(AssertionError, subprocess.TimeoutExpired):
            return super().stop()
        self.kill()
        return -1


class Command:
    """A ``flask`` command that goes on until it is stopped."""

    def __init__(self, name: str, words: list[str], environment: Mapping[str, str], log: Path, nice: int) -> None:
        """``nice``: see ``nice_of``."""
        self.name, self._nice = name, nice
        self._words, self._environment, self._log = words, dict(environment), log
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "app", *self._words],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **self._environment},
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        step_back(self._process.pid, self._nice)
        self.started = time.monotonic()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def pids(self) -> list[int]:
        return [self.pid] if self.is_running() else []

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def step_back(pid: int, nice: int) -> None:
    """As far behind all others as CPUWeight= puts a service.

    Between sessions Linux does not look at a process's own niceness where it groups by session (autogroup).
    """
    os.setpriority(os.PRIO_PROCESS, pid, nice)
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(nice), encoding="ascii")


def nice_of(unit: str) -> int:
    """How far a unit of deploy/ steps back behind the others."""
    found = re.search(r"^Nice=(\d+)$", (ROOT / "deploy" / f"{unit}.service").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) if found else 0


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@dataclass(frozen=True)
class Shape:
    """What runs.  ``sender_threads``: of each sender process; ``web_threads``: of senders beside each web worker."""

    engine: str = "sqlite"
    webs: int = 1
    workers: int = 2
    senders: int = 2
    sender_threads: int = 12
    web_sender_threads: int = 0
    jobs: int = 1
    latency: float = 0.2
    log_level: str = "WARNING"


class Line:
    """The process of LINE's platform, and its two ports."""

    def __init__(self, ledger: Path, latency: float) -> None:
        words = [sys.executable, "-m", "tests.trust", "line", "--ledger", str(ledger), "--latency", str(latency)]
        self._process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.url, self.control = f"http://127.0.0.1:{ports['api']}", int(ports["control"])

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=60)
        try:
            connection.request("POST", path, json.dumps(body or {}))
            found: dict[str, Any] = json.loads(connection.getresponse().read())
            return found
        finally:
            connection.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


class Stack:
    """A service on a database of its own, with everything around it.  Use ``running``."""

    def __init__(
        self,
        shape: Shape,
        folder: Path,
        place: Path | None = None,
        others: Mapping[str, str] | None = None,
        like: Stack | None = None,
        config: str = "gunicorn.conf.py",
    ) -> None:
        """``place``: where the database lies, if not beside all else; ``others``: of the service's environment;
        ``like``: one that was not started yet, whose content is taken over instead of making it anew;
        ``config``: of the web servers."""
        self.shape, self.folder = shape, folder
        self.record, self.ledger, self.log = folder / "record.jsonl", folder / "ledger.jsonl", folder / "log.txt"
        self.postgres: PostgreSQL | None = None
        self.restarts: Counter[str] = Counter()
        self.restart_seconds: list[float] = []
        self.keeps_postgres = True
        """Whether a PostgreSQL that is gone is started again at once."""
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._killed: Counter[str] = Counter()
        self._generators = 0
        instance = folder / "instance"
        instance.mkdir()
        (instance / "vectors").symlink_to(_vectors())
        if shape.engine == "postgresql":
            data = (place or folder) / "pg"
            data.mkdir()
            if like is not None and like.postgres is not None:
                like.database.dispose()
                like.postgres.copy_to(data)
            self.postgres = PostgreSQL(data)
            url = self.postgres.url_of("kotae") if like else self.postgres.create("kotae")
        else:
            file = (place or instance) / "kotae.db"
            if like is not None:
                like.database.shrink_log()
                shutil.copy(str(like.database.writer.url.database), file)
            url = f"sqlite:///{file}"
        self.database = open_database(url)
        if like is None:
            _fill(self.database, instance / "indexes")
        else:
            shutil.copytree(like.folder / "instance" / "indexes", instance / "indexes")
        self.line = Line(self.ledger, shape.latency)
        self.environment = {
            "INSTANCE_PATH": str(instance),
            "DATABASE_URL": self.reached_by(url),
            "LINE_API_HOST": self.line.url,
            f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
            f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
            "SENDER_THREADS": str(shape.web_sender_threads),
            "WEB_WORKERS": str(shape.workers),
            "LINK_CHECKS": "0",
            "JOBS": "0",
            "LOG_LEVEL": shape.log_level,
            **(others or {}),
        }
        self.webs = [Web(f"web{number}", self.environment, self.log, config) for number in range(shape.webs)]
        self.senders = [
            Command(
                f"sender{number}",
                ["line", "send", "--threads", str(shape.sender_threads)],
                self.environment,
                self.log,
                nice_of("kotae-sender"),
            )
            for number in range(shape.senders)
        ]
        self.jobs_log = folder / "jobs.txt"
        self.jobs = [
            Command(
                f"jobs{number}",
                ["jobs", "run"],
                self.environment | {"LOG_LEVEL": "INFO"},
                self.jobs_log,
                nice_of("kotae-jobs"),
            )
            for number in range(shape.jobs)
        ]

    def reached_by(self, url: str) -> str:
        """The URL by which the service reaches the database at ``url``."""
        return url

    @property
    def children(self) -> list[Child]:
        return [*self.webs, *self.senders, *self.jobs]

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"{web.url}/line/{CODE}/webhook" for web in self.webs)

    def start(self) -> float:
        """Start all; seconds until every web server was ready."""
        begun = time.monotonic()
        for child in self.children:
            child.start()
        for web in self.webs:
            web.wait_until_ready(START_SECONDS)
        took = time.monotonic() - begun
        self._watcher.start()
        return took

    def stop(self) -> None:
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        for child in self.children:
            with suppress(AssertionError, ProcessLookupError):
                child.stop()
        self.line.stop()
        self.database.dispose()
        if self.postgres is not None:
            self.postgres.stop()

    def _watch(self) -> None:
        """What systemd does: who is gone is started again at once."""
        while not self._stopping.wait(WATCH_SECONDS):
            if self.keeps_postgres and self.postgres is not None and not self.postgres.is_running():
                self.restarts["postgresql"] += 1
                self.postgres.start()
            for child in self.children:
                if not child.is_running():
                    self.restarts[child.name] += 1
                    child.start()

    # --- Killing ---------------------------------------------------------------------------------------------------

    def kill_group(self, child: Child) -> bool:
        """All processes of it at one blow; whether there were any."""
        pids = child.pids()
        if not pids:
            return False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pids[0], signal.SIGKILL)
            return True
        return False

    # --- Sending ---------------------------------------------------------------------------------------------------

    @contextmanager
    def sending(self, phase: str, events: int, rate: float, **others: Any) -> Iterator[subprocess.Popen[bytes]]:
        """A generator at work; at the end it is waited for, and where something went wrong stopped."""
        self._generators += 1
        plan = Plan(self.urls, self.line.control, phase, events, rate, **{"seed": self._generators} | others)
        words = [sys.executable, "-m", "tests.trust", "generator", "--record", str(self.record)]
        process = subprocess.Popen([*words, "--plan", plan_as_json(plan)], cwd=ROOT, start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()

    def send(self, phase: str, events: int, rate: float, **others: Any) -> None:
        """Send all of it."""
        with self.sending(phase, events, rate, **others) as generator:
            generator.wait()

    # --- Judging ---------------------------------------------------------------------------------------------------

    def open_events(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(LineEvent.state.in_(OPEN))) or 0

    def wait_until_finished(self, seconds: float = 80.0) -> float:
        """Until no event is open, or the time is over; how long it took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            with suppress(SQLAlchemyError):
                if self.open_events() == 0:
                    break
            time.sleep(0.1)
        return time.monotonic() - begun

    def verdict(self) -> Verdict:
        violations = self.line.ask("/state")["violations"]
        return verdict_of(self.database, self.record, self.ledger, now(), violations)


@contextmanager
def running(
    shape: Shape,
    *,
    keep: bool = False,
    say: Callable[[str], None] = print,
    environment: Mapping[str, str] | None = None,
    config: str = "gunicorn.conf.py",
    fill: Callable[[Database], None] = lambda _: None,
) -> Iterator[Stack]:
    """A stack that is ready, and gone afterwards whatever happens; ``keep``: its folder stays.

    ``environment``: what else is set; ``config``: of the web servers; ``fill``: puts more into the database.
    """
    folder = Path(tempfile.mkdtemp(prefix="kotae-trust-"))
    say(f"{shape.engine}: 用意しています（{folder}）")
    stack = Stack(shape, folder, others=environment, config=config)
    try:
        fill(stack.database)
        say(f"{shape.engine}: 起動 {stack.start():.1f} 秒")
        yield stack
    finally:
        stack.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def resized(shape: Shape, **others: Any) -> Shape:
    return replace(shape, **others)


def _vectors() -> Path:
    made = ROOT / "instance" / "vectors"
    if open_vectors(made) is NO_VECTORS:
        raise SystemExit("語のベクトルがありません。先に make setup を実行してください")
    return made


def _fill(database: Database, indexes: Path) -> None:
    """One municipality with its content, learned, as set-up leaves it."""
    migrate(database)
    bundle = next(one for one in map(read_bundle, content_folders()) if one.municipality.code == CODE)
    load_bundle(database, bundle, now(), common_content())
    vectors = open_vectors(_vectors())
    corpus = Corpus(database, vectors, index_files=IndexFiles(indexes))
    while learn_next(database, corpus, vectors) is not None:
        pass


def commit() -> str:
    """Of what is tried, with a + where something is changed since."""
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False)
    return (head.stdout.strip() or "?") + ("+" if changed.stdout.strip() else "")
