"""LINE's webhooks as a process of its own: signed, on time whatever the service does, delivered again until 200.

Each attempt is a line of the record: when, how long, what came back, and which events it held.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tests.support.fake_line import signature, user, webhook_body
from tests.trust.http1 import Client, as_json

ANSWER_SECONDS = 2.0
"""LINE waits no longer."""
AGAIN = (1.0, 3.0, 8.0, 20.0)
"""Seconds before each next delivery; LINE tells nobody how long it waits, but it will not hammer a service that is down."""
AHEAD_SECONDS = 0.05
"""So long before its delivery a token may be issued."""
HORIZON = 20 * 60
NOBODY, TOO_LATE = 0, -1
"""What stands in the record for a status where there was none: not reached or cut off, and no answer in two seconds."""
QUESTIONS = (
    "オンラインで申請できる手続きは？",
    "住民票 コンビニ",
    "マイナンバーカードの交付率の目標は？",
    "スマホ教室はありますか",
    "粗大ごみの手数料は？",
    "ありがとう",
    "担当の人と話したい",
    "🍎\x00\ud83d ですか",
    "計画の期間はいつからいつまで",
    "なにこれ",
)


@dataclass(frozen=True)
class Plan:
    """What is sent.  ``rate``: events a second, 0: as fast as ``connections`` let.  ``batch``: events of one body.

    ``copies``: at most so many deliveries of an event, ``total`` of all together; all of them shuffled.  ``odd``: some
    events are such as no answer is due to.  ``drain``: seconds in which what is not acknowledged comes again after the
    last event.  ``questions``: other texts than the usual.  ``bad``: of each body the last event is none.
    """

    urls: tuple[str, ...]
    control: int
    phase: str
    events: int
    rate: float
    batch: int = 1
    copies: int = 1
    total: int = 0
    connections: int = 250
    users: int = 20_000
    odd: bool = True
    seed: int = 1
    drain: float = 60.0
    bad: bool = False
    questions: tuple[str, ...] = QUESTIONS


NO_EVENTS: tuple[Any, ...] = (None, {"type": 5}, [[]], "text", {"type": None, "message": {}})
"""What LINE does not send, and a body may hold nevertheless."""


def plan_from_json(text: str) -> Plan:
    found = json.loads(text)
    return Plan(**found | {"urls": tuple(found["urls"]), "questions": tuple(found["questions"])})


def plan_as_json(plan: Plan) -> str:
    return json.dumps(asdict(plan))


@dataclass
class Event:
    """An event on its way.  ``silent``: no answer is due to it."""

    body: dict[str, Any]
    silent: bool
    deliveries: int = 0

    @property
    def id(self) -> str:
        return str(self.body["webhookEventId"])


def make_event(number: int, plan: Plan, choose: random.Random) -> Event:
    """One event: nine in ten are texts, of the others some want silence."""
    kind = choose.random() if plan.odd else 1.0
    name = f"{plan.phase}-{plan.seed}-{number}"
    common: dict[str, Any] = {
        "type": "message",
        "mode": "active",
        "source": {"type": "user", "userId": user(1 + choose.randrange(plan.users))},
        "webhookEventId": name,
        "replyToken": f"token-{name}",
        "message": {"id": f"m-{name}"[:40], "type": "text", "text": choose.choice(plan.questions), "quoteToken": "q"},
    }
    if kind < 0.02:
        return Event(common | {"type": "follow", "follow": {"isUnblocked": False}}, silent=False)
    if kind < 0.05:
        return Event(common | {"type": "postback", "postback": {"data": "a=choose&e=online-procedures"}}, silent=False)
    if kind < 0.07:
        sticker = {"id": f"m-{name}"[:40], "type": "sticker", "packageId": "1", "stickerId": "1"}
        return Event(common | {"message": sticker}, silent=False)
    if kind < 0.08:
        return Event(common | {"mode": "standby"}, silent=True)
    if kind < 0.09:
        return Event(common | {"source": {"type": "group", "groupId": "G1"}}, silent=True)
    if kind < 0.10:
        return Event(common | {"type": "brandNewKind"}, silent=True)
    return Event(common, silent=False)


@dataclass
class Generator:
    """Sends a plan; ``stopping`` is set where no new events are wanted."""

    plan: Plan
    record: IO[bytes]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._targets = cycle([(Client(_host(url), _port(url)), urlsplit(url).path) for url in self.plan.urls])
        self._control = Client("127.0.0.1", self.plan.control)
        self._slots = asyncio.Semaphore(self.plan.connections)
        self._choose = random.Random(f"{self.plan.phase} {self.plan.seed}")
        self._late = False

    async def run(self) -> None:
        if self.plan.copies > 1:
            await self._send_copies()
        else:
            await self._send_on_time()

    async def _send_on_time(self) -> None:
        """Each batch at its moment, however many are still on their way.

        The tokens of what is due in the next moment are issued together: a call for each batch took as much of the
        machine as the batch itself.
        """
        begun, running = time.monotonic(), set[asyncio.Task[None]]()
        made, ahead = 0, list[Event]()
        while made < self.plan.events and not self.stopping.is_set():
            count = min(self.plan.batch, self.plan.events - made)
            due = begun + made / self.plan.rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            if not ahead:
                most = max(count, min(int(self.plan.rate * AHEAD_SECONDS), self.plan.events - made))
                ahead = [make_event(made + number, self.plan, self._choose) for number in range(most)]
                await self._issue(ahead)
            batch, ahead = ahead[:count], ahead[count:]
            made += len(batch)
            task = asyncio.create_task(self._deliver(batch, issued=True))
            running.add(task)
            task.add_done_callback(running.discard)
        await self._drain(running)

    async def _issue(self, events: Sequence[Event]) -> None:
        """LINE knows the tokens from now on."""
        tokens = {event.body["replyToken"]: event.id for event in events}
        await self._control.post("/issue", as_json({"tokens": tokens}), 30.0)

    async def _send_copies(self) -> None:
        """All copies of all events in any order, by as many connections as are wanted, as fast as they can."""
        plan, choose = self.plan, self._choose
        events = [make_event(number, plan, choose) for number in range(plan.events)]
        copies = [event for event in events for _ in range(choose.randint(1, plan.copies))]
        extra = max(0, (plan.total or len(copies)) - plan.events)
        chosen = [*events, *choose.sample(copies, min(extra, len(copies)))]
        choose.shuffle(chosen)
        batches = iter([chosen[start : start + plan.batch] for start in range(0, len(chosen), plan.batch)])

        async def work() -> None:
            for batch in batches:
                if self.stopping.is_set():
                    return
                await self._deliver(list({event.id: event for event in batch}.values()))

        await asyncio.gather(*(work() for _ in range(plan.connections)))

    async def _drain(self, running: set[asyncio.Task[None]]) -> None:
        end = time.monotonic() + self.plan.drain
        while running and time.monotonic() < end:
            await asyncio.wait(running, timeout=0.5)
        self._late = True
        if running:
            await asyncio.wait(running, timeout=ANSWER_SECONDS + 1)
        for task in running:
            task.cancel()

    async def _deliver(self, batch: Sequence[Event], *, issued: bool = False) -> None:
        """Until 200, as long as LINE would try.  ``issued``: the tokens of the first attempt are known to LINE."""
        begun, attempt = time.time(), 0
        for event in batch:
            event.body.setdefault("timestamp", int(begun * 1000))
        while True:
            attempt += 1
            async with self._slots:
                if attempt > 1 or not issued:
                    await self._issue(batch)
                status = await self._attempt(batch, attempt)
            if status == 200 or self._late or time.time() - begun > HORIZON:
                return
            await asyncio.sleep(AGAIN[min(attempt, len(AGAIN)) - 1] * self._choose.uniform(0.8, 1.2))

    async def _attempt(self, batch: Sequence[Event], attempt: int) -> int:
        bodies: list[Any] = [
            event.body | {"deliveryContext": {"isRedelivery": event.deliveries > 0}} for event in batch
        ]
        for event in batch:
            event.deliveries += 1
        if self.plan.bad:
            # What is no event has no id, and nobody waits for it.
            batch = batch[:-1]
            bodies[-1] = self._choose.choice(NO_EVENTS)
        body = webhook_body(bodies)
        headers = {"content-type": "application/json; charset=utf-8", "x-line-signature": signature(body)}
        client, path = next(self._targets)
        at, begun = time.time(), time.perf_counter()
        try:
            status, _ = await client.post(path, body, ANSWER_SECONDS, headers)
        except TimeoutError:
            status = TOO_LATE
        except OSError:
            status = NOBODY
        self._note(batch, attempt, at, (time.perf_counter() - begun) * 1000, status)
        return status

    def _note(self, batch: Sequence[Event], attempt: int, at: float, ms: float, status: int) -> None:
        line = {
            "at": round(at, 4),
            "ms": round(ms, 2),
            "status": status,
            "try": attempt,
            "phase": self.plan.phase,
            "events": [event.id for event in batch if not event.silent],
            "silent": [event.id for event in batch if event.silent],
        }
        self.record.write(as_json(line) + b"\n")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _port(url: str) -> int:
    return urlsplit(url).port or 80


async def _run(plan: Plan, record: IO[bytes]) -> None:
    generator = Generator(plan, record)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, generator.stopping.set)
    flushing = asyncio.create_task(_flush(record))
    await generator.run()
    flushing.cancel()


async def _flush(record: IO[bytes]) -> None:
    while True:
        await asyncio.sleep(0.2)
        record.flush()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.trust generator")
    parser.add_argument("--plan", required=True, help="JSON")
    parser.add_argument("--record", type=Path, required=True)
    given = parser.parse_args(arguments)
    with given.record.open("ab") as record:
        asyncio.run(_run(plan_from_json(given.plan), record))
    return 0
