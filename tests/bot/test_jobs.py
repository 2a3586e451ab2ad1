"""The jobs process: it does what is due, ends when told, and never outlives the service it runs beside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from bot.jobs import work
from bot.services import Services
from knowledge.models import Learned
from tests.knowledge.test_content import CODES

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def kit(app: Flask) -> Services:
    found: Services = app.extensions["kotae"]
    return found


def forget(kit: Services, code: str) -> None:
    with kit.database.writing() as session:
        session.get_one(Learned, code).knowledge_version = None


def version_learned(kit: Services, code: str) -> int | None:
    with kit.database.reading() as session:
        return session.get_one(Learned, code).knowledge_version


def test_what_is_due_is_learned_and_then_it_ends(kit: Services) -> None:
    forget(kit, CODES[0])
    work(kit, threading.Event(), once=True)
    assert version_learned(kit, CODES[0]) is not None


def test_told_to_stop_it_gives_back_what_it_was_at(kit: Services) -> None:
    forget(kit, CODES[0])
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    work(kit, stop)
    assert version_learned(kit, CODES[0]) is None
    work(kit, threading.Event(), once=True)
    assert version_learned(kit, CODES[0]) is not None


def test_it_ends_with_the_service_that_it_runs_beside(environment: dict[str, str]) -> None:
    """The parent here is a shell that starts the jobs process and is then killed, as by ``kill -9``."""
    command = f"{sys.executable} -m flask --app app jobs run --beside $$ & echo $!; wait"
    parent = subprocess.Popen(
        ["sh", "-c", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(3)
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until = time.monotonic() + 30
    while alive(child) and time.monotonic() < until:
        time.sleep(0.2)
    parent.stdout.close()
    assert not alive(child)


def alive(process: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
