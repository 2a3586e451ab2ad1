"""A change of the organisation comes into force: everything that named a 課 of before names the one of now.

Nothing runs at midnight: whoever first looks on the day does it, in one transaction with the municipality's
knowledge version.  Any number of processes may look at once; what one has done is no longer due for the next.
What was logged, counted or noted before keeps the 課 that it named: that row stays, with its name of then.

It is one transaction on purpose: a 課 is never half another.  On SQLite it holds the lock that residents' questions
are logged under: 0.3 s for a 課 with 500 answers among 5,500 (a 課 has some 50: 0.1 s), 1.8 s if 5,000 were one 課's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import BY_DATE, Actor
from knowledge.common_content import common_content
from knowledge.curated_rows import typed
from knowledge.db import Database
from knowledge.entry_versions import (
    WAITING,
    Author,
    keep_present,
    next_number,
    revised,
    revised_on,
    text_digest,
    versions_by_entry,
    with_present,
)
from knowledge.models import (
    BundledDraft,
    ChangeRequest,
    Department,
    Entry,
    EntryVersion,
    Indicator,
    Measure,
    Municipality,
    OrganisationAssignment,
    OrganisationChange,
    Review,
    ReviewRow,
    ScheduleItem,
    StaffAccount,
    StaffGrant,
    SubjectOffice,
    Term,
)
from knowledge.related_departments import relates_to
from knowledge.slot_values import slot_rows
from knowledge.successors import ENTRY, Handover, handover, related_of

CHANGE = Author("組織の変更")
Touched = dict[EntryVersion, str | None]
"""Versions whose text is changed where it stands, with the mark of what it said before."""


@dataclass(frozen=True)
class Settled:
    """What became of a change: how many of each followed."""

    municipality_code: str
    number: int
    entries: int
    accounts: int


def settle_due(database: Database, day: dt.date, moment: dt.datetime, code: str | None = None) -> list[Settled]:
    """Bring into force what begins on ``day`` or before, one transaction a municipality."""
    with database.reading() as session:
        # Nearly every look finds nothing: it must not take the lock that residents' questions are logged under.
        codes = set(session.scalars(_due(day, code).with_only_columns(OrganisationChange.municipality_code)))
    return [done for each in sorted(codes) for done in _settle_town(database, each, day, moment)]


def _due(day: dt.date, code: str | None) -> Select[OrganisationChange]:
    wanted = select(OrganisationChange).where(
        OrganisationChange.starts_on <= day,
        OrganisationChange.settled_at.is_(None),
        OrganisationChange.withdrawn_at.is_(None),
    )
    if code is not None:
        wanted = wanted.where(OrganisationChange.municipality_code == code)
    return wanted.order_by(OrganisationChange.starts_on, OrganisationChange.number)


def _settle_town(database: Database, code: str, day: dt.date, moment: dt.datetime) -> list[Settled]:
    with database.writing() as session:
        session.get_one(Municipality, code, with_for_update=True)
        return [settle(session, change, moment) for change in session.scalars(_due(day, code)).all()]


def settle(session: Session, change: OrganisationChange, moment: dt.datetime, actor: Actor = BY_DATE) -> Settled:
    """Bring one change into force, and note it in the audit log."""
    code = change.municipality_code
    town = session.get_one(Municipality, code, with_for_update=True)
    rule = handover(change, _assignments(session, change))
    old = {one.entry_id: one for one in _departments(session, code, rule.before)}
    numbers = {name: row.telephone for name, row in old.items()}
    _open_new(session, change, rule, list(old.values()), moment)
    session.flush()
    heir = session.get_one(Department, (code, rule.heir))
    entries = _move_entries(session, code, rule, moment, actor)
    _move_rows(session, code, rule)
    _move_proposals(session, code, rule)
    accounts = _move_accounts(session, code, rule)
    _move_names(session, town, heir, rule, old, numbers, moment)
    if change.kind == "split":
        _note_where(session, change, entries)
    for name in rule.gone & old.keys():
        _close(session, old[name], change.starts_on, moment)
    town.knowledge_version += 1
    town.drafts_version += 1
    change.settled_at = moment
    details = {"kind": change.kind, "before": names_of(change.before), "after": names_of(change.after)}
    counted = {"entries": len(entries), "accounts": accounts}
    subject = f"組織の変更 {change.number}"
    audit.append(
        session, actor, "organisation_settled", at=moment, scope=code, subject=subject, details=details | counted
    )
    return Settled(code, change.number, len(entries), accounts)


def names_of(departments: list[Any]) -> list[str]:
    """Of ``before`` or ``after`` of a change."""
    return [one["name"] for one in departments]


def _assignments(session: Session, change: OrganisationChange) -> list[OrganisationAssignment]:
    wanted = select(OrganisationAssignment).where(
        OrganisationAssignment.municipality_code == change.municipality_code,
        OrganisationAssignment.number == change.number,
    )
    return list(session.scalars(wanted))


def _departments(session: Session, code: str, ids: frozenset[str]) -> list[Department]:
    wanted = select(Department).where(Department.municipality_code == code, Department.entry_id.in_(ids))
    return list(session.scalars(wanted.order_by(Department.entry_id)))


# --- The 課 themselves -------------------------------------------------------------------------------------------


def _open_new(
    session: Session, change: OrganisationChange, rule: Handover, old: list[Department], moment: dt.datetime
) -> None:
    """The rows of the 課 from now on.  Whoever asks by an old name is led to them."""
    former = [row.name for row in old if row.entry_id in rule.gone]
    for one in change.after:
        row = session.get(Department, (change.municipality_code, one["id"]))
        if row is None:
            values = {name: typed(name, value) for name, value in one["values"].items()}
            row = Department(
                municipality_code=change.municipality_code,
                entry_id=one["id"],
                state="published",
                by_staff=True,
                version=1,
                updated_at=moment,
                **values,
            )
            row.aliases = _with(row.aliases, row.name, former)
            session.add(row)
            continue
        with revised(session, row, moment, CHANGE):
            row.aliases = _with(row.aliases, row.name, former)
            row.state, row.by_staff = "published", True


def _with(aliases: list[str], name: str, former: list[str]) -> list[str]:
    return list(dict.fromkeys([*aliases, *(one for one in former if one != name)]))


def _close(session: Session, row: Department, starts_on: dt.date, moment: dt.datetime) -> None:
    """It stays under its name, for all that was counted and noted while it was there."""
    with revised(session, row, moment, CHANGE):
        row.state, row.by_staff = "ended", True
        row.valid_until = max(starts_on - dt.timedelta(days=1), row.valid_from or dt.date.min)


# --- What belongs to them ----------------------------------------------------------------------------------------


def _move_entries(session: Session, code: str, rule: Handover, moment: dt.datetime, actor: Actor) -> dict[str, str]:
    """Every answer of theirs, with what is written or booked of it; entry -> 課."""
    moved: dict[str, str] = {}
    touched: Touched = {}
    for version in session.scalars(
        select(EntryVersion).where(EntryVersion.municipality_code == code, EntryVersion.state.in_(WAITING))
    ):
        department, related = version.content.get("department"), version.content.get("related_departments") or []
        if department in rule.before:
            moved[version.entry_id] = rule.entry(department, version.entry_id)
        if department in rule.before or rule.before & set(related):
            to = rule.entry(department or "", version.entry_id) or None
            others = related_of(map(rule.entry, related), to)
            touched[version] = text_digest(version)
            version.content = {**version.content, "department": to, "related_departments": others}
    concerned = (
        Entry.municipality_code == code,
        or_(Entry.department.in_(rule.before), *(relates_to(one) for one in sorted(rule.before))),
    )
    # Residents' questions are logged under the lock held here: only what moves is read, however much a town keeps.
    versions = versions_by_entry(session, code, select(Entry.entry_id).where(*concerned))
    for row in session.scalars(select(Entry).where(*concerned)).all():
        if row.department in rule.before:
            moved[row.entry_id] = rule.entry(row.department or "", row.entry_id)
        related = related_of(map(rule.entry, row.related_departments), moved.get(row.entry_id, row.department))
        kept = with_present(session, row, versions.get(row.entry_id, []))
        _give(session, row, kept, moved.get(row.entry_id, row.department), related, moment, CHANGE, touched)
    _note_touched(session, touched, moment, actor)
    return moved


def move_entry(
    session: Session, row: Entry, department: str, moment: dt.datetime, author: Author, actor: Actor
) -> None:
    """Give one answer to a 課."""
    related, touched = related_of(row.related_departments, department), Touched()
    _give(session, row, keep_present(session, row), department, related, moment, author, touched)
    _note_touched(session, touched, moment, actor)


def _note_touched(session: Session, touched: Touched, moment: dt.datetime, actor: Actor) -> None:
    """Of what a colleague wrote the audit log holds a mark: the new one stands there, too."""
    for version, old in touched.items():
        new = text_digest(version)
        if version.author is not None and new != old:
            told = {"version": version.number, "old": old, "new": new}
            audit.append(
                session,
                actor,
                "answer_moved",
                at=moment,
                scope=version.municipality_code,
                subject=version.entry_id,
                details=told,
            )


def _give(
    session: Session,
    row: Entry,
    kept: list[EntryVersion],
    department: str | None,
    related: list[str],
    moment: dt.datetime,
    author: Author,
    touched: Touched,
) -> None:
    """A version of its own, on which what is being written or booked goes on.

    What residents never saw, and what waits for 事後承認, stays the version that it is: refusing the latter must
    still bring back what was there before it.
    """
    if (row.department, row.related_departments) == (department, related):
        return
    before = next(version for version in kept if version.number == row.version)
    if row.state == "draft" or before.confirmation == "waiting":
        row.department, row.related_departments = department, related
        touched.setdefault(before, text_digest(before))
        before.content = {**before.content, "department": department, "related_departments": related}
        return
    number, ends_at = next_number(row, kept), before.end_at
    for version in kept:
        if version.based_on == before.number and version.live_from is None and version.state != "ended":
            version.based_on = number
    with revised_on(session, row, kept, moment, author):
        row.department, row.related_departments = department, related
    # 公開終了予約 is the answer's, and goes over to the version that says the same.
    kept[-1].end_at = ends_at


def _move_rows(session: Session, code: str, rule: Handover) -> None:
    """What residents read of no text of its own that would change, requests and the rounds of review under way."""
    for table in (Indicator, ScheduleItem, Term, Measure, Department, ChangeRequest):
        session.execute(
            update(table)
            .where(table.municipality_code == code, table.department.in_(rule.before))
            .values(department=rule.heir)
            .execution_options(synchronize_session="fetch")
        )
    under_way = select(Review.number).where(Review.municipality_code == code, Review.closed_at.is_(None))
    for row in session.scalars(
        select(ReviewRow).where(
            ReviewRow.municipality_code == code,
            ReviewRow.number.in_(under_way),
            ReviewRow.department.in_(rule.before),
        )
    ):
        row.department = rule.entry(row.department or "", row.entry_id)


def _move_proposals(session: Session, code: str, rule: Handover) -> None:
    """Changes of the bundled content that wait for staff: adopting one must not bring the old 課 back."""
    for draft in session.scalars(select(BundledDraft).where(BundledDraft.municipality_code == code)):
        department = draft.values.get("department")
        if department in rule.before:
            to = rule.entry(department, draft.entry_id)
            draft.values = {**draft.values, "department": to}
            draft.differences = {name: each for name, each in draft.differences.items() if name != "department"}


def _move_accounts(session: Session, code: str, rule: Handover) -> int:
    """The roles that colleagues have for them; how many colleagues."""
    found = session.execute(
        select(StaffGrant, StaffAccount.login)
        .join(StaffAccount, StaffAccount.id == StaffGrant.account_id)
        .where(StaffGrant.scope == code, StaffGrant.department.in_(rule.before))
    ).all()
    for grant, login in found:
        grant.department = rule.account(grant.department or "", login)
    return len({login for _, login in found})


def _move_names(
    session: Session,
    town: Municipality,
    heir: Department,
    rule: Handover,
    old: dict[str, Department],
    numbers: dict[str, str | None],
    moment: dt.datetime,
) -> None:
    """Where a 課 is named by its name, or its number stands by itself: the contact, the subjects, the slots."""
    former = {row.name for name, row in old.items() if name in rule.gone}
    gone_numbers = {number for name, number in numbers.items() if number and name in rule.gone}
    renumbered = _renumbering(heir.telephone, gone_numbers)
    if town.contact_department in rule.before:
        town.contact_department = rule.heir
        town.contact_telephone = renumbered(town.contact_telephone)
    subjects = select(SubjectOffice).where(
        SubjectOffice.municipality_code == town.code, SubjectOffice.department.in_([*rule.gone, *former])
    )
    for subject in session.scalars(subjects):
        subject.department, subject.telephone = rule.heir, renumbered(subject.telephone)
        subject.by_staff, subject.updated_at = True, moment
    values = slot_rows(session, town.code)
    for office in common_content().offices.values():
        name, telephone = values.get(office.name_slot), values.get(office.telephone_slot)
        if name is not None and name.value in former:
            name.value, name.by_staff, name.updated_at = heir.name, True, moment
            if telephone is not None and telephone.value in gone_numbers:
                telephone.value = renumbered(telephone.value) or telephone.value
                telephone.by_staff, telephone.updated_at = True, moment


def _renumbering(number: str | None, gone: set[str]) -> Callable[[str | None], str | None]:
    """A number of a 課 that is no more becomes its successor's, where that has one; any other stays."""
    return lambda given: number if number and given in gone else given


def _note_where(session: Session, change: OrganisationChange, entries: dict[str, str]) -> None:
    """Where each answer of a split went, so that it can still be given to another, and read later."""
    known = {(one.kind, one.key): one for one in _assignments(session, change)}
    for entry_id, department in entries.items():
        if (ENTRY, entry_id) in known:
            known[ENTRY, entry_id].department = department
            continue
        session.add(
            OrganisationAssignment(
                municipality_code=change.municipality_code,
                number=change.number,
                kind=ENTRY,
                key=entry_id,
                department=department,
            )
        )
