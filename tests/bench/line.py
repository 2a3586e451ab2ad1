"""What one question by LINE costs: ``python -m tests.bench.line [--postgresql]``.

CPU time of one thread, without LINE itself: to keep a webhook of one event, and to claim, answer and finish it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.line import inbox
from bot.line.client import LineClients, Sending, Sent
from bot.line.events import Reading, read_event
from bot.line.messages import Message
from bot.line.sender import Sender
from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.corpus import Corpus
from knowledge.db import Database, migrate, open_database
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from tests.bench.material import VECTORS
from tests.support.fake_line import user
from tests.support.postgresql import postgresql_in
from tests.trust.generator import QUESTIONS

CODE = "242047"
EVENTS, FIRST = 500, 50


class Taken:
    """A LINE that takes everything at once."""

    def reply(self, *_: object) -> Sending:
        return Sending(Sent.ACCEPTED, 200)

    def show_loading(self, _: str) -> None:
        """Nothing."""


class TakenByAll:
    def get(self, _: str) -> Taken:
        return Taken()


def event_of(number: int) -> Message:
    """As LINE sends it."""
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": user(number)},
        "webhookEventId": f"bench-{number}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"token-{number}",
        "message": {"id": f"m-{number}", "type": "text", "text": QUESTIONS[number % 5], "quoteToken": "q"},
    }


def _named(user_id: str, _: dt.datetime) -> str:
    return user_id[:32]


def measured(database: Database, folder: Path) -> tuple[float, float]:
    """Milliseconds to keep an event, and to answer it."""
    migrate(database)
    bundle = next(one for one in map(read_bundle, content_folders()) if one.municipality.code == CODE)
    load_bundle(database, bundle, now(), common_content())
    corpus = Corpus(database, open_vectors(VECTORS), index_files=IndexFiles(folder / "indexes"))
    sender = Sender(database, corpus, cast(LineClients, TakenByAll()))
    for first, last in ((0, FIRST), (FIRST, FIRST + EVENTS)):
        begun = time.process_time()
        for number in range(first, last):
            inbox.store(database, CODE, [read_event(event_of(number), Reading(_named))], now())
        kept = time.process_time()
        answered = 0
        while sender.step("bench", called=True):
            answered += 1
        done = time.process_time()
        assert answered >= last - first, answered
    return (kept - begun) / EVENTS * 1000, (done - kept) / EVENTS * 1000


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.line", description="LINE の質問一つにかかる CPU の時間")
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL でも測る（この側の CPU だけ）")
    given = parser.parse_args()
    threadpool_limits(1, "blas")
    table = Table("データベース", "受け取る ms", "答える ms", title=f"LINE の質問一つ（{EVENTS}件の平均、CPU 時間）")
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        urls = {"SQLite": f"sqlite:///{folder}/bench.db"}
        if given.postgresql:
            urls["PostgreSQL"] = servers.enter_context(postgresql_in(folder))
        for engine, url in urls.items():
            database = open_database(url)
            table.add_row(engine, *(f"{one:.2f}" for one in measured(database, folder / engine)))
            database.dispose()
    Console().print(table)


if __name__ == "__main__":
    main()
