"""The console's list of answers: found by words as residents find them, narrowed by what staff look for.

Each filter is one condition of one query over ``entries``; what the log tells is read from indexes
made for it, so that a page is quick with a million questions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from intents.ranker import Candidate, rank
from knowledge.bundle import COMMON_PREFIX
from knowledge.calendar import JST, a_year_after
from knowledge.entry_versions import WAITING
from knowledge.freshness import DAYS_AHEAD, Reason, due, watched
from knowledge.ledger import NOTED
from knowledge.links import dead_links
from knowledge.models import Entry, EntryVersion, LoggedQuestion
from knowledge.preview import Previews, Selection
from knowledge.related_departments import relates_to
from knowledge.slot_values import slot_values
from knowledge.slots import TOWN, fill

PAGE = 50
UNUSED_DAYS = 90
RATED_DAYS = 90
LOW_FROM, LOW_SHARE = 3, 0.4
"""低評価: this many 解決しなかった at least, and this share of all that were told."""
MOST_FOUND = 100
NOBODYS = "-"
"""What belongs to no 課."""
SOON = (Reason.RECHECK_SOON, Reason.EXPIRES_SOON, Reason.TERM_CLOSES_SOON, Reason.PLAN_OVER_SOON)
_EVERYTHING = Selection(drafts=True, staff_only=True, ended=True)

STATES: Mapping[str, str] = {
    "published": "公開",
    "staff": "公開（職員のみ）",
    "draft": "下書き",
    "requested": "承認依頼中",
    "returned": "差戻し",
    "approved": "公開予約",
    "confirm": "事後承認待ち",
    "refused": "事後の不承認",
    "ended": "公開終了",
    "deleted": "取り下げ・削除",
}
"""What one filters by, and how staff read it.  What was given up is listed only where it is asked for."""


@dataclass(frozen=True)
class Filters:
    """What is looked for.  ``department``: or NOBODYS; ``departments``: None for all, else those that an account sees.

    ``related``: a 関係課.
    """

    words: str = ""
    state: str | None = None
    department: str | None = None
    departments: tuple[str, ...] | None = None
    related: str | None = None
    measure: str | None = None
    expired: bool = False
    unused: bool = False
    low_rated: bool = False
    blanks: bool = False
    soon: bool = False
    dead_links: bool = False


@dataclass(frozen=True)
class Line:
    """An entry in the list.  ``state`` is what is answered from; ``waiting`` is the version beside it, if there is."""

    entry_id: str
    question: str
    state: str
    version: int
    department: str | None
    measure: str | None
    checked_on: dt.date
    updated_at: dt.datetime
    waiting: int | None
    waiting_state: str | None
    publish_at: dt.datetime | None


@dataclass(frozen=True)
class Page:
    lines: tuple[Line, ...]
    total: int


def listed(session: Session, previews: Previews, code: str, filters: Filters, day: dt.date, page: int = 1) -> Page:
    """One page of the list: by likeness where words are given, else by id."""
    conditions = [Entry.municipality_code == code, *_conditions(session, code, filters, day)]
    if filters.state != "deleted":
        conditions.append(Entry.state != "deleted")
    found = found_ids(session, previews, code, filters.words) if filters.words.strip() else None
    if found is not None:
        conditions.append(Entry.entry_id.in_(found))
    waiting = _waiting(code)
    version = aliased(EntryVersion)
    order = [_place(found), Entry.entry_id] if found else [Entry.entry_id]
    # What is looked for may be dear to find: once for the count and the page.
    ids = session.scalars(select(Entry.entry_id).where(*conditions).order_by(*order)).all()
    start = (max(page, 1) - 1) * PAGE
    shown = ids[start : start + PAGE]
    joined = (
        select(
            Entry.entry_id,
            Entry.question,
            Entry.state,
            Entry.version,
            Entry.department,
            Entry.measure,
            Entry.checked_on,
            Entry.updated_at,
            version.number.label("waiting"),
            version.state.label("waiting_state"),
            version.publish_at,
        )
        .outerjoin(waiting, waiting.c.entry_id == Entry.entry_id)
        .outerjoin(
            version,
            and_(
                version.municipality_code == code,
                version.entry_id == waiting.c.entry_id,
                version.number == waiting.c.number,
            ),
        )
        .where(Entry.municipality_code == code, Entry.entry_id.in_(shown))
    )
    lines = {row.entry_id: Line(*row) for row in session.execute(joined)}
    return Page(tuple(lines[entry_id] for entry_id in shown), len(ids))


def _waiting(code: str) -> Subquery:
    """The newest version of each entry that somebody works at, or that waits for its moment."""
    found = (
        select(EntryVersion.entry_id, func.max(EntryVersion.number).label("number"))
        .where(EntryVersion.municipality_code == code, EntryVersion.state.in_(WAITING))
        .group_by(EntryVersion.entry_id)
    )
    return found.subquery()


def _place(found: Sequence[str]) -> ColumnElement[int]:
    return case({entry_id: place for place, entry_id in enumerate(found)}, value=Entry.entry_id, else_=len(found))


def _of_state(state: str, code: str) -> ColumnElement[bool]:
    if state in ("published", "staff", "ended", "deleted"):
        return Entry.state == state
    if state == "confirm":
        return Entry.entry_id.in_(_having(code, EntryVersion.confirmation == "waiting"))
    if state == "refused":
        return Entry.entry_id.in_(_having(code, refused_last(code)))
    beside = Entry.entry_id.in_(_having(code, EntryVersion.state == state))
    if state == "draft":
        # A draft of a list that was taken in before versions were kept has none.
        any_beside = _having(code, EntryVersion.state.in_(WAITING))
        return or_(beside, and_(Entry.state == "draft", Entry.entry_id.not_in(any_beside)))
    return beside


def _having(code: str, condition: ColumnElement[bool]) -> Select[str]:
    return select(EntryVersion.entry_id).where(EntryVersion.municipality_code == code, condition)


def refused_last(code: str) -> ColumnElement[bool]:
    """Of a version: it was found wrong afterwards, and nobody has written anew since."""
    later = aliased(EntryVersion)
    written_anew = select(later.number).where(
        later.municipality_code == code,
        later.entry_id == EntryVersion.entry_id,
        later.created_at > EntryVersion.confirmed_at,
    )
    return and_(EntryVersion.confirmation == "refused", ~written_anew.correlate(EntryVersion).exists())


def _conditions(session: Session, code: str, filters: Filters, day: dt.date) -> list[ColumnElement[bool]]:
    return [*_of_what_it_is(code, filters), *_of_what_it_asks_for(session, code, filters, day)]


def _of_what_it_is(code: str, filters: Filters) -> Iterator[ColumnElement[bool]]:
    """By its state and whose it is."""
    if filters.state is not None:
        yield _of_state(filters.state, code)
    if filters.department == NOBODYS:
        yield Entry.department.is_(None)
    elif filters.department is not None:
        yield Entry.department == filters.department
    if filters.related is not None:
        yield relates_to(filters.related)
    if filters.departments is not None:
        related = [relates_to(one) for one in filters.departments]
        yield or_(Entry.department.in_(filters.departments), *related)
    if filters.measure is not None:
        yield Entry.measure == filters.measure


def _of_what_it_asks_for(session: Session, code: str, filters: Filters, day: dt.date) -> Iterator[ColumnElement[bool]]:
    """By what somebody should do about it."""
    if filters.expired:
        yield expired(day)
    if filters.soon:
        yield Entry.entry_id.in_(soon_ids(session, code, day))
    if filters.unused:
        yield unused(code, day)
    if filters.low_rated:
        yield low_rated(code, day)
    if filters.blanks:
        yield Entry.entry_id.in_(blank_ids(session, code))
    if filters.dead_links:
        dead = (each.use for each in dead_links(session, code))
        yield Entry.entry_id.in_({use.entry_id for use in dead if use.kind == "entry"})


def expired(day: dt.date) -> ColumnElement[bool]:
    """期限切れ: to be checked again, shown no longer, or with a term that is over; as knowledge.freshness counts."""
    return and_(
        Entry.state.in_(("published", "staff")),
        or_(
            Entry.recheck_on <= day,
            and_(Entry.recheck_on.is_(None), Entry.checked_on <= checked_long_ago(day)),
            Entry.valid_until < day,
            Entry.term["until"].as_string() < day.isoformat(),
        ),
    )


def soon_ids(session: Session, code: str, day: dt.date) -> set[str]:
    """もうすぐ期限: as 今週やること counts them."""
    coming = due(watched(session, code, day + dt.timedelta(days=DAYS_AHEAD)), day)
    return {item.thing.entry_id for item in coming if item.thing.kind == "entry" and item.reason in SOON}


def checked_long_ago(day: dt.date) -> dt.date:
    """The last day of checking that is a year ago on ``day``."""
    try:
        before = day.replace(year=day.year - 1)
    except ValueError:
        before = day.replace(year=day.year - 1, day=28)
    # 29 February is a year ago on the 28th already.
    following = before + dt.timedelta(days=1)
    return following if a_year_after(following) <= day else before


def unused(code: str, day: dt.date, days: int = UNUSED_DAYS) -> ColumnElement[bool]:
    """使われていない: answered from for that long as it is, and shown to nobody."""
    since = day - dt.timedelta(days=days)
    long_ago = dt.datetime.combine(since, dt.time(), JST)
    return and_(
        Entry.state == "published",
        Entry.updated_at < long_ago,
        _never(code, LoggedQuestion.entry_id, since),
        _never(code, LoggedQuestion.tapped_entry_id, since),
    )


def _never(code: str, shown: InstrumentedAttribute[str | None], since: dt.date) -> ColumnElement[bool]:
    """Whether no row of the log has the entry as ``shown``.

    One look at the index an entry: as NOT EXISTS, PostgreSQL reads a log of a million rows twice instead.
    """
    once = select(LoggedQuestion.id).where(
        LoggedQuestion.municipality_code == code,
        shown == Entry.entry_id,
        LoggedQuestion.jst_date >= since,
        LoggedQuestion.channel.not_in(NOTED),  # what staff noted is about it, but was not shown it
    )
    return once.limit(1).correlate(Entry).scalar_subquery().is_(None)


def low_rated(code: str, day: dt.date, days: int = RATED_DAYS) -> ColumnElement[bool]:
    """低評価: of what residents said of it lately, much was 解決しなかった."""
    entry_id = func.coalesce(LoggedQuestion.entry_id, LoggedQuestion.tapped_entry_id)
    unsolved = func.sum(case((LoggedQuestion.feedback == "unsolved", 1), else_=0))
    rated = (
        select(entry_id)
        .where(
            LoggedQuestion.municipality_code == code,
            LoggedQuestion.jst_date >= day - dt.timedelta(days=days),
            LoggedQuestion.feedback.is_not(None),
        )
        .group_by(entry_id)
        .having(unsolved >= LOW_FROM, unsolved >= LOW_SHARE * func.count())
    )
    return Entry.entry_id.in_(rated)


def blank_ids(session: Session, code: str) -> list[str]:
    """空欄あり: the common entries in use that leave something out, since the municipality has no value for it."""
    values = {**slot_values(session, code), TOWN: ""}
    rows = session.execute(
        select(Entry.entry_id, Entry.answer, Entry.facets).where(
            Entry.municipality_code == code,
            Entry.entry_id.startswith(COMMON_PREFIX),
            Entry.state.in_(("published", "staff")),
        )
    )
    return [row.entry_id for row in rows if _lacks(values, row.answer, *(row.facets or {}).values())]


def _lacks(values: Mapping[str, str], *texts: str | None) -> bool:
    return any(fill(text, values).missing for text in texts if text)


def found_ids(session: Session, previews: Previews, code: str, words: str) -> list[str]:
    """The entries that ``words`` may mean, the nearest first: as residents' questions are understood.

    What was written a moment ago, and is not indexed yet, is found by its letters.
    """
    index = previews.latest(code, _EVERYTHING).knowledge.index
    ranked = [one.document.id for one in rank(index, words, MOST_FOUND).candidates if _has_to_do(one)]
    plain = words.strip()
    literal = select(Entry.entry_id).where(
        Entry.municipality_code == code,
        or_(Entry.entry_id == plain, Entry.question.contains(plain, autoescape=True)),
    )
    by_letters = session.scalars(literal.order_by(Entry.entry_id).limit(MOST_FOUND)).all()
    return list(dict.fromkeys([*(one for one in by_letters if one == plain), *ranked, *by_letters]))


def _has_to_do(candidate: Candidate) -> bool:
    found = candidate.features
    return candidate.exact or found.coverage > 0 or found.sound > 0.6
