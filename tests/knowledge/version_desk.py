"""A small municipality whose staff write, approve and publish: what the tests of versions share."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from knowledge.approval import Actor, Decision, Step
from knowledge.db import Database
from knowledge.entry_versions import content_of, history
from knowledge.models import Entry, EntryVersion, Municipality
from knowledge.publishing import Text, save_draft, take
from tests.knowledge.small_town import CODE

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
WRITER = Actor("a-1", "情報 一郎", edits=True)
OTHER_WRITER = Actor("a-2", "窓口 花子", edits=True)
APPROVER = Actor("a-3", "課長 次郎", edits=True, approves=True)
DEPUTY = Actor("a-4", "補佐 三郎", deputises=True)


def later(minutes: float) -> dt.datetime:
    return MOMENT + dt.timedelta(minutes=minutes)


def wait_for_previews() -> None:
    """Until nothing is made beside any more: what is open then would outlive the database."""
    for thread in threading.enumerate():
        if thread.name == "preview":
            thread.join()


class Desk:
    """The steps by short names, each in a transaction of its own, a minute after the one before."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.minutes = 0

    @property
    def moment(self) -> dt.datetime:
        self.minutes += 1
        return later(self.minutes)

    def content(self, entry_id: str = "goal", **changes: Any) -> dict[str, Any]:
        with self.database.reading() as session:
            row = session.get(Entry, (CODE, entry_id))
            assert row is not None
            return content_of(row) | changes

    def write(
        self, based_on: int | None, answer: str = "新しい答えです。", actor: Actor = WRITER, entry_id: str = "goal",
        content: Mapping[str, Any] | None = None, **with_it: Any,
    ) -> int:  # fmt: skip
        text = replace(Text(content or self.content(entry_id, answer=answer)), **with_it)
        with self.database.writing() as session:
            return save_draft(session, CODE, text, actor, self.moment, based_on=based_on).number

    def take(
        self, step: Step, actor: Actor, number: int | None = None, entry_id: str = "goal", reason: str = "数字が違います",
        moment: dt.datetime | None = None,
    ) -> Decision:  # fmt: skip
        with self.database.writing() as session:
            return take(session, CODE, entry_id, step, actor, moment or self.moment, number=number, reason=reason)

    def published(self, based_on: int = 1, answer: str = "新しい答えです。", **with_it: Any) -> int:
        """Written, asked for and approved."""
        number = self.write(based_on, answer, **with_it)
        self.take(Step.REQUEST, WRITER, number)
        self.take(Step.APPROVE, APPROVER, number)
        return number

    def row(self, entry_id: str = "goal") -> Entry:
        with self.database.reading() as session:
            return session.get_one(Entry, (CODE, entry_id))

    def versions(self, entry_id: str = "goal") -> list[EntryVersion]:
        """The oldest first."""
        with self.database.reading() as session:
            return history(session, CODE, entry_id)[::-1]

    def states(self, entry_id: str = "goal") -> dict[int, str]:
        return {version.number: version.state for version in self.versions(entry_id)}

    def version(self, number: int, entry_id: str = "goal") -> EntryVersion:
        return next(version for version in self.versions(entry_id) if version.number == number)

    def knowledge_version(self) -> int:
        with self.database.reading() as session:
            return session.scalars(select(Municipality.knowledge_version).where(Municipality.code == CODE)).one()


def faults_of(desk: Desk, entry_id: str) -> list[str]:
    """What is wrong between an entry's row and its versions."""
    with desk.database.reading() as session:
        row = session.get(Entry, (CODE, entry_id))
        kept = history(session, CODE, entry_id)
    found = []
    live = [version for version in kept if version.state == "published"]
    if len(live) > 1:
        found.append(f"{len(live)} versions are live at once")
    if row is None:
        return found + [f"{len(live)} live versions without a row"] * bool(live)
    if row.state in ("published", "staff"):
        if not live or live[0].number != row.version or live[0].content != content_of(row):
            found.append("the row is not the published version")
        elif (live[0].audience == "staff") != (row.state == "staff"):
            found.append("the row has another audience than its version")
    elif live:
        found.append(f"a version is live while the row is {row.state}")
    if all(version.number != row.version or version.content != content_of(row) for version in kept):
        found.append("what the row says is not kept")
    if sum(version.state in ("draft", "requested", "returned") for version in kept) > 1:
        found.append("two versions are being written")
    if len({version.number for version in kept}) != len(kept):
        found.append("two versions have one number")
    spans = sorted((version.live_from, version.live_until) for version in kept if version.live_from)
    found += [
        "two were live at one moment"
        for before, after in itertools.pairwise(spans)
        if before[1] is None or before[1] > after[0]
    ]
    return found
