"""What has its time does not wait for the long work, nor for each other; and a process that is told to end does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from app import create_app
from bot import duties, jobs
from bot.duties import Duty, GoOn, looked_after
from bot.services import Services
from knowledge.audit_chain import DAILY
from knowledge.backups import backups_in
from knowledge.backups_ledger import FILE as LEDGER
from knowledge.models import AuditCheckpoint
from tests.bot.test_restore_drill import PUBLIC


@pytest.fixture
def kit(environment: dict[str, str]) -> Iterator[Services]:
    """It has all to do that has its time."""
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_STARTTLS": "0", "MAIL_FROM": "kotae@city.example.jp"}
    found: Services = create_app({**environment, **PUBLIC, **mail}).extensions["kotae"]
    yield found
    found.database.dispose()


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("long", ["_learned", "_links_checked"])
def test_long_work_without_an_end_holds_nothing_up(kit: Services, monkeypatch: pytest.MonkeyPatch, long: str) -> None:
    def goes_on(*given: object) -> str:
        meanwhile = given[-1]
        assert callable(meanwhile)
        while True:
            meanwhile()
            time.sleep(0.01)

    sent, asked = threading.Event(), threading.Event()
    monkeypatch.setattr(jobs, "_learned", lambda *_: None)
    monkeypatch.setattr(jobs, long, goes_on)
    monkeypatch.setattr(jobs, "send_next", lambda *_: sent.set())
    monkeypatch.setattr(jobs, "ask_for_counting", lambda *_: asked.set() or [])
    folder, stop = kit.settings.backup_folder, threading.Event()

    def is_all_done() -> bool:
        with kit.database.reading() as session:
            noted = session.scalar(select(func.count()).where(AuditCheckpoint.kind == DAILY))
            purged = session.get(AuditCheckpoint, (0, "purged"))
        return bool(noted and purged and backups_in(folder)) and (folder / LEDGER).exists()

    worker = threading.Thread(target=jobs.work, args=(kit, stop), daemon=True)
    worker.start()
    try:
        assert within(60, is_all_done)
        assert within(5, sent.is_set)
        assert within(5, asked.is_set)
    finally:
        stop.set()
        worker.join(10)
    assert not worker.is_alive()


def test_each_kind_of_long_work_has_its_turn(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    stop = threading.Event()

    def learn(*_: object) -> str:
        done.append("learned")
        if len(done) > 9:
            stop.set()
        return "242047"

    monkeypatch.setattr(jobs, "_duties", lambda _: [])
    monkeypatch.setattr(jobs, "_learned", learn)
    monkeypatch.setattr(jobs, "_links_checked", lambda *_: done.append("links"))
    jobs.work(kit, stop)
    assert done[:4] == ["learned", "links"] * 2


def test_what_hangs_or_fails_holds_neither_the_others_up_nor_the_end(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(duties, "JOIN_SECONDS", 0.3)
    free, fails, steps = threading.Event(), [0], [0]

    def hang(_: GoOn) -> None:
        free.wait(30)

    def fail(_: GoOn) -> None:
        fails[0] += 1
        raise ZeroDivisionError

    def step(go_on: GoOn) -> str:
        while True:
            go_on()
            steps[0] += 1
            time.sleep(0.01)

    each = [Duty("hangs", 9.0, hang), Duty("fails", 0.01, fail), Duty("steps", 9.0, step)]
    with looked_after(each, lambda: False):
        assert within(5, lambda: fails[0] > 2 and steps[0] > 2)
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    printed = capfd.readouterr().err
    assert "ZeroDivisionError" in printed
    assert "duty_not_ended" in printed
    assert "hangs" in printed
    names = {thread.name for thread in threading.enumerate()}
    assert not {"fails", "steps"} & names
    free.set()
