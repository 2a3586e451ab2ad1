"""公開前の影響確認, once more on the eve of what is booked: since it was approved much may have changed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, undefer

from knowledge.jobs import EFFECT, ask_once
from knowledge.models import EntryVersion, Job, Municipality

AHEAD = dt.timedelta(days=1)
"""Long enough for somebody to take the booking back."""


@dataclass(frozen=True)
class BookedCheck:
    """What was found of the ``versions`` (entry id, number) that come live at ``moment``, all together.

    ``ending``: the entries that end then.
    """

    versions: tuple[tuple[str, int], ...]
    ending: tuple[str, ...]
    moment: dt.datetime
    now_wrong: int
    """確認用の質問 that would no longer be answered as laid down."""
    unanswered: int
    """Questions of residents that would no longer be answered."""

    @property
    def is_loss(self) -> bool:
        return bool(self.now_wrong or self.unanswered)


def is_any_booked(session: Session, moment: dt.datetime) -> bool:
    """Whether anything comes live, or ends, within the next day: most looks find nothing, and need no lock."""
    return session.scalar(_soon(moment).limit(1)) is not None


def ask_for_checks(session: Session, moment: dt.datetime) -> list[str]:
    """Put a check in the queue for each municipality with bookings of the next day; those that got one.

    Once for each state of the published knowledge: what comes live beside it may change what it does.
    """
    asked = []
    for code, versions in _booked(session, moment).items():
        town = session.get_one(Municipality, code)
        payload = _payload(versions, town.knowledge_version)
        if not any(job.payload == payload for job in session.scalars(_checks(code))):
            ask_once(session, code, EFFECT, payload, moment)
            asked.append(code)
    return asked


def _booked(session: Session, moment: dt.datetime) -> dict[str, list[EntryVersion]]:
    found: dict[str, list[EntryVersion]] = defaultdict(list)
    for version in session.scalars(_soon(moment)):
        found[version.municipality_code].append(version)
    return found


def _soon(moment: dt.datetime) -> Select[EntryVersion]:
    wanted = select(EntryVersion).where(
        or_(
            and_(EntryVersion.state == "approved", _within_a_day(EntryVersion.publish_at, moment)),
            and_(EntryVersion.state == "published", _within_a_day(EntryVersion.end_at, moment)),
        )
    )
    return wanted.order_by(EntryVersion.municipality_code, EntryVersion.entry_id, EntryVersion.number)


def _within_a_day(booked: InstrumentedAttribute[dt.datetime | None], moment: dt.datetime) -> ColumnElement[bool]:
    return and_(booked > moment, booked <= moment + AHEAD)


def _payload(versions: list[EntryVersion], published: int) -> dict[str, Any]:
    coming = [version for version in versions if version.state == "approved"]
    ending = [version for version in versions if version.state != "approved"]
    due = [*(version.publish_at for version in coming), *(version.end_at for version in ending)]
    first = min(moment for moment in due if moment is not None)
    named = [[version.entry_id, version.number] for version in coming]
    over = [version.entry_id for version in ending]
    return {
        "of": "versions",
        "versions": named,
        "booked": first.isoformat(),
        "published": published,
        **({"ending": over} if over else {}),
    }


def _checks(code: str) -> Select[Job]:
    return select(Job).where(Job.municipality_code == code, Job.kind == EFFECT).order_by(Job.asked_at.desc())


def booked_check(session: Session, code: str, moment: dt.datetime) -> BookedCheck | None:
    """The latest finding on what is still to come; None where there is none."""
    for job in session.scalars(_checks(code).where(Job.state == "done").options(undefer(Job.result))):
        booked = job.payload.get("booked")
        if booked is None or job.result is None:
            continue
        due = dt.datetime.fromisoformat(booked)
        return _finding(job.payload, job.result, due) if due > moment else None
    return None


def _finding(payload: Mapping[str, Any], result: Mapping[str, Any], due: dt.datetime) -> BookedCheck:
    versions = tuple((str(entry_id), int(number)) for entry_id, number in payload["versions"])
    lost = result["counts"].get("unanswered", {})
    return BookedCheck(
        versions, tuple(payload.get("ending", ())), due, len(result["now_wrong"]), int(lost.get("questions", 0))
    )
