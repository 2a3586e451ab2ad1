"""What residents asked in vain: their masked words, those asked most first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from intents.text import clean, normalize
from knowledge.freshness import department_names
from knowledge.log_offices import office_departments
from knowledge.models import LoggedQuestion, SubjectOffice

MOST_TEXTS = 300
"""Texts that are looked at: those asked most."""


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
