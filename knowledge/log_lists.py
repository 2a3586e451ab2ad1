"""The log of questions as staff read it: found by words, narrowed, a page at a time, and each dialogue whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from intents.word_lines import words_of
from knowledge.log_offices import log_offices
from knowledge.models import Entry, LoggedQuestion
from knowledge.unanswered import on_subjects

MOST_COUNTED = 10_000
"""Further on nobody turns pages: one narrows."""
PAUSE = dt.timedelta(minutes=30)
"""Between two questions of one person that belong to one dialogue, at most."""
_MOST_TURNS = 100

RATINGS: Mapping[str, str] = {
    "solved": "解決した",
    "unsolved": "解決しなかった",
    "refused": "この中にない",
    "more": "くわしく読んだ",
    "contact": "電話番号を見た",
}
"""What a resident said, or did, after the reply."""
DECISIONS: Mapping[str, str] = {
    "answer": "答えを示した",
    "suggest": "選択肢を示した",
    "none": "答えられなかった",
    "handoff": "人・緊急の窓口を案内した",
    "smalltalk": "あいさつ",
}
"""What the bot did, as staff read it."""
REASONS: Mapping[str, str] = {
    "not-understood": "わからない",
    "outdated": "古い",
    "different": "違う",
    "other": "その他",
}
"""Why it was not solved, as residents say when asked."""


@dataclass(frozen=True)
class LogFilter:
    """Days as days of Japan, both included; ``departments``: what the reader may see, None for all.

    ``delicate``: only those without a text.
    """

    first: dt.date
    last: dt.date
    words: str = ""
    channel: str = ""
    decision: str = ""
    department: str = ""
    measure: str = ""
    language: str = ""
    rating: str = ""
    delicate: bool = False
    departments: frozenset[str] | None = None


def count_questions(session: Session, code: str, wanted: LogFilter) -> int:
    """How many there are, up to MOST_COUNTED."""
    some = select(1).where(*conditions(session, code, wanted)).limit(MOST_COUNTED)
    return session.scalars(select(func.count()).select_from(some.subquery())).one()


def questions(session: Session, code: str, wanted: LogFilter, start: int, size: int) -> Sequence[LoggedQuestion]:
    """The newest first."""
    log = LoggedQuestion
    rows = select(log).where(*conditions(session, code, wanted))
    return session.scalars(
        rows.order_by(log.jst_date.desc(), log.asked_at.desc(), log.id).offset(start).limit(size)
    ).all()


def question(session: Session, code: str, row_id: str, departments: frozenset[str] | None) -> LoggedQuestion | None:
    """One of them, where the reader may see it."""
    return session.scalar(_visible(session, code, departments).where(LoggedQuestion.id == row_id))


def dialogue_of(session: Session, row: LoggedQuestion, departments: frozenset[str] | None) -> list[LoggedQuestion]:
    """What the same person asked before and after it, without a long pause, in order; itself alone if nobody knows."""
    if row.asker is None:
        return [row]
    log, code = LoggedQuestion, row.municipality_code
    day = dt.timedelta(days=1)
    near = (log.asker == row.asker, log.jst_date >= row.jst_date - day, log.jst_date <= row.jst_date + day)
    rows = list(session.scalars(_visible(session, code, departments).where(*near).order_by(log.asked_at, log.id)))
    return _unbroken(rows, row.id)[-_MOST_TURNS:]


def _unbroken(rows: Sequence[LoggedQuestion], row_id: str) -> list[LoggedQuestion]:
    """The run of ``rows`` around one of them in which nobody paused for long."""
    runs: list[list[LoggedQuestion]] = []
    for row in rows:
        if runs and row.asked_at - runs[-1][-1].asked_at <= PAUSE:
            runs[-1].append(row)
        else:
            runs.append([row])
    return next(run for run in runs if any(one.id == row_id for one in run))


def titles_of(session: Session, code: str, rows: Iterable[LoggedQuestion]) -> dict[str, str]:
    """The questions of the entries that were shown, offered or tapped, by their ids, as they read now."""
    ids = {one for row in rows for one in (row.entry_id, row.tapped_entry_id, *offered(row)) if one}
    wanted = select(Entry.entry_id, Entry.question).where(Entry.municipality_code == code, Entry.entry_id.in_(ids))
    return {row.entry_id: row.question for row in session.execute(wanted)}


def offered(row: LoggedQuestion) -> list[str]:
    """The ids of the choices that were shown."""
    return [choice["entry_id"] for choice in row.candidates]


def ratings_of(row: LoggedQuestion) -> list[str]:
    """What the resident said or did after the reply, in words."""
    told = {
        "solved": row.feedback == "solved",
        "unsolved": row.feedback == "unsolved",
        "refused": row.tapped_entry_id == "",
        "more": row.more_at is not None,
        "contact": row.contact_at is not None,
    }
    names = (
        RATINGS if row.reason is None else {**RATINGS, "unsolved": f"{RATINGS['unsolved']}（{REASONS[row.reason]}）"}
    )
    return [names[name] for name, is_so in told.items() if is_so]


def _visible(session: Session, code: str, departments: frozenset[str] | None) -> Select[LoggedQuestion]:
    wanted = select(LoggedQuestion).where(LoggedQuestion.municipality_code == code)
    return wanted if departments is None else wanted.where(on_subjects(session, code, departments))


def conditions(session: Session, code: str, wanted: LogFilter) -> list[ColumnElement[bool]]:
    """What ``wanted`` is for a query."""
    log = LoggedQuestion
    found: list[ColumnElement[bool]] = [
        log.municipality_code == code,
        log.jst_date >= wanted.first,
        log.jst_date <= wanted.last,
        *(log.words.contains(f" {word} ", autoescape=True) for word in words_of(wanted.words)),
    ]
    exact = (
        (log.channel, wanted.channel),
        (log.decision, wanted.decision),
        (log.language, wanted.language),
    )
    found += [column == value for column, value in exact if value]
    if wanted.department:
        found.append(log.department.in_(sorted(log_offices(session, code).ids(wanted.department))))
    if wanted.measure:
        own = select(Entry.entry_id).where(Entry.municipality_code == code, Entry.measure == wanted.measure)
        found.append(or_(log.entry_id.in_(own), log.tapped_entry_id.in_(own)))
    if wanted.rating:
        found.append(_rated(wanted.rating))
    if wanted.delicate:
        found.append(log.delicate.is_not(None))
    if wanted.departments is not None:
        found.append(on_subjects(session, code, wanted.departments))
    return found


def _rated(rating: str) -> ColumnElement[bool]:
    log = LoggedQuestion
    match rating:
        case "solved" | "unsolved":
            return log.feedback == rating
        case "refused":
            return log.tapped_entry_id == ""
        case "more":
            return log.more_at.is_not(None)
        case _:
            return log.contact_at.is_not(None)
