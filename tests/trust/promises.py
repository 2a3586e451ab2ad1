"""What is promised for each way in which LINE may misbehave: the states an event may end in, and how often it is tried."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.trust.judge import Call, Row


@dataclass(frozen=True)
class Promise:
    """``states``: those an event may end in.  ``fewest``, ``most``: calls that LINE sees of it."""

    states: frozenset[str]
    fewest: int
    most: int


MANY = 14
"""0.2 to 8 s between two attempts, within 50 s, and a little chance."""


def _promise(states: str, fewest: int, most: int) -> Promise:
    return Promise(frozenset(states.split()), fewest, most)


PROMISES: Mapping[str, Promise] = {
    "": _promise("answered", 1, 1),
    "status400": _promise("failed", 2, 2),
    "status400-once": _promise("answered", 2, 2),
    "status401": _promise("failed expired", 1, 6),
    "status401-once": _promise("answered failed expired", 1, 2),
    "status429": _promise("expired", 1, MANY),
    "status429-once": _promise("answered expired", 1, 2),
    "status500": _promise("expired", 2, MANY),
    "status500-once": _promise("answered", 2, 2),
    "reset": _promise("unconfirmed", 2, MANY),
    "reset-once": _promise("answered", 2, 2),
    "accept_then_reset": _promise("unconfirmed", 2, MANY),
    "accept_then_reset-once": _promise("unconfirmed", 2, 2),
    "slow": _promise("answered unconfirmed", 1, MANY),
    "slow-once": _promise("answered unconfirmed", 1, 2),
    "garbage": _promise("unconfirmed", 2, MANY),
    "garbage-once": _promise("unconfirmed", 2, 2),
    "half": _promise("unconfirmed", 2, MANY),
    "half-once": _promise("unconfirmed", 2, 2),
    "drip": _promise("unconfirmed", 1, MANY),
    "drip-once": _promise("unconfirmed", 1, 2),
}
UNTRIED = frozenset({"expired", "unconfirmed", "failed"})
"""What nobody came to in time: LINE saw no call of it."""


@dataclass(frozen=True)
class Kept:
    """Of the events that one fault befell.  ``broken``: those of which a promise does not hold, and how."""

    fault: str
    events: int
    states: dict[str, int]
    calls_most: int
    broken: dict[str, str]


def kept(calls: Sequence[Call], rows: Sequence[Row]) -> list[Kept]:
    """Each event's end against the promise for the fault that befell its first call."""
    its_calls: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        its_calls[call.event].append(call)
    by_fault: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.event in its_calls:
            by_fault[its_calls[row.event][0].fault].append(row)
        elif row.state != "ignored":
            by_fault["untried"].append(row)
    return [_kept(fault, by_fault[fault], its_calls) for fault in sorted(by_fault)]


def _kept(fault: str, rows: Sequence[Row], calls: Mapping[str, Sequence[Call]]) -> Kept:
    return Kept(
        fault,
        len(rows),
        dict(Counter(row.state for row in rows)),
        max((len(calls.get(row.event, ())) for row in rows), default=0),
        {row.event: words for row in rows if (words := _broken(fault, row, len(calls.get(row.event, ()))))},
    )


def _broken(fault: str, row: Row, count: int) -> str:
    if fault == "untried":
        return "" if row.state in UNTRIED else f"{row.state} without a call"
    promise = PROMISES[fault]
    if row.state not in promise.states:
        return f"{row.state} ({row.note or ''})"
    return "" if promise.fewest <= count <= promise.most else f"{count} calls"


def most_in_a_second(calls: Sequence[Call]) -> int:
    """The most calls of any second."""
    ordered = sorted(call.at for call in calls)
    most, first = 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
