"""Departments and bodies of the organisation as answers."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from knowledge.answers import Answer, Office, Surroundings, make_answer
from knowledge.db import Database
from knowledge.models import Department, Municipality


def office(department: Department) -> Office:
    # What staff have written may be newer than the plan: nothing is said of a book that may not have it.
    return Office(department.name, department.telephone, in_plan=not department.by_staff)


def office_answer(department: Department, around: Surroundings) -> Answer:
    name = department.name
    made = make_answer(
        department,
        around,
        kind="office",
        title=f"{name}は何を担当していますか？",
        text="\n".join(filter(None, (_role(department), _reach(department)))),
        facts=_facts(department),
        category="担当と推進体制",
        wordings=(name, f"{name}の電話番号", f"{name}の役割", *department.aliases),
        searched="担当課 連絡先 電話番号 役割",
        name=name,
    )
    # Whoever has a number of its own is asked there; a committee is reached through the office in charge.
    return replace(made, office=office(department)) if department.telephone else made


def _role(department: Department) -> str:
    if not department.role:
        return f"{department.name}は、計画に名前が出てきますが、役割は書かれていません。"
    return department.role if department.role.startswith(department.name) else f"{department.name}は、{department.role}"


def _reach(department: Department) -> str:
    if not department.telephone:
        return ""
    extension = f"（内線 {department.extension}）" if department.extension else ""
    printed = "" if department.by_staff else "（計画書に載っている番号）"
    return f"電話は {department.telephone}{extension} です{printed}。"


def _facts(department: Department) -> tuple[tuple[str, str], ...]:
    rows = (
        ("電話", department.telephone),
        ("FAX", department.fax),
        ("メール", department.email),
        ("所在地", department.address),
    )
    return tuple((label, value) for label, value in rows if value)


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
