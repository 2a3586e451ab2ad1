"""Who may approve an answer: told to whoever asks for it, before the request waits for nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.models import StaffAccount, StaffGrant
from knowledge.roles import Role
from knowledge.staff import is_active, person_of


@dataclass(frozen=True)
class Approvers:
    """The names of those of the 課, and of others who may stand in for them (代理承認)."""

    own: tuple[str, ...]
    deputies: tuple[str, ...]


def approvers(
    session: Session, code: str, department: str | None, moment: dt.datetime, but: Collection[str] = ()
) -> Approvers:
    """Those who may approve today what belongs to ``department``; ``but``: accounts that may not approve this one."""
    granted = select(StaffGrant.account_id).where(
        StaffGrant.role == Role.APPROVER.value, or_(StaffGrant.scope == code, StaffGrant.scope.is_(None))
    )
    wanted = select(StaffAccount).where(StaffAccount.id.in_(granted)).order_by(StaffAccount.name, StaffAccount.id)
    own: list[str] = []
    deputies: list[str] = []
    for account in session.scalars(wanted):
        person = person_of(session, account, moment)
        if str(account.id) in but or not is_active(account, moment) or not person.may(Role.APPROVER, code):
            continue
        if person.reaches(Role.APPROVER, code, department):
            own.append(account.name)
        elif person.reaches(Role.VIEWER, code, department):
            # Whoever may not even see it cannot stand in.
            deputies.append(account.name)
    return Approvers(tuple(own), tuple(deputies))
