"""Where an answer stands, and which steps somebody may take with it now: read, never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from knowledge.approval import Actor, Refused, Rules, Situation, Step, decide
from knowledge.entry_versions import OPEN, WAITING, chain, history, text_digest
from knowledge.models import Entry, EntryVersion, Municipality

_OF_OPEN = (
    Step.REQUEST,
    Step.APPROVE,
    Step.DEPUTISE,
    Step.RETURN,
    Step.PUBLISH_URGENTLY,
    Step.WITHDRAW,
)
_OF_LIVE = (Step.END, Step.END_URGENTLY)
_OF_WAITING = (Step.CONFIRM, Step.REFUSE)
_SOME_REASON = "-"


@dataclass(frozen=True)
class OpenStep:
    """A step with the version that it would be taken with."""

    step: Step
    number: int


@dataclass(frozen=True)
class Standing:
    """An entry as it stands.  ``versions``: the newest first; of a row that never changed, the row as the only one."""

    row: Entry | None
    versions: tuple[EntryVersion, ...]
    rules: Rules

    @cached_property
    def by_number(self) -> dict[int, EntryVersion]:
        return {version.number: version for version in self.versions}

    @property
    def present(self) -> EntryVersion | None:
        """What the row says: what is answered from, or was until it ended."""
        return self.by_number.get(self.row.version) if self.row is not None else None

    @property
    def live(self) -> bool:
        return is_live(self.row)

    @property
    def open(self) -> EntryVersion | None:
        """What somebody works at."""
        return next((version for version in self.versions if version.state in OPEN), None)

    @property
    def booked(self) -> EntryVersion | None:
        return next((version for version in self.versions if version.state == "approved"), None)

    @property
    def unconfirmed(self) -> EntryVersion | None:
        """What was done urgently and waits for 事後承認."""
        return next((version for version in self.versions if version.confirmation == "waiting"), None)

    @property
    def refused(self) -> EntryVersion | None:
        """What was done urgently and found wrong, until somebody writes or publishes anew."""
        after = next((version for version in self.versions if version.confirmation is not None), None)
        if after is None or after.confirmation != "refused":
            return None
        written = any(version.number > after.number and version.state in WAITING for version in self.versions)
        again = any(_is_since(version, after) for version in self.versions)
        return None if written or again else after

    @property
    def to_write_on(self) -> EntryVersion:
        """What the next draft begins with."""
        return self.open or self.booked or self.present or self.versions[0]

    @property
    def departments(self) -> frozenset[str | None]:
        """The 課 whose business it is: of the row, and of what may take its place."""
        waiting = [version for version in (self.open, self.booked) if version is not None]
        own = [self.row.department] if self.row is not None else []
        found = [*own, *(version.content.get("department") for version in waiting)]
        return frozenset(found or [self.versions[0].content.get("department")])

    @property
    def related(self) -> frozenset[str]:
        """The 関係課: of the row, and of what may take its place.  They read; they neither write nor approve."""
        waiting = [version.content.get("related_departments") or [] for version in (self.open, self.booked) if version]
        own = self.row.related_departments if self.row is not None else []
        return frozenset(one for each in (own, *waiting) for one in each)

    def steps(self, actor: Actor, moment: dt.datetime) -> list[OpenStep]:
        """The steps that ``actor`` may take now, the usual ones first."""
        tried = [
            *((step, version) for version in (self.open, self.booked) if version for step in _OF_OPEN),
            *((step, self.unconfirmed) for step in _OF_WAITING if self.unconfirmed),
            *((step, self.present) for step in _OF_LIVE if self.present),
        ]
        return [OpenStep(step, version.number) for step, version in tried if self._may(step, version, actor, moment)]

    def _may(self, step: Step, version: EntryVersion, actor: Actor, moment: dt.datetime) -> bool:
        about = situation_of(version, self.by_number, live=self.live)
        return not isinstance(decide(step, about, actor, self.rules, moment, _SOME_REASON), Refused)


def _is_since(version: EntryVersion, refused: EntryVersion) -> bool:
    """Whether somebody decided to publish a version after another was refused; what only came back is no decision."""
    if version.decided_at is None or refused.confirmed_at is None:
        return False
    return version.live_from is not None and version.decided_at > refused.confirmed_at


def standing(session: Session, code: str, entry_id: str) -> Standing | None:
    """None where the municipality has no such entry, and never had."""
    town = session.get(Municipality, code)
    versions = tuple(history(session, code, entry_id))
    if town is None or not versions:
        return None
    return Standing(session.get(Entry, (code, entry_id)), versions, Rules(town.separate_approver))


def live_digest(session: Session, code: str, entry_id: str) -> str | None:
    """A mark of the text that is answered from now; None where the entry is not live."""
    found = standing(session, code, entry_id)
    return text_digest(found.present) if found is not None and found.live else None


def is_live(row: Entry | None) -> bool:
    """Whether somebody is answered from it."""
    return row is not None and row.state in ("published", "staff")


def situation_of(version: EntryVersion | None, by_number: Mapping[int, EntryVersion], *, live: bool) -> Situation:
    """What a step with ``version`` is about."""
    if version is None:
        return Situation(None, live=live)
    return Situation(
        version.state,
        contributors(version, by_number),
        version.confirmation,
        live,
        version.publish_at,
        version.end_at,
    )


def contributors(version: EntryVersion, by_number: Mapping[int, EntryVersion]) -> frozenset[str]:
    """Who wrote the version, and the drafts under it that residents never saw."""
    found: set[str | None] = set()
    for number in chain(version, by_number):
        under = by_number.get(number)
        if under is None or (under is not version and (under.live_from is not None or under.state == "ended")):
            break
        found |= {under.author, under.requested_by}
    return frozenset(account for account in found if account is not None)
