"""Fail the Nth call: every statement, commit, call to LINE and opening of a file of a scenario fails once, and the
contract holds.  It fails in two ways: at once with an error, and after a while, as what hangs is given up.

``python -m tests.trust.nth`` goes through all calls of all scenarios on both databases, ``… nth 5`` through every
fifth; the suite takes a few.
"""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import urllib3
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app import create_app
from bot.line import inbox
from bot.line.inbox import reconcile
from bot.line.sender import Sender
from bot.services import Services
from intents.vectors import NO_VECTORS
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.corpus import Corpus
from knowledge.db import HURRIED_SECONDS, Database, migrate
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.models import LineEvent
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, signature, text_event, webhook_body
from tests.support.fake_line import event as line_event
from tests.trust.results import AT_HAND, conclude, plain_result, version_at

CODE = "242047"
LONGEST_RECEIPT = 2.0
HANGS = HURRIED_SECONDS
"""Seconds after which what hangs is given up: as long as a webhook waits for one statement."""
_POOL = urllib3.HTTPConnectionPool("127.0.0.1")


@dataclass
class Nth:
    """Counts calls, and makes the ``fails``-th of them fail; none where it is None."""

    fails: int | None = None
    hangs: bool = False
    """It fails only after ``HANGS``, as by a limit of time."""
    calls: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _is_it(self, kind: str) -> bool:
        with self.lock:
            self.calls += 1
            self.kinds[kind] += 1
            mine = self.calls == self.fails
        if mine and self.hangs:
            time.sleep(HANGS)
        return mine

    def count(self, kind: str) -> None:
        if self._is_it(kind):
            why = TimeoutError(kind) if self.hangs else ConnectionError(kind)
            raise OperationalError(None, None, why)

    def count_http(self, kind: str) -> None:
        if self._is_it(kind):
            if self.hangs:
                raise urllib3.exceptions.ReadTimeoutError(_POOL, "/", "read timed out")
            raise urllib3.exceptions.ProtocolError("cut off")

    def count_file(self, event: str, given: tuple[Any, ...]) -> None:
        """A file of ours that is opened: the interpreter's own modules are none."""
        name = str(given[0]) if given else ""
        ours = event == "open" and not name.endswith((".py", ".pyc", ".so")) and not name.startswith("/proc")
        if ours and self._is_it("file"):
            raise OSError(errno.ETIMEDOUT if self.hangs else errno.EIO, "no file", name)


Step = Callable[[FakeLine], list[dict[str, Any]]]


def _again(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"deliveryContext": {"isRedelivery": True}}


def _unsent(line: FakeLine) -> list[dict[str, Any]]:
    asked = text_event(line, "住民票 コンビニ", sender=3)
    return [asked, line_event("unsend", sender=3, unsend={"messageId": asked["message"]["id"]})]


def _twice(line: FakeLine) -> list[dict[str, Any]]:
    asked = text_event(line, "住民票 コンビニ", sender=4)
    return [asked, _again(asked)]


def _batch(line: FakeLine) -> list[dict[str, Any]]:
    broken: Any = [None, {"type": "message"}]
    return [*(text_event(line, "粗大ごみの手数料は？", sender=10 + number) for number in range(3)), *broken]


def _follow(line: FakeLine) -> list[dict[str, Any]]:
    return [line_event("follow", sender=5, replyToken=line.issue_token())]


def _sticker(line: FakeLine) -> list[dict[str, Any]]:
    sticker = {"id": "9", "type": "sticker", "packageId": "1", "stickerId": "1"}
    return [line_event(sender=6, replyToken=line.issue_token(), message=sticker)]


def _tap(line: FakeLine) -> list[dict[str, Any]]:
    data = {"data": "a=choose&e=online-procedures"}
    return [line_event("postback", sender=7, replyToken=line.issue_token(), postback=data)]


def _asking(words: str) -> Step:
    return lambda line: [text_event(line, words, sender=8)]


SCENARIOS: Mapping[str, Step] = {
    "text": _asking("住民票はコンビニで取れますか"),
    "follow": _follow,
    "postback": _tap,
    "unsend": _unsent,
    "redelivery": _twice,
    "sticker": _sticker,
    "batch": _batch,
    "small talk": _asking("ありがとう"),
    "personal data": _asking("電話は090-1234-5678です。住民票はどこ"),
    "delicate": _asking("生活保護を受けたい"),
    "nothing found": _asking("火星の天気"),
    "emergency": _asking("火事です"),
    "unfollow": lambda _: [line_event("unfollow", sender=8)],
    "opened anew": _asking("住民票はコンビニで取れますか"),
}
ANEW = frozenset({"opened anew"})
"""Here the index of the answers is opened from its file, as after a start or a publication."""

_counting: Nth | None = None
"""Whose calls are counted now: a hook of the interpreter cannot be taken away again."""
_hooked = False


def _audit(event: str, given: tuple[Any, ...]) -> None:
    if _counting is not None:
        _counting.count_file(event, given)


@contextmanager
def counted(database: Database, nth: Nth) -> Iterator[None]:
    """Within, statements, commits, HTTP calls and openings of files are counted, and one fails."""
    global _counting, _hooked
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked = True

    def statement(*_: Any) -> None:
        nth.count("statement")

    def commit(*_: Any) -> None:
        nth.count("commit")

    request = urllib3.PoolManager.request

    def http(self: urllib3.PoolManager, *given: Any, **named: Any) -> Any:
        nth.count_http("http")
        return request(self, *given, **named)

    event.listen(database.writer, "before_cursor_execute", statement)
    event.listen(database.writer, "commit", commit)
    if database.is_sqlite:
        event.listen(database.reader, "before_cursor_execute", statement)
    urllib3.PoolManager.request = http  # type: ignore[method-assign]
    _counting = nth
    try:
        yield
    finally:
        _counting = None
        urllib3.PoolManager.request = request  # type: ignore[method-assign]
        event.remove(database.writer, "before_cursor_execute", statement)
        event.remove(database.writer, "commit", commit)
        if database.is_sqlite:
            event.remove(database.reader, "before_cursor_execute", statement)


class Clock:
    """A clock that goes on by itself, and that is put forward."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return now() + self.ahead


def _anew(kit: Services) -> Corpus:
    """A corpus that has nothing in memory yet."""
    return Corpus(kit.database, NO_VECTORS, index_files=IndexFiles(kit.settings.instance / "indexes-anew"))


def run(app: Flask, line: FakeLine, name: str, nth: Nth) -> list[str]:
    """Deliver as LINE does, again until it is taken; answer; wait.  What of the contract does not hold."""
    kit: Services = app.extensions["kotae"]
    clock, client = Clock(), app.test_client()
    corpus = _anew(kit) if name in ANEW else kit.corpus
    sender = Sender(kit.database, corpus, kit.line_clients, clock, kit.previews)
    events = SCENARIOS[name](line)
    body = webhook_body(events)
    wrong, claimants = [], count()
    with counted(kit.database, nth):
        for _ in range(5):
            begun = time.monotonic()
            given = {"x-line-signature": signature(body), "content-type": "application/json"}
            status = client.post(f"/line/{CODE}/webhook", data=body, headers=given).status_code
            if time.monotonic() - begun > LONGEST_RECEIPT:
                wrong.append(f"receipt took {time.monotonic() - begun:.1f} s")
            if status == 200:
                break
            if status != 503:
                wrong.append(f"receipt said {status}")
        else:
            wrong.append("never received")
        for _ in range(12):
            for _ in range(30):
                try:
                    if not sender.step(f"elsewhere:1:{next(claimants)}"):
                        break
                except Exception as error:
                    if not isinstance(error, OperationalError):
                        wrong.append(f"step raised {type(error).__name__}")
            clock.ahead += dt.timedelta(seconds=7)
    wrong += judged(kit, line, events, clock())
    return wrong


def judged(kit: Services, line: FakeLine, events: list[Any], moment: dt.datetime) -> list[str]:
    wrong = [] if reconcile(kit.database, moment).sound else ["not sound"]
    ids = {one["webhookEventId"] for one in events if isinstance(one, dict) and "webhookEventId" in one}
    with kit.database.reading() as session:
        found = {row.webhook_event_id: row for row in session.scalars(select(LineEvent))}
    wrong += [f"lost {one}" for one in ids - found.keys()]
    wrong += [f"open {row.kind}" for row in found.values() if row.state in inbox.OPEN]
    wrong += ["answered twice" for token in line.tokens.values() if len(token.accepted) > 1]
    for one in events:
        token = one.get("replyToken") if isinstance(one, dict) else None
        if token and line.accepted(token):
            state = found[one["webhookEventId"]].state
            if state not in ("answered", "unconfirmed"):
                wrong.append(f"answered, but {state}")
    return wrong + [f"violation {each}" for each in line.violations]


def app_on(url: str, folder: Path, line: FakeLine) -> Flask:
    app = create_app(
        {
            "INSTANCE_PATH": str(folder),
            "DATABASE_URL": url,
            "LINE_API_HOST": line.url,
            "SENDER_THREADS": "0",
            f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
            f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
        }
    )
    database: Database = app.extensions["kotae"].database
    migrate(database)
    load_bundle(database, next(b for b in map(read_bundle, content_folders()) if b.municipality.code == CODE), now())
    app.extensions["kotae"].corpus.current(CODE)
    return app


def run_all(
    app: Flask, line: FakeLine, name: str, every: int = 1, ways: Sequence[bool] = (False, True)
) -> tuple[int, Counter[str], list[str]]:
    """Each ``every``-th call of a scenario fails in each of the ``ways`` (whether it hangs first).

    (Runs, calls by kind, what was wrong.)
    """
    if name in ANEW:
        _anew(app.extensions["kotae"]).current(CODE)  # its file is made
    whole = Nth()
    wrong = [f"{name}, no fault: {each}" for each in run(app, line, name, whole)]
    runs = 0
    for number in range(1, whole.calls + 1, every):
        for hangs in ways:
            how = "times out" if hangs else "fails"
            wrong += [f"{name}, call {number} {how}: {each}" for each in run(app, line, name, Nth(number, hangs))]
            runs += 1
    return runs, whole.kinds, wrong


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def main(arguments: list[str]) -> int:
    """Print what was run, and what was wrong."""
    from tests.support.postgresql import postgresql_in

    options = argparse.ArgumentParser(prog="python -m tests.trust.nth", description=__doc__)
    options.add_argument("every", type=int, nargs="?", default=1, help="every so many-th call")
    options.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"], choices=("sqlite", "postgresql"))
    options.add_argument("--out", type=Path, default=AT_HAND, help="folder of the JSON files")
    given = options.parse_args(arguments)
    status = 0
    with tempfile.TemporaryDirectory() as folder, FakeLine() as line, postgresql_in(_made(Path(folder) / "pg")) as url:
        for engine in given.engines:
            instance = Path(folder) / engine
            instance.mkdir()
            place = url if engine == "postgresql" else f"sqlite:///{folder}/kotae.db"
            status |= _trial(engine, place, instance, line, given.every, given.out)
    return status


def _trial(engine: str, url: str, instance: Path, line: FakeLine, every: int, out: Path) -> int:
    app = app_on(url, instance, line)
    faults, runs, kinds = [], 0, Counter[str]()
    begun = time.monotonic()
    for name in SCENARIOS:
        ran, found, wrong = run_all(app, line, name, every)
        print(f"{engine:12}{name:16}{ran:4} runs, {dict(found)}, {len(wrong)} wrong", flush=True)
        faults += wrong
        runs, kinds = runs + ran, kinds + found
    app.extensions["kotae"].database.dispose()
    which = "すべて" if every == 1 else f"{every}つおき"
    names = {"statement": "文", "commit": "確定", "http": "HTTP", "file": "ファイル"}
    calls = "、".join(f"{names[kind]} {count}" for kind, count in kinds.items())
    result = plain_result(
        "nth",
        engine,
        version_at(url),
        dose=f"{len(SCENARIOS)}の場面の呼出しの{which}（{calls}）を、誤りと時間切れの二とおりで、{runs:,}回",
        found=f"約束に外れたもの {len(faults)}",
        missed=faults,
        runs=runs,
        every=every,
        calls=dict(kinds),
        scenarios=list(SCENARIOS),
        seconds=round(time.monotonic() - begun),
    )
    return conclude(result, out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
