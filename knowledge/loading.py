"""Bundled content into the database, as often as one likes.

What staff edited, ended or deleted is theirs: a bundled change to it becomes a draft beside
it, and never more.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.bundle import COMMON_PREFIX, Bundle, BundleError
from knowledge.bundle import Plan as BundledPlan
from knowledge.common_content import CommonContent, is_common
from knowledge.common_entries import load_common
from knowledge.curated_rows import NOT_LOADED, digest_of, flat, plain
from knowledge.db import Database
from knowledge.entry_versions import BUNDLED, revised
from knowledge.models import (
    BundledDraft,
    Department,
    Entry,
    Indicator,
    Measure,
    Municipality,
    Plan,
    ScheduleItem,
    Term,
)
from knowledge.slot_values import bundled_faults
from knowledge.subject_offices import load_subjects
from knowledge.successors import successors

Curated: TypeAlias = Entry | Indicator | ScheduleItem | Department | Term

CURATED: dict[str, type[Curated]] = {
    "entries": Entry,
    "indicators": Indicator,
    "schedule": ScheduleItem,
    "departments": Department,
    "terms": Term,
}
"""The kinds of curated knowledge: their name in a bundle, and their table."""


@dataclass(frozen=True)
class LoadReport:
    """What loading one municipality did, counted in pieces of knowledge."""

    municipality: str
    added: int
    updated: int
    unchanged: int
    withdrawn: int
    left_to_staff: int
    drafts: int

    @property
    def changed(self) -> bool:
        return bool(self.added or self.updated or self.withdrawn)


def load_bundle(
    database: Database, bundle: Bundle, moment: dt.datetime, common: CommonContent | None = None
) -> LoadReport:
    """Load one folder in one transaction, with what is ``common`` to all: all of it, or nothing.

    Raises BundleError where the folder fills the common slots wrongly.
    """
    if common is not None and (faults := bundled_faults(bundle.municipality.slots, common.slots)):
        raise BundleError(faults)
    with database.writing() as session:
        municipality, frame_changed = _load_frame(session, bundle)
        counts: Counter[str] = Counter()
        for kind in CURATED:
            counts += _load_kind(session, bundle, kind, moment)
        if common is not None:
            counts += load_common(session, bundle, common, moment)
        report = LoadReport(
            bundle.municipality.name,
            *(counts[name] for name in ("added", "updated", "unchanged", "withdrawn", "left_to_staff", "drafts")),
        )
        if load_subjects(session, bundle, moment) or report.changed or frame_changed or counts["frame"]:
            municipality.knowledge_version += 1
        return report


def _load_frame(session: Session, bundle: Bundle) -> tuple[Municipality, bool]:
    """The municipality, its plans and measures; what staff added or changed of them stays as it is."""
    given = bundle.municipality
    digest = digest_of(given, *bundle.plans, *bundle.measures)
    now_named = successors(session, given.code)
    row = session.get(Municipality, given.code, with_for_update=True)
    if row is None:
        row = Municipality(code=given.code, knowledge_version=0, taken_over=False, by_staff=False)
        session.add(row)
    elif row.bundled_digest == digest:
        return row, False
    if not row.by_staff:
        row.name, row.kana, row.prefecture, row.aliases = given.name, given.kana, given.prefecture, given.aliases
        office = now_named.of(given.contact.department) or given.contact.department
        if office == given.contact.department:
            row.contact_telephone = given.contact.telephone
        row.contact_form, row.contact_email, row.contact_fax = (
            given.contact.form,
            given.contact.email,
            given.contact.fax,
        )
        row.contact_department = office
        row.sample, row.examples = given.sample, given.examples
        row.line_id, row.privacy_url, row.searchable = given.line_id, given.privacy_url, given.searchable
    row.bundled_digest = digest
    session.flush()
    kept = {plan.id for plan in bundle.plans} | _cited_by_staff(session, given.code)
    session.execute(
        delete(Plan).where(
            Plan.municipality_code == given.code,
            Plan.plan_id.not_like(f"{COMMON_PREFIX}%"),
            Plan.plan_id.not_in(kept),
            ~Plan.by_staff,
            ~Plan.imported,
        )
    )
    session.execute(delete(Measure).where(Measure.municipality_code == given.code, ~Measure.by_staff))
    numbers = set(session.scalars(select(Measure.number).where(Measure.municipality_code == given.code)))
    for plan in bundle.plans:
        _load_plan(session, given.code, plan)
    for position, measure in enumerate(bundle.measures):
        values = flat(measure.model_dump()) | {"department": now_named.of(measure.department)}
        if measure.number not in numbers:
            session.add(Measure(municipality_code=given.code, position=position, **values))
    return row, True


def _load_plan(session: Session, code: str, given: BundledPlan) -> None:
    """In place: staff may have attached its text."""
    values = given.model_dump(exclude={"id"} | NOT_LOADED)
    row = session.get(Plan, (code, given.id))
    if row is None:
        session.add(Plan(municipality_code=code, plan_id=given.id, **values))
    elif not (row.by_staff or row.imported):
        for name, value in values.items():
            setattr(row, name, value)


def _cited_by_staff(session: Session, code: str) -> set[str]:
    """The plans that what staff made their own is taken from: it must keep its source when a bundle drops the plan."""
    return {
        plan
        for table in CURATED.values()
        for plan in session.scalars(select(table.source_plan).where(table.municipality_code == code, table.by_staff))
    }


def _load_kind(session: Session, bundle: Bundle, kind: str, moment: dt.datetime) -> Counter[str]:
    table = CURATED[kind]
    code = bundle.municipality.code
    rows: list[Curated] = list(session.scalars(select(table).where(table.municipality_code == code)))
    present = {row.entry_id: row for row in rows if not (is_common(row.entry_id) and is_common(row.source_plan))}
    counts: Counter[str] = Counter()
    now_named = successors(session, code)
    items = getattr(bundle, kind)
    for item in items:
        department, digest = now_named.of(item.department, item.id), digest_of(item)
        values = flat(item.model_dump(exclude={"id"} | NOT_LOADED)) | {"department": department}
        row = present.get(item.id)
        if row is None:
            session.add(
                table(
                    municipality_code=code,
                    entry_id=item.id,
                    bundled_digest=digest,
                    version=1,
                    state="published",
                    by_staff=False,
                    updated_at=moment,
                    **values,
                )
            )
            counts["added"] += 1
        elif row.by_staff or row.state == "deleted":
            counts["left_to_staff"] += 1
            proposed = item.model_copy(update={"department": department})
            counts["drafts"] += _keep_draft(session, row, kind, proposed, digest, moment)
        elif row.bundled_digest == digest and row.state == "published":
            counts["unchanged"] += 1
        else:
            _overwrite(session, row, values, digest, moment)
            counts["updated"] += 1
    counts["withdrawn"] += _withdraw(session, present.values(), {item.id for item in items}, moment)
    return counts


def _overwrite(session: Session, row: Curated, values: dict[str, Any], digest: str, moment: dt.datetime) -> None:
    with revised(session, row, moment, BUNDLED):
        for name, value in values.items():
            setattr(row, name, value)
        row.state = "published"
        row.bundled_digest = digest


def _keep_draft(session: Session, row: Curated, kind: str, item: Any, digest: str, moment: dt.datetime) -> int:
    """Put a bundled change beside what staff made their own; 1 where it is a new one."""
    draft = session.get(BundledDraft, (row.municipality_code, row.entry_id))
    if row.bundled_digest == digest or (draft is not None and draft.digest == digest):
        return 0
    values = flat(item.model_dump(mode="json", exclude={"id"} | NOT_LOADED))
    now = {name: plain(getattr(row, name)) for name in values}
    differences = {name: [now[name], value] for name, value in values.items() if now[name] != value}
    session.merge(
        BundledDraft(
            municipality_code=row.municipality_code,
            entry_id=row.entry_id,
            kind=kind,
            values=values,
            differences=differences,
            digest=digest,
            noticed_at=moment,
        )
    )
    return 1


def _withdraw(session: Session, rows: Iterable[Curated], kept: set[str], moment: dt.datetime) -> int:
    """End what the bundle no longer has and nobody has touched."""
    gone = [
        row
        for row in rows
        if row.entry_id not in kept and row.bundled_digest and not row.by_staff and row.state == "published"
    ]
    for row in gone:
        with revised(session, row, moment, BUNDLED):
            row.state = "ended"
    return len(gone)
