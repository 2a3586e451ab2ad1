"""Whatever single call fails, the contract holds; `make trust-nth` goes through all calls on both databases."""

from __future__ import annotations

from flask import Flask

from tests.support.fake_line import FakeLine
from tests.trust.nth import run_all


def test_every_seventh_call_of_a_question_may_fail(line_app: Flask, line: FakeLine) -> None:
    runs, kinds, wrong = run_all(line_app, line, "text", every=7, ways=(False,))
    assert wrong == []
    assert runs >= 3
    assert kinds.keys() >= {"statement", "commit", "http"}
