"""The fields in which a role is chosen: municipality first, then role, 課 and days."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from sqlalchemy import select

from bot.console.forms import day, text
from bot.console.layout import towns_of_role
from bot.console.role_words import ALL_TOWNS
from bot.services import services
from knowledge.account_lists import may_give
from knowledge.models import Department
from knowledge.roles import ROLE_NAMES, ROLE_TASKS, Grant, Person, Role
from knowledge.staff import StaffError, check_grant

ALL = "all"


@dataclass(frozen=True)
class RoleForm:
    """What may be chosen.  ``municipality``: the one chosen; empty where that is still to be done."""

    admin: Person
    towns: list[tuple[str, str]]
    municipality: str
    roles: list[tuple[str, str]]
    departments: list[tuple[str, str]]


def role_form(admin: Person) -> RoleForm:
    towns = [(town.code, f"{town.prefecture} {town.name}") for town in towns_of_role(admin, Role.ADMIN)]
    if admin.everywhere(Role.ADMIN):
        towns.insert(0, (ALL, ALL_TOWNS))
    chosen = request.values.get("municipality", "")
    if len(towns) == 1:
        chosen = towns[0][0]
    if chosen not in dict(towns):
        chosen = ""
    roles = [(role.value, f"{ROLE_NAMES[role]}：{ROLE_TASKS[role]}") for role in Role]
    return RoleForm(admin, towns, chosen, roles, [("", "市町村の全体"), *_departments(chosen)])


def _departments(code: str) -> list[tuple[str, str]]:
    if code in ("", ALL):
        return []
    with services().database.reading() as session:
        found = session.execute(
            select(Department.entry_id, Department.name)
            .where(Department.municipality_code == code, Department.state == "published")
            .order_by(Department.name)
        )
        return [(entry_id, name) for entry_id, name in found]


def read_role(form: RoleForm, errors: dict[str, str]) -> Grant | None:
    """The role that was chosen; None, and why in ``errors``, where something is wrong."""
    before = len(errors)
    starts_on, ends_on = day("starts_on", errors), day("ends_on", errors)
    role, department = text("role", 20), text("department", 60)
    if not form.municipality:
        errors["municipality"] = "市町村をえらんでください"
    if role not in dict(form.roles):
        errors["role"] = "役割を一つえらんでください"
    if department and department not in dict(form.departments):
        errors["department"] = "この市町村にある課をえらんでください"
    if len(errors) > before:
        return None
    scope = None if form.municipality == ALL else form.municipality
    grant = Grant(Role(role), scope, department or None, starts_on, ends_on)
    try:
        check_grant(grant)
    except StaffError as error:
        errors[error.field or "department"] = str(error)
        return None
    if not may_give(form.admin, grant):
        errors["municipality"] = "この市町村の役割は与えられません"
        return None
    return grant
