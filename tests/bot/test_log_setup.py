"""The application log: whatever is logged, a line is one line, and shows all that it says."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import structlog

from bot.log_setup import set_up_logging
from knowledge import audit
from knowledge.audit import Actor
from knowledge.db import Database
from tests.support.hostile import hostile_strings


def test_nothing_in_a_line_hides_or_looks_like_another_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO")
    said = [*hostile_strings(), "/line/\u202e\u2066\x9b\x85\u2028\ud83d\U000e0041松阪市/webhook"]
    for each in said:
        structlog.get_logger("test").info("webhook", path=each, line={"subject": each, each[:40]: [each]})
    written = capsys.readouterr().err
    lines = written.split("\n")[:-1]
    assert [json.loads(line)["path"] for line in lines] == said
    assert all(line.isprintable() for line in lines)
    assert "松阪市" in lines[-1]


def test_what_is_audited_goes_to_standard_error_too_once_it_is_kept(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """For another system's eyes; whatever name was typed, it is one line of JSON that shows all that it says."""
    set_up_logging("INFO")
    at = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
    with database.writing() as session:
        kept = audit.append(session, Actor(None, "\u202eyamada\n{"), "signed_out", at=at, subject="\x1b[2K\u2066謎\x9b")
        assert kept.number == 1
        assert capsys.readouterr().err == ""
    (said,) = capsys.readouterr().err.splitlines()
    told = json.loads(said)
    assert (told["event"], told["line"]["number"], told["line"]["action"]) == ("audit", 1, "signed_out")
    assert told["line"]["login"] == "\\u202eyamada\\u000a{"
    assert told["line"]["subject"] == "\\u001b[2K\\u2066謎\\u009b"
    assert said.isprintable()
