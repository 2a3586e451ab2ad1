"""T13: ten thousand events in up to fifty copies each, shuffled, by eight connections to two workers at once."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress

from tests.trust.judge import read_record
from tests.trust.results import parser, result_of, show, write
from tests.trust.stack import Shape, running


def main(arguments: list[str]) -> int:
    options = parser("replay")
    options.add_argument("--events", type=int, default=10_000)
    options.add_argument("--copies", type=int, default=50, help="most of one event")
    options.add_argument("--total", type=int, default=100_000, help="deliveries of all events together")
    options.add_argument("--batch", type=int, default=10, help="events of one webhook")
    options.add_argument("--seconds", type=float, default=480.0, help="then no more is sent")
    options.add_argument("--threads", type=int, default=8, help="connections that deliver at once")
    given = options.parse_args(arguments)
    shape = Shape(given.engine)
    with running(shape, keep=given.keep) as stack:
        begun = time.monotonic()
        with (
            stack.sending(
                "replay",
                given.events,
                0.0,
                batch=given.batch,
                copies=given.copies,
                total=given.total,
                connections=given.threads,
                odd=False,
            ) as generator,
            suppress(subprocess.TimeoutExpired),
        ):
            generator.wait(given.seconds)
        sending = time.monotonic() - begun
        print(f"  送り終えました（{sending:.0f} 秒）。残りが終わるのを待っています", flush=True)
        stack.wait_until_finished()
        verdict = stack.verdict()
        show(verdict)
        copies = sum(len(one.events) for one in read_record(stack.record) if one.status == 200)
        whole = verdict.rows == verdict.events
        result = result_of(
            "replay",
            shape,
            stack.database,
            verdict,
            dose={
                "events": verdict.events,
                "copies": given.copies,
                "delivered": copies,
                "threads": given.threads,
                "workers": shape.workers,
                "seconds": round(sending),
            },
            rows_as_sent=whole,
        )
    print(f"  届けた数 {copies:,}（{verdict.events:,} 件、一つにつき最大 {given.copies}）、行 {verdict.rows:,}")
    print(f"  {write(result, given.out)}（{result['commit']}）")
    return 0 if verdict.sound and whole else 1
