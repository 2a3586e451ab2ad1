"""F26: fifty restarts in turn under load, as a deployment does: lost 0, double 0, each stop within ten seconds."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

from tests.trust.judge import quantiles
from tests.trust.odds.finding import Finding
from tests.trust.odds.street import seen
from tests.trust.results import version_of
from tests.trust.stack import Shape, running

RESTARTS = 50
STOP_SECONDS = 10.0
RATE = 20.0


def rolling(engine: str, times: int) -> Finding:
    """Two web servers with senders: while one is stopped and started, the other serves."""
    count = max(times, RESTARTS)
    found = Finding(dose=f"受信と返信をする二つのサーバーを代わる代わる、{count}回、毎秒{RATE:g}件を送りながら")
    shape = Shape(engine, webs=2, workers=1, senders=0, jobs=0, web_sender_threads=8)
    stops, ready = [], []
    with running(shape) as stack:
        found.database = version_of(stack.database)
        stack.send("warm", 20, 10.0, odd=False, drain=5.0)
        with stack.sending("rolling", 1_000_000, RATE) as generator:
            time.sleep(3.0)
            for number in range(count):
                web = stack.webs[number % 2]
                before, begun = web.pid, time.monotonic()
                os.kill(before, signal.SIGTERM)
                # Who is gone is started again at once, as systemd does.
                found.hold("it stops", seen(partial(_gone, before), 30.0, 0.02), number)
                stops.append(time.monotonic() - begun)
                time.sleep(0.2)
                web.wait_until_ready(90.0)
                ready.append(time.monotonic() - begun)
            generator.terminate()
            generator.wait()
        stack.wait_until_finished()
        verdict = stack.verdict()
        found.injections["SIGTERM"] = len(stops)
        found.hold("nothing is lost, answered twice or left open", verdict.sound, verdict.faults)
        slow = [round(one, 1) for one in stops if one > STOP_SECONDS]
        found.hold("each stop within ten seconds", not slow, slow)
        found.hold("no server had to be started more often", stack.restarts.total() == len(stops), dict(stack.restarts))
        stopped, again = quantiles(stops), quantiles(ready)
        found.figures |= {
            "events": verdict.events,
            "acknowledged": verdict.acknowledged,
            "lost": len(verdict.lost),
            "double": len(verdict.double),
            "states": verdict.states,
            "stop_seconds": {"p50": stopped.p50, "max": stopped.max},
            "ready_again_seconds": {"p50": again.p50, "max": again.max},
        }
    return found


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
