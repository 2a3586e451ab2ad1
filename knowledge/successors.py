"""Which 課 has taken a 課's place, by the changes of the organisation that are in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.models import OrganisationAssignment, OrganisationChange

ENTRY, ACCOUNT = "entry", "account"
"""What of a split is assigned one by one."""


@dataclass(frozen=True)
class Handover:
    """One change as a rule: whoever belonged to one of ``before`` belongs to ``heir``, or to where it was assigned."""

    before: frozenset[str]
    after: tuple[str, ...]
    entries: Mapping[str, str]
    accounts: Mapping[str, str]

    @property
    def heir(self) -> str:
        """Who holds what nobody has assigned: the 課 that stays, else the first of the new ones."""
        return next((one for one in self.after if one in self.before), self.after[0])

    @property
    def gone(self) -> frozenset[str]:
        """The 課 that are no more."""
        return self.before - set(self.after)

    def entry(self, department: str, entry_id: str | None = None) -> str:
        return self.entries.get(entry_id or "", self.heir) if department in self.before else department

    def account(self, department: str, login: str) -> str:
        return self.accounts.get(login, self.heir) if department in self.before else department


def handover(change: OrganisationChange, assigned: Collection[OrganisationAssignment]) -> Handover:
    own = [one for one in assigned if one.number == change.number]
    return Handover(
        frozenset(one["id"] for one in change.before),
        tuple(one["id"] for one in change.after),
        {one.key: one.department for one in own if one.kind == ENTRY},
        {one.key: one.department for one in own if one.kind == ACCOUNT},
    )


def related_of(named: Iterable[str | None], department: str | None) -> list[str]:
    """関係課: each once, and not the 担当課."""
    return [one for one in dict.fromkeys(named) if one is not None and one != department]


@dataclass(frozen=True)
class Successors:
    """The changes in force of a municipality, the oldest first."""

    handovers: tuple[Handover, ...] = ()

    def of(self, department: str | None, entry_id: str | None = None) -> str | None:
        """Whose something is now that was said to be ``department``'s before the changes."""
        for each in self.handovers:
            if department is not None:
                department = each.entry(department, entry_id)
        return department

    def of_gone(self, department: str | None, entry_id: str | None = None) -> str | None:
        """The same, save that a 課 which is still there keeps what somebody gives it."""
        for each in self.handovers:
            if department is not None and department in each.gone:
                department = each.entry(department, entry_id)
        return department


def named_now(content: Mapping[str, Any], changes: Successors, entry_id: str) -> dict[str, Any]:
    """The content of an old version with the 課 that have taken the place of those that are no more."""
    department = changes.of_gone(content.get("department"), entry_id)
    related = [changes.of_gone(one) for one in content.get("related_departments") or []]
    return {**content, "department": department, "related_departments": related_of(related, department)}


def successors(session: Session, code: str) -> Successors:
    in_force = session.scalars(
        select(OrganisationChange)
        .where(OrganisationChange.municipality_code == code, OrganisationChange.settled_at.is_not(None))
        .order_by(OrganisationChange.starts_on, OrganisationChange.number)
    ).all()
    if not in_force:
        return Successors()
    assigned = session.scalars(
        select(OrganisationAssignment).where(OrganisationAssignment.municipality_code == code)
    ).all()
    return Successors(tuple(handover(change, assigned) for change in in_force))
