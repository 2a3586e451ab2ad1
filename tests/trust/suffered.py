"""What webhooks met while a fault lasted, and after it, against the promise.  Pure: lists in, findings out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.trust.judge import Delivery

REFUSAL_MS, ANSWER_MS = 1800.0, 2000.0
"""A refusal has come by the first; LINE waits for any answer no longer than the second."""
RECOVERED_SECONDS = 5.0
NEVER = 999.0


@dataclass(frozen=True)
class Injection:
    """One fault, by the clock.  ``began``: it was asked for, ``held``: it was there, ``let_go``: it was lifted,
    ``back``: what it hit is there again (a server that is started takes a while).  ``lane``: the service that it hit.
    """

    fault: str
    lane: int
    began: float
    held: float
    let_go: float
    back: float
    refuses: bool = True
    """Whether a webhook that comes within must be refused; a short lock may be waited for."""


@dataclass(frozen=True)
class Suffered:
    """All injections of one fault.  ``idle``: those that no webhook met, which show nothing and do not count."""

    fault: str
    injected: int
    idle: int
    met: int
    """Webhooks that came while it lasted."""
    statuses: dict[str, int]
    slowest_ms: float
    slowest_refusal_ms: float
    recovered_seconds: float
    """The longest from the return until a webhook was taken."""
    refused_late: int
    """Refused though the return was more than five seconds ago."""


def suffered(injections: Sequence[Injection], deliveries: dict[int, Sequence[Delivery]]) -> list[Suffered]:
    """``deliveries``: by lane."""
    by_fault: dict[str, list[Injection]] = defaultdict(list)
    for one in injections:
        by_fault[one.fault].append(one)
    nexts = {id(one): _next(one, injections) for one in injections}
    return [
        _suffered(fault, its, deliveries, [nexts[id(one)] for one in its]) for fault, its in sorted(by_fault.items())
    ]


def _next(one: Injection, all_: Sequence[Injection]) -> float:
    """When the next fault of the same service began."""
    return min((each.began for each in all_ if each.lane == one.lane and each.began > one.began), default=float("inf"))


def _suffered(
    fault: str, its: Sequence[Injection], deliveries: dict[int, Sequence[Delivery]], nexts: Sequence[float]
) -> Suffered:
    met: list[Delivery] = []
    idle, late, recovered = 0, 0, 0.0
    for one, next_ in zip(its, nexts, strict=True):
        within = [each for each in deliveries[one.lane] if one.held <= each.at < one.let_go]
        met += within
        if not within or (one.refuses and all(each.status == 200 for each in within)):
            idle += 1
        recovered = max(recovered, _recovery(one, deliveries[one.lane], next_))
        late += sum(
            each.status != 200
            for each in deliveries[one.lane]
            # What the next fault found on its way is that one's.
            if one.back + RECOVERED_SECONDS <= each.at and each.at + each.ms / 1000 < next_
        )
    return Suffered(
        fault,
        len(its) - idle,
        idle,
        len(met),
        dict(Counter(_name(each.status) for each in met)),
        round(max((each.ms for each in met), default=0.0), 1),
        round(max((each.ms for each in met if each.status not in (200, 0)), default=0.0), 1),
        round(recovered, 2),
        late,
    )


def _recovery(one: Injection, its: Iterable[Delivery], next_: float) -> float:
    taken = [each.at + each.ms / 1000 for each in its if each.status == 200 and one.let_go <= each.at < next_]
    return max(0.0, min(taken) - one.back) if taken else NEVER


def _name(status: int) -> str:
    return {0: "cut off", -1: "no answer in 2 s"}.get(status, str(status))


def missed(found: Sequence[Suffered], least: dict[str, int]) -> list[str]:
    """Which promises do not hold.  ``least``: how often each fault is to be injected."""
    by_name = {one.fault: one for one in found}
    wrong = []
    for fault, times in least.items():
        one = by_name.get(fault)
        if one is None or one.injected < times:
            wrong.append(f"{fault}: injected {one.injected if one else 0} of {times} times")
    for one in found:
        if odd := one.statuses.keys() - {"200", "503"}:
            wrong.append(f"{one.fault}: answered {', '.join(sorted(odd))}")
        if one.recovered_seconds > RECOVERED_SECONDS:
            wrong.append(f"{one.fault}: recovered after {one.recovered_seconds} s")
        if one.refused_late:
            wrong.append(f"{one.fault}: {one.refused_late} refused later than {RECOVERED_SECONDS:g} s after the return")
    return wrong


def untimely(deliveries: Iterable[Delivery]) -> list[str]:
    """Of all webhooks, whatever happened just then: another answer than 200 and 503, or one that came too late."""
    wrong = []
    all_ = list(deliveries)
    odd = Counter(_name(one.status) for one in all_ if one.status not in (200, 503))
    if odd:
        wrong.append(f"answered otherwise: {dict(odd)}")
    if late := [one.ms for one in all_ if one.status == 503 and one.ms > REFUSAL_MS]:
        wrong.append(f"{len(late)} refused after more than {REFUSAL_MS:g} ms, the last after {max(late):,.0f}")
    if late := [one.ms for one in all_ if one.status == 200 and one.ms > ANSWER_MS]:
        wrong.append(f"{len(late)} taken after more than {ANSWER_MS:g} ms, the last after {max(late):,.0f}")
    return wrong
