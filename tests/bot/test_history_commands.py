"""``knowledge history``, and what is booked coming live by the jobs process."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from bot import jobs
from bot.conversation import answer
from bot.duties import looked_after
from bot.jobs import work
from bot.services import Services
from knowledge.approval import Step
from knowledge.calendar import JST, now
from knowledge.entry_versions import content_of
from knowledge.models import Entry
from knowledge.publishing import Text, save_draft, take
from tests.bot.test_commands import run
from tests.knowledge.test_content import CODES
from tests.knowledge.version_desk import APPROVER, WRITER

CODE = CODES[0]
MIDNIGHT = dt.datetime(2027, 4, 1, tzinfo=JST)


@pytest.fixture
def kit(app: Flask) -> Services:
    found: Services = app.extensions["kotae"]
    return found


@pytest.fixture
def booked(kit: Services) -> str:
    """An entry with a change that is booked for the first of April; its id."""
    with kit.database.writing() as session:
        row = session.scalars(
            select(Entry).where(Entry.municipality_code == CODE, Entry.kind == "plan", Entry.term.is_(None))
        ).first()
        assert row is not None
        content = content_of(row) | {"answer": "四月からの答えです。", "translations": {}}
        version = save_draft(session, CODE, Text(content, staff_note="覚え", publish_at=MIDNIGHT), WRITER, now(), based_on=row.version)  # fmt: skip
        take(session, CODE, row.entry_id, Step.REQUEST, WRITER, now(), number=version.number)
        take(session, CODE, row.entry_id, Step.APPROVE, APPROVER, now(), number=version.number)
        return row.entry_id


def test_the_history_tells_every_version_who_and_what_changed(app: Flask, booked: str) -> None:
    told = run(app.test_cli_runner(), "knowledge", "history", "--municipality", CODE, booked)
    assert told.startswith("第2版［公開予約］")
    assert "公開予約: 令和9年4月1日 00:00" in told
    assert "承認した人: 課長 次郎" in told
    assert "→ 四月からの答えです。" in told
    assert "第1版［公開］" in told
    assert "覚え" not in told


def test_an_unknown_entry_is_told(app: Flask) -> None:
    told = run(app.test_cli_runner(), "knowledge", "history", "--municipality", CODE, "no-such", status=1)
    assert "この ID の質問はありません" in told


def test_the_jobs_process_publishes_at_midnight_of_japan_before_all_else(kit: Services, booked: str) -> None:
    question = kit.corpus.current(CODE).answers[booked].title
    nothing_else = threading.Event()
    nothing_else.set()
    with time_machine.travel(MIDNIGHT - dt.timedelta(seconds=1), tick=False):
        work(kit, nothing_else)
        assert kit.corpus.current(CODE).answers[booked].text != "四月からの答えです。"
    with time_machine.travel(MIDNIGHT, tick=False):
        work(kit, nothing_else)
        reply = answer(kit.corpus.current(CODE), question).reply
    assert reply.answer is not None
    assert reply.answer.text == "四月からの答えです。"


def test_it_looks_for_bookings_while_it_is_at_something_long(
    kit: Services, booked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BOOKING_SECONDS", 0.01)
    looked = threading.Event()
    monkeypatch.setattr(jobs, "publish_due", lambda *_: looked.set() or [])
    with looked_after([jobs._bookings(kit)], lambda: False):
        looked.clear()
        assert looked.wait(30)
