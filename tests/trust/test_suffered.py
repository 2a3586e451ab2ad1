"""The judgement of outages itself: what it must notice."""

from __future__ import annotations

import pytest

from tests.trust.judge import Delivery
from tests.trust.suffered import Injection, missed, suffered, untimely


def delivery(at: float, status: int = 200, ms: float = 50.0) -> Delivery:
    return Delivery(at, ms, status, 1, "f06", ())


AWAY = Injection("F06 paused", 0, began=99.9, held=100.0, let_go=104.0, back=104.5)
GOOD = [delivery(99), delivery(101, 503, 1250), delivery(105), delivery(110)]


def test_a_fault_that_refuses_and_recovers_keeps_its_promise() -> None:
    (found,) = suffered([AWAY], {0: GOOD})
    assert (found.injected, found.met, found.slowest_refusal_ms) == (1, 1, 1250)
    assert found.recovered_seconds == pytest.approx(0.55)
    assert missed([found], {"F06 paused": 1}) == []
    assert untimely(GOOD) == []


def test_a_fault_that_no_webhook_met_does_not_count() -> None:
    (found,) = suffered([AWAY], {0: [delivery(99), delivery(105)]})
    assert (found.injected, found.idle) == (0, 1)
    assert missed([found], {"F06 paused": 1}) == ["F06 paused: injected 0 of 1 times"]


def test_an_absence_in_which_all_was_taken_is_none() -> None:
    assert suffered([AWAY], {0: [delivery(101), delivery(105)]})[0].injected == 0


def test_a_fault_that_never_happened_is_missed() -> None:
    assert missed([], {"F07 disk full": 20}) == ["F07 disk full: injected 0 of 20 times"]


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ([delivery(101, 503), delivery(110)], "recovered after"),
        ([delivery(101, 503)], "recovered after"),
        ([*GOOD, delivery(111, 503)], "refused later"),
        ([*GOOD, delivery(102, 500)], "answered 500"),
        ([*GOOD, delivery(102, -1, 2000)], "answered no answer in 2 s"),
    ],
    ids=["late", "never", "refused again", "500", "hangs"],
)
def test_what_breaks_the_promise_is_told(seen: list[Delivery], words: str) -> None:
    (told,) = missed(suffered([AWAY], {0: seen}), {})
    assert words in told


@pytest.mark.parametrize(
    "seen", [delivery(0, 503, 1801), delivery(0, 200, 2001), delivery(0, 500), delivery(0, -1), delivery(0, 0)]
)
def test_an_answer_that_is_late_or_another_is_told_whenever_it_came(seen: Delivery) -> None:
    assert len(untimely([seen])) == 1


def test_what_comes_after_the_next_fault_began_says_nothing_of_this_one() -> None:
    again = Injection("F06 paused", 0, began=112.0, held=112.5, let_go=116.0, back=116.0)
    seen = [*GOOD, delivery(111.99, 503), delivery(113, 503), delivery(117)]
    assert suffered([AWAY, again], {0: seen})[0].refused_late == 0
