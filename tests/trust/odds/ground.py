"""The receive-to-send path within this process, for faults of events: an app with its senders before a fake LINE."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app import create_app
from bot.line import inbox
from bot.line.events import Reading, read_event
from bot.line.sender import Sender
from bot.services import Services
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.db import migrate
from knowledge.loading import load_bundle
from knowledge.models import LineEvent
from knowledge.pseudonyms import pseudonym
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, signature, webhook_body
from tests.support.server import ROOT
from tests.trust.postgres import PostgreSQL
from tests.trust.results import version_of

CODE = "242047"


class Clock:
    """Goes on by itself, and is put forward."""

    def __init__(self, **ahead: float) -> None:
        self.ahead = dt.timedelta(**ahead)

    def __call__(self) -> dt.datetime:
        return now() + self.ahead


@dataclass(frozen=True)
class Ground:
    app: Flask
    kit: Services
    line: FakeLine
    put_off: list[int] = field(default_factory=list)
    """Receipts that were answered 503: on a busy machine a database may be too slow, and LINE comes again."""

    @property
    def version(self) -> str:
        return version_of(self.kit.database)

    def deliver(self, events: Sequence[Any], seconds: float = 120.0) -> int:
        """By the webhook, as LINE does: again after anything but 200; the last status."""
        body, end = webhook_body(events), time.monotonic() + seconds
        headers = {"x-line-signature": signature(body), "content-type": "application/json"}
        while True:
            answer = self.app.test_client().post(f"/line/{CODE}/webhook", data=body, headers=headers)
            if answer.status_code != 503 or time.monotonic() > end:
                return answer.status_code
            self.put_off.append(answer.status_code)
            time.sleep(0.5)

    def keep(self, events: Sequence[dict[str, Any]], moment: dt.datetime) -> None:
        """Past the webhook, where the clock of the receipt is to be another; of the same people, then."""
        reading = Reading(partial(pseudonym, self.kit.settings.pepper, CODE))
        read = [replace(read_event(one, reading), occurred_at=moment) for one in events]
        inbox.store(self.kit.database, CODE, read, moment)

    def sender(self, clock: Callable[[], dt.datetime] = now) -> Sender:
        return Sender(self.kit.database, self.kit.corpus, self.kit.line_clients, clock, self.kit.previews)

    def drain(self, clock: Callable[[], dt.datetime] = now) -> None:
        """Answer and end all that can be now."""
        sender = self.sender(clock)
        while sender.step("trial:1:0"):
            pass

    def rows(self) -> dict[str, LineEvent]:
        with self.kit.database.reading() as session:
            return {row.webhook_event_id: row for row in session.scalars(select(LineEvent))}

    def said(self, event: Mapping[str, Any]) -> list[str]:
        """How each reply to it that LINE took begins."""
        taken = [one["messages"][0] for one in self.line.accepted(event["replyToken"])]
        return [str(one.get("altText") or one.get("text") or "") for one in taken]


@contextmanager
def ground(engine: str, environment: Mapping[str, str] | None = None) -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="kotae-odds-") as place, FakeLine() as line:
        folder = Path(place)
        instance = folder / "instance"
        instance.mkdir()
        (instance / "vectors").symlink_to(ROOT / "instance" / "vectors")
        postgres = None
        if engine == "postgresql":
            (folder / "pg").mkdir()
            postgres = PostgreSQL(folder / "pg")
        url = postgres.create("kotae") if postgres else f"sqlite:///{instance / 'kotae.db'}"
        given = {
            "INSTANCE_PATH": str(instance),
            "DATABASE_URL": url,
            "LINE_API_HOST": line.url,
            "SENDER_THREADS": "0",
            "RATE_LINE_PERSON": "10000",
            "LOG_LEVEL": "CRITICAL",
            f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
            f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
        }
        app = create_app(given | dict(environment or {}))
        kit: Services = app.extensions["kotae"]
        try:
            migrate(kit.database)
            bundle = next(each for each in map(read_bundle, content_folders()) if each.municipality.code == CODE)
            load_bundle(kit.database, bundle, now(), common_content())
            kit.corpus.current(CODE)
            yield Ground(app, kit, line)
        finally:
            kit.housekeeping.stop()
            kit.database.dispose()
            if postgres is not None:
                postgres.stop()
