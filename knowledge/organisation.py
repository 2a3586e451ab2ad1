"""組織の変更: 課 renamed, merged or split from a day on, as an administrator enters it and can take it back.

What is entered only announces; knowledge.organisation_settling brings it into force on its day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from knowledge import bundle
from knowledge.audit import BY_COMMAND, Actor
from knowledge.calendar import JST
from knowledge.curated_rows import flat
from knowledge.digests import short_digest
from knowledge.entry_versions import WAITING, Author
from knowledge.models import (
    Department,
    Entry,
    EntryVersion,
    Indicator,
    Municipality,
    OrganisationAssignment,
    OrganisationChange,
    ScheduleItem,
    StaffAccount,
    StaffGrant,
    SubjectOffice,
    Term,
)
from knowledge.organisation_settling import move_entry
from knowledge.schema_faults import schema_fault
from knowledge.sheet_kinds import IN_USE, KINDS
from knowledge.sheet_rows import put
from knowledge.successors import ACCOUNT, ENTRY

RENAME, MERGE, SPLIT = "rename", "merge", "split"
CHANGES: Mapping[str, str] = {RENAME: "名称変更", MERGE: "統合", SPLIT: "分割"}
MOST_NEW = {RENAME: 1, MERGE: 1, SPLIT: 4}
"""How many new 課 a change may bring."""
ASKED = ("課名", "別の呼び名", "役割", "電話", "内線", "FAX", "メール", "所在地")
"""What is asked of a new 課: headings of the sheet of 課."""
_KIND = KINDS["departments"]
_COLUMNS = {column.heading: column for column in _KIND.columns}


class OrganisationError(ValueError):
    """It cannot be done.  ``faults``: field -> why, and what to do."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("\n".join(faults.values()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Entered:
    """A form.  ``before`` and ``existing``: ids; ``new``: of each new 課 the cells by heading."""

    kind: str
    starts_on: dt.date | None
    before: Sequence[str]
    existing: Sequence[str] = ()
    new: Sequence[Mapping[str, str]] = ()
    at_once: bool = False


@dataclass(frozen=True)
class Naming:
    """An answer whose text has an old name in it: that nobody can change but who writes it.

    ``live``: what is answered from says it.  ``waiting``: the number of a draft or booking, and whether that says it.
    """

    entry_id: str
    question: str
    live: bool
    waiting: int | None = None
    waiting_too: bool = False


@dataclass(frozen=True)
class Follows:
    """What would follow, counted."""

    entries: int
    rows: int
    accounts: int
    subjects: int


def department_field(number: int, heading: str) -> str:
    """The field of the form for a cell of a new 課."""
    return f"new-{number}-{ASKED.index(heading)}"


# --- Entering ----------------------------------------------------------------------------------------------------


def enter_change(
    session: Session, code: str, given: Entered, author: Author, moment: dt.datetime
) -> OrganisationChange:
    """Announce a change.  Raises OrganisationError."""
    session.get_one(Municipality, code, with_for_update=True)
    day = moment.astimezone(JST).date()
    rows = departments_in_use(session, code)
    faults = _faults(given, rows, _announced(session, code), day)
    before = [rows[one] for one in given.before if one in rows]
    number = 1 + (
        session.scalar(select(func.max(OrganisationChange.number)).where(OrganisationChange.municipality_code == code))
        or 0
    )
    new = [] if not before else _new_ones(given, before, rows, number, day, faults)
    if faults or given.starts_on is None:
        raise OrganisationError(faults)
    change = OrganisationChange(
        municipality_code=code,
        number=number,
        kind=given.kind,
        starts_on=given.starts_on,
        before=[{"id": row.entry_id, "name": row.name} for row in before],
        after=[{"id": one, "name": rows[one].name} for one in given.existing] + new,
        entered_at=moment,
        entered_by=author.account,
        entered_name=author.name,
    )
    session.add(change)
    session.flush()
    return change


def departments_in_use(session: Session, code: str) -> dict[str, Department]:
    """By id, in the order of their names."""
    wanted = select(Department).where(Department.municipality_code == code, Department.state.in_(IN_USE))
    return {row.entry_id: row for row in session.scalars(wanted.order_by(Department.name))}


def _announced(session: Session, code: str) -> set[str]:
    """The 課 that a change which is not in force yet is about."""
    return {
        one["id"]
        for change in changes_of(session, code)
        if change.settled_at is None and change.withdrawn_at is None
        for one in (*change.before, *change.after)
    }


def _faults(given: Entered, rows: Mapping[str, Department], announced: set[str], day: dt.date) -> dict[str, str]:
    faults: dict[str, str] = {}
    if given.kind not in CHANGES:
        return {"kind": "名称変更・統合・分割のどれかをえらんでください"}
    if given.starts_on is None:
        faults["starts_on"] = "変わる日を書いてください（例 2027-04-01）"
    elif given.starts_on < day:
        faults["starts_on"] = "過ぎた日にはできません。今日か、それより先の日にしてください"
    elif given.starts_on == day and not given.at_once:
        faults["starts_on"] = (
            "今日から変えると、すぐに切りかわり、取り消せません。よければ「今日から変える」に印をつけてください"
        )
    if not given.before or any(one not in rows for one in given.before):
        faults["before"] = "いまある課からえらんでください"
    elif given.kind != MERGE and len(given.before) != 1:
        faults["before"] = "前の課を一つえらんでください"
    if any(one not in rows for one in given.existing):
        faults["existing"] = "いまある課からえらんでください"
    if taken := [one for one in (*given.before, *given.existing) if one in announced and one in rows]:
        faults.setdefault(
            "before",
            f"「{rows[taken[0]].name}」には、まだ始まっていない別の変更があります。先にそれを取り消すか、始まるのを待ってください",
        )
    return faults | _wrong_number(given)


def _wrong_number(given: Entered) -> dict[str, str]:
    """Whether there are as many 課 before and after as a change of the kind has."""
    after = len(given.existing) + len(given.new)
    if given.kind == RENAME and (given.existing or after != 1):
        return {department_field(0, "課名"): "新しい名前を書いてください"}
    if given.kind == MERGE and after != 1:
        return {"existing": "統合した後の課を、いまある課から一つえらぶか、新しい課の名前を書いてください"}
    if given.kind == MERGE and not set(given.before) - set(given.existing):
        return {"before": "統合する前の課を、統合した後の課のほかに一つ以上えらんでください"}
    if given.kind == SPLIT and after < 2:
        return {"existing": "分割した後の課を、いまある課と新しい課を合わせて二つ以上にしてください"}
    return {}


def _new_ones(
    given: Entered,
    before: Sequence[Department],
    rows: Mapping[str, Department],
    number: int,
    day: dt.date,
    faults: dict[str, str],
) -> list[dict[str, Any]]:
    """The rows of the new 課, as they are to be kept until their day."""
    found: list[dict[str, Any]] = []
    names = {row.name for row in rows.values()}
    for place, cells in enumerate(given.new):
        kept = _inheriting(cells, before[0]) if given.kind == RENAME else dict(cells)
        key = f"dep-{short_digest(number, cells.get('課名', ''), letters=12)}"
        values = _checked_row(key, kept, before[0], given.starts_on or day, day, place, faults)
        if values is None:
            continue
        if values["name"] in names:
            faults[department_field(place, "課名")] = f"「{values['name']}」という課は、もうあります。" + (
                "別の名前にしてください" if given.kind == RENAME else "新しい課ではなく、一覧からえらんでください"
            )
        names.add(values["name"])
        found.append({"id": key, "name": values["name"], "values": values})
    return found


def _inheriting(cells: Mapping[str, str], before: Department) -> dict[str, str]:
    """A 課 that only gets another name keeps what is not written anew."""
    old = {
        heading: column.form.write(getattr(before, column.path[0]))
        for heading, column in _COLUMNS.items()
        if heading in ASKED and heading != "課名"
    }
    return {**cells, **{heading: cells.get(heading, "").strip() or text for heading, text in old.items()}}


def _checked_row(
    key: str,
    cells: Mapping[str, str],
    before: Department,
    first: dt.date,
    day: dt.date,
    place: int,
    faults: dict[str, str],
) -> dict[str, Any] | None:
    """The columns of a new 課 by the checks of the sheet; its source is that of the 課 before it."""
    source = {"plan": before.source_plan, "section": before.source_section, "page": before.source_page}
    values: dict[str, Any] = {"id": key, "source": source, "checked_on": day, "valid_from": first}
    before_count = len(faults)
    for heading in ASKED:
        try:
            put(values, _COLUMNS[heading], cells.get(heading, ""))
        except ValueError as error:
            faults[department_field(place, heading)] = f"「{heading}」{error}"
    try:
        row = bundle.Department.model_validate(values)
    except ValidationError as error:
        for each in error.errors():
            fault = schema_fault(_KIND, each)
            heading = fault.heading if fault.heading in ASKED else "課名"
            faults.setdefault(department_field(place, heading), f"「{heading}」{fault.sentence}")
        return None
    return flat(row.model_dump(mode="json", exclude={"id", "explained"})) if len(faults) == before_count else None


# --- Reading -----------------------------------------------------------------------------------------------------


def changes_of(session: Session, code: str) -> Sequence[OrganisationChange]:
    """All of a municipality, the last to begin first."""
    return session.scalars(
        select(OrganisationChange)
        .where(OrganisationChange.municipality_code == code)
        .order_by(OrganisationChange.starts_on.desc(), OrganisationChange.number.desc())
    ).all()


def is_announced(change: OrganisationChange) -> bool:
    """Whether it is yet to come, and can be taken back."""
    return change.settled_at is None and change.withdrawn_at is None


def follows(session: Session, change: OrganisationChange) -> Follows:
    """What belongs to the 課 that go, today."""
    code = change.municipality_code
    ids, names = [one["id"] for one in change.before], _names_gone(change)

    def count(*where: Any, of: Any) -> int:
        return session.scalar(select(func.count()).select_from(of).where(*where)) or 0

    tables = (Indicator, ScheduleItem, Term)
    grants = select(func.count(StaffGrant.account_id.distinct())).where(
        StaffGrant.scope == code, StaffGrant.department.in_(ids)
    )
    return Follows(
        entries=len(_entries_of(session, code, ids)),
        rows=sum(count(each.municipality_code == code, each.department.in_(ids), of=each) for each in tables),
        accounts=session.scalar(grants) or 0,
        subjects=count(
            SubjectOffice.municipality_code == code, SubjectOffice.department.in_([*ids, *names]), of=SubjectOffice
        ),
    )


def _entries_of(session: Session, code: str, departments: Sequence[str]) -> Sequence[Entry]:
    wanted = select(Entry).where(
        Entry.municipality_code == code, Entry.department.in_(departments), Entry.state.in_((*IN_USE, "ended"))
    )
    return session.scalars(wanted.order_by(Entry.entry_id)).all()


def _names_gone(change: OrganisationChange) -> list[str]:
    return [one["name"] for one in change.before if one["id"] not in {each["id"] for each in change.after}]


def naming(session: Session, change: OrganisationChange) -> list[Naming]:
    """The answers whose text, shown now or waiting to be, has the name of a 課 that goes, or is gone."""
    code, names = change.municipality_code, _names_gone(change)
    if not names:
        return []
    columns = (Entry.question, Entry.answer)
    wanted = select(Entry.entry_id, Entry.question).where(
        Entry.municipality_code == code,
        Entry.state.in_(("published", "staff")),
        or_(*(column.contains(name, autoescape=True) for name in names for column in columns)),
    )
    found = {row.entry_id: Naming(row.entry_id, row.question, live=True) for row in session.execute(wanted)}
    waiting = select(EntryVersion).where(EntryVersion.municipality_code == code, EntryVersion.state.in_(WAITING))
    for version in session.scalars(waiting.order_by(EntryVersion.number)):
        question = str(version.content["question"])
        says = any(name in f"{question}\n{version.content['answer']}" for name in names)
        here = found.get(version.entry_id)
        if says or here is not None:
            old = here or Naming(version.entry_id, question, live=False)
            found[version.entry_id] = replace(old, waiting=version.number, waiting_too=says)
    return sorted(found.values(), key=lambda one: one.entry_id)


# --- Taking back, and assigning ----------------------------------------------------------------------------------


def take_back(change: OrganisationChange, author: Author, moment: dt.datetime) -> None:
    """Raises OrganisationError where it is in force or was taken back."""
    if not is_announced(change):
        raise OrganisationError({"change": "もう始まったか、取り消された変更です。始まった変更は取り消せません"})
    change.withdrawn_at, change.withdrawn_name = moment, author.name


@dataclass(frozen=True)
class Share:
    """An answer or a colleague of a 課 that is split, and where it goes.  ``department``: None: nobody has said."""

    key: str
    label: str
    department: str | None


def entry_shares(session: Session, change: OrganisationChange) -> list[Share]:
    """The answers of a split: those of the 課 today, or, once it is in force, those that were its."""
    assigned = _assigned(session, change, ENTRY)
    code = change.municipality_code
    if change.settled_at is None:
        rows = _entries_of(session, code, [one["id"] for one in change.before])
        return [Share(row.entry_id, row.question, assigned.get(row.entry_id)) for row in rows]
    moved = select(Entry).where(Entry.municipality_code == code, Entry.entry_id.in_(assigned))
    return [
        Share(row.entry_id, row.question, row.department) for row in session.scalars(moved.order_by(Entry.entry_id))
    ]


def account_shares(session: Session, change: OrganisationChange) -> list[Share]:
    """The colleagues of a split that is yet to come; later, their roles say where they are."""
    if change.settled_at is not None:
        return []
    assigned = _assigned(session, change, ACCOUNT)
    ids = [one["id"] for one in change.before]
    grants = select(StaffGrant.account_id).where(
        StaffGrant.scope == change.municipality_code, StaffGrant.department.in_(ids)
    )
    rows = session.scalars(select(StaffAccount).where(StaffAccount.id.in_(grants)).order_by(StaffAccount.login))
    return [Share(row.login, row.name, assigned.get(row.login)) for row in rows]


def _assigned(session: Session, change: OrganisationChange, kind: str) -> dict[str, str]:
    wanted = select(OrganisationAssignment).where(
        OrganisationAssignment.municipality_code == change.municipality_code,
        OrganisationAssignment.number == change.number,
        OrganisationAssignment.kind == kind,
    )
    return {row.key: row.department for row in session.scalars(wanted)}


def assign(
    session: Session,
    change: OrganisationChange,
    entries: Mapping[str, str],
    accounts: Mapping[str, str],
    author: Author,
    moment: dt.datetime,
    actor: Actor = BY_COMMAND,
) -> tuple[int, int]:
    """Say where answers and colleagues of a split go; how many of each are new.

    Once the split is in force, an answer goes over at once.  What is not of the split is left alone.
    """
    if change.withdrawn_at is not None or change.kind != SPLIT:
        raise OrganisationError({"change": "取り消された変更か、分割でない変更です"})
    town = session.get_one(Municipality, change.municipality_code, with_for_update=True)
    after = {one["id"] for one in change.after}
    told = _new_shares(entry_shares(session, change), entries, after)
    people = _new_shares(account_shares(session, change), accounts, after)
    for kind, shares in ((ENTRY, told), (ACCOUNT, people)):
        for key, department in shares.items():
            session.merge(
                OrganisationAssignment(
                    municipality_code=town.code, number=change.number, kind=kind, key=key, department=department
                )
            )
    if change.settled_at is not None and told:
        for key, department in told.items():
            move_entry(session, session.get_one(Entry, (town.code, key)), department, moment, author, actor)
        town.knowledge_version += 1
        town.drafts_version += 1
    return len(told), len(people)


def _new_shares(shares: Iterable[Share], given: Mapping[str, str], after: set[str]) -> dict[str, str]:
    return {
        share.key: given[share.key]
        for share in shares
        if given.get(share.key) in after and given[share.key] != share.department
    }
