"""The database is away, stands still or is full: residents are answered from memory and told that nothing was kept."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from app import create_app
from bot.services import Services
from bot.wording import say
from knowledge.bundle import Bundle
from knowledge.calendar import now
from knowledge.db import Database, open_database
from knowledge.loading import load_bundle
from knowledge.query_log import log_id
from tests.bot.line.conftest import CODE
from tests.bot.line.test_webhook import deliver
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, text_event, webhook_body

QUESTION = "住民票はコンビニで取れますか" + "？どうですか" * 300
"""So long that its row needs a page of its own."""
NOT_KEPT = say("not_kept")
TIMES = 2
"""`make trust-outages` injects these and others twenty times, into whole services."""


@pytest.fixture
def environment(tmp_path: Path, vectors_folder: Path) -> dict[str, str]:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "vectors").symlink_to(vectors_folder)
    return {
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "SENDER_THREADS": "0",
        "LINE_API_HOST": "http://127.0.0.1:9",
        f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
        f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
    }


def app_on(url: str, environment: dict[str, str], bundles: list[Bundle]) -> Flask:
    app = create_app(environment | {"DATABASE_URL": url})
    kit: Services = app.extensions["kotae"]
    load_bundle(kit.database, next(b for b in bundles if b.municipality.code == CODE), now())
    assert kit.corpus.towns()
    kit.corpus.current(CODE)
    return app


def asked(app: Flask) -> tuple[int, str, float]:
    """A question to the API: status, text, seconds."""
    begun = time.monotonic()
    answer = app.test_client().post(f"/api/v1/{CODE}/ask", json={"question": QUESTION})
    told = answer.get_json()
    return answer.status_code, str(told.get("text") if told else ""), time.monotonic() - begun


def chatted(app: Flask, **fields: str) -> tuple[int, str]:
    page = app.test_client().post(f"/{CODE}/", data=fields or {"question": QUESTION})
    return page.status_code, page.get_data(as_text=True)


@pytest.fixture
def full(
    environment: dict[str, str], database_url_maker: Callable[[str], str], bundles: list[Bundle]
) -> Iterator[tuple[Flask, list[int]]]:
    """An app, and how many pages its database may have: SQLite then says that the disk is full."""
    app = app_on(database_url_maker("sqlite"), environment, bundles)
    database: Database = app.extensions["kotae"].database
    with database.writing() as session:
        session.execute(text("CREATE TABLE filler (words text)"))
    most = [1 << 30]

    @event.listens_for(database.writer, "checkout")
    def limit(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most[0]}")  # type: ignore[attr-defined]

    yield app, most
    database.dispose()


def test_with_a_full_disk_everybody_is_answered_and_told_that_nothing_was_kept(
    full: tuple[Flask, list[int]], line: FakeLine
) -> None:
    app, most = full
    database: Database = app.extensions["kotae"].database
    for _ in range(TIMES):
        most[0] = 1  # no page more than there is
        with database.writer.connect() as connection:
            fill(connection)
        status, said, _ = asked(app)
        assert (status, said.startswith(NOT_KEPT)) == (200, True)
        assert NOT_KEPT in chatted(app)[1]
        assert deliver(app.test_client(), webhook_body([text_event(line, "住民票" * 900)])) == 503
        most[0] = 1 << 30
        status, said, _ = asked(app)
        assert (status, NOT_KEPT in said) == (200, False)
        assert deliver(app.test_client(), webhook_body([text_event(line, "住民票")])) == 200
        with database.writer.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def fill(connection: object) -> None:
    """Use up what room is left in the pages that there are."""
    try:
        while True:
            connection.exec_driver_sql("INSERT INTO filler VALUES (?)", ("w" * 3000,))  # type: ignore[attr-defined]
            connection.commit()  # type: ignore[attr-defined]
    except Exception:
        connection.rollback()  # type: ignore[attr-defined]


@contextmanager
def standing_still(database: Database) -> Iterator[None]:
    """A PostgreSQL all of whose processes are stopped in the middle of what they do."""
    with database.reading() as session:
        folder = Path(str(session.scalar(text("SHOW data_directory"))))
    master = int((folder / "postmaster.pid").read_text().split()[0])
    processes = [master, *map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split())]
    try:
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        yield
    finally:
        for process in reversed(processes):
            os.kill(process, signal.SIGCONT)


@pytest.mark.usefixtures("impatient_line")
def test_while_postgresql_stands_still_residents_are_answered_and_line_comes_again(
    environment: dict[str, str], database_url_maker: Callable[[str], str], bundles: list[Bundle], line: FakeLine
) -> None:
    app = app_on(database_url_maker("postgresql"), environment, bundles)
    database: Database = app.extensions["kotae"].database
    other = open_database(database.writer.url.render_as_string(hide_password=False))
    try:
        for _ in range(TIMES):
            with standing_still(other):
                status, said, seconds = asked(app)
                assert (status, said.startswith(NOT_KEPT)) == (200, True)
                assert seconds < 5
                assert asked(app)[0] == 200
                for _ in range(3):
                    begun = time.monotonic()
                    assert deliver(app.test_client(), webhook_body([text_event(line, "住民票")])) == 503
                    assert time.monotonic() - begun < 1.8
                assert NOT_KEPT in chatted(app)[1]
                assert app.test_client().get("/").status_code == 200
                assert app.test_client().get("/readyz").status_code == 503
            until = time.monotonic() + 5
            while NOT_KEPT in asked(app)[1]:
                assert time.monotonic() < until
                time.sleep(0.1)
            assert deliver(app.test_client(), webhook_body([text_event(line, "住民票")])) == 200
    finally:
        other.dispose()
        database.dispose()


def test_a_tap_while_nothing_can_be_kept_shows_the_answer_all_the_same(
    line_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OperationalError(None, None, ConnectionError())

    monkeypatch.setattr("bot.web.chat.mark_tap", refused)
    q = log_id(CODE, "web:x:y")
    status, page = chatted(line_app, act="choose", q=q, e="online-procedures", label="オンライン")
    assert status == 200
    assert NOT_KEPT in page
    answer = line_app.extensions["kotae"].corpus.current(CODE).answers["online-procedures"]
    assert answer.title in page
