"""The demonstration year: written by a command, taken away by a command or by the jobs process."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.demo_asking import Asker, Asking, Told, ask_all, asker_of_year
from bot.effect_jobs import JobFaultError
from bot.figure_jobs import FIGURES, entry_kinds
from bot.log_file_jobs import LOG_FILE
from bot.need_jobs import NEEDS
from bot.sample_jobs import SAMPLE
from bot.services import Services
from bot.word_jobs import WORDS, count_words
from intents.decision import Decision
from intents.word_lines import word_line
from knowledge import audit
from knowledge.audit import BY_COMMAND, Actor
from knowledge.calendar import JST, now
from knowledge.db import Database
from knowledge.demo_data import WRITER
from knowledge.demo_offices import write_office_counts
from knowledge.demo_removal import PORTION, DemoError, begin, remove
from knowledge.demo_wordings import Happenings, Subject, Wave, happenings, subjects
from knowledge.demo_year import (
    NOTED,
    RESULTS,
    Asked,
    Year,
    asker_of,
    questions_of,
    taps_after,
    with_those_asked_again,
)
from knowledge.figure_events import note_event
from knowledge.freshness import department_names
from knowledge.ledger import NotedQuestion, noted_row
from knowledge.log_offices import office_departments
from knowledge.models import DemoData, LoggedQuestion
from knowledge.need_signals import signal_of
from knowledge.offices import public_numbers
from knowledge.query_log import row_of
from knowledge.rephrasing import SOON, find_rephrased, mark_rephrased

DEMO_REMOVAL = "demo_removal"
"""The kind of work."""
READING_THE_LOG = (NEEDS, FIGURES, SAMPLE, WORDS, LOG_FILE)
"""The kinds of work whose results are made of questions."""
_NO_TAPS: Mapping[str, Any] = {
    "tapped_entry_id": None,
    "tapped_at": None,
    "feedback": None,
    "feedback_at": None,
    "reason": None,
    "more_at": None,
    "contact_at": None,
}

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it, and of how much; may raise to stop."""


def make_year(
    kit: Services,
    code: str,
    year: Year,
    *,
    progress: Progress = lambda *_: None,
    processes: int = 1,
    asked: Sequence[Subject] | None = None,
) -> int:
    """Invent a year of questions; how many.  Stopped on the way, it leaves the mark by which all can be removed.

    ``asked``: other subjects than all.  Raises DemoError, UnknownMunicipalityError.
    """
    wanted, events, moment = asked or subjects(), happenings(), now()
    with kit.database.writing() as session:
        begin(session, _mark(code, year, moment))
    asker = asker_of_year(kit, code, wanted, public_numbers(kit.database, code))
    first = questions_of(year, wanted, events)
    told = ask_all(
        asker, {one.asking for one in first}, lambda done, total: progress("たずねています", done, total), processes
    )
    chance = random.Random(f"{year.seed}/{code}")  # noqa: S311 - nothing secret
    questions = list(with_those_asked_again(first, lambda one: told[one.asking].row.decision, chance))
    make = _RowMaker(code, year, asker, chance)
    for start in range(0, len(questions), PORTION):
        portion = questions[start : start + PORTION]
        rows = [make.row(one, told[one.asking]) for one in portion]
        with kit.database.writing() as session:
            session.execute(insert(LoggedQuestion), rows)
        progress("書き込んでいます", start + len(portion), len(questions))
    _mark_rephrased(kit.database, code, year)
    topics = _Topics(kit, code, questions, told)
    with kit.database.writing() as session:
        _note_happenings(session, code, year, events, topics, moment)
        write_office_counts(session, code, year.last, year.seed, moment)
        held = session.get_one(DemoData, code)
        held.whole, held.questions = True, len(questions)
        details = {"questions": len(questions), "first": year.first, "last": year.last, "seed": year.seed}
        audit.append(session, BY_COMMAND, "demo_made", at=moment, scope=code, details=details)
    return len(questions)


def remove_all(kit: Services, code: str, actor: Actor, progress: Callable[[float], None] = lambda _: None) -> int:
    """Take the year away with everything that was made of it, and count anew what stands; how many questions.

    Raises DemoError.
    """
    removed = remove(kit.database, code, actor, now(), progress, works=READING_THE_LOG)
    with kit.database.reading() as session:
        any_left = session.scalar(select(LoggedQuestion.id).where(LoggedQuestion.municipality_code == code).limit(1))
    if removed.words and any_left is not None:
        count_words(kit, code, {}, lambda _: None)
    return removed.questions


def remove_year(
    kit: Services, code: str, payload: Mapping[str, Any], progress: Callable[[float], None]
) -> dict[str, Any]:
    """The same as the command, for whoever pressed the button."""
    progress(0.0)
    actor = Actor(payload.get("account"), str(payload.get("login", "")))
    try:
        return {"questions": remove_all(kit, code, actor, progress)}
    except DemoError as error:
        raise JobFaultError(str(error)) from error


WORKS = {DEMO_REMOVAL: remove_year}


def _mark(code: str, year: Year, moment: dt.datetime) -> DemoData:
    return DemoData(
        municipality_code=code,
        made_at=moment,
        first_on=year.first,
        last_on=year.last,
        variant=year.seed,
        questions=year.questions,
        whole=False,
    )


class _RowMaker:
    """From a question and what came back to its row, just as the channels and the form of the staff write it."""

    def __init__(self, code: str, year: Year, asker: Asker, chance: random.Random) -> None:
        self._code, self._year, self._asker, self._chance = code, year, asker, chance
        self._words = cache(word_line)

    def row(self, one: Asked, told: Told) -> dict[str, Any]:
        return self._noted(one, told) if one.channel in NOTED else self._of_the_bot(one, told)

    def _of_the_bot(self, one: Asked, told: Told) -> dict[str, Any]:
        from_line = one.channel == "line"
        asked = told.of(
            event_key=one.event_key,
            channel=one.channel,
            asked_at=one.at,
            asker=asker_of(self._code, self._year.seed, one),
            message_id=one.event_key if from_line else None,
        )
        taps = taps_after(one, asked.decision, told.offered, can_tell=told.can_tell, chance=self._chance)
        row = {**row_of(asked, self._words), **_NO_TAPS, **taps}
        row["need_signal"] = signal_of(
            asked.decision, row["tapped_entry_id"], row["feedback"], contacted=row["contact_at"] is not None
        )
        return row

    def _noted(self, one: Asked, told: Told) -> dict[str, Any]:
        result = self._chance.choices(list(RESULTS), list(RESULTS.values()))[0]
        about = told.row.entry_id if told.row.decision == Decision.ANSWER.value else None
        department = told.row.department
        noted = NotedQuestion(self._code, one.event_key, one.channel, one.at, department, one.text, result, about)
        return {**row_of(noted_row(noted, WRITER, self._asker.public_numbers), self._words), **_NO_TAPS}


def _mark_rephrased(database: Database, code: str, year: Year) -> None:
    """What was answered and asked again; afterwards the job of the cards looks back two days only."""
    since = dt.datetime.combine(year.first, dt.time(), JST)
    with database.reading() as session:
        again = find_rephrased(session, code, since, since + dt.timedelta(days=len(year.days)) - SOON)
    for start in range(0, len(again), PORTION):
        with database.writing() as session:
            mark_rephrased(session, again[start : start + PORTION])


class _Topics:
    """What a wave is noted to be about: the 分類 or the 課 under which its questions are counted."""

    def __init__(self, kit: Services, code: str, questions: Sequence[Asked], told: Mapping[Asking, Told]) -> None:
        kinds = entry_kinds(kit, code)
        with kit.database.reading() as session:
            offices, own = office_departments(session, code), department_names(session, code)
        self._asked: Counter[str] = Counter()
        self._categories: dict[str, Counter[str]] = {}
        self._departments: dict[str, Counter[str]] = {}
        for one in questions:
            row, subject = told[one.asking].row, one.subject.id
            self._asked[subject] += 1
            if row.decision == Decision.ANSWER and row.entry_id in kinds:
                self._categories.setdefault(subject, Counter())[kinds[row.entry_id].category] += 1
            department = offices.get(row.department or "", row.department or "")
            if department in own:
                self._departments.setdefault(subject, Counter())[department] += 1

    def of(self, wave: Wave) -> str:
        """As an event keeps it; empty, which is everything, where most of its questions are counted under neither."""
        asked = sum(self._asked[subject] for subject in wave.subjects)
        for dimension, held in (("category", self._categories), ("department", self._departments)):
            times = sum((held.get(subject, Counter()) for subject in wave.subjects), Counter[str]())
            name = min(times, key=lambda value: (-times[value], value), default="")
            if times[name] * 2 > asked:
                return f"{dimension}:{name}"
        return ""


def _note_happenings(
    session: Session, code: str, year: Year, events: Happenings, topics: _Topics, moment: dt.datetime
) -> None:
    """What staff would have noted beside the figures.  An outage is of everything."""
    told = [
        ("newsletter", events.campaign.name, events.campaign.day, events.campaign.days, topics.of(events.campaign)),
        ("mailing", events.mailing.name, events.mailing.day, events.mailing.days, topics.of(events.mailing)),
        ("outage", events.outage.name, events.outage.day, 1, ""),
    ]
    for kind, name, day, days, topic in told:
        first = year.days[day]
        note_event(session, code, kind, name, first, first + dt.timedelta(days=days - 1), topic, WRITER, moment)
        session.flush()
