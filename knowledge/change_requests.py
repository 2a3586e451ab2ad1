"""変更の承認: changes of tables that wait, asked for, approved, sent back and taken back.

Each step is one transaction of the caller's: what is done, the state of the request and the lines of the audit log.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, undefer

from knowledge import audit
from knowledge.approval import Actor, Rules
from knowledge.change_approval import APPROVED, RETURNED, WAITING, WITHDRAWN, Asked, ChangeStep, may_reopen, refusal
from knowledge.entry_versions import Author
from knowledge.models import ChangeRequest, EntryVersion, Municipality
from knowledge.proposed_changes import (
    SHEETS,
    WORD,
    CannotBeDoneError,
    Effect,
    Proposal,
    audit_details,
    carry_out,
    effect_of,
    title_of,
)

MOST_WAITING = 100
"""Of one person; each may hold a whole file."""


class ChangeRefusedError(Exception):
    """The step may not be taken; the message tells why, and what to do."""


class TooManyWaitingError(Exception):
    """One person's requests that wait are as many as anybody can look through."""


class ChangedSinceShownError(Exception):
    """What would be done is no longer what was shown."""


class NoSuchRequestError(LookupError):
    """The municipality has no such request."""


@dataclass(frozen=True)
class OpenChange:
    """A request that somebody is still to do something about."""

    id: str
    title: str
    department: str | None
    state: str
    author: str
    author_name: str
    reason: str | None
    requested_at: dt.datetime
    decided_at: dt.datetime | None


def rules_of(session: Session, code: str) -> Rules:
    """A municipality's own; of one that is not there, the stricter ones."""
    town = session.get(Municipality, code)
    return Rules(town.separate_approver) if town is not None else Rules()


def asked(row: ChangeRequest) -> Asked:
    return Asked(row.state, row.author)


def proposal_of(row: ChangeRequest) -> Proposal | None:
    """What was asked for; None where it is no longer kept."""
    return Proposal(row.kind, row.payload) if row.payload is not None else None


def effect_now(session: Session, row: ChangeRequest) -> Effect:
    """What it would do now.  Raises CannotBeDoneError."""
    proposal = proposal_of(row)
    if proposal is None:
        raise CannotBeDoneError(["内容はもう残っていません"])
    return effect_of(session, row.municipality_code, proposal)


# --- Lists -------------------------------------------------------------------------------------------------------


def found(session: Session, code: str, request_id: str, *, lock: bool = False) -> ChangeRequest | None:
    """A municipality's own request, whole."""
    wanted = select(ChangeRequest).where(ChangeRequest.municipality_code == code, ChangeRequest.id == request_id)
    wanted = wanted.options(undefer(ChangeRequest.payload))
    return session.scalar(wanted.with_for_update() if lock else wanted)


def open_changes(session: Session, code: str) -> list[OpenChange]:
    """Those that wait and those sent back, the oldest first."""
    row = ChangeRequest
    columns = (row.id, row.title, row.department, row.state, row.author, row.author_name, row.reason)
    wanted = select(*columns, row.requested_at, row.decided_at).where(
        row.municipality_code == code, row.state.in_((WAITING, RETURNED))
    )
    return [OpenChange(*each) for each in session.execute(wanted.order_by(row.requested_at, row.id))]


def listing(code: str, account: str, departments: frozenset[str] | None) -> Select[ChangeRequest]:
    """The list of whoever reads what belongs to ``departments`` (None: all): what waits first, then what was decided.

    All that is kept (knowledge.retention); what somebody asked for themselves they always see.
    """
    row = ChangeRequest
    where: list[ColumnElement[bool]] = [row.municipality_code == code]
    if departments is not None:
        where.append(or_(row.department.in_(sorted(departments)), row.author == account))
    waits = row.state != WAITING
    return select(row).where(*where).order_by(waits, func.coalesce(row.decided_at, row.requested_at).desc(), row.id)


def waiting_word(session: Session, code: str, proposal: Proposal) -> ChangeRequest | None:
    """The request that waits for the very same word."""
    wanted = select(ChangeRequest).where(
        ChangeRequest.municipality_code == code, ChangeRequest.kind == WORD, ChangeRequest.state == WAITING
    )
    rows = session.scalars(wanted.options(undefer(ChangeRequest.payload)))
    return next((row for row in rows if row.payload == dict(proposal.payload)), None)


# --- Steps -------------------------------------------------------------------------------------------------------


def ask(
    session: Session,
    code: str,
    proposal: Proposal,
    author: Author,
    actor: audit.Actor,
    moment: dt.datetime,
    *,
    again: str | None = None,
    shown: str | None = None,
) -> ChangeRequest | None:
    """Keep a change until somebody else has looked at it; None where there is nothing to change.

    ``again``: the id of the author's own request that was sent back, which this takes the place of; ``shown``: the
    digest of what the author looked at.  Raises CannotBeDoneError, ChangedSinceShownError and TooManyWaitingError.
    """
    effect = effect_of(session, code, proposal)
    if shown is not None and effect.digest != shown:
        raise ChangedSinceShownError
    if not effect.rows:
        return None
    account = author.account or ""
    row = found(session, code, again, lock=True) if again else None
    if row is None or row.kind != proposal.kind or not may_reopen(asked(row), account):
        if _waiting_of(session, code, account) >= MOST_WAITING:
            raise TooManyWaitingError
        row = ChangeRequest(id=str(uuid.uuid4()), municipality_code=code)
        session.add(row)
    row.kind, row.payload, row.title = proposal.kind, dict(proposal.payload), title_of(proposal, effect)
    row.department, row.counts, row.digest = effect.department, dict(effect.counts), effect.digest
    row.state, row.author, row.author_name, row.requested_at = WAITING, account, author.name, moment
    row.decided_by = row.decided_name = row.decided_at = row.reason = None
    _note(session, actor, "change_requested", row, moment)
    return row


def _waiting_of(session: Session, code: str, account: str) -> int:
    row = ChangeRequest
    wanted = select(func.count()).where(row.municipality_code == code, row.state == WAITING, row.author == account)
    return session.scalars(wanted).one()


def approve(
    session: Session,
    code: str,
    request_id: str,
    shown: str,
    who: Actor,
    reaches: Callable[[str | None], bool],
    actor: audit.Actor,
    moment: dt.datetime,
) -> ChangeRequest:
    """Do what was asked for, as who asked; ``shown``: the digest of what ``who`` looked at.

    ``reaches``: whether ``who`` approves for a 課, since what the change touches shows only as it is done.  Raises
    NoSuchRequestError, ChangeRefusedError, ChangedSinceShownError and CannotBeDoneError: the caller's transaction
    is then given up.
    """
    row = _taken(session, code, request_id, ChangeStep.APPROVE, who)
    proposal = proposal_of(row)
    if proposal is None:
        raise CannotBeDoneError(["内容はもう残っていません"])
    effect = carry_out(session, code, proposal, moment, Author(row.author_name, row.author))
    if effect.digest != shown or not effect.rows:
        raise ChangedSinceShownError
    if not all(reaches(department) for department in effect.departments):
        raise ChangeRefusedError("ほかの課の行も変わります。市町村全体の承認者に頼んでください")
    session.flush()
    _say_who_approved(session, row, who, moment)
    row.counts, row.digest = dict(effect.counts), effect.digest
    _decided(row, APPROVED, who, moment)
    action, subject, details = audit_details(proposal, effect)
    audit.append(session, actor, action, at=moment, scope=code, subject=subject, details=details)
    _note(session, actor, "change_approved", row, moment)
    return row


def _say_who_approved(session: Session, row: ChangeRequest, who: Actor, moment: dt.datetime) -> None:
    """The versions that were made of answers are the author's, and approved by ``who``."""
    made = select(EntryVersion).where(
        EntryVersion.municipality_code == row.municipality_code,
        EntryVersion.created_at == moment,
        EntryVersion.author == row.author,
        EntryVersion.state.in_(("published", "ended")),
    )
    for version in session.scalars(made):
        version.requested_by, version.requested_at = row.author, row.requested_at
        version.decided_by, version.decided_name, version.decided_at = who.account, who.name, moment


def give_back(
    session: Session, code: str, request_id: str, reason: str, who: Actor, actor: audit.Actor, moment: dt.datetime
) -> ChangeRequest:
    """Send it back with the reason.  A file is brought again; values and a row are kept, for the form to begin with."""
    row = _taken(session, code, request_id, ChangeStep.RETURN, who, reason)
    _decided(row, RETURNED, who, moment)
    row.reason = reason.strip()
    _note(session, actor, "change_returned", row, moment)
    return row


def withdraw(
    session: Session, code: str, request_id: str, who: Actor, actor: audit.Actor, moment: dt.datetime
) -> ChangeRequest:
    row = _taken(session, code, request_id, ChangeStep.WITHDRAW, who)
    _decided(row, WITHDRAWN, who, moment)
    _note(session, actor, "change_withdrawn", row, moment)
    return row


def _taken(
    session: Session, code: str, request_id: str, step: ChangeStep, who: Actor, reason: str = ""
) -> ChangeRequest:
    """The request, locked, where ``who`` may take the step with it."""
    row = found(session, code, request_id, lock=True)
    if row is None:
        raise NoSuchRequestError(request_id)
    why = refusal(step, asked(row), who, rules_of(session, code), reason)
    if why is not None:
        raise ChangeRefusedError(why)
    return row


def _decided(row: ChangeRequest, state: str, who: Actor, moment: dt.datetime) -> None:
    row.state = state
    row.decided_by, row.decided_name, row.decided_at = who.account, who.name, moment
    if state != RETURNED or row.kind == SHEETS:
        row.payload = None


def _note(session: Session, actor: audit.Actor, action: str, row: ChangeRequest, moment: dt.datetime) -> None:
    details = {"request": row.id, "kind": row.kind, "author": row.author_name, "changes_digest": row.digest}
    audit.append(
        session, actor, action, at=moment, scope=row.municipality_code, subject=row.title, details=details | row.counts
    )
