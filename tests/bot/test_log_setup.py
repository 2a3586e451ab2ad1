"""The application log: whatever is logged, a line is one line, and shows all that it says."""

from __future__ import annotations

import json

import pytest
import structlog

from bot.log_setup import set_up_logging
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
