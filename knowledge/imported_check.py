"""The source check for a plan that staff brought: what is drafted or published from it, against its own sections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError
from sqlalchemy import ScalarResult, select
from sqlalchemy.orm import Session

from knowledge.bundle import Item
from knowledge.loading import CURATED, Curated
from knowledge.models import Department, Municipality, Plan, PlanSection
from knowledge.names import known_names
from knowledge.plan_sections import Section
from knowledge.schema_faults import schema_fault
from knowledge.sheet_kinds import IN_USE, KINDS
from knowledge.sheet_rows import values_of
from knowledge.source_check import Outcome, examine
from knowledge.statements import Known, statements_of


@dataclass(frozen=True)
class Unfit:
    """A piece that does not fit the schema, and so could not be checked; ``sentence`` tells what to mend."""

    entry_id: str
    sentence: str


@dataclass(frozen=True)
class ImportedCheck:
    """``names``: what the pieces are called, by id."""

    outcome: Outcome
    unfit: tuple[Unfit, ...]
    names: dict[str, str]


def check_imported(session: Session, plan: Plan) -> ImportedCheck:
    """Everything that cites the plan and is in use, or waits for approval."""
    items: list[Item] = []
    unfit: list[Unfit] = []
    names: dict[str, str] = {}
    for found, entry_id, name in _items(session, plan):
        names[entry_id] = name
        if isinstance(found, Unfit):
            unfit.append(found)
        else:
            items.append(found)
    outcome = examine(statements_of(items), _sections(session, plan), _known(session, plan))
    return ImportedCheck(outcome, tuple(unfit), names)


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


def _sections(session: Session, plan: Plan) -> tuple[Section, ...]:
    """Discarded ones too: the plan says what it says, whether it is quoted or not."""
    wanted = select(PlanSection).where(
        PlanSection.municipality_code == plan.municipality_code, PlanSection.plan_id == plan.plan_id
    )
    rows = session.scalars(wanted.order_by(PlanSection.number))
    return tuple(Section(tuple(row.path), row.text, row.number, row.page) for row in rows)


def _known(session: Session, plan: Plan) -> Known:
    """The names that need no source in every section: of the municipality, the plan and its offices."""
    town = session.get_one(Municipality, plan.municipality_code)
    offices = session.scalars(
        select(Department.name).where(Department.municipality_code == town.code, Department.state.in_(IN_USE))
    )
    own = [town.name, town.kana, town.prefecture, *town.aliases, plan.title, plan.short_title, *offices]
    return Known(known_names(own))
