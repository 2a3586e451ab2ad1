"""The beginning and the end of a demonstration year: marked before its first question, and gone without a trace."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from intents.grouping import text_key
from knowledge import audit
from knowledge.accuracy_draw import forget_drawn_from
from knowledge.audit import Actor
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.demo_data import WRITER, demo_data, is_invented, removal_command
from knowledge.demo_evidence import remove_evidence
from knowledge.demo_offices import remove_office_counts
from knowledge.demo_set_aside import put_aside, put_back
from knowledge.jobs import forget_jobs
from knowledge.log_files import forget_files_since
from knowledge.misguidance import recount_since
from knowledge.models import DemoData, FigureEvent, LoggedQuestion, NeedCard, NeedText
from knowledge.need_cards import count_cards
from knowledge.pictures import forget as forget_pictures
from knowledge.resident_words import forget_words

PORTION = 1_000
"""Rows that are written or deleted in one transaction: others' writing waits for no more."""

Progress = Callable[[float], None]


class DemoError(ValueError):
    """It cannot be done; the message is a sentence for whoever asked."""


def real_questions(session: Session, code: str, first: dt.date, last: dt.date) -> int:
    """How many questions from ``first`` to ``last`` are not invented."""
    log = LoggedQuestion
    wanted = (log.municipality_code == code, log.jst_date.between(first, last), ~is_invented())
    return session.scalar(select(func.count()).select_from(log).where(*wanted)) or 0


def begin(session: Session, told: DemoData) -> None:
    """Mark the municipality before its first invented question.  Raises DemoError."""
    code = told.municipality_code
    held = demo_data(session, code)
    if held is not None and held.whole:
        raise DemoError(
            f"見本のデータはもう入っています。作りなおすときは、先に消してください（{removal_command(code)}）"
        )
    if held is not None:
        raise DemoError(f"途中で止まった見本のデータがあります。先に消してください（{removal_command(code)}）")
    if real := real_questions(session, code, told.first_on, told.last_on):
        raise DemoError(
            f"{told.first_on}から{told.last_on}までに、実際の質問が{real:,}件あります。"
            "作りものの数字がまざらないように、見本のデータは入れません"
        )
    told.set_aside = put_aside(session, code, told.first_on)
    session.add(told)


@dataclass(frozen=True)
class Removed:
    """How many questions are gone, and whether words had been counted of them, so that they want counting anew."""

    questions: int
    words: bool


def remove(
    database: Database,
    code: str,
    actor: Actor,
    moment: dt.datetime,
    progress: Progress = lambda _: None,
    works: Collection[str] = (),
) -> Removed:
    """Take everything away that was invented, or made of it.  Raises DemoError where nothing was.

    ``works``: the kinds of jobs that read the log; what they did of it goes with it.
    Stopped on the way, it leaves the mark, and the next call takes the rest.
    """
    with database.writing() as session:
        held = demo_data(session, code)
        if held is None:
            raise DemoError("見本のデータは入っていません")
        held.whole = False
        questions, made_at, first_on, last_on = held.questions, held.made_at, held.first_on, held.last_on
        forget_jobs(session, code, works, made_at)
        _empty_cards(session, code, made_at, moment.astimezone(JST).date())
    gone = 0
    while found := _delete_portion(database, code, first_on, last_on):
        gone += found
        progress(min(gone / max(questions, 1), 1.0))
    with database.writing() as session:
        session.execute(
            delete(FigureEvent).where(FigureEvent.municipality_code == code, FigureEvent.written_by == WRITER)
        )
        remove_office_counts(session, code)
        remove_evidence(session, code)
        put_back(session, code, first_on, session.get_one(DemoData, code).set_aside)
        words = _forget_copies(session, code, made_at, first_on, last_on)
        recount_since(session, code, made_at, moment)
        session.execute(delete(DemoData).where(DemoData.municipality_code == code))
        audit.append(session, actor, "demo_removed", at=moment, scope=code, details={"questions": gone})
    database.shrink_log()
    return Removed(gone, words)


def _forget_copies(session: Session, code: str, made_at: dt.datetime, first: dt.date, last: dt.date) -> bool:
    """What was drawn, counted, written and painted of the log while there was something invented in it.

    Whether words were among it.
    """
    forget_drawn_from(session, code, made_at, first, last)
    forget_files_since(session, code, made_at)
    forget_pictures(session, code, made_at)
    return forget_words(session, code, made_at)


def _delete_portion(database: Database, code: str, first: dt.date, last: dt.date) -> int:
    log = LoggedQuestion
    wanted = (log.municipality_code == code, log.jst_date.between(first, last), is_invented())
    with database.writing() as session:
        ids = list(session.scalars(select(log.id).where(*wanted).limit(PORTION)))
        if ids:
            session.execute(delete(log).where(log.id.in_(ids)))
    return len(ids)


def _empty_cards(session: Session, code: str, made_at: dt.datetime, today: dt.date) -> None:
    """Cards made of invented questions alone go; from others these are taken out, as if they had never been asked."""
    log = LoggedQuestion
    invented = (log.municipality_code == code, log.need.is_not(None), is_invented())
    rows = session.execute(select(log.need, log.text).where(*invented)).all()
    touched = {row.need for row in rows}
    real = (log.municipality_code == code, log.need.is_not(None), ~is_invented())
    shared = set(session.scalars(select(log.need).where(*real).distinct())) & touched
    cards = {
        card.number: card
        for card in session.scalars(select(NeedCard).where(NeedCard.municipality_code == code))
        if card.made_at >= made_at or card.number in touched
    }
    alone = {number for number, card in cards.items() if card.made_at >= made_at and number in touched - shared}
    # What staff merged into such a card, and holds nothing itself, was made of invented questions, too.
    alone |= {number for number, card in cards.items() if number not in shared and card.merged_into in alone}
    left = {number for number in touched - alone if number is not None}
    _take_texts(session, code, left, Counter(text_key(row.text) for row in rows if row.text and row.need in left))
    # In portions: PostgreSQL and SQLite both bound how many values a statement may name.
    for portion in _portions(sorted(number for number in alone if number is not None)):
        session.execute(delete(NeedCard).where(NeedCard.municipality_code == code, NeedCard.number.in_(portion)))
    session.execute(update(log).where(*invented).values(need=None, need_signal=None))
    session.flush()
    if left:
        count_cards(session, code, today, sorted(left))


def _take_texts(session: Session, code: str, cards: set[int], invented: Counter[str]) -> None:
    """Of the texts of ``cards`` leave those that somebody has really asked or staff have placed."""
    log = LoggedQuestion
    real: dict[str, dt.date] = {}
    wanted = (log.municipality_code == code, log.need.is_not(None), log.text.is_not(None), ~is_invented())
    for need, text, day in session.execute(select(log.need, log.text, log.jst_date).where(*wanted)):
        if need in cards:
            key = text_key(text or "")
            real[key] = max(day, real.get(key, day))
    for row in session.scalars(select(NeedText).where(NeedText.municipality_code == code)):
        if row.number not in cards or row.key not in invented:
            continue
        if row.key not in real and not row.placed:
            session.delete(row)
            continue
        row.times = max(row.times - invented[row.key], 0)
        row.last_on = real.get(row.key, row.last_on)


def _portions(numbers: list[int]) -> list[list[int]]:
    return [numbers[start : start + PORTION] for start in range(0, len(numbers), PORTION)]
