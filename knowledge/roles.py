"""What a person may do: pure, so that every case can be read in a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = {
    Role.VIEWER: "閲覧",
    Role.EDITOR: "編集",
    Role.APPROVER: "承認",
    Role.ADMIN: "管理",
    Role.AUDITOR: "監査",
}
ROLE_TASKS: Mapping[Role, str] = {
    Role.VIEWER: "答えと記録を見る",
    Role.EDITOR: "答えを書き、承認を依頼する",
    Role.APPROVER: "答えを書き、承認し、公開する",
    Role.ADMIN: "利用者と設定を管理する",
    Role.AUDITOR: "だれが何をしたかの記録を見る",
}

INCLUDED: Mapping[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.EDITOR: frozenset({Role.EDITOR, Role.VIEWER}),
    Role.APPROVER: frozenset({Role.APPROVER, Role.EDITOR, Role.VIEWER}),
    Role.ADMIN: frozenset({Role.ADMIN, Role.VIEWER}),
    Role.AUDITOR: frozenset({Role.AUDITOR, Role.VIEWER}),
}
"""What each role may do beside its own.  Whoever approves may write; that nobody approves what they wrote
themselves is for each version to say, not for the roles.  Administrators and auditors write nothing."""

WHOLE_ONLY = frozenset({Role.ADMIN, Role.AUDITOR})
"""Roles that no 課 has for itself: people and records belong to the municipality."""


@dataclass(frozen=True)
class Grant:
    """A role in ``scope`` (a municipality's code; None: all) and ``department`` (an entry_id; None: the whole)."""

    role: Role
    scope: str | None
    department: str | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)

    def reaches(self, code: str) -> bool:
        return self.scope is None or self.scope == code

    def as_json(self) -> dict[str, str | None]:
        return {
            "role": self.role.value,
            "scope": self.scope,
            "department": self.department,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
        }


@dataclass(frozen=True)
class Person:
    """Who is signed in, with the grants that hold today."""

    account_id: int
    login: str
    name: str
    grants: tuple[Grant, ...]

    def may(self, role: Role, code: str, department: str | None = None) -> bool:
        """Whether ``role`` is held in the municipality; with ``department``, for that 課.

        A department of None stands for what belongs to the municipality and to no 課: whoever has the role for
        one 課 only may open the page, and the page asks again for the 課 of what it shows (``reaches``).
        """
        return any(
            role in INCLUDED[grant.role]
            and grant.reaches(code)
            and (department is None or grant.department is None or grant.department == department)
            for grant in self.grants
        )

    def departments(self, role: Role, code: str) -> frozenset[str] | None:
        """The 課 for which ``role`` is held in the municipality; None: for the whole of it."""
        held = [grant for grant in self.grants if role in INCLUDED[grant.role] and grant.reaches(code)]
        if any(grant.department is None for grant in held):
            return None
        return frozenset(grant.department for grant in held if grant.department is not None)

    def reaches(self, role: Role, code: str, department: str | None) -> bool:
        """Whether ``role`` is held for what belongs to ``department``; what belongs to none wants the whole."""
        own = self.departments(role, code)
        return own is None or (department is not None and department in own)

    def knows(self, code: str) -> bool:
        """Whether the municipality exists for this person at all."""
        return any(grant.reaches(code) for grant in self.grants)

    def anywhere(self, role: Role) -> bool:
        return any(role in INCLUDED[grant.role] for grant in self.grants)

    def everywhere(self, role: Role) -> bool:
        """Whether ``role`` is held for all municipalities, those to come included."""
        return any(
            role in INCLUDED[grant.role] and grant.scope is None and not grant.department for grant in self.grants
        )

    def scopes(self, role: Role) -> frozenset[str] | None:
        """The municipalities, whole, in which ``role`` is held; None: all."""
        if self.everywhere(role):
            return None
        return frozenset(
            grant.scope
            for grant in self.grants
            if role in INCLUDED[grant.role] and grant.scope is not None and grant.department is None
        )


def held_on(grants: Iterable[Grant], day: dt.date) -> tuple[Grant, ...]:
    return tuple(grant for grant in grants if grant.holds_on(day))
