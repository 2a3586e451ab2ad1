"""More than one machine, as far as one can show it: two web servers, three senders and two jobs processes over one
PostgreSQL, all of them killed at random under load; what is published meanwhile is answered by all, and learned once.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from knowledge.approval import Actor, Step
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.entry_versions import content_of
from knowledge.models import Entry, Learned, Municipality
from knowledge.publishing import Text, save_draft, take
from tests.trust.judge import read_ledger
from tests.trust.kills import WHO, Killing
from tests.trust.results import parser, result_of, show, write
from tests.trust.stack import CODE, Shape, Stack, running

SHARES = {"worker": 0.30, "web": 0.15, "sender": 0.40, "jobs": 0.08, "backend": 0.05, "postmaster": 0.02}
PUBLISH_SECONDS = 20.0
LIVE_SECONDS = 60.0
"""The latest that a web server may answer with what was published; it may be starting anew just then."""
LEARN_SECONDS = 300.0
WRITER = Actor("trial-writer", "試験 一郎", edits=True)
APPROVER = Actor("trial-approver", "試験 次郎", edits=True, approves=True)


@dataclass(frozen=True)
class Published:
    """A change, and how many seconds after its commit each web server and LINE answered with it (None: never)."""

    number: int
    webs: tuple[float | None, ...]
    line: float | None


def main(arguments: list[str]) -> int:
    options = parser("machines")
    options.set_defaults(engine="postgresql")
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seconds", type=float, default=600.0)
    options.add_argument("--rate", type=float, default=30.0)
    options.add_argument("--jobs", type=int, default=2, help="jobs processes: of several, one learns")
    given = options.parse_args(arguments)
    shape = Shape(given.engine, webs=2, workers=1, senders=3, sender_threads=8, jobs=given.jobs)
    with running(shape, keep=given.keep) as stack:
        begun = time.monotonic()
        with stack.sending("machines", int(given.rate * (given.seconds + 600)), given.rate) as generator:
            publishing = _Publishing(stack)
            publishing.start()
            done = Killing(stack, given.seed, SHARES).run(given.kills, given.seconds, generator)
            published = publishing.stop()
            lasted = time.monotonic() - begun
        print(f"  殺し終えました（{lasted:.0f} 秒）。学習と残りが終わるのを待っています", flush=True)
        learning = _learned_once(stack, len(published) + 1)
        stack.wait_until_finished()
        verdict = stack.verdict()
        show(verdict)
        missed = [f"変更 {one.number}: {one}" for one in published if None in (*one.webs, one.line)]
        missed += [] if learning["times"] == 1 else [f"学習 {learning}"]
        result = result_of(
            "machines",
            shape,
            stack.database,
            verdict,
            dose={"kills": done.total(), "seconds": round(lasted), "rate": given.rate, "seed": given.seed},
            kills=dict(done),
            restarts=dict(stack.restarts),
            published=[asdict(one) for one in published],
            learning=learning,
            missed=missed,
        )
    for kind, count in sorted(done.items()):
        print(f"  {WHO[kind]}: {count}回")
    for one in published:
        print(f"  変更 {one.number}: 二つの受信 {one.webs} 秒、LINE {one.line} 秒")
    print(f"  学習: {learning}")
    for words in missed:
        print(f"  ✗ {words}")
    print(f"  {write(result, given.out)}（{result['commit']}）")
    return 0 if verdict.sound and not missed else 1


class _Publishing:
    """Something new from time to time, by the steps that staff take; and how soon it is answered where."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._stop = threading.Event()
        self._found: list[Published] = []
        self._thread = threading.Thread(target=self._run, name="publishing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> list[Published]:
        self._stop.set()
        self._thread.join()
        return self._found

    def _run(self) -> None:
        while not self._stop.wait(PUBLISH_SECONDS):
            self._found.append(self._publish(len(self._found) + 1))

    def _publish(self, number: int) -> Published:
        publish(self._stack.database, number)
        begun = time.monotonic()
        webs = tuple(self._seconds_until_told(web.url, number, begun) for web in self._stack.webs)
        return Published(number, webs, self._seconds_by_line(number))

    def _seconds_until_told(self, url: str, number: int, begun: float) -> float | None:
        while time.monotonic() - begun < LIVE_SECONDS:
            with suppress(OSError, ValueError):
                if _marker(number) in _asked(f"{url}/api/v1/{CODE}/ask", _question(number)):
                    return round(time.monotonic() - begun, 2)
            time.sleep(0.1)
        return None

    def _seconds_by_line(self, number: int) -> float | None:
        """From the question's receipt by LINE to an accepted reply that says it."""
        begun = time.time()
        self._stack.send(f"change{number}", 1, 1.0, odd=False, questions=(_question(number),), drain=LIVE_SECONDS)
        while time.time() - begun < LIVE_SECONDS:
            for call in read_ledger(self._stack.ledger):
                if call.accepted and call.event.startswith(f"change{number}-"):
                    return round(call.at - begun, 2) if _marker(number) in call.said else None
            time.sleep(0.2)
        return None


def _question(number: int) -> str:
    return f"第{number}回ほたる観察舟の申込みはどこでできますか"


def _marker(number: int) -> str:
    return f"ほたる観察舟（第{number}回）"


def publish(database: Database, number: int, seconds: float = 60.0) -> None:
    """A new answer: written by one, approved by another; again while the database is away."""
    end = time.monotonic() + seconds
    while True:
        try:
            with database.writing() as session:
                example = session.scalars(
                    select(Entry)
                    .where(Entry.municipality_code == CODE, Entry.state == "published")
                    .order_by(Entry.entry_id)
                ).first()
                assert example is not None
                content = content_of(example) | {
                    "id": f"trial-{number}",
                    "question": _question(number),
                    "phrasings": [],
                    "answer": f"{_marker(number)}は、市役所の窓口で申し込めます。",
                }
                version = save_draft(session, CODE, Text(content), WRITER, now(), based_on=None).number
                session.flush()
                take(session, CODE, f"trial-{number}", Step.REQUEST, WRITER, now(), number=version)
                session.flush()
                take(session, CODE, f"trial-{number}", Step.APPROVE, APPROVER, now(), number=version)
            return
        except SQLAlchemyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _asked(url: str, question: str) -> str:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return str(json.loads(reply.read())["text"])


def _learned_once(stack: Stack, number: int) -> dict[str, Any]:
    """A last change while nobody is killed: how often it was learned, by however many jobs processes."""
    _wait_until_learned(stack)
    before = _times_learned(stack)
    publish(stack.database, number)
    waited = _wait_until_learned(stack)
    time.sleep(10)  # whoever learns it again would begin within five seconds
    return {"processes": len(stack.jobs), "times": _times_learned(stack) - before, "seconds": round(waited)}


def _wait_until_learned(stack: Stack) -> float:
    begun = time.monotonic()
    while time.monotonic() - begun < LEARN_SECONDS:
        with suppress(SQLAlchemyError), stack.database.reading() as session:
            wanted = session.scalar(select(Municipality.knowledge_version).where(Municipality.code == CODE))
            row = session.get(Learned, CODE)
            if row is not None and row.knowledge_version == wanted and row.lease_until is None:
                return time.monotonic() - begun
        time.sleep(0.5)
    return time.monotonic() - begun


def _times_learned(stack: Stack) -> int:
    said = stack.jobs_log.read_text(encoding="utf-8", errors="replace") if stack.jobs_log.exists() else ""
    return sum('"event": "learned"' in line for line in said.splitlines())
