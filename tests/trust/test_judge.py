"""The judge of the trials at dose must be able to find what it looks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.trust.judge import Call, Delivery, Row, Verdict, judge

NOW = 10_000.0
SENT = NOW - 200
DELIVERY = Delivery(SENT, 20.0, 200, 1, "steady", ("a", "b"), ("s",))
ANSWERED = Row("a", "answered", 1, 1, 1, SENT, SENT + 50, SENT + 1)
CALLS = (Call(SENT + 1, "a", 1, 200, True), Call(SENT + 2, "b", 1, 200, True))
ROWS = (
    ANSWERED,
    replace(ANSWERED, event="b"),
    Row("s", "ignored", 0, 0, 1, SENT, SENT + 50, SENT),
)


def verdict(
    deliveries: tuple[Delivery, ...] = (DELIVERY,),
    calls: tuple[Call, ...] = CALLS,
    rows: tuple[Row, ...] = ROWS,
    **others: Any,
) -> Verdict:
    return judge(deliveries, calls, rows, NOW, **others)


def with_b(**changed: Any) -> tuple[Row, ...]:
    return (ROWS[0], replace(ROWS[1], **changed), ROWS[2])


def test_what_agrees_is_sound() -> None:
    found = verdict()
    assert found.sound
    assert (found.events, found.acknowledged, found.accepted) == (3, 3, 2)
    assert found.replies.p50 == pytest.approx(1.98)
    assert found.acknowledgements.max == 20.0


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        pytest.param({"rows": (ROWS[0], ROWS[2])}, "lost", id="acknowledged, and no row"),
        pytest.param({"calls": (*CALLS, Call(SENT + 9, "b", 2, 200, True))}, "double", id="two replies accepted"),
        pytest.param(
            {"rows": with_b(state="sending", finished_at=None), "calls": CALLS[:1]}, "open", id="open for 200 s"
        ),
        pytest.param({"rows": with_b(finished_at=SENT + 76)}, "late", id="ended 76 s after its receipt"),
        pytest.param({"rows": with_b(state="expired", accepted=0)}, "falsely_unanswered", id="expired, but accepted"),
        pytest.param({"rows": with_b(state="failed", accepted=0)}, "falsely_unanswered", id="failed, but accepted"),
        pytest.param({"calls": CALLS[:1]}, "falsely_answered", id="answered, but LINE took nothing"),
        pytest.param({"rows": with_b(accepted=2)}, "falsely_answered", id="counted twice"),
        pytest.param({"calls": (*CALLS, Call(SENT + 3, "s", 1, 200, True))}, "spoken_to", id="answered unasked"),
        pytest.param({"violations": {"path /v2/bot/profile": 1}}, "violations", id="a path that LINE must not see"),
        pytest.param({"integrity": "row 3 missing from index"}, "integrity", id="a broken file"),
        pytest.param({"reconciled": False}, "reconciled", id="the program's own count"),
    ],
)
def test_what_does_not_is_found(what: dict[str, Any], fault: str) -> None:
    found = verdict(**what)
    assert not found.sound
    assert fault in found.faults


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({"rows": with_b(state="unconfirmed", accepted=0)}, id="unconfirmed, and LINE took it"),
        pytest.param(
            {"rows": with_b(state="unconfirmed", accepted=0), "calls": CALLS[:1]}, id="unconfirmed, not taken"
        ),
        pytest.param({"rows": with_b(state="expired", accepted=0), "calls": CALLS[:1]}, id="expired, not taken"),
        pytest.param(
            {"deliveries": (DELIVERY, Delivery(SENT, 2000.0, -1, 1, "steady", ("c",)))},
            id="neither acknowledged nor kept",
        ),
        pytest.param(
            {"rows": with_b(state="received", finished_at=None, deadline_at=NOW + 1), "calls": CALLS[:1]},
            id="open, but delivered again just now",
        ),
    ],
)
def test_what_is_allowed_is_not_blamed(what: dict[str, Any]) -> None:
    assert verdict(**what).sound
