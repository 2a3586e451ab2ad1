"""What is looked at beside a text while it is written: its source, its like, and how plainly it speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.attached_texts import stored_sections, takes_text
from knowledge.curated_rows import NOT_LOADED
from knowledge.easy_japanese import Hint, hints
from knowledge.entry_checks import MayOpen
from knowledge.explanations import NO_EXPLANATIONS, Explanations
from knowledge.faq_duplicates import Near, near_questions
from knowledge.models import Entry, Plan
from knowledge.personal_data_asks import personal_data_asked
from knowledge.plan_check import known_in, with_reasons, without_stale
from knowledge.source_check import Finding, check
from knowledge.staff_content import StaffEntry, is_long
from knowledge.statements import statements_of

_PLAIN = re.compile(r"http://[^\s「」『』（）()<>\"、。]+", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """``sourced``: whether the plan's text is there to check against; ``findings`` are what it lacks.

    ``lacking``: the plan whose text staff can attach, where it is not there.
    """

    sourced: bool
    findings: tuple[Finding, ...] = ()
    near: tuple[tuple[str, Near], ...] = ()
    """A wording with the one of another entry that it resembles; no owner where the writer may not open that one."""
    hints: Mapping[str, tuple[Hint, ...]] = field(default_factory=dict)
    """By what they are about: 答え, やさしい日本語の訳."""
    letters: int = 0
    long: bool = False
    asks: str | None = None
    """Words that ask residents for personal data."""
    lacking: str | None = None
    plain_links: tuple[str, ...] = ()
    """Addresses that residents would reach without encryption."""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to mend or to look at."""
        return not (
            self.findings or self.near or any(self.hints.values()) or self.long or self.asks or self.plain_links
        )


def checks(
    session: Session,
    code: str,
    content: Mapping[str, Any],
    explained: Explanations = NO_EXPLANATIONS,
    may_open: MayOpen = lambda *_: True,
) -> Checked:
    """``content`` must be as the schema wants it; ``explained`` as the content folder tells it."""
    entry = StaffEntry.model_validate({name: value for name, value in content.items() if name not in NOT_LOADED})
    sections = stored_sections(session, code, entry.source.plan)
    findings: tuple[Finding, ...] = ()
    if sections:
        said = statements_of([with_reasons(entry, explained)])
        findings = without_stale(check(said, sections, known_in(session, code, entry.source.plan)))
    easy = entry.translations.get("easy")
    return Checked(
        bool(sections),
        findings,
        tuple(_near(session, code, entry, may_open)),
        reading_hints(entry.answer, easy.answer if easy else ""),
        len(entry.answer),
        is_long(entry.answer),
        personal_data_asked(content),
        None if sections else _attachable(session, code, entry.source.plan),
        plain_links(content),
    )


def _attachable(session: Session, code: str, plan_id: str) -> str | None:
    plan = session.get(Plan, (code, plan_id))
    return plan_id if plan is not None and takes_text(plan) else None


def reading_hints(answer: str, easy: str) -> dict[str, tuple[Hint, ...]]:
    """How plainly a text speaks, by what it is about."""
    return {"答え": hints(answer), "やさしい日本語の訳": hints(easy, easy=True) if easy else ()}


def plain_links(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses with http:// that residents would be given, of the links and of the texts."""
    translated = (content.get("translations") or {}).values()
    links = [str(link.get("url") or "") for link in content.get("links") or []]
    written = [str(content.get("answer") or ""), *(str(one.get("answer") or "") for one in translated if one)]
    return tuple(dict.fromkeys(address for text in (*links, *written) for address in _PLAIN.findall(text)))


def _near(session: Session, code: str, entry: StaffEntry, may_open: MayOpen) -> list[tuple[str, Near]]:
    """What another 課 has not published stays among those who may read it; what residents get is no secret."""
    rows = session.execute(
        select(
            Entry.entry_id, Entry.question, Entry.phrasings, Entry.state, Entry.department, Entry.related_departments
        ).where(
            Entry.municipality_code == code,
            Entry.entry_id != entry.id,
            Entry.state.in_(("published", "staff", "draft")),
        )
    ).all()
    opened = {row.entry_id for row in rows if may_open(row.department, row.related_departments)}
    others = [row for row in rows if row.entry_id in opened or row.state == "published"]
    known = {wording: row.entry_id for row in others for wording in (row.question, *row.phrasings)}
    wordings = [entry.question, *entry.phrasings]
    found = near_questions(wordings, known, among_themselves=False)
    return [(wordings[one.first], one if one.owner in opened else replace(one, owner="")) for one in found]
