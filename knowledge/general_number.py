"""代表電話: the number of the hall.  Staff may have put it into the table of subjects or into a slot; it is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from knowledge.common_answers import HALL_TELEPHONE
from knowledge.models import SlotValue, SubjectOffice
from knowledge.subject_names import GENERAL
from knowledge.subject_offices import NOTHING_KNOWN
from knowledge.subject_offices import SubjectOffice as Shown


def with_general_number(
    subjects: Mapping[str, Shown], values: Mapping[str, str]
) -> tuple[dict[str, Shown], dict[str, str]]:
    """Offices by subject and values by slot, each with the number where only the other had it."""
    general = subjects.get(GENERAL, NOTHING_KNOWN)
    number = general.telephone or values.get(HALL_TELEPHONE)
    if not number:
        return dict(subjects), dict(values)
    return {**subjects, GENERAL: replace(general, telephone=number)}, {HALL_TELEPHONE: number, **values}


def general_number(session: Session, code: str) -> str | None:
    row = session.get(SubjectOffice, (code, GENERAL))
    slot = session.get(SlotValue, (code, HALL_TELEPHONE))
    return (row.telephone if row else None) or (slot.value if slot else None)
