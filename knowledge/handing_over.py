"""引継ぎ: what somebody who leaves still holds, and their drafts in a colleague's hands."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from knowledge.approval import Actor
from knowledge.calendar import JST, date_name
from knowledge.change_approval import RETURNED, WAITING
from knowledge.entry_checks import EntryFaultsError
from knowledge.entry_versions import OPEN
from knowledge.freshness import NO_DEPARTMENT, department_names
from knowledge.models import ChangeRequest, EntryVersion, Job, StaffAccount, StaffGrant, UnsavedText
from knowledge.publishing import ChangedMeanwhileError, StepRefusedError, Text, save_draft
from knowledge.reviews import unanswered_of
from knowledge.roles import INCLUDED, Grant, Person, Role
from knowledge.staff import grants_of, is_active, person_of
from knowledge.tabular import OutSheet
from knowledge.unsaved_texts import KEPT_FOR
from knowledge.workbooks import workbook_bytes

WHAT: Mapping[str, str] = {
    "draft": "下書き",
    "returned": "差戻し（まだ直していない）",
    "requested": "承認依頼中",
    "approved": "公開予約",
    "ending": "公開終了予約",
    "urgent": "緊急公開（事後承認待ち）",
    "change": "変更の承認依頼中（表・穴埋めシートなど）",
    "change_returned": "変更の差戻し（まだ直していない）",
    "review": "一括見直し（答えていない）",
    "job": "始めた仕事（まだ終わっていない）",
    "unsaved": "保存していない文",
}
"""What can be held, in the order of the list."""
_NEXT: Mapping[str, str] = {
    "draft": "引き継ぐか、取り下げます",
    "returned": "引き継いで、直します",
    "requested": "承認者に見てもらいます。差し戻されたら、ここから引き継ぎます",
    "approved": "このままでも、その時に公開されます",
    "ending": "このままでも、その時に公開が終わります",
    "urgent": "承認者に事後承認を頼みます",
    "change": "承認者に決めてもらいます。差し戻されたら、ほかの人がもう一度依頼します",
    "change_returned": "要るなら、ほかの人がもう一度依頼します",
    "review": "課のほかの人が答えます",
    "job": "このままでも終わります。結果を見る人を決めます",
    "unsaved": "本人だけが開けます。使ううちに保存してもらいます",
}
_TAKEN_ON = ("draft", "returned")
_HEADINGS = ("種類", "市町村", "何を", "担当課", "いつから", "どうするか")
_WIDTHS = (26, 14, 50, 24, 18, 44)


@dataclass(frozen=True)
class Held:
    """One thing.  ``entry_id`` and ``number``: of a version."""

    what: str
    municipality_code: str
    about: str
    department: str
    since: dt.datetime | None = None
    entry_id: str | None = None
    number: int | None = None

    @property
    def name(self) -> str:
        return WHAT[self.what]

    @property
    def next(self) -> str:
        return _NEXT[self.what]

    @property
    def can_be_taken_on(self) -> bool:
        return self.what in _TAKEN_ON


@dataclass(frozen=True)
class HandedOver:
    """What became of the drafts: those taken on, and why some were not."""

    taken: tuple[Held, ...]
    left: tuple[str, ...]


def held_by(session: Session, account: StaffAccount, scopes: Collection[str] | None, moment: dt.datetime) -> list[Held]:
    """All that the account holds in these municipalities (None: in all), by kind and the oldest first."""
    found = [
        *_versions(session, account, scopes),
        *_changes(session, account, scopes),
        *_reviews(session, account, scopes),
        *_jobs(session, account, scopes),
        *_unsaved(session, account, scopes, moment),
    ]
    order = list(WHAT)
    return sorted(found, key=lambda one: (order.index(one.what), one.municipality_code, one.since or moment))


def _within(column: InstrumentedAttribute[str], scopes: Collection[str] | None) -> ColumnElement[bool]:
    return true() if scopes is None else column.in_(scopes)


def _versions(session: Session, account: StaffAccount, scopes: Collection[str] | None) -> Iterator[Held]:
    version, own = EntryVersion, str(account.id)
    open_or_booked = version.state.in_((*OPEN, "approved"))
    ending = and_(version.state == "published", version.end_at.is_not(None))
    wanted = select(version).where(
        _within(version.municipality_code, scopes),
        or_(version.author == own, version.requested_by == own),
        or_(open_or_booked, ending, version.confirmation == "waiting"),
    )
    names: dict[str, dict[str, str]] = {}
    for row in session.scalars(wanted.order_by(version.created_at)):
        code = row.municipality_code
        if code not in names:
            names[code] = department_names(session, code)
        department = names[code].get(row.content.get("department") or "", NO_DEPARTMENT)
        yield Held(_what(row), code, row.content["question"], department, row.created_at, row.entry_id, row.number)


def _what(version: EntryVersion) -> str:
    if version.confirmation == "waiting":
        return "urgent"
    return "ending" if version.state == "published" else version.state


def _changes(session: Session, account: StaffAccount, scopes: Collection[str] | None) -> Iterator[Held]:
    """The changes of tables that were asked for and are not done with."""
    row = ChangeRequest
    wanted = select(row).where(
        _within(row.municipality_code, scopes), row.author == str(account.id), row.state.in_((WAITING, RETURNED))
    )
    for one in session.scalars(wanted.order_by(row.requested_at)):
        code = one.municipality_code
        department = department_names(session, code).get(one.department or "", NO_DEPARTMENT)
        what = "change" if one.state == WAITING else "change_returned"
        yield Held(what, code, one.title, department, one.requested_at)


def _reviews(session: Session, account: StaffAccount, scopes: Collection[str] | None) -> Iterator[Held]:
    """What the 課 of which the person is a writer have not answered of the review under way."""
    for code, departments in _own_departments(grants_of(session, account.id)).items():
        if scopes is not None and code not in scopes:
            continue
        left = Counter(one.department for one in unanswered_of(session, code) if one.department in departments)
        names = department_names(session, code)
        for department, count in sorted(left.items(), key=lambda each: each[0] or ""):
            yield Held("review", code, f"{count}件の答え", names.get(department or "", NO_DEPARTMENT))


def _own_departments(grants: Iterable[Grant]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for grant in grants:
        if grant.scope is not None and grant.department is not None and Role.EDITOR in INCLUDED[grant.role]:
            found.setdefault(grant.scope, set()).add(grant.department)
    return found


def _jobs(session: Session, account: StaffAccount, scopes: Collection[str] | None) -> Iterator[Held]:
    wanted = select(Job).where(
        _within(Job.municipality_code, scopes),
        Job.asked_by == str(account.id),
        Job.state.in_(("waiting", "running")),
    )
    for job in session.scalars(wanted.order_by(Job.asked_at)):
        yield Held("job", job.municipality_code, _JOBS.get(job.kind, "時間のかかる仕事"), "", job.asked_at)


_JOBS = {"effect": "公開前の影響確認", "effect_prepare": "影響確認の準備", "caution_effects": "確かさの確認"}


def _unsaved(
    session: Session, account: StaffAccount, scopes: Collection[str] | None, moment: dt.datetime
) -> Iterator[Held]:
    """Only that there are some: what is not saved is nobody else's to read."""
    text = UnsavedText
    counted = (
        select(text.municipality_code, func.count(), func.min(text.kept_at))
        .where(
            _within(text.municipality_code, scopes),
            text.account == str(account.id),
            text.kept_at >= moment - KEPT_FOR,
        )
        .group_by(text.municipality_code)
    )
    for code, count, since in session.execute(counted):
        yield Held("unsaved", code, f"{count}件（中身は本人だけが見られます）", "", since)


# --- Taking on ---------------------------------------------------------------------------------------------------


def take_on(session: Session, held: Iterable[Held], heir: StaffAccount, moment: dt.datetime) -> HandedOver:
    """Drafts and what was sent back become ``heir``'s, each as a version written on the other's.

    Who wrote what stays as it was: neither of the two may approve it where writers do not.
    """
    person = person_of(session, heir, moment)
    taken: list[Held] = []
    left: list[str] = []
    for one in held:
        if not one.can_be_taken_on or one.entry_id is None or one.number is None:
            continue
        version = session.get_one(EntryVersion, (one.municipality_code, one.entry_id, one.number))
        why = _not_taken(session, version, person, is_active(heir, moment), moment)
        if why is None:
            taken.append(one)
        else:
            left.append(f"「{one.about}」：{why}")
    return HandedOver(tuple(taken), tuple(left))


def _not_taken(session: Session, version: EntryVersion, heir: Person, active: bool, moment: dt.datetime) -> str | None:
    """Take one on; why it could not be."""
    edits = active and heir.reaches(Role.EDITOR, version.municipality_code, version.content.get("department"))
    if not edits:
        return f"{heir.name}さんに、この担当課の編集の役割がありません。役割を加えてから、もう一度引き継いでください"
    text = Text(
        version.content,
        version.audience,
        version.staff_note,
        version.publish_at,
        version.end_at,
        version.document_number,
        version.decided_on,
    )
    state, reason, number = version.state, version.reason, version.number
    decided = version.decided_by, version.decided_name, version.decided_at
    actor = Actor(str(heir.account_id), heir.name, edits=True)
    try:
        made = save_draft(session, version.municipality_code, text, actor, moment, based_on=number)
    except (EntryFaultsError, StepRefusedError, ChangedMeanwhileError) as error:
        return str(error)
    if state == "returned":
        made.state, made.reason = state, reason
        made.decided_by, made.decided_name, made.decided_at = decided
    return None


def heirs(session: Session, leaver: StaffAccount, held: Iterable[Held], moment: dt.datetime) -> list[StaffAccount]:
    """Who may write something of what is to be taken on; of each thing, ``take_on`` asks again."""
    places = {place for one in held if one.can_be_taken_on and (place := _place(session, one))}
    codes = {code for code, _ in places}
    wanted = select(StaffAccount).where(
        StaffAccount.id != leaver.id,
        StaffAccount.id.in_(
            select(StaffGrant.account_id).where(or_(StaffGrant.scope.is_(None), StaffGrant.scope.in_(codes)))
        ),
    )
    found = session.scalars(wanted.order_by(StaffAccount.name)).all() if codes else ()
    return [
        one for one in found if is_active(one, moment) and _writes_somewhere(person_of(session, one, moment), places)
    ]


def _place(session: Session, one: Held) -> tuple[str, str | None] | None:
    """The municipality and the 課 that a version belongs to."""
    version = session.get(EntryVersion, (one.municipality_code, one.entry_id, one.number))
    return (one.municipality_code, version.content.get("department")) if version is not None else None


def _writes_somewhere(person: Person, places: Iterable[tuple[str, str | None]]) -> bool:
    return any(person.reaches(Role.EDITOR, code, department) for code, department in places)


# --- On paper ----------------------------------------------------------------------------------------------------


def handover_workbook(account: StaffAccount, held: Sequence[Held], towns: Mapping[str, str], day: dt.date) -> bytes:
    about = [
        ("引継ぎの一覧", f"{account.name}（{account.login}）"),
        ("作った日", date_name(day)),
        ("使い終わる日", date_name(account.active_until) if account.active_until else "決めていません"),
    ]
    rows = [
        (
            one.name,
            towns.get(one.municipality_code, one.municipality_code),
            one.about,
            one.department,
            date_name(one.since.astimezone(JST).date()) if one.since else "",
            one.next,
        )
        for one in held
    ]
    return workbook_bytes(about, [OutSheet("引継ぎ", _HEADINGS, _WIDTHS, frozenset(), rows, frozen="A2")])
