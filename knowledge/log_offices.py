"""The 課 of a question as the log shows it: of a common answer, the municipality's own that sees to it, where known.

A common answer belongs to an office that every municipality has under another name (「転入・転出」).  Which of its own
課 that is, the municipality says in the 穴埋めシート or, for the same subject, in its table of subjects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.common_content import common_content
from knowledge.common_office_names import own_departments
from knowledge.freshness import department_names
from knowledge.models import Department, SubjectOffice
from knowledge.slot_values import slot_values

UNSET, UNSET_NAME = "common", "共通の答え（担当課未設定）"
"""All common offices of which the municipality has said nothing, as one choice of a list."""
_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {"common-certificates": "resident-record", "common-card": "mynumber", "common-moving": "moving"}
)
"""The subject of the municipality's own table that is what a common office sees to."""


@dataclass(frozen=True)
class LogOffices:
    """``names``: by every ID that a row may hold; ``members``: the IDs that a choice of a list stands for."""

    names: Mapping[str, str]
    members: Mapping[str, frozenset[str]]

    def name(self, department: str | None) -> str:
        return self.names.get(department, department) if department else ""

    def ids(self, wanted: str) -> frozenset[str]:
        return self.members.get(wanted, frozenset({wanted}))

    def choices(self, departments: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """``departments`` (ID, name) with what a list of the log offers beside them."""
        own = {one for one, _ in departments}
        return [*departments, *((one, self.names.get(one, UNSET_NAME)) for one in self.members if one not in own)]


def log_offices(session: Session, code: str) -> LogOffices:
    own, given, content = office_departments(session, code), slot_values(session, code), common_content()
    names = dict(department_names(session, code))
    members: dict[str, frozenset[str]] = {}
    for office in content.offices.values():
        department = own.get(office.id)
        if department is not None:
            names[office.id] = names.get(department, department)
            members[department] = members.get(department, frozenset({department})) | {office.id}
        elif name := given.get(office.name_slot):  # an office that is no row of the municipality's table
            names[office.id] = name
            members[office.id] = frozenset({office.id})
        else:
            names[office.id] = f"共通の答え（{content.slots[office.name_slot].name}が未設定）"
            members[UNSET] = members.get(UNSET, frozenset()) | {office.id}
    return LogOffices(MappingProxyType(names), MappingProxyType(members))


def office_departments(session: Session, code: str) -> dict[str, str]:
    """Common office -> the municipality's own department, by the name that was given, or by the same subject."""
    found = own_departments(session, code)
    given = slot_values(session, code)
    rows = session.execute(
        select(SubjectOffice.subject, SubjectOffice.department).where(SubjectOffice.municipality_code == code)
    )
    of_subject = {row.subject: row.department for row in rows if row.department}
    known = _published(session, code)
    for office in common_content().offices.values():
        told = of_subject.get(_SUBJECTS.get(office.id, ""))
        if office.id not in found and not given.get(office.name_slot) and told in known:
            found[office.id] = known[told]
    return found


def _published(session: Session, code: str) -> dict[str, str]:
    """Departments in use, by ID and by name."""
    rows = session.execute(
        select(Department.entry_id, Department.name)
        .where(Department.municipality_code == code, Department.state == "published")
        .order_by(Department.entry_id.desc())
    ).all()
    return {row.name: row.entry_id for row in rows} | {row.entry_id: row.entry_id for row in rows}
