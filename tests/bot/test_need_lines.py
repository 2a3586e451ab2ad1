"""``needs group --jsonl``: a need for each question, through the command line."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from tests.bot.test_commands import run


def lines(runner: FlaskCliRunner, *given: str | dict[str, Any]) -> list[dict[str, Any]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in given)
    return [json.loads(line) for line in run(runner, "needs", "group", "--jsonl", given=text).splitlines()]


def test_each_question_gets_the_need_it_belongs_to_in_the_order_given(runner: FlaskCliRunner) -> None:
    found = lines(
        runner,
        {"id": "a", "text": "タンスを捨てたい"},
        {"id": 7, "text": "コンビニで住民票"},
        {"id": None, "text": "ゴミの分別表がほしい"},
    )
    assert [row["id"] for row in found] == ["a", 7, None]
    assert [list(row) for row in found] == [["id", "need"]] * 3
    assert found[0]["need"] == found[2]["need"] != found[1]["need"]


def test_the_need_is_the_same_at_every_run_and_in_any_order(runner: FlaskCliRunner) -> None:
    rows = [{"id": n, "text": text} for n, text in enumerate(["蜂の巣を取って", "スズメバチがいる", "成人式の日時"])]
    first = {row["id"]: row["need"] for row in lines(runner, *rows)}
    again = {row["id"]: row["need"] for row in lines(runner, *reversed(rows))}
    assert first == again


def test_words_on_input_only_decide_and_nothing_of_them_is_shown(runner: FlaskCliRunner, caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        said = run(
            runner,
            "needs",
            "group",
            "--jsonl",
            given='{"id": 1, "text": "わたしの秘密の質問"}\n{"id": 2, "text": "秘密"',
        )
    assert "秘密" not in said + caplog.text


BAD = {
    "no JSON": ("{", None),
    "a list": ("[1, 2]", None),
    "null": ("null", None),
    "no text": ('{"id": "a"}', "a"),
    "text is a number": ('{"id": "a", "text": 7}', "a"),
    "no id": ('{"text": "x"}', None),
    "nested without end": ("[" * 100_000, None),
    "a number without end": ('{"id": ' + "9" * 10_000 + "}", None),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_gets_an_error_and_stops_nothing(runner: FlaskCliRunner, case: str) -> None:
    line, known = BAD[case]
    first, second = lines(runner, line, {"id": "good", "text": "ごみの日"})
    assert first["error"].startswith("1行目: ")
    assert first.get("id") == known
    assert set(second) == {"id", "need"}


@pytest.mark.parametrize("text", ["", "😀", "\ud800", "\x00", "あ" * 50_000], ids=["empty", "emoji", "half a character", "NUL", "very long"])  # fmt: skip
def test_any_text_gets_a_need(runner: FlaskCliRunner, text: str) -> None:
    (found,) = lines(runner, {"id": text[:3], "text": text})
    assert found["need"]


def test_empty_lines_are_passed_over_and_nothing_gives_nothing(runner: FlaskCliRunner) -> None:
    assert [row["id"] for row in lines(runner, "", {"id": 1, "text": "ごみの日"}, "  ")] == [1]
    assert run(runner, "needs", "group", "--jsonl", given="") == ""


def test_without_jsonl_it_says_what_is_missing(runner: FlaskCliRunner) -> None:
    assert "--jsonl" in run(runner, "needs", "group", status=2)
