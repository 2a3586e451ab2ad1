"""Which questions show that somebody did not get what they needed."""

from __future__ import annotations

import pytest

from knowledge.need_signals import SIGNALS, signal_of


@pytest.mark.parametrize(
    ("decision", "tapped", "feedback", "contacted", "signal"),
    [
        pytest.param("none", None, None, False, "none", id="nothing was found"),
        pytest.param("none", None, "solved", False, None, id="nothing was found, and it was solved all the same"),
        pytest.param("none", None, None, True, "none", id="nothing was found, and the number was looked at"),
        pytest.param("suggest", None, None, False, "near", id="choices, and nothing tapped"),
        pytest.param("suggest", "", None, False, "refused", id="この中にない"),
        pytest.param("suggest", "juki", None, False, None, id="a choice was taken"),
        pytest.param("suggest", "juki", None, True, "contact", id="a choice was taken, then the number looked at"),
        pytest.param("suggest", "juki", "unsolved", False, "unsolved", id="a choice that did not solve it"),
        pytest.param("answer", None, None, False, None, id="answered"),
        pytest.param("answer", None, "solved", True, None, id="solved"),
        pytest.param("answer", None, "unsolved", True, "unsolved", id="解決しなかった"),
        pytest.param("answer", None, None, True, "contact", id="answered, then the number looked at"),
        pytest.param("handoff", None, None, True, None, id="who asked for a person got the number asked for"),
        pytest.param("smalltalk", None, None, False, None, id="a greeting"),
        pytest.param("emergency", None, None, False, None, id="an emergency"),
    ],
)
def test_a_signal_comes_of_what_was_shown_and_done(
    decision: str, tapped: str | None, feedback: str | None, contacted: bool, signal: str | None
) -> None:
    assert signal_of(decision, tapped, feedback, contacted=contacted) == signal
    assert signal is None or signal in SIGNALS
