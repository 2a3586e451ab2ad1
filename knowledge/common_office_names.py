"""The offices that common answers refer to, as staff read them: named in the 穴埋めシート, or not yet."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.common_content import common_content
from knowledge.models import Department
from knowledge.slot_values import slot_values


def common_office_names(session: Session, code: str) -> dict[str, str]:
    """Office -> the name that the municipality has given, else what kind of office it is."""
    content, values = common_content(), slot_values(session, code)
    return {
        office.id: values.get(office.name_slot) or f"（{content.slots[office.name_slot].name}）"
        for office in content.offices.values()
    }


def own_departments(session: Session, code: str) -> dict[str, str]:
    """Office -> the municipality's own department of the name that was given, where there is one."""
    rows = session.execute(
        select(Department.name, Department.entry_id)
        .where(Department.municipality_code == code, Department.state == "published")
        .order_by(Department.entry_id.desc())
    )
    known = {row.name: row.entry_id for row in rows}
    names = common_office_names(session, code)
    return {office: known[name] for office, name in names.items() if name in known}
