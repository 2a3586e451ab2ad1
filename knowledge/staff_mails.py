"""What staff are told by mail: 承認依頼, 差戻し, 期限, and once a week what waits.  Never a resident's words.

Told is what is so now, once: a look finds the same again and adds nothing (the outbox knows by key).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import JST, date_name
from knowledge.change_requests import open_changes
from knowledge.models import Municipality, Review, StaffAccount, StaffMail
from knowledge.outbox import put
from knowledge.reviews import unanswered_of
from knowledge.roles import Person, Role
from knowledge.staff import is_active, person_of
from knowledge.this_week import Kind, Pile, Week, planned, reaches
from knowledge.this_week_counts import OpenVersion, Reader, kind_of_change, kind_of_version, open_versions, piles

FRESH = dt.timedelta(days=2)
"""What is older was before notices were switched on: nobody is told of it now."""
REVIEW_AHEAD = (7, 0)
"""Days before the deadline of a 一括見直し on which those who have not answered are told."""
WEEKLY_DAY, WEEKLY_HOURS = 0, range(8, 12)
"""Monday morning: late where the jobs process was away, but never at night."""
MOST_SUBJECT = 90
_FOOT = "\n\nこのメールは自動で送っています。返信しても届きません。"


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be told something, with what they may do in one municipality."""

    account_id: int
    reader: Reader


def write_mails(session: Session, moment: dt.datetime, base_url: str) -> None:
    """Put into the outbox what is to be told at ``moment``."""
    people = list(_people(session, moment))
    if not people:
        return
    for town in session.scalars(select(Municipality).order_by(Municipality.code)):
        own = list(_colleagues(people, town.code))
        if own:
            address = f"{base_url}/staff/{town.code}/"
            _of_versions(session, town, own, moment, address)
            _of_changes(session, town, own, moment, address)
            _of_review(session, town, own, moment, address)
            _of_week(session, town, own, moment, address)


def _people(session: Session, moment: dt.datetime) -> Iterator[Person]:
    for account in session.scalars(select(StaffAccount).where(StaffAccount.email.is_not(None))):
        if is_active(account, moment):
            yield person_of(session, account, moment)


def _colleagues(people: list[Person], code: str) -> Iterator[Colleague]:
    for one in people:
        reader = Reader(str(one.account_id), one.departments(Role.EDITOR, code), one.departments(Role.APPROVER, code))
        if reader.writes:
            yield Colleague(one.account_id, reader)


def _of_versions(
    session: Session, town: Municipality, people: list[Colleague], moment: dt.datetime, address: str
) -> None:
    """A request to those who may decide it; what was sent back, and why, to who wrote it."""
    for one in open_versions(session, town.code):
        since = one.waits_since
        if since is None or since < moment - FRESH:
            continue
        for colleague in people:
            kind = kind_of_version(one, colleague.reader, town.separate_approver, moment)
            if kind not in (Kind.REQUEST, Kind.RETURNED, Kind.REFUSED, Kind.CONFIRM):
                continue
            key = f"{kind.name}:{town.code}:{one.entry_id}:{one.number}:{since.isoformat(timespec='seconds')}"
            reason = f"\n理由：{one.reason}" if kind in (Kind.RETURNED, Kind.REFUSED) and one.reason else ""
            page = f"{address}answers/{one.entry_id}"
            body = f"{kind.value}があります。\n\n答え：{_name_of(one)}{reason}\n\n{kind.why}\n{page}{_FOOT}"
            subject = f"【こたえ】{kind.value}：{_name_of(one)}"
            put(session, colleague.account_id, key, town.code, subject, body, moment)


def _name_of(one: OpenVersion) -> str:
    """A question that is not public may be a resident's own wording, with which the answer was begun."""
    return one.question if one.is_public else "まだ公開していない答え"


def _of_changes(
    session: Session, town: Municipality, people: list[Colleague], moment: dt.datetime, address: str
) -> None:
    """The same of changes of tables."""
    for one in open_changes(session, town.code):
        since = one.decided_at or one.requested_at
        if since < moment - FRESH:
            continue
        for colleague in people:
            kind = kind_of_change(one, colleague.reader, town.separate_approver)
            if kind is None:
                continue
            key = f"{kind.name}:{town.code}:{one.id}:{since.isoformat(timespec='seconds')}"
            reason = f"\n理由：{one.reason}" if kind is Kind.RETURNED and one.reason else ""
            body = (
                f"{kind.value}があります。\n\n変更：{one.title}{reason}\n\n{kind.why}\n{address}changes/{one.id}{_FOOT}"
            )
            subject = f"【こたえ】{kind.value}：{one.title[:MOST_SUBJECT]}"
            put(session, colleague.account_id, key, town.code, subject, body, moment)


def _of_review(
    session: Session, town: Municipality, people: list[Colleague], moment: dt.datetime, address: str
) -> None:
    day = moment.astimezone(JST).date()
    review = session.scalar(select(Review).where(Review.municipality_code == town.code, Review.closed_at.is_(None)))
    if review is None or (review.deadline - day).days not in REVIEW_AHEAD:
        return
    left = unanswered_of(session, town.code)
    for colleague in people:
        count = sum(reaches(colleague.reader.edits, one.department) for one in left)
        if count:
            body = (
                f"一括見直し「{review.title}」の期限は{date_name(review.deadline)}です。\n"
                f"まだ答えていないものが{count}件あります。\n{address}review{_FOOT}"
            )
            key = f"review:{town.code}:{review.number}:{day}"
            put(session, colleague.account_id, key, town.code, "【こたえ】一括見直しの期限", body, moment)


def _of_week(session: Session, town: Municipality, people: list[Colleague], moment: dt.datetime, address: str) -> None:
    """Monday's summary: how many of each kind, no text of anything."""
    local = moment.astimezone(JST)
    if local.weekday() != WEEKLY_DAY or local.hour not in WEEKLY_HOURS:
        return
    key = f"week:{town.code}:{local.date()}"
    told = set(session.scalars(select(StaffMail.account_id).where(StaffMail.key == key)))
    for colleague in people:
        if colleague.account_id in told:
            continue
        week = planned(piles(session, town.code, colleague.reader, moment))
        if week.first:
            body = f"{weekly_text(town.name, week)}\n\n{address}{_FOOT}"
            put(session, colleague.account_id, key, town.code, "【こたえ】今週やること", body, moment)


def weekly_text(town: str, week: Week) -> str:
    lines = [f"・{line_of(task.pile)}" for task in (*week.first, *week.later)]
    return "\n".join([f"{town}で、あなたを待っている仕事です（役に立つ順）。", "", *lines])


def line_of(pile: Pile) -> str:
    return f"{pile.kind.value}　{pile.count}件"
