"""The pages that published answers, offices and plans link to: are they still there?

A job visits them, one at a time in all processes together.  A link is dead after it failed on two
different days; what failed once is visited again the next day, the others once a week.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Select, delete, or_, select, text
from sqlalchemy.orm import Session

from knowledge.calendar import JST, now
from knowledge.db import Database
from knowledge.freshness import NO_DEPARTMENT, department_names
from knowledge.link_visits import Visit
from knowledge.models import Department, Entry, LinkCheck, LinkRound, Municipality, Plan

DEAD_AFTER_DAYS = 2
WEEK = dt.timedelta(days=7)
LEASE = dt.timedelta(minutes=10)
A_TURN = 10
"""Links between two renewals of the claim: ten that hang take less than the lease."""
PAUSE = 1.0
"""Seconds between two requests to the same host."""
OWN_LINE_HOSTS = 3
"""So many hosts, and none reached: the fault is on our side."""

_Row = TypeVar("_Row", Entry, Department)

_URL = re.compile(r"https?://[^\s「」『』（）()<>\"、。]+")


@dataclass(frozen=True)
class LinkUse:
    """A place where a link stands."""

    url: str
    kind: str
    entry_id: str
    title: str
    department: str


@dataclass(frozen=True)
class DeadLink:
    """A link that failed on at least two days, and one place where it stands."""

    use: LinkUse
    since: dt.date
    reason: str
    checked_at: dt.datetime


@dataclass(frozen=True)
class Round:
    """A claim to look at one municipality's links."""

    code: str
    fence: int


@dataclass(frozen=True)
class RoundReport:
    """What a round did.  ``offline``: nothing at all was reached, and nothing was counted."""

    code: str
    visited: int
    failed: int
    offline: bool


class RoundLostError(RuntimeError):
    """Another process took the round over: what was found here is dropped."""


def uses(session: Session, code: str) -> list[LinkUse]:
    """Every link in what is published of ``code``, by place."""
    return list(dict.fromkeys(_uses(session, code)))


def _uses(session: Session, code: str) -> Iterator[LinkUse]:
    offices = department_names(session, code)

    def office(department: str | None) -> str:
        return offices.get(department or "", NO_DEPARTMENT)

    columns = (Entry.entry_id, Entry.question, Entry.answer, Entry.links, Entry.term, Entry.department)
    for entry in session.execute(_published(Entry, code).with_only_columns(*columns)):
        term = entry.term or {}
        for url in [link["url"] for link in entry.links] + _written(
            entry.answer, term.get("before"), term.get("after")
        ):
            yield LinkUse(url, "entry", entry.entry_id, entry.question, office(entry.department))
    for row in session.scalars(_published(Department, code)):
        for url in _written(row.role, row.address, row.email):
            yield LinkUse(url, "department", row.entry_id, row.name, row.name)
    town = session.get_one(Municipality, code)
    for plan in session.scalars(select(Plan).where(Plan.municipality_code == code).order_by(Plan.plan_id)):
        if plan.url:
            yield LinkUse(plan.url, "plan", plan.plan_id, plan.title, office(town.contact_department))


def _published(table: type[_Row], code: str) -> Select[_Row]:
    return select(table).where(table.municipality_code == code, table.state == "published").order_by(table.entry_id)


def _written(*texts: str | None) -> list[str]:
    """The links that stand in texts."""
    return [url.rstrip(".,;:!?'") for one in texts if one for url in _URL.findall(one)]


def digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def note(row: LinkCheck, visit: Visit, moment: dt.datetime) -> None:
    """Put a visit into what is known of a link.  An unclear one neither helps nor harms."""
    day = moment.astimezone(JST).date()
    row.outcome, row.reason, row.status, row.checked_at = visit.outcome, visit.reason, visit.status, moment
    if visit.outcome == "alive":
        row.alive_at, row.failing_since, row.last_failed_on, row.failed_days = moment, None, None, 0
    elif visit.outcome == "failed" and row.last_failed_on != day:
        row.failing_since = row.failing_since or day
        row.last_failed_on, row.failed_days = day, row.failed_days + 1


def is_dead(row: LinkCheck) -> bool:
    return row.failed_days >= DEAD_AFTER_DAYS


def is_due(row: LinkCheck | None, moment: dt.datetime) -> bool:
    """Never visited; or a week ago; or it failed on another day and one more will tell."""
    if row is None:
        return True
    day, last = moment.astimezone(JST).date(), row.checked_at.astimezone(JST).date()
    if row.failed_days and not is_dead(row):
        return last < day
    return last + WEEK <= day


def claim(database: Database, moment: dt.datetime, code: str | None = None) -> Round | None:
    """Take the next municipality whose links are to be looked at, or ``code`` though it is not yet time.

    None while any process is at any municipality's: a host may serve several, and is asked one thing at a time.
    """
    if code is None:
        with database.reading() as session:
            # Most looks find nothing, and must not take the lock.
            if _next_code(session, moment) is None:
                return None
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(text("LOCK TABLE link_rounds IN EXCLUSIVE MODE"))
        if session.scalar(select(LinkRound.municipality_code).where(LinkRound.lease_until >= moment).limit(1)):
            return None
        wanted = code or _next_code(session, moment)
        if wanted is None:
            return None
        row = session.get(LinkRound, wanted)
        if row is None:
            row = LinkRound(municipality_code=wanted, fence=0)
            session.add(row)
        row.lease_until, row.fence = moment + LEASE, row.fence + 1
        return Round(wanted, row.fence)


def _next_code(session: Session, moment: dt.datetime) -> str | None:
    return session.scalar(
        select(Municipality.code)
        .outerjoin(LinkRound, LinkRound.municipality_code == Municipality.code)
        .where(
            or_(LinkRound.next_at.is_(None), LinkRound.next_at <= moment),
            or_(LinkRound.lease_until.is_(None), LinkRound.lease_until < moment),
        )
        .order_by(LinkRound.next_at.is_not(None), LinkRound.next_at, Municipality.code)
        .limit(1)
    )


def check_next(
    database: Database,
    visit: Callable[[str], Visit],
    clock: Callable[[], dt.datetime] = now,
    *,
    code: str | None = None,
    everything: bool = False,
    most: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
    pause: Callable[[float], None] = time.sleep,
) -> RoundReport | None:
    """Look at the links of one municipality that is due (or of ``code``); None where none is.

    ``everything``: also those whose time has not come.  ``most``: no more links than these at a time,
    the rest stays due.  ``progress`` is told (done, all); it may raise
    to stop, and then what was found so far is kept and the rest stays due.
    """
    held = claim(database, clock(), code)
    if held is None:
        return None
    try:
        with database.reading() as session:
            wanted = _wanted(session, held.code, clock(), everything=everything)
        found = _visited(database, held, wanted[:most], visit, clock, progress, pause)
        more = len(wanted) > found.visited and not found.offline
        finish(database, held, clock(), more=more)
    except BaseException:
        _give_back(database, held)
        raise
    return found


def _wanted(session: Session, code: str, moment: dt.datetime, *, everything: bool) -> list[str]:
    urls = list(dict.fromkeys(use.url for use in uses(session, code)))
    known = _known(session, code)
    return [url for url in urls if everything or is_due(known.get(url), moment)]


def _known(session: Session, code: str) -> dict[str, LinkCheck]:
    return {row.url: row for row in session.scalars(select(LinkCheck).where(LinkCheck.municipality_code == code))}


def _visited(
    database: Database,
    held: Round,
    wanted: Sequence[str],
    visit: Callable[[str], Visit],
    clock: Callable[[], dt.datetime],
    progress: Callable[[int, int], None],
    pause: Callable[[float], None],
) -> RoundReport:
    reached, failed = False, 0
    waiting: list[tuple[str, Visit]] = []
    last_of: dict[str, float] = {}
    try:
        for number, url in enumerate(wanted):
            progress(number, len(wanted))
            _wait_for(_host(url), last_of, pause)
            found = visit(url)
            last_of[_host(url)] = time.monotonic()
            waiting.append((url, found))
            reached = reached or not found.network
            failed += found.outcome == "failed"
            # Before anything is reached, whose fault a failure is cannot be told: it waits.
            if reached and len(waiting) >= A_TURN:
                _store(database, held, waiting, clock())
                waiting = []
            elif not reached and len(waiting) % A_TURN == 0:
                _store(database, held, [], clock())
    finally:
        offline = not reached and len({_host(url) for url, _ in waiting}) >= OWN_LINE_HOSTS
        # Nothing is put down to a page when nothing at all could be reached.
        _store(database, held, [] if offline else waiting, clock())
    progress(len(wanted), len(wanted))
    return RoundReport(held.code, len(wanted), 0 if offline else failed, offline)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _wait_for(host: str, last_of: Mapping[str, float], pause: Callable[[float], None]) -> None:
    left = last_of.get(host, 0.0) + PAUSE - time.monotonic() if host in last_of else 0.0
    if left > 0:
        pause(left)


def _held(session: Session, held: Round) -> LinkRound:
    row = session.get(LinkRound, held.code, with_for_update=True)
    if row is None or row.fence != held.fence:
        raise RoundLostError(held.code)
    return row


def _store(database: Database, held: Round, found: Iterable[tuple[str, Visit]], moment: dt.datetime) -> None:
    """Keep what was found and hold the claim for longer."""
    with database.writing() as session:
        _held(session, held).lease_until = moment + LEASE
        for url, visit in found:
            row = session.get(LinkCheck, (held.code, digest(url)))
            if row is None:
                row = LinkCheck(municipality_code=held.code, url_digest=digest(url), url=url, failed_days=0)
                session.add(row)
            note(row, visit, moment)


def finish(database: Database, held: Round, moment: dt.datetime, *, more: bool) -> None:
    """Forget links that stand nowhere any more; the next round is tomorrow, or at once where there is more."""
    with database.writing() as session:
        row = _held(session, held)
        row.finished_at, row.lease_until = moment, None
        row.next_at = moment if more else _tomorrow(moment)
        present = {digest(use.url) for use in uses(session, held.code)}
        gone = [known.url_digest for known in _known(session, held.code).values() if known.url_digest not in present]
        session.execute(
            delete(LinkCheck).where(LinkCheck.municipality_code == held.code, LinkCheck.url_digest.in_(gone))
        )


def _tomorrow(moment: dt.datetime) -> dt.datetime:
    """The next day in Japan, at four in the morning: hosts have little to do."""
    day = moment.astimezone(JST).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(4), JST).astimezone(dt.UTC)


def _give_back(database: Database, held: Round) -> None:
    with database.writing() as session:
        row = session.get(LinkRound, held.code)
        if row is not None and row.fence == held.fence:
            row.lease_until = None


def dead_links(session: Session, code: str) -> list[DeadLink]:
    """The dead links of a municipality with each place where they stand, office by office, the oldest first."""
    known = {url: row for url, row in _known(session, code).items() if is_dead(row)}
    if not known:
        # Most often: then nothing needs to be read for links.
        return []
    found = [
        DeadLink(use, row.failing_since, row.reason, row.checked_at)
        for use in uses(session, code)
        if (row := known.get(use.url)) is not None and row.failing_since
    ]
    return sorted(
        found,
        key=lambda dead: (
            dead.use.department == NO_DEPARTMENT,
            dead.use.department,
            dead.since,
            dead.use.entry_id,
            dead.use.url,
        ),
    )


def last_round(session: Session, code: str) -> dt.datetime | None:
    """When the links of a municipality were last looked at."""
    return session.scalar(select(LinkRound.finished_at).where(LinkRound.municipality_code == code))
