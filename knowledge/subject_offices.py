"""Which office of a municipality sees to which subject: its table, read, loaded and changed.

A row says only what the municipality itself has filled in; nothing is ever guessed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import models
from knowledge.answers import Office
from knowledge.bundle import Bundle
from knowledge.subject_names import subject_names


@dataclass(frozen=True)
class SubjectOffice:
    """Whom to ask about a subject: what of it is known.  ``department`` is a name; ``in_plan``: the plan's own."""

    department: str | None
    telephone: str | None
    url: str | None
    in_plan: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.department or self.telephone or self.url)

    @property
    def office(self) -> Office | None:
        """Whom to ask, where the municipality has named somebody."""
        return Office(self.department, self.telephone, self.in_plan) if self.department else None


NOTHING_KNOWN = SubjectOffice(None, None, None)


def subject_offices(session: Session, code: str, departments: Iterable[models.Department]) -> dict[str, SubjectOffice]:
    """The filled rows of a municipality by subject; an office of its departments brings its telephone along."""
    known = _by_id_and_name(departments)
    shown = {row.subject: _shown(row, known) for row in _rows(session, code)}
    return {subject: office for subject, office in shown.items() if not office.is_empty}


def _by_id_and_name(departments: Iterable[models.Department]) -> dict[str, models.Department]:
    found: dict[str, models.Department] = {}
    for department in departments:
        found[department.entry_id] = department
        found.setdefault(department.name, department)
    return found


def _shown(row: models.SubjectOffice, known: dict[str, models.Department]) -> SubjectOffice:
    department = known.get(row.department or "")
    name = department.name if department else row.department
    telephone = row.telephone or (department.telephone if department else None)
    return SubjectOffice(name, telephone, row.url, in_plan=department is not None and not department.by_staff)


def _rows(session: Session, code: str) -> Sequence[models.SubjectOffice]:
    return session.scalars(select(models.SubjectOffice).where(models.SubjectOffice.municipality_code == code)).all()


def load_subjects(session: Session, bundle: Bundle, moment: dt.datetime) -> bool:
    """Bring the table to what the bundle says, except where staff have changed it; whether anything moved."""
    code = bundle.municipality.code
    present = {row.subject: row for row in _rows(session, code)}
    moved = False
    for given in bundle.subjects:
        row = present.pop(given.subject, None)
        wanted = (given.department, given.telephone, given.url)
        if row is not None and (row.by_staff or (row.department, row.telephone, row.url) == wanted):
            continue
        _put(session, row, code, given.subject, wanted, moment)
        moved = True
    for row in present.values():
        if not row.by_staff:
            session.delete(row)
            moved = True
    session.flush()
    return moved


def _put(
    session: Session,
    row: models.SubjectOffice | None,
    code: str,
    subject: str,
    values: tuple[str | None, str | None, str | None],
    moment: dt.datetime,
) -> models.SubjectOffice:
    if row is None:
        row = models.SubjectOffice(municipality_code=code, subject=subject, by_staff=False)
        session.add(row)
    row.department, row.telephone, row.url = values
    row.updated_at = moment
    return row


@dataclass(frozen=True)
class SubjectRow:
    """One line of the table as officials see it: everything that stands in the row itself."""

    subject: str
    department: str | None
    telephone: str | None
    url: str | None

    @property
    def values(self) -> tuple[str | None, str | None, str | None]:
        return self.department, self.telephone, self.url


@dataclass(frozen=True)
class Change:
    """A line that a sheet would change."""

    before: SubjectRow
    after: SubjectRow


def subject_table(session: Session, code: str) -> list[SubjectRow]:
    """Every subject, filled or not.  Raises LookupError where there is no such municipality."""
    if session.get(models.Municipality, code) is None:
        raise LookupError(code)
    names = _names(session, code)
    rows = {row.subject: row for row in _rows(session, code)}
    return [
        SubjectRow(subject, names.get(row.department or "", row.department), row.telephone, row.url)
        if (row := rows.get(subject))
        else SubjectRow(subject, None, None, None)
        for subject in subject_names()
    ]


def _names(session: Session, code: str) -> dict[str, str]:
    """The municipality's departments: id -> name."""
    found = session.execute(
        select(models.Department.entry_id, models.Department.name).where(models.Department.municipality_code == code)
    )
    return {row.entry_id: row.name for row in found}


def changes(table: Iterable[SubjectRow], wanted: Iterable[SubjectRow]) -> list[Change]:
    """What of ``wanted`` is not in the table yet; a subject that is not named stays as it is."""
    before = {row.subject: row for row in table}
    return [Change(before[row.subject], row) for row in wanted if before[row.subject] != row]


def apply_changes(session: Session, code: str, found: Iterable[Change], moment: dt.datetime) -> None:
    """Make the lines what staff want; from now on they are theirs.  Raises LookupError for no municipality."""
    town = session.get(models.Municipality, code, with_for_update=True)
    if town is None:
        raise LookupError(code)
    rows = {row.subject: row for row in _rows(session, code)}
    for change in found:
        subject = change.after.subject
        _put(session, rows.get(subject), code, subject, change.after.values, moment).by_staff = True
    town.knowledge_version += 1
