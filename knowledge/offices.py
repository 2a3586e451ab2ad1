"""Departments and bodies of the organisation as answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from knowledge.answers import Answer, Office, Surroundings, make_answer
from knowledge.db import Database
from knowledge.models import Department, Municipality

_TELEPHONE = "電話"


@dataclass(frozen=True)
class AskedFirst:
    """The department to ask where nothing is answered, by its id, and how the settings say that it is reached."""

    department: str | None
    telephone: str | None
    fax: str | None
    email: str | None


_NOBODY = AskedFirst(None, None, None, None)


def asked_first(town: Municipality, general: str | None) -> AskedFirst:
    """``general``: the hall's own number, which leads there too where the settings name none."""
    telephone = town.contact_telephone or general
    return AskedFirst(town.contact_department, telephone, town.contact_fax, town.contact_email)


def office(department: Department, asked: AskedFirst) -> Office:
    # What staff have written may be newer than the plan: nothing is said of a book that may not have it.
    telephone = _reached_by(department, asked).get(_TELEPHONE)
    return Office(department.name, telephone, in_plan=not department.by_staff)


def office_answer(department: Department, around: Surroundings, asked: AskedFirst) -> Answer:
    name = department.name
    ways = _reached_by(department, asked)
    made = make_answer(
        department,
        around,
        kind="office",
        title=f"{name}は何を担当していますか？",
        text="\n".join(filter(None, (_role(department), _reach(department, ways.get(_TELEPHONE))))),
        facts=tuple(ways.items()),
        category="担当と推進体制",
        wordings=(name, f"{name}の電話番号", f"{name}の役割", *department.aliases),
        searched="担当課 連絡先 電話番号 役割",
        name=name,
    )
    # Whoever has a number of its own is asked there; a committee is reached through the office in charge.
    return replace(made, office=office(department, asked)) if _TELEPHONE in ways else made


def _role(department: Department) -> str:
    if not department.role:
        return f"{department.name}は、計画に名前が出てきますが、役割は書かれていません。"
    return department.role if department.role.startswith(department.name) else f"{department.name}は、{department.role}"


def _reach(department: Department, telephone: str | None) -> str:
    if not telephone:
        return ""
    if not department.telephone:
        return f"電話は {telephone} です。"
    extension = f"（内線 {department.extension}）" if department.extension else ""
    printed = "" if department.by_staff else "（計画書に載っている番号）"
    return f"電話は {department.telephone}{extension} です{printed}。"


def _reached_by(department: Department, asked: AskedFirst) -> Mapping[str, str]:
    """How a department is reached: as its own row tells, and where that is silent as it holds for the one to ask.

    A number is one, wherever the department is named.
    """
    known = asked if department.entry_id == asked.department else _NOBODY
    rows = {
        _TELEPHONE: department.telephone or known.telephone,
        "FAX": department.fax or known.fax,
        "メール": department.email or known.email,
        "所在地": department.address,
    }
    return {label: value for label, value in rows.items() if value}


def public_numbers(database: Database, municipality_code: str) -> frozenset[str]:
    """The offices' own numbers: a resident who quotes one has told nothing about herself.

    None while the database is away: rather is a number too much made unreadable than somebody not answered.
    """
    try:
        with database.glancing() as session:
            offices = select(Department.telephone, Department.fax).where(
                Department.municipality_code == municipality_code
            )
            numbers = [number for row in session.execute(offices) for number in row]
            own = select(Municipality.contact_telephone, Municipality.contact_fax)
            numbers += [
                number for row in session.execute(own.where(Municipality.code == municipality_code)) for number in row
            ]
    except SQLAlchemyError:
        return frozenset()
    return frozenset(number for number in numbers if number)
