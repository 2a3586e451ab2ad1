"""The audit log: lines are added, never changed; each holds the digest of the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from knowledge.audit_actions import ACTIONS
from knowledge.models import AuditHead, AuditLine

NOBODY = "（だれでもない）"
COMMAND_LINE = "（コマンド）"

_tells: ContextVar[bool] = ContextVar("audit_tells", default=True)
_log = structlog.get_logger("audit")


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where: the address as its pseudonym, empty for a command."""

    account_id: int | None
    login: str
    address_hash: str = ""


BY_COMMAND = Actor(None, COMMAND_LINE)
BY_DATE = Actor(None, "（期日）")
"""What was decided for a day comes on that day; who decided it stands in an earlier line."""
BY_SYSTEM = Actor(None, "（システム）")
"""What follows from a resident's own act: nobody of the office did it."""


def append(
    session: Session,
    actor: Actor,
    action: str,
    *,
    at: dt.datetime,
    scope: str | None = None,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    refused: bool = False,
) -> AuditLine:
    """Add a line within the transaction of the act itself: both are kept, or neither."""
    given = dict(details or {})
    expected = ACTIONS[action].fields
    if given.keys() != expected:
        raise ValueError(f"{action} carries {sorted(expected)}, not {sorted(given)}")
    head = session.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update()).scalar_one()
    line = AuditLine(
        number=head.number + 1,
        at=at,
        account_id=actor.account_id,
        login=actor.login[:60],
        action=action,
        scope=scope,
        subject=subject[:200],
        details=json.loads(json.dumps(given, default=str)),
        address_hash=actor.address_hash,
        refused=refused,
        previous=head.digest,
    )
    line.digest = line_digest(line)
    session.add(line)
    head.number, head.digest = line.number, line.digest
    session.flush()
    _tell_the_log(session, as_json(line))
    return line


def as_json(line: AuditLine) -> dict[str, Any]:
    """What a line says, without the chain."""
    return {
        "number": line.number,
        "at": line.at.astimezone(dt.UTC).isoformat(),
        "account_id": line.account_id,
        "login": line.login,
        "action": line.action,
        "scope": line.scope,
        "subject": line.subject,
        "details": line.details,
        "address_hash": line.address_hash,
        "refused": line.refused,
    }


def line_digest(line: AuditLine) -> str:
    """Over every field and the digest of the line before, written one way only."""
    written = json.dumps(
        as_json(line) | {"previous": line.previous}, ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(written.encode()).hexdigest()


def _shown(value: Any) -> Any:
    """Nothing in a line may turn the direction of what is read, or look like another line."""
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in value)
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list) else value


def _tell_the_log(session: Session, said: dict[str, Any]) -> None:
    """The same line for another system's eyes, once the act is kept for good."""

    def tell(_: Session) -> None:
        _log.info("audit", line=_shown(said))

    if _tells.get():
        event.listen(session, "after_commit", tell, once=True)


@contextmanager
def telling(tells: bool) -> Iterator[None]:
    """Whether lines that are added within are told to the application's log: it is of the database in use alone."""
    token = _tells.set(tells)
    try:
        yield
    finally:
        _tells.reset(token)
