"""F04: the power fails.  What was acknowledged must be on the disk, however much else was only in memory.

The database lies on a file system of its own, upon an image.  At a moment that nobody chose everything that uses it
stands still, and the image is copied: that is what the disk holds if the power fails now, without all that the file
system had not yet given to it.  The services then go on.  Afterwards each copy is mounted (the file system recovers
by its journal), the database opened (it recovers by its own), and the rows are held against what had been acknowledged.

Beside the database somebody writes into a file without ever asking for it to be kept: if that is whole in a copy,
the cut took nothing, and counts for none.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from knowledge.db import Database, open_database
from tests.trust.disks import unmount
from tests.trust.judge import integrity_of, read_record, read_rows
from tests.trust.postgres import PostgreSQL
from tests.trust.results import Progress, conclude, parser, plain_result, version_of
from tests.trust.stack import Shape, Stack

MEGABYTES = {"sqlite": 160, "postgresql": 400}
LONGEST_PAUSE = 3.0
"""Seconds between two cuts, at most."""
STILL_SECONDS = 5.0
FEWEST = 20


@dataclass(frozen=True)
class Cut:
    """``at``: the last moment at which somebody could be told anything; ``unkept``: lines that were never asked for
    to be kept, as many as were written by then."""

    at: float
    image: Path
    unkept: int


@dataclass(frozen=True)
class Found:
    """What a copy holds.  ``acknowledged``: events by then, ``lately``: those of the last second; ``missing``: those
    without a row; ``gone``: lines of the file beside it that the cut took."""

    acknowledged: int
    lately: int
    missing: int
    integrity: str
    gone: int


class PowerDisk:
    """An ext4 on an image of its own, mounted at ``folder``.  Raises SystemExit where nothing can be mounted."""

    def __init__(self, image: Path, folder: Path, megabytes: int) -> None:
        self.image, self.folder = image, folder
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", str(image))
        mount(image, folder)
        folder.chmod(0o755)

    def cut(self, copy: Path) -> None:
        """What the disk holds now."""
        _run("cp", "--sparse=always", str(self.image), str(copy))


def mount(image: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    _run("mount", "-o", "loop", str(image), str(folder))


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr.strip()}（root で、ループマウントのできる機械で動かします）")


class Unkept:
    """A file that grows by short lines, none of which is ever asked to be kept."""

    def __init__(self, path: Path) -> None:
        self.path, self.lines = path, 0
        self.lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _write(self) -> None:
        with self.path.open("ab", buffering=0) as file:
            while not self._stopping.wait(0.01):
                with self.lock:
                    file.write(b"%07d\n" % self.lines)
                    self.lines += 1


@contextmanager
def standing_still(stack: Stack) -> Iterator[float]:
    """Everything that uses the database stands still; the moment before the first of them did."""
    pids = [pid for child in stack.children for pid in child.pids()]
    if stack.postgres is not None:
        pids += stack.postgres.pids()
    at = time.time()
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        end = time.monotonic() + STILL_SECONDS
        while not all(_stands_still(pid) for pid in pids):
            if time.monotonic() > end:
                raise AssertionError("a process does not stand still")
            time.sleep(0.001)
        yield at
    finally:
        for pid in reversed(pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _stands_still(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("T", "t", "Z", "X")
    except FileNotFoundError:
        return True


def main(arguments: list[str]) -> int:
    options = parser("power")
    options.add_argument("--cuts", type=int, default=30)
    options.add_argument("--rate", type=float, default=50.0, help="events a second")
    given = options.parse_args(arguments)
    room = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="kotae-power-", dir=room if room.is_dir() else None))
    folder.chmod(0o755)
    shape = Shape(given.engine)
    print(f"{given.engine}: 用意しています（{folder}）", flush=True)
    disk = PowerDisk(folder / "disk.img", folder / "disk", MEGABYTES[given.engine])
    try:
        stack = Stack(shape, folder, disk.folder)
        try:
            print(f"{given.engine}: 起動 {stack.start():.1f} 秒", flush=True)
            cuts = _cut_again_and_again(stack, disk, given.cuts, given.rate, random.Random(given.seed))
            version = version_of(stack.database)
            lost = stack.verdict().lost
        finally:
            stack.stop()
        acknowledged = _acknowledged(stack.record)
        found = [_found(cut, acknowledged, folder / f"{cut.image.stem}-copy", given.engine) for cut in cuts]
    finally:
        unmount(disk.folder)
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    true_cuts = sum(one.gone > 0 for one in found)
    result = plain_result(
        "power",
        given.engine,
        version,
        dose=f"毎秒{given.rate:g}件を送りながら、でたらめな時に{len(found)}回",
        found=(
            f"それまでに受領した出来事は合わせて{sum(one.acknowledged for one in found):,}"
            f"（直前の1秒に {sum(one.lately for one in found):,}）、失った {sum(one.missing for one in found)}。"
            f"保存を頼まずに書いたものは {true_cuts} 回で失われた（合わせて {sum(one.gone for one in found):,} 行）"
        ),
        missed=_missed(found, lost),
        cuts=[one.__dict__ for one in found],
        command=f'make trust-power ENGINES={given.engine} DOSE="--cuts {given.cuts} --rate {given.rate:g}"',
    )
    print(f"  {result['told']['found']}")
    return conclude(result, given.out)


def _cut_again_and_again(stack: Stack, disk: PowerDisk, times: int, rate: float, choose: random.Random) -> list[Cut]:
    cuts: list[Cut] = []
    unkept, progress = Unkept(disk.folder / "unkept"), Progress()
    unkept.start()
    with stack.sending("power", int(rate * (times * LONGEST_PAUSE + 30)), rate):
        time.sleep(3)
        for number in range(times):
            time.sleep(choose.uniform(0.5, LONGEST_PAUSE))
            image = disk.image.with_name(f"cut{number}.img")
            with standing_still(stack) as at, unkept.lock:
                disk.cut(image)
                cuts.append(Cut(at, image, unkept.lines))
            progress.say(f"{number + 1}/{times} 回")
        progress.end()
    unkept.stop()
    stack.wait_until_finished()
    return cuts


def _acknowledged(record: Path) -> dict[str, float]:
    """When each event was first acknowledged."""
    first: dict[str, float] = {}
    for one in read_record(record):
        if one.status == 200:
            for event in (*one.events, *one.silent):
                first.setdefault(event, one.at + one.ms / 1000)
    return first


def _found(cut: Cut, acknowledged: dict[str, float], folder: Path, engine: str) -> Found:
    due = {event for event, at in acknowledged.items() if at <= cut.at}
    lately = sum(1 for event in due if acknowledged[event] > cut.at - 1)
    mount(cut.image, folder)
    try:
        unkept = folder / "unkept"
        kept = len(unkept.read_bytes().rstrip(b"\0")) // 8 if unkept.exists() else 0
        with _opened(folder, engine) as database:
            rows = {row.event for row in read_rows(database)}
            integrity = integrity_of(database)
    finally:
        unmount(folder)
        cut.image.unlink()
    return Found(len(due), lately, len(due - rows), integrity, cut.unkept - kept)


@contextmanager
def _opened(folder: Path, engine: str) -> Iterator[Database]:
    """The database of a copy, recovered as at the next start of the machine."""
    server: PostgreSQL | None = None
    if engine == "postgresql":
        # Of the server that was copied, whose number another process may have by now.
        for name in ("postmaster.pid", ".handle_pids.json", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (folder / "pg" / "data" / name).unlink(missing_ok=True)
        server = PostgreSQL(folder / "pg")
        url = server.url_of("kotae")
    else:
        url = f"sqlite:///{folder / 'kotae.db'}"
    database = open_database(url)
    try:
        yield database
    finally:
        database.dispose()
        if server is not None:
            server.stop()


def _missed(found: Sequence[Found], lost: Sequence[str]) -> list[str]:
    wrong = [
        f"cut {number}: {one.missing} of {one.acknowledged} acknowledged events have no row"
        for number, one in enumerate(found, 1)
        if one.missing
    ]
    wrong += [f"cut {number}: {one.integrity}" for number, one in enumerate(found, 1) if one.integrity != "ok"]
    if lost:
        wrong.append(f"{len(lost)} events were lost by standing still")
    true_cuts = sum(one.gone > 0 and one.lately > 0 for one in found)
    if true_cuts < min(FEWEST, len(found)):
        wrong.append(f"only {true_cuts} of {len(found)} cuts took what was not kept, just after an acknowledgement")
    return wrong
