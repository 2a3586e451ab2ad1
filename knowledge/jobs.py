"""Long work: asked for on a page, done by the jobs process, looked at by reloading.

What is asked for waits in a table; a process claims it by a lease, renews the lease with the
progress, and brings the result.  Work whose process died is taken up again by the next.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session, undefer

from knowledge.db import Database
from knowledge.lessons import ClaimLostError
from knowledge.models import Job

LEASE = dt.timedelta(minutes=2)
"""Longer than the longest pause between two reports."""
KEPT = dt.timedelta(days=1)
"""Results hold residents' (masked) words: they go with the next day's work, and are made anew when wanted."""
MOST_ATTEMPTS = 3
EFFECT = "effect"
"""The kind of work that 公開前の影響確認 is."""
_OPEN = ("waiting", "running")
GIVEN_UP = "途中で止まることが続いたため、やめました。もう一度始めてください"


class StopAskedError(Exception):
    """Staff have asked for this work to stop."""


@dataclass(frozen=True)
class Claimed:
    """A piece of work in hand."""

    id: str
    code: str
    kind: str
    payload: Mapping[str, Any]
    fence: int


@dataclass(frozen=True)
class JobStatus:
    """A piece of work as a page shows it; ``result`` once it is done."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    state: str
    progress: float
    asked_by: str | None
    asked_at: dt.datetime
    finished_at: dt.datetime | None
    fault: str | None
    result: Mapping[str, Any] | None

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN


def ask_for(
    session: Session,
    code: str,
    kind: str,
    payload: Mapping[str, Any],
    moment: dt.datetime,
    asked_by: str | None = None,
) -> str:
    """Put a piece of work in the queue; its id."""
    job = Job(
        id=str(uuid.uuid4()),
        municipality_code=code,
        kind=kind,
        payload=dict(payload),
        asked_by=asked_by,
        asked_at=moment,
    )
    session.add(job)
    return job.id


def job_status(session: Session, code: str, job_id: str) -> JobStatus | None:
    """A municipality's piece of work; None where it has no such one (any more)."""
    return _status(session.scalar(_of(code).where(Job.id == job_id).options(undefer(Job.result))))


def latest_job(session: Session, code: str, kind: str) -> JobStatus | None:
    """What was asked for last of a kind."""
    latest = _of(code).where(Job.kind == kind).order_by(Job.asked_at.desc(), Job.id).limit(1)
    return _status(session.scalar(latest.options(undefer(Job.result))))


def recent_jobs(session: Session, code: str, kind: str, most: int = 10) -> list[JobStatus]:
    """What was asked for lately of a kind, the latest first, without the results."""
    latest = _of(code).where(Job.kind == kind).order_by(Job.asked_at.desc(), Job.id).limit(most)
    return [_status_without_result(job) for job in session.scalars(latest)]


def ask_once(
    session: Session,
    code: str,
    kind: str,
    payload: Mapping[str, Any],
    moment: dt.datetime,
    asked_by: str | None = None,
) -> str:
    """As ``ask_for``; where the very same is being worked at, or waits, that one is taken."""
    open_ones = session.scalars(_of(code).where(Job.kind == kind, Job.state.in_(_OPEN), Job.stop_asked.is_(False)))
    same = next((job.id for job in open_ones if job.payload == dict(payload)), None)
    return same or ask_for(session, code, kind, payload, moment, asked_by)


def forget_jobs(session: Session, code: str, kinds: Collection[str], since: dt.datetime) -> None:
    """Jobs that were asked for since a moment: what was done is forgotten, what is being done is told to stop."""
    wanted = (Job.municipality_code == code, Job.kind.in_(kinds), Job.asked_at >= since)
    session.execute(delete(Job).where(*wanted, Job.state != "running"))
    session.execute(update(Job).where(*wanted).values(stop_asked=True))


def stop_job(session: Session, code: str, job_id: str, moment: dt.datetime) -> None:
    """Ask a piece of work to stop: at once where nobody has begun it, else with its next report."""
    job = session.scalar(_of(code).where(Job.id == job_id).with_for_update())
    if job is None:
        return
    if job.state == "waiting":
        job.state, job.finished_at = "stopped", moment
    elif job.state == "running":
        job.stop_asked = True


def claim_job(database: Database, kinds: Collection[str], moment: dt.datetime) -> Claimed | None:
    """Take the oldest work of ``kinds`` that nobody is at; None where there is none."""
    due = _due(kinds, moment)
    with database.reading() as session:
        # Most looks find nothing: they must not take the lock that residents' questions are logged under.
        if session.scalar(due) is None and session.scalar(select(Job.id).where(_is_old(moment)).limit(1)) is None:
            return None
    with database.writing() as session:
        session.execute(delete(Job).where(_is_old(moment)))
        job = session.scalar(due.with_for_update(skip_locked=True))
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.fault, job.finished_at, job.lease_until = "failed", GIVEN_UP, moment, None
            return None
        job.state, job.started_at, job.lease_until = "running", moment, moment + LEASE
        job.progress, job.fence, job.attempts = 0.0, job.fence + 1, job.attempts + 1
        return Claimed(job.id, job.municipality_code, job.kind, job.payload, job.fence)


def report_progress(database: Database, claimed: Claimed, share: float, moment: dt.datetime) -> None:
    """Renew the lease.  Raises StopAskedError, and ClaimLostError where another process has taken over."""
    with database.writing() as session:
        job = _held(session, claimed)
        if job.stop_asked:
            raise StopAskedError(claimed.id)
        job.progress, job.lease_until = share, moment + LEASE


def finish_job(database: Database, claimed: Claimed, result: Mapping[str, Any], moment: dt.datetime) -> None:
    with database.writing() as session:
        job = _held(session, claimed)
        job.result, job.progress = dict(result), 1.0
        _end(job, "done", moment)


def fail_job(database: Database, claimed: Claimed, fault: str, moment: dt.datetime) -> None:
    """``fault``: what staff read, and what they can do."""
    with database.writing() as session:
        job = _held(session, claimed)
        job.fault = fault
        _end(job, "failed", moment)


def end_stopped(database: Database, claimed: Claimed, moment: dt.datetime) -> None:
    with database.writing() as session:
        _end(_held(session, claimed), "stopped", moment)


def give_back(database: Database, claimed: Claimed) -> None:
    """The process ends, not the work: the next one begins it anew."""
    with database.writing() as session:
        job = session.get(Job, claimed.id, with_for_update=True)
        if job is not None and job.fence == claimed.fence and job.state == "running":
            job.state, job.lease_until, job.progress = "waiting", None, 0.0
            job.attempts -= 1  # nothing failed


def _of(code: str) -> Select[Job]:
    return select(Job).where(Job.municipality_code == code)


def _due(kinds: Collection[str], moment: dt.datetime) -> Select[Job]:
    return select(Job).where(Job.kind.in_(kinds), _is_free(moment)).order_by(Job.asked_at, Job.id).limit(1)


def _is_free(moment: dt.datetime) -> ColumnElement[bool]:
    """Nobody has begun it, or who did has not been heard of."""
    return or_(Job.state == "waiting", and_(Job.state == "running", Job.lease_until < moment))


def _held(session: Session, claimed: Claimed) -> Job:
    job = session.get(Job, claimed.id, with_for_update=True)
    if job is None or job.fence != claimed.fence or job.state != "running":
        raise ClaimLostError(claimed.id)
    return job


def _end(job: Job, state: str, moment: dt.datetime) -> None:
    job.state, job.finished_at, job.lease_until = state, moment, None


def _is_old(moment: dt.datetime) -> ColumnElement[bool]:
    return and_(Job.state.not_in(_OPEN), Job.finished_at < moment - KEPT)


def _status(job: Job | None) -> JobStatus | None:
    return None if job is None else replace(_status_without_result(job), result=job.result)


def _status_without_result(job: Job) -> JobStatus:
    return JobStatus(
        job.id,
        job.kind,
        job.payload,
        job.state,
        job.progress,
        job.asked_by,
        job.asked_at,
        job.finished_at,
        job.fault,
        None,
    )
