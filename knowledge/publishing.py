"""The steps in the life of an answer, each within the caller's transaction.

What a resident is answered from changes only where a version becomes the row of ``entries``: here, in
one transaction with the municipality's knowledge version.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from knowledge.approval import (
    Actor,
    Book,
    Confirmed,
    Decision,
    End,
    Move,
    Publish,
    Refused,
    Rules,
    Situation,
    Step,
    decide,
)
from knowledge.curated_rows import CORRECTED
from knowledge.entry_checks import EntryFaultsError, MayOpen, checked, wrong_times
from knowledge.entry_steps import is_live, situation_of
from knowledge.entry_versions import (
    OPEN,
    PUBLIC,
    Author,
    columns_of,
    history,
    keep_present,
    make_way,
    next_number,
    overtaken,
    revised,
    send_back,
    state_of_row,
    versions_of,
)
from knowledge.models import Entry, EntryVersion, Municipality, Plan
from knowledge.sheet_kinds import KINDS
from knowledge.sheet_rows import generated_key
from knowledge.successors import named_now, successors


class NoSuchVersionError(LookupError):
    """The municipality has no such entry, or the entry no such version."""


class StepRefusedError(Exception):
    """The step may not be taken; the message tells why, and what to do."""


@dataclass(frozen=True)
class Theirs:
    """A version that somebody else has made."""

    number: int
    author_name: str
    created_at: dt.datetime
    content: Mapping[str, Any]
    audience: str
    staff_note: str


class ChangedMeanwhileError(Exception):
    """Somebody else was quicker: ``theirs`` is what there is now, ``yours`` the content that was to be kept."""

    def __init__(self, message: str, theirs: EntryVersion, yours: Mapping[str, Any]) -> None:
        super().__init__(message)
        # Plain values: a row is of no use once its transaction was given up.
        self.theirs = Theirs(
            theirs.number,
            theirs.author_name,
            theirs.created_at,
            dict(theirs.content),
            theirs.audience,
            theirs.staff_note,
        )
        self.yours = dict(yours)


@dataclass(frozen=True)
class Text:
    """What is in the form: the content as StaffEntry has it, and what goes with a version of it."""

    content: Mapping[str, Any]
    audience: str = PUBLIC
    staff_note: str = ""
    publish_at: dt.datetime | None = None
    end_at: dt.datetime | None = None
    document_number: str | None = None
    decided_on: dt.date | None = None


@dataclass(frozen=True)
class Terms:
    """What whoever approves lays down with it, in place of what the drafter proposed."""

    publish_at: dt.datetime | None = None
    end_at: dt.datetime | None = None
    document_number: str | None = None
    decided_on: dt.date | None = None


class _Scene:
    """An entry with all that is known of its versions, its municipality held for this transaction."""

    def __init__(self, session: Session, code: str, entry_id: str) -> None:
        town = session.get(Municipality, code, with_for_update=True)
        if town is None:
            raise LookupError(code)
        town.drafts_version += 1
        self.session, self.town, self.entry_id = session, town, entry_id
        self.row = session.get(Entry, (code, entry_id))
        self.kept = versions_of(session, code, entry_id) if self.row is None else keep_present(session, self.row)

    @property
    def by_number(self) -> dict[int, EntryVersion]:
        return {version.number: version for version in self.kept}

    @property
    def live(self) -> bool:
        return is_live(self.row)

    @property
    def rules(self) -> Rules:
        return Rules(self.town.separate_approver)

    def version(self, number: int) -> EntryVersion:
        if number not in self.by_number:
            raise NoSuchVersionError(_no_version(self.entry_id, number))
        return self.by_number[number]

    def present(self) -> EntryVersion | None:
        """The version that the row is."""
        return self.by_number.get(self.row.version) if self.row is not None else None

    def open(self) -> EntryVersion | None:
        return next((version for version in reversed(self.kept) if version.state in OPEN), None)

    def situation(self, version: EntryVersion | None) -> Situation:
        return situation_of(version, self.by_number, live=self.live)


def _no_version(entry_id: str, number: int) -> str:
    return f"「{entry_id}」に第{number}版はありません（一覧から開き直してください）"


# --- Writing -----------------------------------------------------------------------------------------------------


def save_draft(
    session: Session,
    code: str,
    text: Text,
    actor: Actor,
    moment: dt.datetime,
    *,
    based_on: int | None,
    may_open: MayOpen = lambda *_: True,
) -> EntryVersion:
    """Keep ``text`` as a new version, written on the version ``based_on`` (None: the entry is new).

    Raises EntryFaultsError, StepRefusedError, and ChangedMeanwhileError where somebody saved since.
    """
    given = dict(text.content)
    if not given.get("id"):
        given["id"] = generated_key(KINDS["entries"], str(given.get("question") or ""))
    scene = _Scene(session, code, given["id"])
    _decided(scene, Step.SAVE, None, actor, moment)
    _check_bases(scene, given, based_on)
    content = checked(
        session,
        code,
        given,
        audience=text.audience,
        publish_at=text.publish_at,
        end_at=text.end_at,
        may_open=may_open,
    )
    version = EntryVersion(
        municipality_code=code,
        entry_id=scene.entry_id,
        number=next_number(scene.row, scene.kept),
        state="draft",
        content=content,
        audience=text.audience,
        staff_note=text.staff_note,
        author=actor.account,
        author_name=actor.name,
        created_at=moment,
        based_on=based_on,
        publish_at=text.publish_at,
        end_at=text.end_at,
        document_number=text.document_number,
        decided_on=text.decided_on,
        deputy=False,
        urgent=False,
    )
    for other in scene.kept:
        if other.state in OPEN:
            other.state = "replaced"
    session.add(version)
    if scene.row is None or scene.row.state in ("draft", "deleted"):
        # What was given up, or deleted, and is written on again is found in the lists again.
        _mirror(session, scene.row, version, moment)
    return version


def _check_bases(scene: _Scene, given: Mapping[str, Any], based_on: int | None) -> None:
    """Whether ``based_on`` is still what one writes on: what is being written, or else what is live or booked."""
    newest = scene.open() or scene.present()
    allowed = {newest.number} if newest is not None else set()
    if scene.open() is None:
        allowed |= {version.number for version in scene.kept if version.state == "approved"}
    if newest is None and based_on is None:
        return
    if newest is None:
        raise NoSuchVersionError(f"「{scene.entry_id}」という答えはありません（一覧から開き直してください）")
    if based_on not in allowed:
        opened = "新しい答えとして書いて" if based_on is None else f"第{based_on}版を直して"
        raise ChangedMeanwhileError(
            f"{opened}いるあいだに、{newest.author_name}さんが第{newest.number}版を保存しました。"
            "まだ何も失われていません。二つの文を見比べ、残す文を選んで保存し直してください",
            newest,
            given,
        )


def _mirror(session: Session, row: Entry | None, version: EntryVersion, moment: dt.datetime) -> None:
    """An entry that nobody was ever shown: its row is the newest draft, so that sheets and lists have it too."""
    if row is None:
        row = Entry(municipality_code=version.municipality_code, entry_id=version.entry_id)
        session.add(row)
    _put(row, version, "draft", moment)
    # What a list or plan brings again leaves a draft that staff have written on.
    row.bundled_digest = CORRECTED


def _put(row: Entry, version: EntryVersion, state: str, moment: dt.datetime) -> None:
    for name, value in columns_of(version.content).items():
        setattr(row, name, value)
    row.state, row.version, row.by_staff, row.updated_at = state, version.number, True, moment


def restore(
    session: Session,
    code: str,
    entry_id: str,
    number: int,
    actor: Actor,
    moment: dt.datetime,
    *,
    based_on: int,
    may_open: MayOpen = lambda *_: True,
) -> EntryVersion:
    """An old version's text as a new draft.  Raises as ``save_draft`` does, and NoSuchVersionError."""
    kept = history(session, code, entry_id)
    old = next((version for version in kept if version.number == number), None)
    if old is None:
        raise NoSuchVersionError(_no_version(entry_id, number))
    text = Text(old.content, old.audience, old.staff_note)
    return save_draft(session, code, text, actor, moment, based_on=based_on, may_open=may_open)


# --- Deciding ----------------------------------------------------------------------------------------------------


def take(
    session: Session,
    code: str,
    entry_id: str,
    step: Step,
    actor: Actor,
    moment: dt.datetime,
    *,
    number: int | None = None,
    reason: str = "",
    terms: Terms | None = None,
) -> Decision:
    """Take a step with the version ``number`` (公開終了: with what is live); what followed.

    ``terms``: for 承認 and 代理承認.  Raises StepRefusedError, ChangedMeanwhileError, NoSuchVersionError,
    EntryFaultsError (of the terms) and LookupError.
    """
    if step is Step.SAVE:
        raise ValueError("a text is saved by save_draft")
    scene = _Scene(session, code, entry_id)
    ending = step in (Step.END, Step.END_URGENTLY)
    version = scene.present() if ending or number is None else scene.version(number)
    if version is None:
        raise NoSuchVersionError(f"「{entry_id}」という答えはありません（一覧から開き直してください）")
    if terms is not None and step in (Step.APPROVE, Step.DEPUTISE):
        _lay_down(version, terms)
    decision = _decided(scene, step, version, actor, moment, reason)
    match decision:
        case Move(state):
            _move(scene, version, state, actor, moment, reason)
        case Book(booked):
            _check_still_on_top(scene, version)
            _note_decision(version, actor, moment, deputy=step is Step.DEPUTISE)
            version.state, version.publish_at = "approved", booked
        case Publish(deputy, confirm):
            _check_still_on_top(scene, version)
            if not confirm:
                _note_decision(version, actor, moment, deputy=deputy)
            else:
                _note_urgency(version, actor)
            go_live(scene.session, scene.town, scene.row, version, scene.kept, moment)
        case End(confirm):
            _end(scene, actor, moment, reason, confirm=confirm)
        case Confirmed(right):
            _confirm(scene, version, actor, moment, reason, right=right)
    return decision


def _lay_down(version: EntryVersion, terms: Terms) -> None:
    if faults := tuple(wrong_times(terms.publish_at, terms.end_at)):
        raise EntryFaultsError(faults)
    version.publish_at, version.end_at = terms.publish_at, terms.end_at
    version.document_number, version.decided_on = terms.document_number, terms.decided_on


def _decided(
    scene: _Scene, step: Step, version: EntryVersion | None, actor: Actor, moment: dt.datetime, reason: str = ""
) -> Decision:
    decision = decide(step, scene.situation(version), actor, scene.rules, moment, reason)
    if isinstance(decision, Refused):
        raise StepRefusedError(decision.why)
    return decision


def _move(scene: _Scene, version: EntryVersion, state: str, actor: Actor, moment: dt.datetime, reason: str) -> None:
    if state == "requested":
        _check_still_on_top(scene, version)
        version.requested_by, version.requested_name, version.requested_at = actor.account, actor.name, moment
        version.reason = None
        version.state = state
    else:
        if version.state == "approved" and state == "returned":
            others = [other for other in scene.kept if other is not version]
            send_back(version, others, reason.strip(), moment)
        else:
            version.state = state
        _note_decision(version, actor, moment)
        version.reason = reason.strip() or None
    if state == "withdrawn":
        _unmirror(scene, version, moment)


def _unmirror(scene: _Scene, version: EntryVersion, moment: dt.datetime) -> None:
    """An entry that nobody was ever shown loses its newest draft: it is what is booked of it, or nothing."""
    row = scene.row
    if row is None or row.state != "draft" or row.version != version.number:
        return
    booked = next((other for other in reversed(scene.kept) if other.state == "approved"), None)
    if booked is not None:
        _put(row, booked, "draft", moment)
    else:
        row.state = "deleted"


def _note_decision(version: EntryVersion, actor: Actor, moment: dt.datetime, *, deputy: bool = False) -> None:
    version.decided_by, version.decided_name, version.decided_at = actor.account, actor.name, moment
    version.deputy = deputy


def _note_urgency(version: EntryVersion, actor: Actor) -> None:
    if version.state != "approved":
        # Whoever sent it back before has not approved it now.
        version.decided_by = version.decided_name = version.decided_at = None
    version.urgent, version.confirmation = True, "waiting"
    version.requested_by = version.requested_by or actor.account
    version.requested_name = version.requested_name or actor.name


def _check_still_on_top(scene: _Scene, version: EntryVersion) -> None:
    """Nothing went live since the version was begun: else it would take back what it never saw."""
    present = scene.present()
    if present is not None and overtaken(scene.row, version, scene.by_number):
        raise ChangedMeanwhileError(
            f"第{version.number}版は、いまの第{present.number}版（{present.author_name}）より前の文をもとに書かれています。"
            f"そのまま進めると第{present.number}版の変更が消えます。"
            f"第{present.number}版をもとに書き直して保存し、あらためて進めてください",
            present,
            version.content,
        )


def go_live(
    session: Session,
    town: Municipality,
    row: Entry | None,
    version: EntryVersion,
    kept: list[EntryVersion],
    moment: dt.datetime,
) -> None:
    """Make a version what is answered from, in every process with its next question."""
    if row is None:
        row = Entry(municipality_code=town.code, entry_id=version.entry_id)
        session.add(row)
    _put(row, version, state_of_row(version.audience), moment)
    version.state, version.live_from, version.live_until = "published", moment, None
    make_way(kept, version, moment)
    plan = session.get(Plan, (town.code, row.source_plan))
    if plan is not None:
        # That of an imported plan is a draft until something of it is approved.
        plan.state = "published"
    town.knowledge_version += 1


def end_entry(
    session: Session, town: Municipality, row: Entry, author: Author, moment: dt.datetime, reason: str = ""
) -> EntryVersion:
    """Take an entry from residents and colleagues; its end is a version too."""
    with revised(session, row, moment, author):
        row.state, row.by_staff = "ended", True
    town.knowledge_version += 1
    ended = next(version for version in versions_of(session, town.code, row.entry_id) if version.number == row.version)
    ended.reason = reason.strip() or None
    return ended


def _end(scene: _Scene, actor: Actor, moment: dt.datetime, reason: str, *, confirm: bool) -> None:
    assert scene.row is not None
    before = scene.by_number[scene.row.version]
    ended = end_entry(scene.session, scene.town, scene.row, actor.author, moment, reason)
    ended.audience = before.audience
    if confirm:
        ended.urgent, ended.confirmation = True, "waiting"
    else:
        _note_decision(ended, actor, moment)


def _confirm(
    scene: _Scene, version: EntryVersion, actor: Actor, moment: dt.datetime, reason: str, *, right: bool
) -> None:
    version.confirmation = "given" if right else "refused"
    version.confirmed_by, version.confirmed_name, version.confirmed_at = actor.account, actor.name, moment
    if right:
        return
    version.reason = reason.strip()
    row = scene.row
    if row is None or row.version != version.number:
        # Something else is live by now: what was wrong is gone already.
        return
    before = _live_before(scene, version)
    if before is None:
        end_entry(scene.session, scene.town, row, actor.author, moment, reason)
        return
    content = named_now(before.content, successors(scene.session, scene.town.code), scene.entry_id)
    with revised(scene.session, row, moment, actor.author):
        for name, value in columns_of(content).items():
            setattr(row, name, value)
        row.state = state_of_row(before.audience)
    scene.town.knowledge_version += 1


def _live_before(scene: _Scene, version: EntryVersion) -> EntryVersion | None:
    """What was answered from until ``version`` came."""
    earlier = [one for one in scene.kept if one.live_until is not None and one.number != version.number]
    found = [one for one in earlier if one.live_until == (version.live_from or version.created_at)]
    return max(found, key=lambda one: one.number, default=None)
