"""Roles as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from knowledge.calendar import date_name
from knowledge.corpus import Town
from knowledge.models import Department
from knowledge.roles import ROLE_NAMES, Grant

ALL_TOWNS = "すべての市町村"


def grant_words(session: Session, grants: Iterable[Grant], towns: Sequence[Town]) -> list[str]:
    """``松阪市 編集（情報企画課） 令和8年4月1日から``, one for each grant."""
    given = tuple(grants)
    names = {town.code: town.name for town in towns}
    departments = department_names(session, given)
    return [_words(grant, names, departments) for grant in given]


def department_names(session: Session, grants: Iterable[Grant]) -> dict[tuple[str, str], str]:
    wanted = {(grant.scope, grant.department) for grant in grants if grant.scope and grant.department}
    if not wanted:
        return {}
    found = session.execute(
        select(Department.municipality_code, Department.entry_id, Department.name).where(
            tuple_(Department.municipality_code, Department.entry_id).in_(wanted)
        )
    )
    return {(code, entry_id): name for code, entry_id, name in found}


def _words(grant: Grant, towns: dict[str, str], departments: dict[tuple[str, str], str]) -> str:
    where = towns.get(grant.scope, grant.scope) if grant.scope else ALL_TOWNS
    words = f"{where} {ROLE_NAMES[grant.role]}"
    if grant.scope and grant.department:
        words += f"（{departments.get((grant.scope, grant.department), grant.department)}）"
    return f"{words}{span_words(grant.starts_on, grant.ends_on)}"


def span_words(first: dt.date | None, last: dt.date | None) -> str:
    """`` 令和8年4月1日から 令和9年3月31日まで``; nothing where there are no bounds."""
    return (f" {date_name(first)}から" if first else "") + (f" {date_name(last)}まで" if last else "")
