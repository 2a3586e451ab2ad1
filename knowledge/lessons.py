"""Learning from each municipality's knowledge, beside the service, and keeping what was learned.

Publishing never waits for it: a new entry is found at once under what was learned before, and the
next adaptation is swapped in when it is ready.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from intents.encoder import Adaptation
from intents.learning import RECIPE, Progress, learn
from intents.vectors import Vectors
from knowledge.calendar import now
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.index_files import LearnedPart
from knowledge.learned import mark_of
from knowledge.models import Learned, Municipality

LEASE = dt.timedelta(minutes=10)
"""Longer than learning takes on a slow machine; it is renewed with the progress all the same."""
_REPORT_SECONDS = 2.0


@dataclass(frozen=True)
class Lesson:
    """A claim to learn one municipality's knowledge as it was at ``version``."""

    code: str
    version: int
    fence: int


class ClaimLostError(RuntimeError):
    """Another process took the claim over: what was learned here is dropped."""


def claim(database: Database, moment: dt.datetime) -> Lesson | None:
    """Take the next municipality whose knowledge has moved since it was learned, if there is one."""
    due = _due(moment)
    with database.reading() as session:
        # Most looks find nothing: they must not take the lock that residents' questions are logged under.
        if session.execute(due).first() is None:
            return None
    with database.writing() as session:
        found = session.execute(due.with_for_update(of=Municipality, skip_locked=True)).first()
        if found is None:
            return None
        row = session.get(Learned, found.code)
        if row is None:
            row = Learned(municipality_code=found.code, fence=0)
            session.add(row)
        row.lease_until, row.progress, row.fence = moment + LEASE, 0.0, row.fence + 1
        return Lesson(found.code, found.knowledge_version, row.fence)


def _due(moment: dt.datetime) -> Select[str, int]:
    """The first municipality that nobody is learning and whose knowledge or recipe has moved."""
    return (
        select(Municipality.code, Municipality.knowledge_version)
        .outerjoin(Learned, Learned.municipality_code == Municipality.code)
        .where(
            or_(
                Learned.knowledge_version.is_(None),
                Learned.knowledge_version != Municipality.knowledge_version,
                Learned.recipe != RECIPE,
            ),
            or_(Learned.lease_until.is_(None), Learned.lease_until < moment),
        )
        .order_by(Municipality.code)
        .limit(1)
    )


def study(corpus: Corpus, lesson: Lesson, vectors: Vectors, progress: Progress) -> tuple[Knowledge, Adaptation | None]:
    """Learn from what is published now, which may be newer than when the claim was taken."""
    knowledge = corpus.current(lesson.code)
    index = knowledge.index
    return knowledge, learn(index.documents, vectors, index.lexicon, index.ignored, progress)


def learn_next(
    database: Database,
    corpus: Corpus,
    vectors: Vectors,
    clock: Callable[[], dt.datetime] = now,
    progress: Callable[[str, float], None] = lambda *_: None,
) -> str | None:
    """Learn one municipality that is due; its code, or None where nothing is due.

    ``progress`` is told (code, share done); it may raise to stop, and then the claim is given back.
    """
    lesson = claim(database, clock())
    if lesson is None:
        return None
    begun = reported = time.monotonic()

    def report(share: float) -> None:
        nonlocal reported
        progress(lesson.code, share)
        if time.monotonic() - reported > _REPORT_SECONDS:
            reported = time.monotonic()
            _renew(database, lesson, clock(), share)

    try:
        knowledge, adaptation = study(corpus, lesson, vectors, report)
        moment, seconds = clock(), time.monotonic() - begun
        if adaptation is not None:
            corpus.lay_out(knowledge, LearnedPart(mark_of(moment, lesson.fence), lambda: adaptation))
        _store(database, lesson, knowledge.version, adaptation, moment, seconds)
    except BaseException:
        _give_back(database, lesson)
        raise
    return lesson.code


def _held(session: Session, lesson: Lesson) -> Learned:
    row = session.get(Learned, lesson.code, with_for_update=True)
    if row is None or row.fence != lesson.fence:
        raise ClaimLostError(lesson.code)
    return row


def _renew(database: Database, lesson: Lesson, moment: dt.datetime, share: float) -> None:
    with database.writing() as session:
        row = _held(session, lesson)
        row.lease_until, row.progress = moment + LEASE, share


def _store(
    database: Database,
    lesson: Lesson,
    version: int,
    adaptation: Adaptation | None,
    moment: dt.datetime,
    seconds: float,
) -> None:
    data = adaptation.to_bytes() if adaptation else None
    with database.writing() as session:
        row = _held(session, lesson)
        row.data, row.knowledge_version, row.recipe = data, version, RECIPE
        row.learned_at, row.seconds, row.lease_until, row.progress = moment, seconds, None, 1.0
        town = session.get_one(Municipality, lesson.code, with_for_update=True)
        town.learned_version += 1


def _give_back(database: Database, lesson: Lesson) -> None:
    with database.writing() as session:
        row = session.get(Learned, lesson.code)
        if row is not None and row.fence == lesson.fence:
            row.lease_until = None
