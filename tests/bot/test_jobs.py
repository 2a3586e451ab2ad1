"""The jobs process: it does what is due, ends when told, and never outlives the service it runs beside."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from bot import jobs
from bot.conversation import answer
from bot.effect_jobs import CAUTION, PREPARE, caution_effects_from_json, effect_from_json
from bot.jobs import work
from bot.log_rows import asked_question
from bot.services import Services
from knowledge.approval import Actor, Step
from knowledge.booked_checks import booked_check
from knowledge.calendar import now
from knowledge.entry_versions import content_of
from knowledge.jobs import EFFECT, JobStatus, ask_for, job_status, stop_job
from knowledge.models import Entry, Learned
from knowledge.publishing import Text, save_draft, take
from knowledge.query_log import record
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


def ask(kit: Services, kind: str, payload: dict[str, str]) -> str:
    with kit.database.writing() as session:
        return ask_for(session, CODES[0], kind, payload, now(), "h.yamada")


def status_of(kit: Services, job_id: str) -> JobStatus:
    with kit.database.reading() as session:
        found = job_status(session, CODES[0], job_id)
    assert found is not None
    return found


def log_question(kit: Services, text: str, times: int) -> None:
    with kit.database.writing() as session:
        for number in range(times):
            outcome = answer(kit.corpus.current(CODES[0]), text)
            row = asked_question(
                outcome,
                municipality_code=CODES[0],
                event_key=f"{text}{number}",
                channel="web",
                asked_at=now(),
                text=text,
                personal_data=False,
                asker=None,
            )
            record(session, row)


def test_an_effect_check_that_was_asked_for_is_done_and_read(kit: Services) -> None:
    log_question(kit, "住民票", 3)
    log_question(kit, "それはいつ？", 2)
    job_id = ask(kit, EFFECT, {"of": "level", "level": "bold"})
    work(kit, threading.Event(), once=True)
    found = status_of(kit, job_id)
    assert (found.state, found.progress) == ("done", 1.0)
    assert found.result is not None
    effect = effect_from_json(found.result)
    assert (effect.asked.questions, effect.asked.times, effect.left_out.times) == (1, 3, 2)


def test_what_is_in_force_may_be_asked_beforehand(kit: Services) -> None:
    log_question(kit, "印鑑を落とした", 1)
    prepared = [ask(kit, PREPARE, {}), ask(kit, PREPARE, {})]
    work(kit, threading.Event(), once=True)
    assert [status_of(kit, job_id).result for job_id in prepared] in (
        [{"asked": 1}, {"asked": 0}],
        [{"asked": 0}, {"asked": 1}],
    )
    checked = ask(kit, EFFECT, {"of": "level", "level": "bold"})
    work(kit, threading.Event(), once=True)
    assert effect_from_json(status_of(kit, checked).result or {}).recalled == 1


def test_on_the_eve_of_a_booking_its_effect_is_checked_once_more(kit: Services) -> None:
    log_question(kit, "住民票", 1)
    writer, approver = Actor("a-1", "編集 一郎", edits=True), Actor("a-2", "承認 次郎", approves=True)
    code, moment = CODES[0], now()
    with kit.database.writing() as session:
        row = session.scalars(select(Entry).where(Entry.municipality_code == code).limit(1)).one()
        text = Text(content_of(row) | {"answer": "四月からの答えです。"}, publish_at=moment + dt.timedelta(hours=12))
        made = save_draft(session, code, text, writer, moment, based_on=row.version)
        take(session, code, made.entry_id, Step.REQUEST, writer, moment, number=made.number)
        take(session, code, made.entry_id, Step.APPROVE, approver, moment, number=made.number)
        booked = (made.entry_id, made.number)
    work(kit, threading.Event(), once=True)
    with kit.database.reading() as session:
        found = booked_check(session, code, now())
    assert found is not None
    assert found.versions == (booked,)


def test_every_level_of_caution_is_tried_on_the_last_month(kit: Services) -> None:
    log_question(kit, "住民票", 1)
    job_id = ask(kit, CAUTION, {})
    work(kit, threading.Event(), once=True)
    found = caution_effects_from_json(status_of(kit, job_id).result or {})
    assert set(found) == {"cautious", "standard", "bold"}
    assert all(effect.asked.questions == 1 for effect in found.values())


def test_work_that_cannot_be_done_says_why_and_the_next_is_done(kit: Services) -> None:
    bad, good = ask(kit, EFFECT, {"of": "level", "level": "none"}), ask(kit, PREPARE, {})
    work(kit, threading.Event(), once=True)
    assert status_of(kit, bad).fault == "慎重・標準・積極的のどれかを選んでください"
    assert status_of(kit, good).state == "done"


def test_a_fault_of_our_own_ends_that_work_alone(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.effect_jobs.prepare", broken)
    bad, good = ask(kit, PREPARE, {}), ask(kit, EFFECT, {"of": "level", "level": "bold"})
    work(kit, threading.Event(), once=True)
    assert status_of(kit, bad).state == "failed"
    assert status_of(kit, good).state == "done"


def test_staff_may_stop_what_runs(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def goes_on(kit: Services, code: str, payload: object, progress: Callable[[float], None]) -> dict[str, str]:
        with kit.database.writing() as session:
            stop_job(session, code, job_id, now())
        progress(0.5)
        return {}

    monkeypatch.setattr("bot.jobs.WORKS", {PREPARE: goes_on})
    job_id = ask(kit, PREPARE, {})
    work(kit, threading.Event(), once=True)
    assert status_of(kit, job_id).state == "stopped"


def test_a_process_told_to_end_gives_back_what_staff_asked_for(kit: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def goes_on(kit: Services, code: str, payload: object, progress: Callable[[float], None]) -> dict[str, str]:
        stop.set()
        progress(0.5)
        return {}

    monkeypatch.setattr("bot.jobs.WORKS", {PREPARE: goes_on})
    job_id = ask(kit, PREPARE, {})
    work(kit, stop)
    assert status_of(kit, job_id).state == "waiting"


def test_what_somebody_waits_for_is_done_in_the_middle_of_learning(kit: Services) -> None:
    forget(kit, CODES[0])
    done: list[str | None] = []

    def noticed(_kit: Services, code: str, _payload: object, _progress: object) -> dict[str, str]:
        done.append(str(version_learned(kit, code)))
        return {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.jobs.WORKS", {PREPARE: noticed})
        patch.setattr("bot.jobs.LOOK_SECONDS", 0.0)
        patch.setattr("bot.jobs._asked_for", late(jobs._asked_for, lambda: ask(kit, PREPARE, {})))
        work(kit, threading.Event(), once=True)
    assert done == ["None"], "before what was being learned was learned"


def late(look: Callable[..., str | None], ask_now: Callable[[], object]) -> Callable[..., str | None]:
    """``look``, before whose second time somebody asks for something."""
    looks = itertools.count()

    def looked(*given: object) -> str | None:
        if next(looks) == 1:
            ask_now()
        return look(*given)

    return looked
