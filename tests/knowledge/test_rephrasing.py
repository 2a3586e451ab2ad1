"""Answered, and asked again in other words within three minutes: the answer did not help."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.calendar import JST
from knowledge.rephrasing import Asked, rephrased

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=JST)


def asked(row_id: str, seconds: int, words: str, *, asker: str = "a", answered: bool = True) -> Asked:
    return Asked(row_id, asker, NOON + dt.timedelta(seconds=seconds), f" {words} ", answered)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 60, "ゴミ 大型 捨てる")], ["1"], id="in other words"),
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 180, "ゴミ 捨てる")], ["1"], id="just within three minutes"),
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 181, "ゴミ 捨てる")], [], id="later"),
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 60, "住民票 コンビニ")], [], id="another matter"),
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 60, "")], [], id="それはいつ？"),
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 60, "粗大 ゴミ")], [], id="the very same once more"),
        pytest.param([asked("1", 0, "粗大 ゴミ"), asked("2", 60, "ゴミ 捨てる", asker="b")], [], id="somebody else"),
        pytest.param(
            [asked("1", 0, "粗大 ゴミ", answered=False), asked("2", 60, "ゴミ 捨てる")], [], id="it was not answered"
        ),
        pytest.param(
            [asked("1", 0, "ゴミ 出す"), asked("2", 60, "ゴミ 曜日"), asked("3", 120, "ゴミ 収集 日")], ["1", "2"],
            id="twice",
        ),
    ],
)  # fmt: skip
def test_a_question_is_rephrased_when_it_comes_again(rows: list[Asked], found: list[str]) -> None:
    assert list(rephrased(rows)) == found
