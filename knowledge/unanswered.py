"""What residents asked in vain: their masked words, and the needs behind them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from intents.grouping import Background, group, key_words
from intents.text import clean, normalize
from intents.vectors import Vectors
from knowledge.freshness import department_names
from knowledge.log_offices import office_departments
from knowledge.models import LoggedQuestion, SubjectOffice

MOST_TEXTS = 300
"""Texts that are looked at: those asked most.  A page is to be there within 0.2 s."""
MOST_WORDINGS = 8


@dataclass(frozen=True)
class AskedText:
    """A text as it was first seen, and how often it was asked.

    ``refused``: how often choices were shown and none was it.  ``entry_id``: of the answer that told
    most of them that it does not know.
    """

    text: str
    times: int
    refused: int
    entry_id: str | None


@dataclass(frozen=True)
class UnmetNeed:
    """Texts that ask for the same.  ``question`` stands for them; ``words``: what they have in common.

    ``wordings``: at most MOST_WORDINGS, those asked most first, of ``texts`` in all.
    """

    question: str
    words: tuple[str, ...]
    times: int
    refused: int
    texts: int
    wordings: tuple[AskedText, ...]
    entry_id: str | None


@dataclass(frozen=True)
class AskedNeed:
    """``asked`` ask for the same; ``question`` is the text that stands for them."""

    asked: tuple[AskedText, ...]
    question: str

    @property
    def times(self) -> int:
        return sum(one.times for one in self.asked)


def unanswered() -> ColumnElement[bool]:
    """No answer was shown, or none of those offered was the right one."""
    log = LoggedQuestion
    return or_(log.decision == "none", _refused())


def _refused() -> ColumnElement[bool]:
    return (LoggedQuestion.decision == "suggest") & (LoggedQuestion.tapped_entry_id == "")


def asked_in_vain(
    session: Session, code: str, first: dt.date, last: dt.date, departments: frozenset[str] | None
) -> list[AskedText]:
    """The texts asked most from ``first`` to ``last`` (days in Japan), those of the same letters together.

    ``departments``: whoever has a role for some 課 only sees the questions on their subjects.
    """
    log = LoggedQuestion
    wanted = [
        log.municipality_code == code,
        log.jst_date >= first,
        log.jst_date <= last,
        log.text.is_not(None),
        unanswered(),
    ]
    if departments is not None:
        wanted.append(on_subjects(session, code, departments))
    times, refused = func.count(), func.count().filter(_refused())
    rows = session.execute(
        select(log.text, times, refused, func.max(case((log.noted_by.is_(None), log.entry_id))))
        .where(*wanted)
        .group_by(log.text)
        .order_by(times.desc(), log.text)
        .limit(MOST_TEXTS)
    )
    found: dict[str, AskedText] = {}
    for given, count, of_them, entry_id in rows:
        text = given or ""
        key = normalize(clean(text))
        same = found.get(key)
        if same is None:
            found[key] = AskedText(text, count, of_them, entry_id)
        else:
            found[key] = AskedText(same.text, same.times + count, same.refused + of_them, same.entry_id or entry_id)
    return sorted(found.values(), key=lambda one: (-one.times, one.text))


def grouped(asked: Sequence[AskedText], vectors: Vectors, background: Background) -> list[AskedNeed]:
    """What is asked for in ``asked``: the need asked for most often first."""
    found = [
        AskedNeed(tuple(asked[place] for place in need.members), asked[need.representative].text)
        for need in group([one.text for one in asked], vectors=vectors, background=background)
    ]
    return sorted(found, key=lambda one: (-one.times, one.question))


def described(found: AskedNeed, background: Background) -> UnmetNeed:
    """A need as staff read it: made only of those that are shown, for it takes as long as the grouping."""
    members = tuple(sorted(found.asked, key=lambda one: -one.times))
    entries: Counter[str] = Counter()
    for one in members:
        entries.update({one.entry_id: one.times} if one.entry_id else {})
    return UnmetNeed(
        found.question,
        key_words([one.text for one in members], background),
        found.times,
        sum(one.refused for one in members),
        len(members),
        members[:MOST_WORDINGS],
        min(entries, key=lambda entry_id: (-entries[entry_id], entry_id), default=None),
    )


def on_subjects(session: Session, code: str, departments: frozenset[str]) -> ColumnElement[bool]:
    """Asked about a subject that one of the 課 sees to, by the municipality's own table."""
    names = department_names(session, code)
    # What a common answer said of them is theirs, under the common office's own ID.
    common = {office for office, own in office_departments(session, code).items() if own in departments}
    named = {*departments, *(names[one] for one in departments if one in names)}
    subjects = session.scalars(
        select(SubjectOffice.subject).where(
            SubjectOffice.municipality_code == code, SubjectOffice.department.in_(sorted(named))
        )
    ).all()
    log = LoggedQuestion
    return or_(
        log.department.in_(sorted(departments | common)),
        log.subject.in_(subjects),
        # A question of two subjects holds both ids.
        *(log.subject.startswith(f"{one} ", autoescape=True) for one in subjects),
        *(log.subject.endswith(f" {one}", autoescape=True) for one in subjects),
    )
