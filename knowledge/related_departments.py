"""関係課: whom to tell of an answer that is another 課's to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.orm import Session

from knowledge.calendar import JST
from knowledge.models import Entry, StaffAccount, StaffGrant
from knowledge.staff import grant_of, is_active


def relates_to(department: str) -> ColumnElement[bool]:
    """Whether a 課 is among the 関係課: ids have no letter that JSON would write otherwise."""
    return cast(Entry.related_departments, Text).contains(f'"{department}"', autoescape=True)


def related_colleagues(
    session: Session, code: str, departments: Sequence[str], moment: dt.datetime
) -> list[tuple[str, list[str]]]:
    """Each 課 with the names of those who work for it today."""
    day = moment.astimezone(JST).date()
    wanted = (
        select(StaffGrant, StaffAccount)
        .join(StaffAccount, StaffAccount.id == StaffGrant.account_id)
        .where(StaffGrant.scope == code, StaffGrant.department.in_(departments))
        .order_by(StaffAccount.name)
    )
    found: dict[str, list[str]] = {one: [] for one in departments}
    for grant, account in session.execute(wanted) if departments else ():
        people = found[grant.department or ""]
        if is_active(account, moment) and grant_of(grant).holds_on(day) and account.name not in people:
            people.append(account.name)
    return list(found.items())
