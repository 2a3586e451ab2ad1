"""What somebody wrote of an entry, held against the schema and against what the municipality has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.cells import control_character
from knowledge.common_content import common_content
from knowledge.curated_rows import NOT_LOADED
from knowledge.models import Department, Entry, Indicator, Measure, Plan, ScheduleItem, Term
from knowledge.schema_faults import SchemaFault, schema_fault
from knowledge.sheet_kinds import IN_USE, KINDS
from knowledge.sheet_rows import cells_of
from knowledge.staff_content import StaffEntry
from knowledge.successors import related_of, successors

_KIND = KINDS["entries"]
MayOpen = Callable[[str | None, Sequence[str]], bool]
"""Whether the writer may open an answer of this 課 and these 関係課: what is not published is named to nobody else."""


class EntryFaultsError(ValueError):
    """What keeps a text from being saved; ``faults`` name the fields, for beside them and for the top of the form."""

    def __init__(self, faults: Sequence[SchemaFault]) -> None:
        super().__init__("\n".join(f"「{fault.heading}」: {fault.sentence}" for fault in faults))
        self.faults = tuple(faults)


def checked(
    session: Session,
    code: str,
    content: Mapping[str, Any],
    *,
    audience: str,
    publish_at: dt.datetime | None = None,
    end_at: dt.datetime | None = None,
    may_open: MayOpen = lambda *_: True,
) -> dict[str, Any]:
    """``content`` as it is kept.  Raises EntryFaultsError."""
    try:
        entry = StaffEntry.model_validate({name: value for name, value in content.items() if name not in NOT_LOADED})
    except ValidationError as error:
        raise EntryFaultsError([schema_fault(_KIND, fault) for fault in error.errors()]) from error
    if entry.department is not None and not _is_there(session, code, entry.department):
        # An old text, brought back: the 課 that it names may have another in its place by now.
        now_named = successors(session, code).of_gone(entry.department, entry.id)
        entry = entry.model_copy(update={"department": now_named})
    entry = entry.model_copy(update={"related_departments": _related(session, code, entry)})
    values = entry.model_dump(mode="json", exclude=NOT_LOADED)
    faults = [
        *_characters(entry),
        *_nowhere(session, code, entry),
        *_taken_ids(session, code, entry.id),
        *_twice(session, code, entry, audience, may_open),
        *wrong_times(publish_at, end_at),
    ]
    if faults:
        raise EntryFaultsError(faults)
    return values


def _fault(field: str, sentence: str) -> SchemaFault:
    location = tuple(field.split("."))
    heading = next((column.heading for column in _KIND.columns if column.path == location), None)
    return SchemaFault(location, heading or _OTHER.get(field), sentence)


_OTHER = {"publish_at": "公開予約の日時", "end_at": "公開終了予約の日時"}


def _characters(entry: StaffEntry) -> Iterator[SchemaFault]:
    for heading, text in cells_of(_KIND, entry.model_dump()).items():
        if bad := control_character(text):
            field = next((column.path for column in _KIND.columns if column.heading == heading), ("answer",))
            yield SchemaFault(field, heading, f"使えない文字（{bad}）があります。消してください")


def _nowhere(session: Session, code: str, entry: StaffEntry) -> Iterator[SchemaFault]:
    """What the entry refers to and the municipality does not have."""
    if entry.department is not None and not _is_there(session, code, entry.department):
        yield _fault("department", "この担当課はありません（なくなった課です）。いまある課を選んでください")
    if any(not _is_there(session, code, one) for one in entry.related_departments):
        yield _fault("related_departments", "なくなった課があります。印を外すか、いまある課にしてください")
    if session.get(Plan, (code, entry.source.plan)) is None:
        yield _fault("source.plan", "この計画書はありません。一覧から選んでください")
    if entry.measure is not None and session.get(Measure, (code, entry.measure)) is None:
        yield _fault("measure", f"施策「{entry.measure}」はありません。一覧から選ぶか、空にしてください")


def _is_there(session: Session, code: str, department: str) -> bool:
    if department in common_content().offices:
        return True
    row = session.get(Department, (code, department))
    return row is not None and row.state in IN_USE


def _related(session: Session, code: str, entry: StaffEntry) -> list[str]:
    """The 関係課 as they are now named."""
    if all(_is_there(session, code, one) for one in entry.related_departments):
        return entry.related_departments
    now_named = successors(session, code)
    return related_of((now_named.of_gone(one) for one in entry.related_departments), entry.department)


def _taken_ids(session: Session, code: str, entry_id: str) -> Iterator[SchemaFault]:
    for table in (Indicator, ScheduleItem, Department, Term):
        if session.get(table, (code, entry_id)) is not None:
            yield _fault(
                "id",
                "この ID は、質問のほかのもの（目標値・工程・担当課・用語）で使われています。別の ID にしてください",
            )
            return


def _twice(session: Session, code: str, entry: StaffEntry, audience: str, may_open: MayOpen) -> Iterator[SchemaFault]:
    """A wording that another entry has would make neither the better answer."""
    columns = (
        Entry.entry_id,
        Entry.question,
        Entry.phrasings,
        Entry.state,
        Entry.department,
        Entry.related_departments,
    )
    others = select(*columns).where(
        Entry.municipality_code == code,
        Entry.entry_id != entry.id,
        Entry.state == "staff" if audience == "staff" else or_(Entry.state == "published", Entry.state == "draft"),
    )
    own = dict.fromkeys(entry.phrasings, "phrasings") | {entry.question: "question"}
    for row in session.execute(others):
        for wording in {row.question, *row.phrasings} & own.keys():
            where = f"は「{row.question}」（{row.entry_id}）"
            if row.state != "published" and not may_open(row.department, row.related_departments):
                where = "は、ほかの課がまだ公開していない答え"
            yield _fault(own[wording], f"「{wording}」{where}にもあります。どちらか一方にしてください")


def wrong_times(publish_at: dt.datetime | None, end_at: dt.datetime | None) -> Iterator[SchemaFault]:
    """What keeps the two bookings from being made."""
    if publish_at is not None and end_at is not None and publish_at >= end_at:
        yield _fault("end_at", "公開予約より後の日時にしてください")
