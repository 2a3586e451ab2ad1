"""What was before a resident when they had asked: the text of then, for whoever judges it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.answers import FACETS
from knowledge.corpus import Knowledge
from knowledge.log_lists import PAUSE, titles_of
from knowledge.models import AccuracyItem, Entry, EntryVersion, LoggedQuestion


@dataclass(frozen=True)
class ShownAnswer:
    """``note``: why it may not be the text of then; empty where it is."""

    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True)
class Before:
    """The turn before, of the same person: what they asked (None: no text) and what it led to."""

    text: str | None
    title: str
    minutes: int


@dataclass(frozen=True)
class Shown:
    """``question``: masked; None where the text is gone.  ``is_entry``: the answer is an entry that staff write."""

    question: str | None
    asked_at: dt.datetime | None
    answer: ShownAnswer | None
    entry_id: str | None
    is_entry: bool
    choices: tuple[str, ...]
    before: Before | None


def shown_of(session: Session, knowledge: Knowledge, item: AccuracyItem) -> Shown:
    """What a question of a sample was answered with."""
    row = session.get(LoggedQuestion, item.row_id)
    answer = _answer(session, knowledge, item) if item.entry_id else None
    is_entry = bool(item.entry_id) and session.get(Entry, (item.municipality_code, item.entry_id)) is not None
    if row is None:
        return Shown(None, None, answer, item.entry_id, is_entry, (), None)
    choices, before = _choices(session, knowledge, row), _before(session, row)
    return Shown(row.text, row.asked_at, answer, item.entry_id, is_entry, choices, before)


def _answer(session: Session, knowledge: Knowledge, item: AccuracyItem) -> ShownAnswer | None:
    """As it stood then, as far as it is kept; else as it stands now, which is said."""
    entry_id, version = item.entry_id or "", item.entry_version
    now = knowledge.answers.get(entry_id)
    if now is not None and (version is None or now.version == version):
        return ShownAnswer(now.title, now.text, now.facts, "")
    kept = session.get(EntryVersion, (item.municipality_code, entry_id, version)) if version is not None else None
    if kept is not None:
        return _of_content(kept.content)
    if now is not None:
        return ShownAnswer(
            now.title, now.text, now.facts, f"そのときの文（第{version}版）は残っていません。いまの文です"
        )
    return None


def _of_content(content: Mapping[str, Any]) -> ShownAnswer:
    facets = content.get("facets") or {}
    facts = tuple((name, str(facets[one])) for one, name in FACETS.items() if facets.get(one))
    return ShownAnswer(str(content.get("question", "")), str(content.get("answer", "")), facts, "")


def _choices(session: Session, knowledge: Knowledge, row: LoggedQuestion) -> tuple[str, ...]:
    """The titles of what was offered, as they read now."""
    titles = titles_of(session, row.municipality_code, [row])
    ids = [str(one["entry_id"]) for one in row.candidates]
    return tuple(
        knowledge.answers[one].title if one in knowledge.answers else titles.get(one, "（いまはない答え）")
        for one in ids
    )


def _before(session: Session, row: LoggedQuestion) -> Before | None:
    """Without a long pause, where it is known who asked: a question may lean on it."""
    if row.asker is None:
        return None
    log = LoggedQuestion
    found = session.scalars(
        select(log)
        .where(log.municipality_code == row.municipality_code, log.asker == row.asker)
        .where(log.asked_at < row.asked_at, log.asked_at >= row.asked_at - PAUSE)
        .order_by(log.asked_at.desc(), log.id)
        .limit(1)
    ).first()
    if found is None:
        return None
    titles = titles_of(session, row.municipality_code, [found])
    title = titles.get(found.tapped_entry_id or found.entry_id or "", "")
    return Before(found.text, title, round((row.asked_at - found.asked_at).total_seconds() / 60))
