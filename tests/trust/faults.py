"""T03: LINE in each of its bad moods, alone and mixed: every event ends in the promised state, and none is tried too often.

Of each mood, half of the tokens meet it at their first attempt alone, the others at every one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from tests.trust.judge import Call, Phase, Row, phases, read_ledger, read_record, read_rows
from tests.trust.line_process import Misbehaviour
from tests.trust.promises import Kept, kept, most_in_a_second
from tests.trust.results import parser, result_of, show, write
from tests.trust.stack import Shape, Stack, running

MOODS: dict[str, Misbehaviour | None] = {
    "200": None,
    "400": Misbehaviour("status", 1.0, status=400),
    "429": Misbehaviour("status", 1.0, status=429),
    "500": Misbehaviour("status", 1.0, status=500),
    "reset": Misbehaviour("reset", 1.0),
    "accept_then_reset": Misbehaviour("accept_then_reset", 1.0),
    "slow": Misbehaviour("slow", 1.0, seconds=120.0),
    "garbage": Misbehaviour("garbage", 1.0),
    "half": Misbehaviour("half", 1.0),
    "drip": Misbehaviour("drip", 1.0, seconds=1.0),
    "401": Misbehaviour("status", 1.0, status=401),
}
MIXED = ("400", "429", "500", "reset", "accept_then_reset", "slow", "garbage", "half", "drip")
"""Not 401: LINE says it of the channel, never of single replies, and then the whole channel rests."""
MIXED_SHARE = 0.2
MOST_CALLS = 50
"""Of a second, while LINE says that there are too many."""
RESTS = 11.0
"""Seconds after which a channel that LINE refused is tried again."""


def main(arguments: list[str]) -> int:
    options = parser("faults")
    options.add_argument("--events", type=int, default=2000, help="of each mood")
    options.add_argument("--rate", type=float, default=50.0)
    options.add_argument("--moods", default="", help=f"comma-separated, of {', '.join([*MOODS, 'mixed'])}")
    given = options.parse_args(arguments)
    wanted = given.moods.split(",") if given.moods else [*MOODS, "mixed"]
    shape = Shape(given.engine)
    with running(shape, keep=given.keep) as stack:
        stack.send("warm", 40, 10.0, odd=False, drain=10.0)
        stack.wait_until_finished()
        for mood in wanted:
            _try(stack, mood, given.events, given.rate)
        verdict = stack.verdict()
        calls, rows = read_ledger(stack.ledger), read_rows(stack.database)
        found = [_found(one, calls, rows) for one in phases(read_record(stack.record), calls) if one.name != "warm"]
        show(verdict)
        missed = [words for one in found for words in one[2]]
        result = result_of(
            "faults",
            shape,
            stack.database,
            verdict,
            dose={"events": given.events, "rate": given.rate, "moods": wanted},
            moods=[
                {
                    "name": phase.name,
                    "acknowledgements": asdict(phase.acknowledgements),
                    "most_calls_in_a_second": most,
                    "kept": [
                        {**asdict(one), "broken": len(one.broken), "broken_how": dict(Counter(one.broken.values()))}
                        for one in promises
                    ],
                }
                for phase, promises, _, most in found
            ],
            missed=missed,
        )
    for phase, promises, _, most in found:
        print(f"  {phase.name}: 受領 p99 {phase.acknowledgements.p99:,g} ms、LINE への呼出しは1秒に最大 {most}")
        for one in promises:
            broken = f" ✗ {len(one.broken)}: {dict(Counter(one.broken.values()))}" if one.broken else ""
            print(f"    {one.fault or 'ok'}: {one.events:,}件 {one.states}、呼出し最大 {one.calls_most}{broken}")
    print(f"  {write(result, given.out)}（{result['commit']}）")
    return 0 if verdict.sound and not missed else 1


def _try(stack: Stack, mood: str, events: int, rate: float) -> None:
    stack.line.ask("/faults", {"faults": [asdict(one) for one in misbehaviours(mood)]})
    begun = time.monotonic()
    stack.send(mood, events, rate, odd=False)
    stack.wait_until_finished()
    print(f"  {mood}: {time.monotonic() - begun:.0f} 秒", flush=True)
    stack.line.ask("/faults", {"faults": []})
    if mood == "401":
        time.sleep(RESTS)


def misbehaviours(mood: str) -> list[Misbehaviour]:
    """Half of the tokens at their first attempt alone, half at all; mixed, all moods together befall a fifth."""
    names = MIXED if mood == "mixed" else (mood,)
    share = MIXED_SHARE / len(names) if mood == "mixed" else 1.0
    found: list[Misbehaviour] = []
    for one in (MOODS[name] for name in names):
        if one is not None:
            given = asdict(one) | {"share": share / 2}
            found += [Misbehaviour(**given | {"times": 1}), Misbehaviour(**given)]
    return found


def _found(phase: Phase, calls: Sequence[Call], rows: Sequence[Row]) -> tuple[Phase, list[Kept], list[str], int]:
    """What became of a mood's events; which promises do not hold; the most calls of a second."""
    its = f"{phase.name}-"
    own = [call for call in calls if call.event.startswith(its)]
    promises = kept(own, [row for row in rows if row.event.startswith(its)])
    most = most_in_a_second(own)
    missed = [
        f"{phase.name}: {one.fault or 'ok'}: {len(one.broken)} of {one.events}: {dict(Counter(one.broken.values()))}"
        for one in promises
        if one.broken
    ]
    if phase.name == "429" and most > MOST_CALLS:
        missed.append(f"429: {most} calls in a second")
    return phase, promises, missed, most
