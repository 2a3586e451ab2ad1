"""T14: the database is held (F05), goes away (F06) or has no room left (F07), under webhooks that never stop.

Several whole services stand side by side, each with a database of its own, so that many long faults fit into a short
time: the thirty seconds of a lock are waiting, not work.  PostgreSQL is reached over TCP by a wire that can fail.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from sqlalchemy import text

from bot.line.inbox import reconcile
from bot.wording import say
from knowledge.calendar import now
from tests.trust.disks import Disk, unmount
from tests.trust.generator import Event, Generator, Plan, make_event
from tests.trust.judge import Delivery, Verdict, integrity_of, judge, read_ledger, read_record, read_rows
from tests.trust.processes import until_calm
from tests.trust.proxy import Proxy
from tests.trust.results import parser, result_of, show, write
from tests.trust.stack import CODE, Shape, Stack
from tests.trust.suffered import Injection, Suffered, missed, suffered, untimely

LOCKS = (0.5, 1.4, 3.0, 30.0)
LONG_SECONDS = 10.0
AWAY_SECONDS = 4.0
FULL_SECONDS = 3.0
QUIET = {"F05": 1.0, "F06": 7.0, "F07": 7.0}
"""After the return, so that whoever is refused later than five seconds after it is seen."""
ALERT_SECONDS = 60.0
MEGABYTES = {"sqlite": 96, "postgresql": 320}
NOT_KEPT = say("not_kept")
_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 4000)]


def long_question(choose: random.Random) -> str:
    """So long, and so little alike, that no row of it finds room in what is left of a page."""
    return "住民票はコンビニで取れますか。" + "".join(choose.choices(_HAN, k=1500))


class Hook:
    """The address that alerts are told to."""

    def __init__(self) -> None:
        self.got: list[tuple[float, str, str, str]] = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["content-length"])))
                got.append((time.time(), self.path, told["kind"], told["state"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def told(self, path: str, since: float) -> float | None:
        """Seconds after ``since`` at which it was told that the database takes nothing."""
        at = [one[0] for one in self.got if one[0] >= since and one[1:] == (path, "database", "raised")]
        return round(min(at) - since, 1) if at else None

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Service(Stack):
    """A service whose database lies on a small disk, and is reached by a wire that can fail."""

    def __init__(self, number: int, shape: Shape, folder: Path, hook: str, like: Service | None) -> None:
        self.number, self.alerts = number, f"/alerts/{number}"
        self.proxy: Proxy | None = None
        self.disk = Disk(folder / "disk", MEGABYTES[shape.engine])
        super().__init__(shape, folder, self.disk.folder, {"ALERT_URL": hook + self.alerts}, like)

    def reached_by(self, url: str) -> str:
        if self.postgres is None:
            return url
        self.proxy = Proxy(self.postgres.socket)
        return f"postgresql+psycopg://postgres:@127.0.0.1:{self.proxy.port}/kotae"

    def stop(self) -> None:
        self.keeps_postgres = False
        super().stop()
        if self.proxy is not None:
            self.proxy.stop()
        self.disk.remove()


# --- The faults ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """``begin`` returns when it is there, ``end`` when what it hit is there again."""

    name: str
    seconds: float
    begin: Callable[[], None]
    end: Callable[[], None]
    refuses: bool = True

    @property
    def group(self) -> str:
        return self.name[:3]


class Lock:
    """Somebody who keeps the tables for himself: a backup, a report, a console that hangs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stack = ExitStack()

    def begin(self) -> None:
        if self._service.postgres is None:
            file = self._service.database.writer.url.database
            holder = sqlite3.connect(str(file), timeout=30, isolation_level=None, check_same_thread=False)
            holder.execute("BEGIN IMMEDIATE")
            self._stack.callback(holder.close)
            return
        connection = self._stack.enter_context(self._service.database.writer.connect())
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("LOCK TABLE line_events IN ACCESS EXCLUSIVE MODE"))

    def end(self) -> None:
        self._stack.close()


def locks(service: Service) -> list[Fault]:
    lock = Lock(service)
    return [Fault(f"F05 lock {one:g} s", one, lock.begin, lock.end, refuses=one > 2) for one in LOCKS]


def absences(service: Service) -> list[Fault]:
    """Of a PostgreSQL: it is stopped, stands still, or the wire to it fails in two ways."""
    server, wire = service.postgres, service.proxy
    if server is None or wire is None:
        return []

    def stop() -> None:
        service.keeps_postgres = False
        server.stop()

    def start() -> None:
        server.start()
        service.keeps_postgres = True

    return [
        Fault("F06 stopped", AWAY_SECONDS, stop, start),
        Fault("F06 paused", AWAY_SECONDS, server.pause, server.resume),
        Fault("F06 packets held", AWAY_SECONDS, wire.hold, wire.heal),
        Fault("F06 packets lost", AWAY_SECONDS, wire.lose, wire.heal),
    ]


def fullness(service: Service) -> Fault:
    def fill() -> None:
        # What SQLite has of its log already would take some more.
        service.database.shrink_log(2.0)
        service.disk.fill()

    return Fault("F07 disk full", FULL_SECONDS, fill, service.disk.empty)


# --- Webhooks, and who asks on the web -------------------------------------------------------------------------------


class Webhooks(Generator):
    """One every second as long as it goes on, and more where a fault is to be met."""

    def __init__(self, plan: Plan, record: IO[bytes]) -> None:
        super().__init__(plan, record)
        self.seen: list[Delivery] = []
        self.sent = 0
        self._running: set[asyncio.Task[None]] = set()

    def send_one(self) -> None:
        event = make_event(self.sent, self.plan, self._choose)
        self.sent += 1
        task = asyncio.create_task(self._deliver([event]))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def go_on(self) -> None:
        while not self.stopping.is_set():
            self.send_one()
            await asyncio.sleep(1.0)

    async def finish(self) -> None:
        self.stopping.set()
        await self._drain(self._running)
        self.record.flush()

    def named(self, phase: str, questions: Sequence[str] = ()) -> None:
        """What the next events are called, and say."""
        chosen = replace(self.plan, phase=phase, questions=tuple(questions) or self.plan.questions, odd=not questions)
        self.plan = chosen

    def _note(self, batch: Sequence[Event], attempt: int, at: float, ms: float, status: int) -> None:
        super()._note(batch, attempt, at, ms, status)
        self.seen.append(Delivery(at, ms, status, attempt, self.plan.phase, ()))

    def taken_since(self, moment: float) -> bool:
        return any(one.status == 200 and one.at >= moment for one in reversed(self.seen[-200:]))

    def refused_since(self, moment: float) -> bool:
        return any(one.status not in (200, 0) and one.at >= moment for one in reversed(self.seen[-200:]))


def asked(port: int, question: str) -> tuple[int, bool]:
    """By the API: (status, whether it was said that nothing was kept)."""
    body = json.dumps({"question": question}).encode()
    status, said = _posted(port, f"/api/v1/{CODE}/ask", body, "application/json")
    return status, status == 200 and NOT_KEPT in json.loads(said)["text"]


def chatted(port: int, question: str) -> tuple[int, bool]:
    """On the page."""
    body = urlencode({"question": question}).encode()
    status, said = _posted(port, f"/{CODE}/", body, "application/x-www-form-urlencoded")
    return status, NOT_KEPT in said


def _posted(port: int, path: str, body: bytes, kind: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("POST", path, body, {"content-type": kind})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


# --- One service through all its faults ------------------------------------------------------------------------------


@dataclass
class Lane:
    """A service, who sends to it, and what was seen."""

    service: Service
    webhooks: Webhooks
    hook: Hook
    choose: random.Random
    injections: list[Injection] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    alerts: list[float] = field(default_factory=list)
    web_asked: int = 0
    web_said: int = 0

    @property
    def number(self) -> int:
        return self.service.number

    async def run(self, times: int, groups: Sequence[str]) -> None:
        going = asyncio.create_task(self.webhooks.go_on())
        await asyncio.sleep(2 + self.number * 0.7)
        if "F07" in groups:  # first: an alert that is raised already is not told again
            await self._fill_up(times)
        for group, kinds in (("F05", locks(self.service)), ("F06", absences(self.service))):
            row = [one for one in kinds for _ in range(times)] if group in groups else []
            self.choose.shuffle(row)
            self.webhooks.named(group.lower())
            for fault in row:
                await self._suffer(fault)
        self.webhooks.stopping.set()
        await going

    async def _suffer(self, fault: Fault) -> None:
        began = time.time()
        await asyncio.to_thread(fault.begin)
        held = time.time()
        for _ in range(3):
            self.webhooks.send_one()
            await asyncio.sleep(min(fault.seconds, 3.0) / 3)
        await asyncio.sleep(max(0.0, held + fault.seconds - time.time()))
        await self._lift(fault, began, held)
        if fault.seconds > LONG_SECONDS:
            # Two of these one upon the other would be another fault: one of a minute.
            await asyncio.to_thread(self.service.wait_until_finished, 30.0)

    async def _lift(self, fault: Fault, began: float, held: float) -> None:
        let_go = time.time()
        await asyncio.to_thread(fault.end)
        back = time.time()
        self.injections.append(Injection(fault.name, self.number, began, held, let_go, back, fault.refuses))
        until = back + 15
        while not self.webhooks.taken_since(let_go) and time.time() < until:
            self.webhooks.send_one()
            await asyncio.sleep(0.2)
        await asyncio.sleep(max(0.0, back + QUIET[fault.group] - time.time()))

    # --- F07 -------------------------------------------------------------------------------------------------------

    async def _fill_up(self, times: int) -> None:
        if not self.service.disk.is_small:
            self.missed.append("F07: no small disk can be mounted here (it takes root)")
            return
        fault = fullness(self.service)
        for number in range(times):
            self.webhooks.named("f07", [long_question(self.choose) for _ in range(5)])
            began = time.time()
            await asyncio.to_thread(fault.begin)
            held = time.time()
            await self._until_it_bites(held)
            await self._ask_on_the_web(full=True)
            if number == 0:
                await self._wait_for_alert(held)
            await asyncio.sleep(max(0.0, held + fault.seconds - time.time()))
            await self._lift(fault, began, held)
            await self._ask_on_the_web(full=False)
            found = await asyncio.to_thread(integrity_of, self.service.database)
            if found != "ok":
                self.missed.append(f"F07: integrity {found}")

    async def _until_it_bites(self, held: float) -> None:
        """What room is left in pages is used up by a few rows."""
        for _ in range(120):
            self.webhooks.send_one()
            await asyncio.sleep(0.2)
            if self.webhooks.refused_since(held):
                return
            await asyncio.to_thread(self.service.disk.fill)

    async def _ask_on_the_web(self, *, full: bool) -> None:
        """While it is full: answered, and told that it was not kept; afterwards answered, and kept."""
        port, until = self.service.webs[0].port, time.time() + 5
        for ask in (asked, chatted):
            while True:
                status, said = await asyncio.to_thread(ask, port, long_question(self.choose))
                if said == full or time.time() > until or status != 200:
                    break
                await asyncio.sleep(0.2)
            self.web_asked += 1
            self.web_said += said
            if status != 200 or said != full:
                words = "it was said that nothing was kept" if said else "it was not said that nothing was kept"
                self.missed.append(f"F07: {'full' if full else 'again'}, {ask.__name__}: {status}, {words}")

    async def _wait_for_alert(self, held: float) -> None:
        until = held + ALERT_SECONDS
        while (told := self.hook.told(self.service.alerts, held)) is None and time.time() < until:
            self.webhooks.send_one()
            await asyncio.to_thread(self.service.disk.fill)
            await asyncio.sleep(1.0)
        if told is None:
            self.missed.append(f"F07: no alert within {ALERT_SECONDS:g} s")
        else:
            self.alerts.append(told)


# --- The trial -------------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    options = parser("outages")
    options.add_argument("--times", type=int, default=20, help="injections of each fault, by all services together")
    options.add_argument("--services", type=int, default=4, help="side by side, each with a database of its own")
    options.add_argument("--faults", nargs="+", default=["F05", "F06", "F07"], choices=("F05", "F06", "F07"))
    given = options.parse_args(arguments)
    shape = Shape(given.engine, senders=0, web_sender_threads=4, jobs=0)
    groups = [one for one in given.faults if one != "F06" or given.engine == "postgresql"]
    each = -(-given.times // given.services)
    with services(shape, given.services, keep=given.keep) as (all_, hook):
        begun = time.monotonic()
        lanes, still = asyncio.run(_run(all_, hook, each, groups, given.seed))
        for one in all_:
            one.wait_until_finished()
        lasted = time.monotonic() - begun
        verdict = _verdict(all_)
        show(verdict)
        found = suffered(
            [one for lane in lanes for one in lane.injections], {lane.number: lane.webhooks.seen for lane in lanes}
        )
        wrong = [
            *missed(found, _least(groups, given.engine, given.times)),
            *untimely(one for lane in lanes for one in lane.webhooks.seen),
            *_of_lanes(lanes, groups),
        ]
        unanswered = _unanswered(all_, "f05")
        if unanswered:
            wrong.append(f"F05: {unanswered} events were never answered")
        if verdict.unacknowledged:
            wrong.append(f"{verdict.unacknowledged} events were never taken")
        alerts = [one for lane in lanes for one in lane.alerts]
        result = result_of(
            "outages",
            shape,
            all_[0].database,
            verdict,
            dose={
                "times": given.times,
                "services": given.services,
                "seconds": round(lasted),
                "faults": groups,
                "seed": given.seed,
                "locks": LOCKS,
                "away_seconds": AWAY_SECONDS,
            },
            faults=[one.__dict__ for one in found],
            web={"asked": sum(one.web_asked for one in lanes), "told_not_kept": sum(one.web_said for one in lanes)},
            alert_seconds=alerts,
            tester_stood_still={"longest": round(still.longest, 2), "seconds": round(still.seconds, 1)},
            unanswered_f05=unanswered,
            told={"dose": _dose_in_words(found, given.services), "found": _found_in_words(found, verdict, alerts)},
            missed=wrong,
            sound=verdict.sound and not wrong,
        )
    for one in found:
        _show(one)
    print(f"  知らせが届くまで（秒）: {'、'.join(map(str, alerts)) or '-'}")
    print(f"  試す側が動けなかった時間: 最長 {still.longest:.2f} 秒、合わせて {still.seconds:.1f} 秒")
    for words in wrong:
        print(f"  ✗ {words}")
    print("  判定: 健全" if result["sound"] else "  判定: 健全でない")
    print(f"  {write(result, given.out)}（{result['commit']}）", flush=True)
    return 0 if result["sound"] else 1


@contextmanager
def services(shape: Shape, count: int, *, keep: bool) -> Iterator[tuple[list[Service], Hook]]:
    """So many services, ready; gone afterwards whatever happens."""
    folder, hook = Path(tempfile.mkdtemp(prefix="kotae-outages-")), Hook()
    made: list[Service] = []
    folder.chmod(0o755)
    print(f"{shape.engine}: サービスを {count} 組、用意しています（{folder}）", flush=True)
    try:
        for number in range(count):
            place = folder / str(number)
            place.mkdir()
            made.append(Service(number, shape, place, hook.url, made[0] if made else None))
        begun = time.monotonic()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(Service.start, made))
        print(f"{shape.engine}: 起動 {time.monotonic() - begun:.1f} 秒", flush=True)
        # What is measured is a fault of the database, not how eight processes that have just begun share two cores.
        calm = until_calm(lambda: [pid for one in made for child in one.children for pid in child.pids()])
        print(f"{shape.engine}: 落ち着くまで {calm:.0f} 秒", flush=True)
        yield made, hook
    finally:
        for one in made:
            with suppress(OSError, AttributeError):
                one.stop()
        hook.stop()
        for number in range(count):  # of one that was not made to its end, too
            unmount(folder / str(number) / "disk")
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


async def _run(
    all_: Sequence[Service], hook: Hook, times: int, groups: Sequence[str], seed: int
) -> tuple[list[Lane], Stillness]:
    still = Stillness()
    with ExitStack() as files:
        lanes = []
        for one in all_:
            plan = Plan(one.urls, one.line.control, "f05", 0, 1.0, seed=one.number + 1)
            record = files.enter_context(one.record.open("ab"))
            lanes.append(Lane(one, Webhooks(plan, record), hook, random.Random(f"{seed} {one.number}")))
        beside = [asyncio.create_task(_tell(lanes)), asyncio.create_task(still.watch())]
        await asyncio.gather(*(lane.run(times, groups) for lane in lanes))
        for task in beside:
            task.cancel()
        await asyncio.gather(*(lane.webhooks.finish() for lane in lanes))
    return lanes, still


@dataclass
class Stillness:
    """How long the tester itself got no turn on the machine: then nobody else may have got one."""

    longest: float = 0.0
    seconds: float = 0.0
    """All of it, where it was longer than a tenth of a second at a time."""

    async def watch(self) -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.05)
            late = time.monotonic() - begun - 0.05
            self.longest = max(self.longest, late)
            self.seconds += late if late > 0.1 else 0.0


async def _tell(lanes: Sequence[Lane]) -> None:
    begun = time.monotonic()
    while True:
        await asyncio.sleep(30)
        done = sum(len(lane.injections) for lane in lanes)
        sent = sum(lane.webhooks.sent for lane in lanes)
        print(f"  {time.monotonic() - begun:4.0f} 秒　障害 {done} 回　出来事 {sent:,}", flush=True)


def _least(groups: Sequence[str], engine: str, times: int) -> dict[str, int]:
    """How often each fault is to be met."""
    names = [f"F05 lock {one:g} s" for one in LOCKS] if "F05" in groups else []
    if "F06" in groups and engine == "postgresql":
        names += ["F06 stopped", "F06 paused", "F06 packets held", "F06 packets lost"]
    return dict.fromkeys([*names, *(["F07 disk full"] if "F07" in groups else [])], times)


def _of_lanes(lanes: Sequence[Lane], groups: Sequence[str]) -> list[str]:
    wrong = [f"service {lane.number}: {words}" for lane in lanes for words in lane.missed]
    if "F07" in groups and not any(lane.alerts for lane in lanes):
        wrong.append("F07: no alert ever came")
    return wrong


def _verdict(all_: Sequence[Service]) -> Verdict:
    """Of all services together: their events have names of their own."""
    deliveries, calls, rows, violations = [], [], [], {}
    for one in all_:
        deliveries += read_record(one.record)
        calls += read_ledger(one.ledger)
        rows += read_rows(one.database)
        violations |= {f"{one.number} {name}": count for name, count in one.line.ask("/state")["violations"].items()}
    states = [integrity_of(one.database) for one in all_]
    return judge(
        deliveries,
        calls,
        rows,
        now().timestamp(),
        violations=violations,
        integrity=next((one for one in states if one != "ok"), "ok"),
        reconciled=all(reconcile(one.database, now()).sound for one in all_),
    )


def _unanswered(all_: Sequence[Service], phase: str) -> int:
    """Events of a phase to which an answer was due, and LINE never got one."""
    due, answered = set(), set()
    for service in all_:
        due |= {event for one in read_record(service.record) for event in one.events if event.startswith(f"{phase}-")}
        answered |= {call.event for call in read_ledger(service.ledger) if call.accepted}
    return len(due - answered)


def _show(one: Suffered) -> None:
    print(
        f"  {one.fault:18} {one.injected} 回（来なかった {one.idle}）、その間の Webhook {one.met:,}：{one.statuses}、"
        f"遅くとも {one.slowest_ms:,.0f} ミリ秒（断り {one.slowest_refusal_ms:,.0f}）、戻るまで {one.recovered_seconds} 秒"
    )


def _dose_in_words(found: Sequence[Suffered], count: int) -> str:
    return f"サービス{count}組。" + "、".join(f"{one.fault} {one.injected}回" for one in found)


def _found_in_words(found: Sequence[Suffered], verdict: Verdict, alerts: Sequence[float]) -> str:
    words = [
        f"その間の Webhook {sum(one.met for one in found):,}",
        f"断るまで最大{max((one.slowest_refusal_ms for one in found), default=0):,.0f}ミリ秒",
        f"応答は最大{max((one.slowest_ms for one in found), default=0):,.0f}ミリ秒",
        f"戻るまで最大{max((one.recovered_seconds for one in found), default=0):g}秒",
        f"受領 {verdict.acknowledged:,}、失った {len(verdict.lost)}、二度 {len(verdict.double)}",
    ]
    if alerts:
        words.append(f"知らせまで {min(alerts):g}〜{max(alerts):g}秒")
    return "、".join(words)
