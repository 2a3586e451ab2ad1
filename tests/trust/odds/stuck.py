"""F25: senders that hang, threads that die, a queue that grows: replaced, answered once, told, and bounded."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from functools import partial

from bot.line import inbox, sender
from bot.line.sender import Sender, SenderThreads
from bot.operation.inspector import Inspector
from bot.operation.pulse import Heart
from bot.operation.telling import Teller
from knowledge.alerts import known
from knowledge.calendar import now
from knowledge.heartbeats import WEB
from tests.support.fake_line import text_event
from tests.trust.odds.finding import Finding
from tests.trust.odds.ground import Clock, Ground, ground
from tests.trust.odds.hook import Hook, hook
from tests.trust.odds.street import Street, seen
from tests.trust.results import version_of
from tests.trust.stack import Shape, Web, running

QUESTION = "住民票 コンビニ"
HANGING = "tests/support/stuck_server.py"
"""A worker whose calls to LINE never end; it leaves after 2 s instead of 45."""


def replaced(engine: str, times: int) -> Finding:
    found = Finding(dose=f"呼出しが終わらない・糸が死ぬ・31秒待たせる・待ちの上限を超える、{times}回ずつ")
    _hanging(engine, times, found)
    with hook() as told, ground(engine, {"ALERT_URL": told.url}) as here:
        _dying(here, times, found)
        _waiting(here, told, times, found)
        _growing(here, times, found)
    return found


def _hanging(engine: str, times: int, found: Finding) -> None:
    shape = Shape(engine, workers=1, senders=0, jobs=0, web_sender_threads=2, latency=0.05)
    with running(shape, config=HANGING) as stack:
        found.database = version_of(stack.database)
        street, well, (web,) = Street(stack), stack.folder / "instance" / "well", stack.webs
        left, held = 0, []
        for number in range(times):
            seen(lambda: bool(web.workers()), 30)
            before = web.workers()
            well.unlink(missing_ok=True)
            # As many as it has threads: while one of them answers, nobody leaves.
            events = [street.text(QUESTION, sender=2 * number + one) for one in range(2)]
            street.deliver(events)
            held += [one["webhookEventId"] for one in events]
            left += seen(partial(_is_another, web, before), 45)
            well.touch()
            stack.wait_until_finished(40.0)
        found.injections["hanging"] = left
        found.hold("each time another process takes its place", left == times, left)
        states, accepted = street.states(), Counter(sum(call.accepted for call in street.calls(one)) for one in held)
        ended = Counter(states.get(one, "lost") for one in held)
        found.hold("answered once", accepted == {1: len(held)}, dict(accepted))
        found.hold("and so it is noted", ended == {"answered": len(held)}, dict(ended))
        verdict = stack.verdict()
        found.hold("nothing is lost, answered twice or left open", verdict.sound, verdict.faults)
        found.figures["hanging"] = {"states": dict(ended), "masters_restarted": stack.restarts.total()}


def _is_another(web: Web, before: list[int]) -> bool:
    """Whether a worker is there, and not that one."""
    return bool(web.workers()) and web.workers()[0] not in before


class _Dying(Sender):
    """A sender whose thread ends by what nothing catches, so often."""

    def __init__(self, times: int) -> None:
        self.times, self.died = times, 0

    def step(self, _: str, *, called: bool = False) -> bool:
        if self.died < self.times:
            self.died += 1
            raise SystemExit
        return False


def _dying(here: Ground, times: int, found: Finding) -> None:
    sender.WATCH_SECONDS = 0.05
    dying, most = _Dying(times), [0]
    threads = SenderThreads(dying, threading.Semaphore(0))
    threads.start(4)

    def alive() -> int:
        names = [one.name for one in threading.enumerate()]
        count = sum(name.startswith("sender-") and name != "sender-watch" for name in names)
        most[0] = max(most[0], count)
        return count

    back = seen(lambda: dying.died == times and alive() == 4, 30.0, 0.01)
    threads.stop()
    sender.WATCH_SECONDS = 1.0
    found.injections["thread died"] = dying.died
    found.hold("threads that died are replaced", back, dying.died)
    found.hold("never more threads than were started", most[0] <= 4, most[0])


def _waiting(here: Ground, told: Hook, times: int, found: Finding) -> None:
    """Thirty-one seconds by the clock: told; answered after all: over."""
    raised = over = 0
    clock = Clock()
    heart = Heart(here.kit, WEB, clock)
    inspector = Inspector(here.kit, lambda: True, clock)
    for number in range(times):
        heart.beat()
        here.keep([text_event(here.line, QUESTION, sender=5000 + number, life=3600)], clock())
        inspector.inspect()
        early = _is_raised(here)
        clock.ahead += dt.timedelta(seconds=31)
        heart.beat()
        inspector.inspect()
        Teller(here.kit, clock).tell()
        raised += not early and _is_raised(here)
        here.drain(clock)
        inspector.inspect()
        over += not _is_raised(here)
        clock.ahead += dt.timedelta(seconds=20)
    found.injections["waited 31 s"] = raised
    found.hold("what waits 31 s is an alert", raised == times, raised)
    found.hold("which is over when it is answered", over == times, over)
    found.hold("ALERT_URL was told", told.first("queue") is not None)


def _is_raised(here: Ground) -> bool:
    with here.kit.database.reading() as session:
        return any(one.kind == "queue" and one.ended_at is None for one in known(session))


def _growing(here: Ground, times: int, found: Finding) -> None:
    """More than may wait: the oldest end, and no more than those."""
    right, most = 0, 5
    for number in range(times):
        at = now().timestamp()
        asked = [text_event(here.line, QUESTION, sender=7000 + 10 * number + n, at=at + n / 100) for n in range(8)]
        here.deliver(asked)
        inbox.settle(here.kit.database, now(), most)
        rows = here.rows()
        states = [rows[one["webhookEventId"]].state for one in asked]
        right += states == ["expired"] * 3 + ["received"] * most
        here.drain()
    found.injections["queue too long"] = times
    found.hold("the oldest end first, the others are answered", right == times, right)
