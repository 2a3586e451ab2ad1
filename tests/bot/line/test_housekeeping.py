"""What is erased is gone from the database's log file too, beside the answering and however long somebody reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from bot.line.housekeeping import Housekeeping
from bot.services import Services
from knowledge.calendar import now
from knowledge.db import Database, migrate, open_database
from knowledge.models import LineEvent
from tests.bot.line.conftest import Clock, drain, sender_of
from tests.bot.line.test_sender import keep
from tests.bot.line.test_webhook import deliver
from tests.support.fake_line import FakeLine, event, text_event, webhook_body

SECRET_WORDS = "ひみつの質問"


def seen(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def is_in_files(database: Database) -> bool:
    path = Path(str(database.writer.url.database))
    files = [path, path.with_name(f"{path.name}-wal")]
    return any(SECRET_WORDS.encode() in file.read_bytes() for file in files if file.exists())


@pytest.fixture
def kept(line_app: Flask) -> Services:
    kit: Services = line_app.extensions["kotae"]
    return kit


def test_what_was_taken_back_leaves_the_log_file_once_nobody_reads_it(
    line_app: Flask, kept: Services, line: FakeLine
) -> None:
    asked = text_event(line, SECRET_WORDS)
    keep(kept, asked)
    with kept.database.reading() as reader:
        reader.execute(text("SELECT count(*) FROM line_events")).all()
        undo = event("unsend", unsend={"messageId": asked["message"]["id"]})
        assert deliver(line_app.test_client(), webhook_body([undo])) == 200
        time.sleep(0.3)
        assert is_in_files(kept.database)
    assert seen(lambda: not is_in_files(kept.database))
    kept.housekeeping.stop()


def test_words_that_can_no_longer_be_answered_are_looked_for_beside_the_answering(
    kept: Services, line: FakeLine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.line.housekeeping.LOOK_SECONDS", 0.05)
    keep(kept, text_event(line, SECRET_WORDS, life=3600), moment=clock())
    clock.forward(60)
    drain(sender_of(kept, clock))
    with kept.database.writing() as session:
        session.execute(text("DELETE FROM query_log"))
    housekeeping = Housekeeping(kept.database, clock)
    housekeeping.start()
    try:
        assert is_in_files(kept.database)
        clock.forward(20 * 60)
        assert seen(lambda: not is_in_files(kept.database))
    finally:
        housekeeping.stop()
    with kept.database.reading() as session:
        assert session.scalars(select(LineEvent.text)).all() == [None]


def test_no_fault_ends_the_looking(kept: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.line.housekeeping.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("bot.line.housekeeping.AFTER_FAULT_SECONDS", 0.05)
    looked: list[int] = []

    def failing(*_: object) -> int:
        looked.append(1)
        if len(looked) == 1:
            raise OSError("too many open files")
        return 0

    monkeypatch.setattr("bot.line.housekeeping.forget_late_texts", failing)
    housekeeping = Housekeeping(kept.database)
    housekeeping.start()
    try:
        assert seen(lambda: len(looked) > 2)
    finally:
        housekeeping.stop()


def test_it_goes_on_when_the_database_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.line.housekeeping.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("bot.line.housekeeping.AFTER_FAULT_SECONDS", 0.05)
    database = open_database(f"sqlite:///{tmp_path / 'none.db'}")
    housekeeping = Housekeeping(database)
    housekeeping.start()
    try:
        time.sleep(0.3)
        migrate(database)
        past = now().replace(year=2020)
        moments = dict.fromkeys(("occurred_at", "received_at", "deadline_at", "next_try_at"), past)
        with database.writing() as session:
            session.add(
                LineEvent(
                    municipality_code="242047",
                    webhook_event_id="1",
                    kind="message",
                    state="expired",
                    text="w",
                    **moments,
                )
            )

        def words() -> object:
            with database.reading() as session:
                return session.scalar(text("SELECT text FROM line_events"))

        assert seen(lambda: words() is None)
    finally:
        housekeeping.stop()
        database.dispose()
