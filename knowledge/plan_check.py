"""The source check in the database: what is drafted or published from a plan, against the plan's text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from pydantic import ValidationError
from sqlalchemy import ScalarResult, select
from sqlalchemy.orm import Session

from knowledge.attached_texts import stored_sections
from knowledge.bundle import Item
from knowledge.explanations import NO_EXPLANATIONS, Explanations
from knowledge.figures import figures
from knowledge.loading import CURATED, Curated
from knowledge.models import Department, Measure, Municipality, Plan
from knowledge.names import known_names
from knowledge.schema_faults import schema_fault
from knowledge.sheet_kinds import IN_USE, KINDS
from knowledge.sheet_rows import values_of
from knowledge.source_check import STALE, Finding, Outcome, examine
from knowledge.statements import WHOLE, Known, Statement, day_in_words, statements_of


@dataclass(frozen=True)
class Unfit:
    """A piece that does not fit the schema, and so could not be checked; ``sentence`` tells what to mend."""

    entry_id: str
    sentence: str


@dataclass(frozen=True)
class PlanCheck:
    """``names``: what the pieces are called, by id."""

    outcome: Outcome
    unfit: tuple[Unfit, ...]
    names: dict[str, str]

    def name_of(self, finding: Finding) -> str:
        """What a finding is about; a translation is told apart by its id alone."""
        return self.names.get(finding.id.split(" [")[0], finding.id)


def check_plan(session: Session, plan: Plan, explained: Explanations = NO_EXPLANATIONS) -> PlanCheck | None:
    """Everything that cites the plan and is in use, or waits for approval; None where the plan's text is not here.

    ``explained``: reasons that stand in the content folder.  One that nothing needs is no finding here:
    staff cannot mend it, and `knowledge verify` tells it to whoever keeps the folder.
    """
    sections = stored_sections(session, plan.municipality_code, plan.plan_id)
    if not sections:
        return None
    items: list[Item] = []
    unfit: list[Unfit] = []
    names: dict[str, str] = {}
    for found, entry_id, name in _items(session, plan):
        names[entry_id] = name
        if isinstance(found, Unfit):
            unfit.append(found)
        else:
            items.append(with_reasons(found, explained))
    said = (*statements_of(items), *_frame(session, plan))
    outcome = examine(said, sections, known_in(session, plan.municipality_code, plan.plan_id))
    return PlanCheck(replace(outcome, findings=without_stale(outcome.findings)), tuple(unfit), names)


def with_reasons(item: Item, explained: Explanations) -> Item:
    reasons = explained.get(item.id)
    return item.model_copy(update={"explained": list(reasons)}) if reasons else item


def without_stale(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.kind != STALE)


def known_in(session: Session, code: str, plan_id: str) -> Known:
    """What needs no source in every section: the names of municipality, plans and offices, and the plan's date."""
    town = session.get_one(Municipality, code)
    plans = list(session.scalars(select(Plan).where(Plan.municipality_code == code)))
    offices = session.scalars(
        select(Department.name).where(Department.municipality_code == code, Department.state.in_(IN_USE))
    )
    own = [town.name, town.kana, town.prefecture, *town.aliases, *offices]
    published = [plan.published for plan in plans if plan.plan_id == plan_id and plan.published]
    return Known(
        known_names([*own, *(text for plan in plans for text in (plan.title, plan.short_title))]),
        tuple(figure for date in published for figure in figures(day_in_words(date))),
    )


def _items(session: Session, plan: Plan) -> Iterator[tuple[Item | Unfit, str, str]]:
    for name, table in CURATED.items():
        kind = KINDS[name]
        label = next(column.path[0] for column in kind.columns if column.heading == kind.label)
        wanted = select(table).where(
            table.municipality_code == plan.municipality_code,
            table.source_plan == plan.plan_id,
            table.state.in_(IN_USE),
        )
        rows: ScalarResult[Curated] = session.scalars(wanted.order_by(table.entry_id))
        for row in rows:
            called = str(getattr(row, label))
            try:
                yield cast(Item, kind.model.model_validate(values_of(kind, row))), row.entry_id, called
            except ValidationError as error:
                fault = schema_fault(kind, error.errors()[0])
                yield Unfit(row.entry_id, f"「{fault.heading or kind.label}」{fault.sentence}"), row.entry_id, called


def _frame(session: Session, plan: Plan) -> Iterator[Statement]:
    """The measures and the period of a plan that was not imported, and the telephone that is given where nothing fits.

    Of an imported plan staff said the period themselves, and its measures are sections.
    """
    if plan.imported:
        return
    code = plan.municipality_code
    measures = select(Measure).where(Measure.municipality_code == code, Measure.source_plan == plan.plan_id)
    for one in session.scalars(measures.order_by(Measure.position)):
        yield Statement(f"施策 {one.number}", one.source_section, (one.title,))
    dates = tuple(filter(None, (plan.period_text, plan.published and day_in_words(plan.published))))
    yield Statement(f"計画 {plan.plan_id}", WHOLE, dates)
    town = session.get_one(Municipality, code)
    office = session.get(Department, (code, town.contact_department))
    if town.contact_telephone and office is not None and office.source_plan == plan.plan_id:
        yield Statement("連絡先", WHOLE, (town.contact_telephone,))
