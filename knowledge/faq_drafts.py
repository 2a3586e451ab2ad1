"""A city's list into the database as drafts, and from there, approved, to residents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.bundle import Category, in_japanese
from knowledge.cells import control_character
from knowledge.curated_rows import CORRECTED, NOT_LOADED
from knowledge.db import Database
from knowledge.digests import short_digest
from knowledge.entry_versions import COMMAND, LIST, Author, added, revised
from knowledge.faq_duplicates import Near, near_questions
from knowledge.faq_lists import CATEGORY_STEP, FaqList, FaqRow, compared, entry_id
from knowledge.models import Department, Entry, Municipality, Plan
from knowledge.sheet_places import ImportFaultsError, plain_heading
from knowledge.sheet_rows import row_values
from knowledge.staff_content import StaffEntry, is_long

OTHER = "その他"
TOO_MANY_TO_COMPARE = (
    "質問が多いので、よく似た質問はさがしていません（同じ質問はさがしました）。ファイルを分けると出ます"
)
NO_END = dt.date(9999, 12, 31)
"""A list of questions has no period that could be over."""

_HEADINGS = {"question": "質問", "answer": "答え", "phrasings": "言い回し", "links": "URL", "source": "分類"}


@dataclass(frozen=True)
class FaqSource:
    """What stands under an answer as its source: an existing plan, or one made of the list's own title and address."""

    plan: str
    title: str
    url: str | None


@dataclass(frozen=True)
class FaqChange:
    """What becomes of a row.  ``action``: added, changed, unchanged, or left (``why`` tells)."""

    place: str
    entry_id: str
    question: str
    action: str
    why: str = ""


@dataclass(frozen=True)
class FaqPlan:
    """What a list would do.  ``near``: (place, question, like what, of which entry, likeness 0-100)."""

    changes: tuple[FaqChange, ...]
    near: tuple[tuple[str, str, Near], ...]
    notices: tuple[str, ...]

    def count(self, action: str) -> int:
        return sum(change.action == action for change in self.changes)


def list_source(session: Session, code: str, *, plan: str | None, title: str | None, url: str | None) -> FaqSource:
    """The source of a list: the plan named, or a reference of its title.  Raises LookupError and NoPlanError."""
    town = session.get(Municipality, code)
    if town is None:
        raise LookupError(code)
    if plan:
        row = session.get(Plan, (code, plan))
        if row is None:
            raise NoPlanError(plan)
        return FaqSource(plan, row.title, row.url)
    title = (title or f"{town.name}の「よくある質問」")[:80]
    return FaqSource(f"faq-list-{short_digest(title, letters=8)}", title, url)


def planned_list(
    session: Session,
    code: str,
    found: FaqList,
    source: FaqSource,
    day: dt.date,
    most_compared: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> FaqPlan:
    """What taking ``found`` in would do; nothing is changed.  Raises ImportFaultsError and LookupError.

    ``most_compared``: pairs of questions; beyond them likenesses are not looked for, and that is told.
    ``progress``: told the share of the likenesses that is looked at.
    """
    return _worked(session, code, found, source, day, most_compared, progress)[0]


def taken_in(
    database: Database, code: str, found: FaqList, source: FaqSource, day: dt.date, moment: dt.datetime
) -> FaqPlan:
    """Take it in as drafts, in one transaction.  Nothing that residents read changes."""
    with database.reading() as session:
        near = planned_list(session, code, found, source, day).near
    with database.writing() as session:
        return replace(take_list(session, code, found, source, day, moment), near=near)


def take_list(
    session: Session,
    code: str,
    found: FaqList,
    source: FaqSource,
    day: dt.date,
    moment: dt.datetime,
    author: Author = LIST,
) -> FaqPlan:
    """The same within a transaction of the caller's.  ``author``: of the drafts.

    Likenesses are not looked for: others wait for the lock meanwhile.
    """
    session.get(Municipality, code, with_for_update=True)
    plan, entries = _worked(session, code, found, source, day, 0)
    if entries and session.get(Plan, (code, source.plan)) is None:
        session.add(_reference(code, source))
    for entry in entries:
        _store(session, code, entry, moment, author)
    return plan


def _worked(
    session: Session,
    code: str,
    found: FaqList,
    source: FaqSource,
    day: dt.date,
    most_compared: int | None,
    progress: Callable[[float], None] | None = None,
) -> tuple[FaqPlan, list[StaffEntry]]:
    if session.get(Municipality, code) is None:
        raise LookupError(code)
    present = {row.entry_id: row for row in session.scalars(select(Entry).where(Entry.municipality_code == code))}
    owners = _owners(present)
    departments = _departments(session, code)
    faults: list[str] = []
    notices: list[str] = []
    changes: list[FaqChange] = []
    entries: list[StaffEntry] = []
    kept: list[FaqRow] = []
    seen: dict[str, FaqRow] = {}
    for row in found.rows:
        entry = _entry(row, source, departments, day, faults, notices)
        if entry is None:
            continue
        change = _change(row, entry, present, owners, seen)
        seen.setdefault(compared(row.question), row)
        changes.append(change)
        if change.action in ("added", "changed"):
            entries.append(entry)
            kept.append(row)
    if faults:
        raise ImportFaultsError(faults)
    entries = _without_repeats(entries, kept, owners, notices)
    known = _near_owners(present)
    near: tuple[tuple[str, str, Near], ...] = ()
    if most_compared is None or len(kept) * (len(known) + len(kept)) <= most_compared:
        near = tuple(
            (kept[one.first].place, kept[one.first].question, one)
            for one in near_questions([row.question for row in kept], known, progress=progress)
        )
    elif most_compared:
        notices.insert(0, TOO_MANY_TO_COMPARE)
    return FaqPlan(tuple(changes), near, tuple(dict.fromkeys(notices))), entries


def _owners(present: Mapping[str, Entry]) -> dict[str, str]:
    """Every wording that an entry has, as it is compared, with the entry's ID."""
    return {
        compared(wording): row.entry_id
        for row in present.values()
        if row.state in ("published", "draft")
        for wording in (*row.phrasings, row.question)
    }


def _near_owners(present: Mapping[str, Entry]) -> dict[str, str]:
    return {
        wording: row.entry_id
        for row in present.values()
        if row.state in ("published", "draft")
        for wording in (row.question, *row.phrasings)
    }


def _departments(session: Session, code: str) -> dict[str, str]:
    rows = session.scalars(
        select(Department).where(Department.municipality_code == code, Department.state == "published")
    )
    return {plain_heading(name): row.entry_id for row in rows for name in (*row.aliases, row.name)}


def _entry(
    row: FaqRow,
    source: FaqSource,
    departments: Mapping[str, str],
    day: dt.date,
    faults: list[str],
    notices: list[str],
) -> StaffEntry | None:
    """The row as the schema has it; None where it is at fault, or empty."""
    problems = [f"{row.place} {problem}" for problem in row.problems]
    for name, text in (("質問", row.question), ("答え", row.answer)):
        if not text and not problems:
            problems.append(f"{row.place}「{name}」: 空です。書くか、行を消してください")
        elif bad := control_character(text):
            problems.append(f"{row.place}「{name}」: 使えない文字（{bad}）があります。消してください")
    if problems:
        faults += problems
        return None
    try:
        entry = StaffEntry.model_validate(_values(row, source, departments, day))
    except ValidationError as error:
        for fault in error.errors():
            heading = _HEADINGS.get(str(fault["loc"][0]) if fault["loc"] else "", "")
            faults.append(f"{row.place}「{heading}」: {in_japanese(fault)}。元の表で直してください")
        return None
    notices += _notices(row, entry)
    return entry


def _values(row: FaqRow, source: FaqSource, departments: Mapping[str, str], day: dt.date) -> dict[str, Any]:
    department = departments.get(plain_heading(row.department))
    return {
        "id": entry_id(row.question),
        "kind": "plan",
        "category": next((one for one in row.category.split(CATEGORY_STEP) if one in get_args(Category)), OTHER),
        "question": row.question,
        "answer": row.answer,
        "phrasings": list(row.phrasings),
        "links": [{"label": "くわしいページ", "url": row.url}] if row.url else [],
        "department": department,
        "source": {"plan": source.plan, "section": row.category[:80] or "よくある質問"},
        "checked_on": day,
    }


def _notices(row: FaqRow, entry: StaffEntry) -> Iterator[str]:
    if is_long(entry.answer):
        yield f"{row.place}: 答えが長い（{len(entry.answer)}字）。スマホでは 420字までが読みやすい長さです"
    if row.department and entry.department is None:
        yield f"担当課「{row.department}」は登録がないので、担当課なしで取り込みます（先に担当課を足すと結び付きます）"
    if row.category and entry.category == OTHER and row.category != OTHER:
        yield f"分類「{row.category}」は「{OTHER}」に入れます（元の分類は出典の箇所に残ります）"


def _change(
    row: FaqRow,
    entry: StaffEntry,
    present: Mapping[str, Entry],
    owners: Mapping[str, str],
    seen: Mapping[str, FaqRow],
) -> FaqChange:
    text = compared(row.question)
    before = present.get(entry.id)

    def change(action: str, why: str = "") -> FaqChange:
        return FaqChange(row.place, entry.id, row.question, action, why)

    if text in seen:
        twin = seen[text]
        same = "" if twin.answer == row.answer else "。答えが違うので、どちらにするか元の表で決めてください"
        return change("left", f"{twin.place} と同じ質問です{same}")
    if before is not None and before.state == "draft" and before.bundled_digest == CORRECTED:
        return change("left", "下書きを職員が表で直しているので、そのままにします")
    if before is not None and before.state == "draft":
        kept = [wording for wording in entry.phrasings if owners.get(compared(wording), entry.id) == entry.id]
        values = row_values(entry.model_dump(exclude=NOT_LOADED)) | {"phrasings": kept}
        same_as_before = all(getattr(before, name) == value for name, value in values.items() if name != "checked_on")
        return change("unchanged" if same_as_before else "changed")
    if before is not None:
        return change(
            "left", f"「{before.entry_id}」として、すでにあります（直すには、その答えを開くか、書き出した表を直します）"
        )
    if text in owners:
        return change("left", f"「{owners[text]}」と同じ質問です")
    return change("added")


def _without_repeats(
    entries: Sequence[StaffEntry], rows: Sequence[FaqRow], owners: Mapping[str, str], notices: list[str]
) -> list[StaffEntry]:
    """A phrasing that another entry has would make neither the better answer: it is left out, and that is told."""
    taken = {compared(entry.question): entry.id for entry in entries}
    made = []
    for entry, row in zip(entries, rows, strict=True):
        kept = []
        for phrasing in entry.phrasings:
            owner = taken.setdefault(compared(phrasing), owners.get(compared(phrasing), entry.id))
            if owner == entry.id:
                kept.append(phrasing)
            else:
                notices.append(f"{row.place}: 言い回し「{phrasing}」は「{owner}」にもあるので入れません")
        made.append(entry.model_copy(update={"phrasings": kept}))
    return made


def _reference(code: str, source: FaqSource) -> Plan:
    return Plan(
        municipality_code=code,
        plan_id=source.plan,
        kind="reference",
        title=source.title,
        short_title=source.title[:30],
        draft=False,
        published=None,
        period_from=None,
        period_until=NO_END,
        period_text="期間の定めはありません",
        url=source.url,
        version=1,
        by_staff=True,
    )


def _store(session: Session, code: str, entry: StaffEntry, moment: dt.datetime, author: Author) -> None:
    values = row_values(entry.model_dump(exclude=NOT_LOADED))
    row = session.get(Entry, (code, entry.id))
    if row is None:
        row = Entry(
            municipality_code=code,
            entry_id=entry.id,
            state="draft",
            by_staff=True,
            version=1,
            updated_at=moment,
            **values,
        )
        added(session, row, author)
        return
    with revised(session, row, moment, author):
        for name, value in values.items():
            setattr(row, name, value)


def faq_drafts(session: Session, code: str) -> list[Entry]:
    """The drafts that came from a list, in the order of their IDs.  Raises LookupError."""
    if session.get(Municipality, code) is None:
        raise LookupError(code)
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.municipality_code == code, Entry.state == "draft", Entry.entry_id.startswith("faq-"))
            .order_by(Entry.entry_id)
        )
    )


class NoPlanError(LookupError):
    """No plan of the municipality has this ID."""


class NoDraftError(LookupError):
    """No draft from a list has this ID."""


def publish_drafts(
    database: Database,
    code: str,
    wanted: Collection[str] | None,
    day: dt.date,
    moment: dt.datetime,
    author: Author = COMMAND,
) -> list[str]:
    """Show these drafts (all where None) to residents; whoever approves has checked them ``day``.  Their questions.

    Raises LookupError for an unknown municipality, NoDraftError for an ID that is no draft; then nothing is published.
    """
    with database.writing() as session:
        town = session.get(Municipality, code, with_for_update=True)
        drafts = {row.entry_id: row for row in faq_drafts(session, code)}
        unknown = sorted(set(wanted or ()) - set(drafts))
        if unknown:
            raise NoDraftError("、".join(unknown))
        chosen = [row for key, row in drafts.items() if wanted is None or key in wanted]
        for row in chosen:
            with revised(session, row, moment, author):
                row.state, row.checked_on = "published", day
        if chosen and town is not None:
            town.knowledge_version += 1
        return [row.question for row in chosen]
