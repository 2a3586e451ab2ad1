"""A call is waited for so long and no longer."""

from __future__ import annotations

import threading

import pytest

from bot.deadline import Deadline


def test_what_a_call_returns_or_raises_comes_back() -> None:
    waiting = Deadline("test", 5, 1)
    assert waiting.call(int, "7") == 7
    with pytest.raises(ValueError, match="seven"):
        waiting.call(int, "seven")


def test_what_hangs_is_left_to_itself_and_what_waits_behind_it_is_never_begun() -> None:
    waiting = Deadline("test", 0.05, 1)
    ended = threading.Event()
    begun: list[str] = []
    try:
        with pytest.raises(TimeoutError):
            waiting.call(ended.wait)
        with pytest.raises(TimeoutError):
            waiting.call(begun.append, "behind")
    finally:
        ended.set()
    assert Deadline("test", 5, 1).call(list, begun) == []
    while True:  # the thread that hung serves again
        try:
            waiting.call(begun.append, "after")
            break
        except TimeoutError:
            continue
    assert begun[-1] == "after"
    assert "behind" not in begun
