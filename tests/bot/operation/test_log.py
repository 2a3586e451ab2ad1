"""What is logged of calls and of what nobody caught: its kind and place, never what a resident wrote."""

from __future__ import annotations

import json
import logging
import sys
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.line.client import LineClient
from bot.log_setup import catch_strays, set_up_logging
from bot.services import Services
from bot.settings import LineChannel
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, Fault, user

CANARY = "カナリア住吉町090-1234-5678"


def lines(captured: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.splitlines()]


@pytest.mark.parametrize("fault", ["ok", "status", "reset", "garbage"])
def test_each_call_of_line_is_a_line_without_words_token_or_person(
    capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    set_up_logging("INFO")
    with FakeLine() as line:
        line.default_fault = Fault(fault, 429)
        client = LineClient(LineChannel("242047", (SECRET,), ACCESS_TOKEN), line.url)
        token = line.issue_token()
        client.reply(token, [{"type": "text", "text": CANARY}])
        client.show_loading(user(7))
    written = capsys.readouterr().err
    reply, loading = lines(written)
    assert set(reply) == {
        *("event", "level", "timestamp", "municipality", "method", "endpoint", "status", "result", "detail"),
        *("line_request_id", "ms"),
    }
    assert (reply["event"], reply["method"], reply["endpoint"]) == ("line_call", "POST", "reply")
    assert (loading["endpoint"], loading["status"]) == ("loading", 202)
    assert loading["line_request_id"]
    if fault in ("ok", "status"):
        assert reply["line_request_id"]
        assert reply["status"] == (200 if fault == "ok" else 429)
    assert reply["timestamp"].endswith("Z")
    for secret in (CANARY, CANARY[:4], token, user(7), ACCESS_TOKEN, SECRET):
        assert secret not in written


def test_what_nobody_caught_is_one_line_without_its_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    kit: Services = app.extensions["kotae"]
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    set_up_logging("INFO")
    catch_strays()
    capsys.readouterr()

    def ask() -> None:
        said = CANARY
        with kit.database.reading() as session:
            session.execute(text("SELECT * FROM nowhere WHERE words = :said"), {"said": said})

    dying = threading.Thread(target=ask, name="sender-3")
    dying.start()
    dying.join()
    try:
        ask()
    except DBAPIError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    logging.getLogger("sqlalchemy.pool").error("lost %s", CANARY, exc_info=(ValueError, ValueError(CANARY), None))
    written = capsys.readouterr().err
    assert CANARY[:4] not in written
    thread, process, library = lines(written)
    assert (thread["event"], thread["thread"], thread["error"]) == ("thread_died", "sender-3", "OperationalError")
    assert process["event"] == "not_caught"
    assert ":" in process["at"]
    assert (library["said"], library["error"]) == ("lost %s", "ValueError")


def test_an_answer_and_its_lines_carry_the_same_number(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE municipalities RENAME TO elsewhere")
    found = client.get("/242047/", headers={"X-Request-Id": CANARY.encode().decode("latin-1")})
    written = capsys.readouterr().err
    said = [line for line in lines(written) if line["event"] == "fault"]
    assert [line["request_id"] for line in said] == [found.headers["X-Request-Id"]]
    assert len(found.headers["X-Request-Id"]) == 16
