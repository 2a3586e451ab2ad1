"""The approved sections of plans that staff brought, to be quoted where nothing curated fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.index import ignored_words
from intents.passages import Passage, Passages
from knowledge.answers import SourcePlan
from knowledge.models import PlanSection
from knowledge.plan_import import APPROVED


@dataclass(frozen=True)
class QuotableSection:
    plan: SourcePlan
    path: tuple[str, ...]
    text: str
    page: int | None

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class Quoted:
    """Whole sentences of a section, word for word."""

    section: QuotableSection
    text: str


@dataclass(frozen=True)
class Quotable:
    """Laid out for search when first asked: most municipalities have none, and most questions need none."""

    sections: tuple[QuotableSection, ...]
    names: tuple[str, ...]

    @cached_property
    def _passages(self) -> Passages:
        passages = (Passage(section.path, section.text) for section in self.sections)
        return Passages(passages, ignored_words(self.names))

    def quotation(self, question: str) -> Quoted | None:
        """What comes nearest to ``question``; None where nothing speaks of it, or nothing is approved."""
        if not self.sections:
            return None
        found = self._passages.quotation(question)
        return Quoted(self.sections[found.passage], found.text) if found else None


NOTHING_QUOTABLE = Quotable((), ())


def quotable(session: Session, code: str, plans: Mapping[str, SourcePlan], names: Iterable[str]) -> Quotable:
    """The approved sections of a municipality's published ``plans``, in their order."""
    rows = session.scalars(
        select(PlanSection)
        .where(PlanSection.municipality_code == code, PlanSection.state == APPROVED)
        .order_by(PlanSection.plan_id, PlanSection.number)
    )
    sections = tuple(
        QuotableSection(plans[row.plan_id], tuple(row.path), row.text, row.page) for row in rows if row.plan_id in plans
    )
    return Quotable(sections, tuple(names)) if sections else NOTHING_QUOTABLE
