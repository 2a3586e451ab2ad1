"""The jobs process: started anew however it ends, never in a circle, and gone with the service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.jobs_keeper import LONGEST_WAIT, NICE, JobsKeeper, Run, end_jobs, found_ended, is_due, is_gone, is_kept
from tests.support.server import Service

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); print(); time.sleep(60)"]


def seen(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def process_of(folder: Path) -> int:
    return int(json.loads((folder / "jobs.lock").read_text())["process"])


def test_one_that_lived_long_is_started_at_once_and_one_that_ends_soon_later_and_later() -> None:
    long = found_ended(Run(1, 2, started=0.0), 100.0)
    assert is_due(long, 100.0)
    run, waits = long, []
    for _ in range(9):
        run = found_ended(Run(1, 2, started=200.0, short=run.short), 201.0)
        waits.append(next(wait for wait in range(100) if is_due(run, 201.0 + wait)))
    assert waits == [2, 4, 8, 16, 32, *[int(LONGEST_WAIT)] * 4]
    assert found_ended(Run(1, 2, started=0.0, short=8), 100.0).short == 0


def test_two_workers_keep_one_process_and_start_it_anew_when_it_is_killed(tmp_path: Path) -> None:
    keepers = [JobsKeeper(tmp_path, os.getpid(), lambda _: SLEEPER) for _ in range(2)]
    try:
        assert [keeper.look() for keeper in keepers] == [True, False]
        first = process_of(tmp_path)
        assert os.getpriority(os.PRIO_PROCESS, first) >= NICE, "residents come first"
        os.kill(first, signal.SIGKILL)
        assert seen(lambda: any(keeper.look() for keeper in keepers), 10)
        assert process_of(tmp_path) != first
        assert is_kept(tmp_path)
    finally:
        end_jobs(tmp_path, os.getpid())
    assert not is_kept(tmp_path)
    for keeper in keepers:
        keeper.stop()
        assert not keeper.look()


def test_what_ends_at_once_is_not_started_in_a_circle(tmp_path: Path) -> None:
    keeper = JobsKeeper(tmp_path, os.getpid(), lambda _: [sys.executable, "-c", ""])
    started = 0
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        started += keeper.look()
        time.sleep(0.02)
    assert started == 1
    keeper.stop()
    assert not keeper.look()


def test_another_servers_process_is_left_alone_and_a_stubborn_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs_keeper.STOP_SECONDS", 0.5)
    keeper = JobsKeeper(tmp_path, os.getpid(), lambda _: STUBBORN)
    keeper.look()
    end_jobs(tmp_path, os.getpid() + 1)
    assert is_kept(tmp_path)
    time.sleep(0.3)
    end_jobs(tmp_path, os.getpid())
    assert seen(lambda: not is_kept(tmp_path), 5)
    keeper.stop()
    assert not keeper.look()


def test_a_process_that_ended_is_gone_though_nobody_has_fetched_it() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    assert seen(is_gone(process.pid), 10)
    process.wait()
    assert is_gone(process.pid)()


@pytest.mark.load
def test_the_real_service_starts_its_jobs_anew_and_ends_them_with_itself(
    tmp_path: Path, loaded_file: Path, vectors_folder: Path
) -> None:
    (tmp_path / "kotae.db").write_bytes(loaded_file.read_bytes())
    (tmp_path / "vectors").symlink_to(vectors_folder)
    service = Service({"INSTANCE_PATH": str(tmp_path), "SENDER_THREADS": "0"})
    try:
        service.start()
        assert seen(lambda: is_kept(tmp_path), 5)
        time.sleep(0.2)
        first = process_of(tmp_path)
        os.kill(first, signal.SIGKILL)
        assert seen(lambda: is_kept(tmp_path) and process_of(tmp_path) != first, 10)
        # A worker that is killed takes nothing with it: the next one finds the jobs alive.
        second = process_of(tmp_path)
        os.kill(service.worker(), signal.SIGKILL)
        service.wait_until_ready()
        time.sleep(2)
        assert process_of(tmp_path) == second
        assert service.stop() == 0
        assert not is_kept(tmp_path)
    finally:
        service.kill()
