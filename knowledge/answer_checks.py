"""What is looked at beside a text while it is written: its source, its like, and how plainly it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.curated_rows import NOT_LOADED
from knowledge.easy_japanese import Hint, hints
from knowledge.faq_duplicates import Near, near_questions
from knowledge.models import Department, Entry, Municipality, Plan, PlanSection
from knowledge.names import known_names
from knowledge.personal_data_asks import personal_data_asked
from knowledge.plan_sections import Section
from knowledge.source_check import Finding, check
from knowledge.staff_content import StaffEntry, is_long
from knowledge.statements import Known, entry_statements

DISCARDED = "discarded"


@dataclass(frozen=True)
class Checked:
    """``sourced``: whether the plan's text is there to check against; ``findings`` are what it lacks."""

    sourced: bool
    findings: tuple[Finding, ...] = ()
    near: tuple[tuple[str, Near], ...] = ()
    """A wording with the one of another entry that it resembles."""
    hints: Mapping[str, tuple[Hint, ...]] = field(default_factory=dict)
    """By what they are about: 答え, やさしい日本語の訳."""
    letters: int = 0
    long: bool = False
    asks: str | None = None
    """Words that ask residents for personal data."""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to mend or to look at."""
        return not (self.findings or self.near or any(self.hints.values()) or self.long or self.asks)


def checks(session: Session, code: str, content: Mapping[str, Any]) -> Checked:
    """``content`` must be as the schema wants it."""
    entry = StaffEntry.model_validate({name: value for name, value in content.items() if name not in NOT_LOADED})
    sections = _sections(session, code, entry.source.plan)
    findings = check(entry_statements(entry), sections, _known(session, code)) if sections else ()
    easy = entry.translations.get("easy")
    return Checked(
        bool(sections),
        tuple(findings),
        tuple(_near(session, code, entry)),
        reading_hints(entry.answer, easy.answer if easy else ""),
        len(entry.answer),
        is_long(entry.answer),
        personal_data_asked(content),
    )


def reading_hints(answer: str, easy: str) -> dict[str, tuple[Hint, ...]]:
    """How plainly a text speaks, by what it is about."""
    return {"答え": hints(answer), "やさしい日本語の訳": hints(easy, easy=True) if easy else ()}


def _sections(session: Session, code: str, plan: str) -> list[Section]:
    """The text of a plan that staff brought; none of one that came with the software."""
    rows = session.scalars(
        select(PlanSection)
        .where(PlanSection.municipality_code == code, PlanSection.plan_id == plan, PlanSection.state != DISCARDED)
        .order_by(PlanSection.number)
    )
    return [Section(tuple(row.path), row.text, row.number, row.page) for row in rows]


def _known(session: Session, code: str) -> Known:
    """The names that need no source in every section."""
    town = session.get_one(Municipality, code)
    plans = session.scalars(select(Plan).where(Plan.municipality_code == code))
    departments = session.scalars(select(Department.name).where(Department.municipality_code == code))
    names = [town.name, town.kana, town.prefecture, *town.aliases, *departments]
    return Known(known_names([*names, *(text for plan in plans for text in (plan.title, plan.short_title))]))


def _near(session: Session, code: str, entry: StaffEntry) -> list[tuple[str, Near]]:
    others = session.execute(
        select(Entry.entry_id, Entry.question, Entry.phrasings).where(
            Entry.municipality_code == code,
            Entry.entry_id != entry.id,
            Entry.state.in_(("published", "staff", "draft")),
        )
    )
    known = {wording: row.entry_id for row in others for wording in (row.question, *row.phrasings)}
    wordings = [entry.question, *entry.phrasings]
    return [(wordings[one.first], one) for one in near_questions(wordings, known, among_themselves=False)]
