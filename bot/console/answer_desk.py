"""An answer before whoever is signed in: found, or as if it were not there; and what they may do with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console.guard import actor, person, require
from knowledge import approval, audit
from knowledge.answers import FACETS
from knowledge.calendar import date_name, now
from knowledge.common_office_names import common_office_names
from knowledge.entry_checks import MayOpen
from knowledge.entry_form import COLUMNS, fields_of
from knowledge.entry_steps import Standing, standing
from knowledge.entry_versions import AUDIENCES, text_digest
from knowledge.models import Department, EntryVersion, Measure, Plan
from knowledge.roles import Role
from knowledge.sheet_kinds import IN_USE, LANGUAGES


def standing_or_404(session: Session, code: str, entry_id: str) -> Standing:
    """One that the person may see: of one of the 課 it belongs to, or may come to belong to, or of a 関係課."""
    found = standing(session, code, entry_id)
    if found is None:
        abort(404)
    if not any(person().reaches(Role.VIEWER, code, one) for one in (*found.departments, *found.related)):
        require(Role.VIEWER, code, next(iter(found.departments)))
    return found


def edited_or_404(session: Session, code: str, entry_id: str) -> Standing:
    """One that the person may write on."""
    found = standing_or_404(session, code, entry_id)
    for department in found.departments:
        require(Role.EDITOR, code, department)
    return found


def standing_again(session: Session, code: str, entry_id: str) -> Standing:
    """The same within the transaction that changes it, after ``standing_or_404`` has let the person pass.

    A refusal writes a line of its own, which would wait for this very transaction: it is for the look before.
    """
    return standing(session, code, entry_id) or abort(404)


def version_or_404(found: Standing, number: int) -> EntryVersion:
    return found.by_number.get(number) or abort(404)


def may_open(code: str) -> MayOpen:
    """Whether the person may open an answer of a 課 and its 関係課."""
    me = person()
    return lambda department, related: any(me.reaches(Role.VIEWER, code, one) for one in (department, *related))


def reaches_all(role: Role, code: str, found: Standing) -> bool:
    return all(person().reaches(role, code, one) for one in found.departments)


def step_actor(code: str, found: Standing) -> approval.Actor:
    """The person with what they may do to this entry.

    Whoever approves for another 課 of the municipality may stand in for the approver: that is 代理承認.
    """
    me = person()
    return approval.Actor(
        str(me.account_id),
        me.name,
        edits=reaches_all(Role.EDITOR, code, found),
        approves=reaches_all(Role.APPROVER, code, found),
        deputises=me.may(Role.APPROVER, code)
        # Whoever only reads it, for a 関係課, decides nothing.
        and any(me.reaches(Role.VIEWER, code, one) for one in found.departments),
    )


def writer(code: str, department: str | None) -> approval.Actor:
    """The person as the author of what is to belong to ``department``."""
    me = person()
    return approval.Actor(str(me.account_id), me.name, edits=me.reaches(Role.EDITOR, code, department))


def note(session: Session, code: str, subject: str, action: str, details: Mapping[str, object]) -> None:
    audit.append(session, actor(), action, at=now(), scope=code, subject=subject, details=details)


def note_text(session: Session, made: EntryVersion, action: str, details: Mapping[str, object]) -> None:
    """That a draft was made, with the marks of its text and of the one that it was written on."""
    code, entry_id = made.municipality_code, made.entry_id
    under = session.get(EntryVersion, (code, entry_id, made.based_on)) if made.based_on is not None else None
    texts = {"old": text_digest(under), "new": text_digest(made)}
    note(session, code, entry_id, action, {"version": made.number, **details, **texts})


def department_names(session: Session, code: str) -> dict[str, str]:
    """The names of all 課, those of old too: old versions name them."""
    rows = session.execute(select(Department.entry_id, Department.name).where(Department.municipality_code == code))
    return {**{row.entry_id: row.name for row in rows}, **common_office_names(session, code)}


def departments_in_use(session: Session, code: str) -> list[tuple[str, str]]:
    wanted = select(Department.entry_id, Department.name).where(
        Department.municipality_code == code, Department.state.in_(IN_USE)
    )
    return [(entry_id, name) for entry_id, name in session.execute(wanted.order_by(Department.name))]


def measures(session: Session, code: str) -> list[tuple[str, str]]:
    wanted = select(Measure.number, Measure.title).where(Measure.municipality_code == code).order_by(Measure.position)
    return [(number, f"{number} {title}") for number, title in session.execute(wanted)]


def plans(session: Session, code: str) -> list[tuple[str, str]]:
    wanted = select(Plan.plan_id, Plan.title).where(Plan.municipality_code == code).order_by(Plan.title)
    return [(plan_id, title) for plan_id, title in session.execute(wanted)]


FACET_FIELDS = tuple(f"facets.{name}" for name in FACETS)
DATE_FIELDS = ("checked_on", "recheck_on", "valid_from", "valid_until", "term.from", "term.until")


def content_shown(session: Session, code: str, version: EntryVersion) -> dict[str, Any]:
    """What the part of a page that shows a version's content is told."""
    fields = fields_of(version.content)
    days = {name: date_name(dt.date.fromisoformat(fields[name])) for name in DATE_FIELDS if fields[name]}
    return {
        "fields": {**fields, **days},
        "columns": COLUMNS,
        "facet_fields": FACET_FIELDS,
        "date_fields": DATE_FIELDS,
        "audience": AUDIENCES[version.audience],
        "languages": LANGUAGES.items(),
        "department_names": department_names(session, code),
        "plan_titles": dict(plans(session, code)),
        "measure_titles": dict(measures(session, code)),
    }
