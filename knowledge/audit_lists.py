"""The audit log as an auditor reads it: filtered, the newest line first, and as a table to take away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from knowledge.audit_actions import ACTIONS
from knowledge.audit_words import details_text
from knowledge.calendar import JST
from knowledge.models import AuditLine
from knowledge.roles import Person, Role
from knowledge.staff import folded_login
from knowledge.tabular import OutSheet

HEADINGS = ("番号", "日時", "だれ", "何を", "対象", "市町村", "結果", "詳細", "接続元の印")
MOST_EXPORTED = 100_000


@dataclass(frozen=True)
class AuditFilter:
    """Days as days of Japan, both included.  ``action``: one of ACTIONS."""

    login: str = ""
    action: str = ""
    scope: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    refused: bool = False

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in vars(self).items() if value}


def count_lines(session: Session, auditor: Person, wanted: AuditFilter) -> int:
    return session.scalars(_found(auditor, wanted).with_only_columns(func.count(), maintain_column_froms=True)).one()


def list_lines(session: Session, auditor: Person, wanted: AuditFilter, start: int, size: int) -> Sequence[AuditLine]:
    found = _found(auditor, wanted).order_by(AuditLine.number.desc()).offset(start).limit(size)
    return session.scalars(found).all()


def _found(auditor: Person, wanted: AuditFilter) -> Select[AuditLine]:
    """What is done for all municipalities, or by nobody known, is for auditors of all."""
    found = select(AuditLine)
    scopes = auditor.scopes(Role.AUDITOR)
    if scopes is not None:
        found = found.where(AuditLine.scope.in_(scopes))
    if wanted.login:
        found = found.where(AuditLine.login == folded_login(wanted.login))
    if wanted.action:
        found = found.where(AuditLine.action == wanted.action)
    if wanted.scope:
        found = found.where(AuditLine.scope == wanted.scope)
    if wanted.first:
        found = found.where(AuditLine.at >= _midnight(wanted.first))
    if wanted.last:
        found = found.where(AuditLine.at < _midnight(wanted.last + dt.timedelta(days=1)))
    return found.where(AuditLine.refused.is_(True)) if wanted.refused else found


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), JST)


def action_name(action: str) -> str:
    """An act of an older version, which the table no longer has, is told by its own word."""
    return ACTIONS[action].label if action in ACTIONS else action


def lines_sheet(lines: Sequence[AuditLine]) -> OutSheet:
    rows = [
        (
            str(line.number),
            line.at.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S"),
            line.login,
            action_name(line.action),
            line.subject,
            line.scope or "",
            "断った" if line.refused else "した",
            details_text(line.details),
            line.address_hash[:8],
        )
        for line in lines
    ]
    return OutSheet("操作の記録", HEADINGS, (20,) * len(HEADINGS), frozenset(), rows)
