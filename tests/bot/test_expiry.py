"""Once a day what is too old goes: from the tables, from the files of the database; and it never was in a log."""

from __future__ import annotations

import datetime as dt
import logging
import threading

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from bot import jobs
from bot.services import Services
from knowledge import brought_files, sessions
from knowledge.audit_chain import DAILY, verify
from knowledge.calendar import JST, today
from knowledge.data_items import tables_of_items
from knowledge.db import Database
from knowledge.expiry import Kept, forget_expired
from knowledge.models import (
    AuditCheckpoint,
    AuditLine,
    BroughtFile,
    LineEvent,
    LoggedQuestion,
    Municipality,
    StaffAccount,
    StaffSession,
    UnsavedText,
)
from knowledge.query_log import AskedQuestion, record
from tests.support.database_files import bytes_of

CODE = "242047"
MOMENT = dt.datetime(2026, 11, 22, 1, tzinfo=dt.UTC)
WORD = "カナリアの巣箱"


def work_at(kit: Services, moment: dt.datetime) -> dt.timedelta:
    """The jobs process at ``moment``; how long ago its daily turn was then."""
    with time_machine.travel(moment, tick=False):
        jobs.work(kit, threading.Event(), once=True)
    with kit.database.reading() as session:
        last = session.scalar(select(func.max(AuditCheckpoint.at)).where(AuditCheckpoint.kind == DAILY))
        assert last is not None
        return moment - last


def test_once_a_day_what_is_too_old_goes_from_the_files_and_the_log_never_had_it(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("bot.jobs._learned", lambda *_: None)
    monkeypatch.setattr("bot.jobs._looks", lambda _: [])
    kit: Services = app.extensions["kotae"]
    client = app.test_client()
    assert client.post(f"/{CODE}/", data={"question": f"{WORD}はどこに置けますか"}).status_code == 200
    client.post(f"/api/v1/{CODE}/ask", json={"question": f"{WORD}の申請", "conversation": "c"})
    noon = dt.datetime.combine(today(), dt.time(12), JST) + dt.timedelta(days=1)
    hours = [work_at(kit, noon + dt.timedelta(hours=past)) // dt.timedelta(hours=1) for past in (0, 11, 13, 24)]
    assert hours == [0, 11, 0, 11], "once a day of Japan's"
    assert WORD.encode() in _files(kit), "180 days are not over"
    work_at(kit, noon + dt.timedelta(days=181))
    with kit.database.reading() as session:
        assert list(session.scalars(select(LoggedQuestion.text))) == [None, None]
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "records_expired")).all()
        assert sum(line.details["counts"].get("question_text", 0) for line in lines) == 2
        assert verify(session).findings == ()
    assert WORD.encode() not in _files(kit)
    printed = capfd.readouterr()
    assert "staff_kept_up" in printed.err
    assert WORD not in caplog.text + printed.out + printed.err


def _files(kit: Services) -> bytes:
    """The database with its write-ahead log, the indexes and whatever else lies there."""
    return b"".join(path.read_bytes() for path in kit.settings.instance.rglob("*") if path.is_file())


@pytest.fixture
def filled(database: Database) -> Database:
    """Old words in the log, in LINE's events and in a colleague's draft; a session and a file of thirty days ago."""
    old = MOMENT - dt.timedelta(days=200)
    with database.writing() as session:
        session.add(
            Municipality(
                code=CODE, name="市", kana="し", prefecture="県", aliases=[], contact_department="c", sample=False,
                examples=[], reply_languages=[],
            )
        )  # fmt: skip
        person = StaffAccount(login="k", name="係", created_at=old, changed_at=old)
        session.add(person)
        session.flush()
        for number in range(200):
            asked = AskedQuestion(
                CODE, f"web:{number}", "web", old, f"{WORD}{number}", False, None, None, "ja", "none", None, None, None,
                None, [], 1, 1.0,
            )  # fmt: skip
            record(session, asked)
        session.add(
            LineEvent(
                municipality_code=CODE, webhook_event_id="w", kind="message", state="failed", text=WORD,
                occurred_at=old, received_at=old, deadline_at=old, next_try_at=old,
            )
        )  # fmt: skip
        session.add(UnsavedText(municipality_code=CODE, account="1", form="f", fields={"a": WORD}, kept_at=old))
        ended = MOMENT - dt.timedelta(days=10)
        session.add(
            StaffSession(
                id_hash="h", account_id=person.id, stage="full", created_at=ended, seen_at=ended, expires_at=ended,
                confirmed_at=ended, address_hash="a",
            )
        )  # fmt: skip
        brought_files.keep_file(session, CODE, person.id, "p", ".csv", WORD.encode(), ended)
    return database


def _left(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        signed_in, files = (
            session.scalar(select(func.count()).select_from(one)) for one in (StaffSession, BroughtFile)
        )
        return signed_in or 0, files or 0


def test_the_days_of_sessions_and_of_files_are_settings(filled: Database) -> None:
    forget_expired(filled, MOMENT, Kept(400, session_days=11, upload_days=11))
    assert _left(filled) == (1, 1)
    forget_expired(filled, MOMENT, Kept(400, session_days=9, upload_days=11))
    assert _left(filled) == (0, 1)
    forget_expired(filled, MOMENT, Kept(400, session_days=30, upload_days=9))
    assert _left(filled) == (0, 0)
    assert sessions.KEPT.days == Kept(400).session_days == 30


def test_what_is_too_old_is_in_no_file_of_either_database_any_more(filled: Database) -> None:
    """PostgreSQL writes its tables anew for it, as a restore does; its usual VACUUM only frees the place."""
    assert WORD.encode() in bytes_of(filled)
    forget_expired(filled, MOMENT, Kept(400))
    filled.vacuum(tables_of_items())
    filled.vacuum(tables_of_items(), rewrite=True)
    assert filled.shrink_log(5)
    assert WORD.encode() not in bytes_of(filled)
