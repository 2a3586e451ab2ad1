"""What waits for one member of staff, counted: each kind by one query or two, narrowed to the person's own 課."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from knowledge.booked_checks import booked_check
from knowledge.calendar import JST, date_name
from knowledge.change_approval import RETURNED
from knowledge.change_requests import OpenChange, open_changes
from knowledge.entry_lists import RATED_DAYS, SOON, low_rated, refused_last
from knowledge.entry_steps import is_live
from knowledge.entry_versions import OPEN
from knowledge.freshness import DAYS_AHEAD, Due, Reason, department_names, due, watched
from knowledge.ledger import NOTED
from knowledge.links import DeadLink, dead_links
from knowledge.models import BundledDraft, Entry, EntryVersion, LoggedQuestion, Municipality, NeedCard, PlanSection
from knowledge.need_cards import is_any_card
from knowledge.plan_import import DRAFT, FACTS
from knowledge.reviews import unanswered_of
from knowledge.this_week import EXAMPLES, Example, Figures, Kind, Pile, reaches
from knowledge.unanswered import asked_in_vain

WEEK_DAYS = 7
TOP_NEEDS = 10
"""Questions not answered that a week asks to look at: those asked most."""
MOST_REFUSED = 2_000
REFUSED_FROM = 3
"""「この中にない」 so often, with the same answer standing first, makes it doubtful."""
OWN_DRAFT_DAYS, FORGOTTEN_DAYS = 1, 30
"""A draft is left lying after this long: one's own, and anybody's of one's 課."""
REFUSED_DAYS = 14
"""For so long its writer is told what was refused afterwards."""
_OVERDUE = (Reason.RECHECK, Reason.EXPIRED, Reason.TERM_OVER, Reason.PLAN_OVER)


@dataclass(frozen=True)
class Reader:
    """Whose week it is.  ``edits`` and ``approves``: the 課 for which, None the whole, empty none."""

    account: str
    edits: frozenset[str] | None
    approves: frozenset[str] | None

    @property
    def writes(self) -> bool:
        return self.edits is None or bool(self.edits)

    @property
    def decides(self) -> bool:
        return self.approves is None or bool(self.approves)


def piles(session: Session, code: str, reader: Reader, moment: dt.datetime) -> list[Pile]:
    """Everything that waits for ``reader`` in a municipality, in no order."""
    if not reader.writes:
        return []
    day = moment.astimezone(JST).date()
    found = [
        *_versions(session, code, reader, moment),
        *_booked(session, code, reader, moment),
        *_due(session, code, reader, day),
        _doubtful(session, code, reader, day),
        _needs(session, code, reader, day),
        _inquiries(session, code, reader, day),
        _links(session, code, reader),
        _imported(session, code, reader),
        _review(session, code, reader),
    ]
    if reader.decides:
        found.append(_common(session, code, reader))
    return [pile for pile in found if pile.count]


def _pile(kind: Kind, examples: Sequence[Example]) -> Pile:
    return Pile(kind, len(examples), tuple(examples[:EXAMPLES]))


# --- Versions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenVersion:
    """A version that somebody is still to do something about.  ``is_public``: residents read its question already."""

    entry_id: str
    number: int
    question: str
    department: str | None
    state: str
    confirmation: str | None
    author: str | None
    author_name: str
    requested_by: str | None
    reason: str | None
    created_at: dt.datetime
    requested_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    confirmed_at: dt.datetime | None = None
    live_from: dt.datetime | None = None
    is_public: bool = False

    @property
    def waits_since(self) -> dt.datetime | None:
        """Since when it waits for what comes next; None for what waits for nobody."""
        if self.confirmation == "refused":
            return self.confirmed_at
        if self.confirmation == "waiting":
            return self.live_from or self.created_at
        return self.decided_at if self.state == "returned" else self.requested_at


def open_versions(session: Session, code: str) -> list[OpenVersion]:
    """The oldest first; what was refused only until somebody writes anew."""
    version = EntryVersion
    wanted = (
        select(
            version.entry_id,
            version.number,
            Entry.question,
            Entry.department,
            version.state,
            version.confirmation,
            version.author,
            version.author_name,
            version.requested_by,
            version.reason,
            version.created_at,
            version.requested_at,
            version.decided_at,
            version.confirmed_at,
            version.live_from,
            Entry.state == "published",
        )
        .join(Entry, and_(Entry.municipality_code == code, Entry.entry_id == version.entry_id))
        .where(
            version.municipality_code == code,
            or_(version.state.in_(OPEN), version.confirmation == "waiting", refused_last(code)),
        )
        .order_by(version.created_at)
    )
    return [OpenVersion(*row) for row in session.execute(wanted)]


def _versions(session: Session, code: str, reader: Reader, moment: dt.datetime) -> Iterator[Pile]:
    separate = bool(session.scalar(select(Municipality.separate_approver).where(Municipality.code == code)))
    by_kind: dict[Kind, list[Example]] = {}
    for one in open_versions(session, code):
        kind = kind_of_version(one, reader, separate, moment)
        if kind is not None:
            note = _note(kind, one.reason, one.author_name)
            by_kind.setdefault(kind, []).append(Example(one.question, note, "entry", one.entry_id))
    changes: Counter[Kind] = Counter()
    for change in open_changes(session, code):
        kind = kind_of_change(change, reader, separate)
        if kind is not None:
            changes[kind] += 1
            example = Example(change.title, _note(kind, change.reason, change.author_name), "change", change.id)
            by_kind.setdefault(kind, []).append(example)
    for kind, examples in by_kind.items():
        yield replace(_pile(kind, examples), changes=changes[kind])


def _note(kind: Kind, reason: str | None, author: str) -> str:
    return f"理由：{reason}" if kind in (Kind.RETURNED, Kind.REFUSED) and reason else f"{author}さん"


def _booked(session: Session, code: str, reader: Reader, moment: dt.datetime) -> Iterator[Pile]:
    """What the check on the eve of a booking found, for those who may take it back."""
    found = booked_check(session, code, moment)
    if found is None or not found.is_loss:
        return
    note = f"正しくなくなる確認用の質問 {found.now_wrong}件、答えられなくなる質問 {found.unanswered}件"
    rows = [session.get(EntryVersion, (code, *one)) for one in found.versions]
    waiting = [row for row in rows if row is not None and row.state == "approved"]
    coming = [(row.entry_id, row.content["question"], row.content.get("department")) for row in waiting]
    entries = [session.get(Entry, (code, entry_id)) for entry_id in found.ending]
    ending = [(row.entry_id, row.question, row.department) for row in entries if is_live(row) and row is not None]
    own = [(entry_id, text) for entry_id, text, of in (*coming, *ending) if reaches(reader.edits, of)]
    yield _pile(Kind.BOOKED, [Example(text, note, "entry", entry_id) for entry_id, text in own])


def kind_of_version(one: OpenVersion, reader: Reader, separate: bool, moment: dt.datetime) -> Kind | None:
    """What a version asks of ``reader``; ``separate``: nobody approves what they wrote."""
    own = reader.account in (one.author, one.requested_by)
    decides = reaches(reader.approves, one.department) and not (separate and own)
    if one.confirmation == "waiting":
        return Kind.CONFIRM if decides else None
    if one.confirmation == "refused":
        known = one.confirmed_at is None or moment - one.confirmed_at >= dt.timedelta(days=REFUSED_DAYS)
        return Kind.REFUSED if own and not known else None
    if one.state == "requested":
        return Kind.REQUEST if decides else None
    if one.state == "returned":
        return Kind.RETURNED if own else None
    age = moment - one.created_at
    left = age >= dt.timedelta(days=OWN_DRAFT_DAYS if own else FORGOTTEN_DAYS)
    return Kind.DRAFT if left and (own or reaches(reader.edits, one.department)) else None


def kind_of_change(one: OpenChange, reader: Reader, separate: bool) -> Kind | None:
    """What a change of tables asks of ``reader``: the same as a version would."""
    own = reader.account == one.author
    if one.state == RETURNED:
        return Kind.RETURNED if own else None
    return Kind.REQUEST if reaches(reader.approves, one.department) and not (separate and own) else None


# --- Days and links ----------------------------------------------------------------------------------------------


def _due(session: Session, code: str, reader: Reader, day: dt.date) -> Iterator[Pile]:
    """A thing that is due for two reasons waits once, for the first of them."""
    names = None if reader.edits is None else _own_names(session, code, reader.edits)
    own = [
        item
        for item in due(watched(session, code, day + dt.timedelta(days=DAYS_AHEAD)), day)
        if names is None or item.thing.department in names
    ]
    overdue = _first_each(item for item in own if item.reason in _OVERDUE)
    ids = {(item.thing.kind, item.thing.entry_id) for item in overdue}
    soon = _first_each(
        item for item in own if item.reason in SOON and (item.thing.kind, item.thing.entry_id) not in ids
    )
    for kind, items in ((Kind.OVERDUE, overdue), (Kind.SOON, soon)):
        items.sort(key=lambda item: (item.day, item.thing.entry_id))
        yield _pile(
            kind,
            [
                Example(
                    item.thing.title,
                    f"{item.reason.value}（{date_name(item.day)}）",
                    item.thing.kind,
                    item.thing.entry_id,
                )
                for item in items
            ],
        )


def _first_each(items: Iterable[Due]) -> list[Due]:
    found: dict[tuple[str, str], Due] = {}
    for item in items:
        found.setdefault((item.thing.kind, item.thing.entry_id), item)
    return list(found.values())


def _own_names(session: Session, code: str, departments: frozenset[str]) -> frozenset[str]:
    names = department_names(session, code)
    return frozenset(names[one] for one in departments if one in names)


def _links(session: Session, code: str, reader: Reader) -> Pile:
    names = None if reader.edits is None else _own_names(session, code, reader.edits)
    dead = [each for each in dead_links(session, code) if names is None or each.use.department in names]
    return _pile(Kind.LINK, [_dead(each) for each in dead])


def _dead(each: DeadLink) -> Example:
    note = f"{date_name(each.since)}から（{each.reason}）"
    return Example(each.use.title, note, each.use.kind, each.use.entry_id)


# --- What residents asked ----------------------------------------------------------------------------------------


def _needs(session: Session, code: str, reader: Reader, day: dt.date) -> Pile:
    """What was asked most in vain: the cards that nobody has begun with, or the texts before there are cards."""
    if is_any_card(session, code):
        rows = session.scalars(
            _own_cards(code, reader)
            .where(NeedCard.state == "open", NeedCard.last_on > day - dt.timedelta(days=WEEK_DAYS))
            .order_by((NeedCard.askers + NeedCard.nameless).desc(), NeedCard.times.desc(), NeedCard.number)
            .limit(TOP_NEEDS)
        )
        return _pile(
            Kind.NEED, [Example(card.name, f"28日間に{card.recent:,}回", "need", str(card.number)) for card in rows]
        )
    top = asked_in_vain(session, code, day - dt.timedelta(days=WEEK_DAYS - 1), day, reader.edits)[:TOP_NEEDS]
    return _pile(Kind.NEED, [Example(one.text, f"{one.times}回") for one in top])


def _inquiries(session: Session, code: str, reader: Reader, day: dt.date) -> Pile:
    """Offices that were asked about a need and have not replied in time; the longest first."""
    rows = session.scalars(
        _own_cards(code, reader)
        .where(NeedCard.state == "inquiring", NeedCard.due_on < day)
        .order_by(NeedCard.due_on, NeedCard.number)
    )
    return _pile(
        Kind.INQUIRY,
        [
            Example(card.name, f"{card.inquiry_of}、期限 {date_name(card.due_on)}", "need", str(card.number))
            for card in rows
            if card.due_on is not None
        ],
    )


def _own_cards(code: str, reader: Reader) -> Select[NeedCard]:
    wanted = select(NeedCard).where(NeedCard.municipality_code == code)
    return wanted if reader.edits is None else wanted.where(NeedCard.department.in_(sorted(reader.edits)))


def _doubtful(session: Session, code: str, reader: Reader, day: dt.date) -> Pile:
    refused = _refused(session, code, day)
    rows = session.execute(
        select(Entry.entry_id, Entry.question, Entry.department)
        .where(
            Entry.municipality_code == code,
            Entry.state.in_(("published", "staff")),
            or_(low_rated(code, day), Entry.entry_id.in_(sorted(refused))),
        )
        .order_by(Entry.entry_id)
    )
    examples = [
        (refused[row.entry_id], Example(row.question, _doubt(refused[row.entry_id]), "entry", row.entry_id))
        for row in rows
        if reaches(reader.edits, row.department)
    ]
    return _pile(Kind.DOUBTFUL, [example for _, example in sorted(examples, key=lambda each: -each[0])])


def _doubt(refused: int) -> str:
    return f"「この中にない」が{refused}回" if refused else "「解決しなかった」が多い（低評価）"


def _refused(session: Session, code: str, day: dt.date) -> Counter[str]:
    """Which entry stood first, how often, where a resident said that none of the choices was it."""
    log = LoggedQuestion
    rows = session.scalars(
        select(log.candidates)
        .where(
            log.municipality_code == code,
            log.tapped_entry_id == "",
            log.jst_date >= day - dt.timedelta(days=RATED_DAYS),
        )
        .order_by(log.jst_date.desc())
        .limit(MOST_REFUSED)
    )
    counted = Counter(candidates[0]["entry_id"] for candidates in rows if candidates)
    return Counter({entry_id: count for entry_id, count in counted.items() if count >= REFUSED_FROM})


def figures(session: Session, code: str, day: dt.date) -> tuple[Figures, Figures]:
    """The seven days up to ``day``, and the seven before them: what the bot was asked, by anybody, in any channel."""
    log = LoggedQuestion
    rows = session.execute(
        select(log.jst_date, log.decision, func.count())
        .where(
            log.municipality_code == code,
            log.jst_date > day - dt.timedelta(days=2 * WEEK_DAYS),
            log.jst_date <= day,
            log.decision != "smalltalk",
            log.channel.not_in(NOTED),
        )
        .group_by(log.jst_date, log.decision)
    )
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for asked_on, decision, count in rows:
        counts[(day - asked_on).days // WEEK_DAYS][decision] += count
    return _figures(counts[0]), _figures(counts[1])


def _figures(counts: Counter[str]) -> Figures:
    return Figures(counts.total(), counts["answer"], counts["suggest"], counts["none"], counts["handoff"])


# --- What was brought --------------------------------------------------------------------------------------------


def _common(session: Session, code: str, reader: Reader) -> Pile:
    """Changes of the content that came with the program; what is no entry belongs to the whole."""
    rows = session.execute(
        select(BundledDraft.entry_id, Entry.question, Entry.department)
        .outerjoin(Entry, and_(Entry.municipality_code == code, Entry.entry_id == BundledDraft.entry_id))
        .where(BundledDraft.municipality_code == code)
        .order_by(BundledDraft.entry_id)
    )
    own = [row for row in rows if reaches(reader.approves, row.department)]
    return _pile(Kind.COMMON, [Example(row.question or row.entry_id) for row in own])


def _imported(session: Session, code: str, reader: Reader) -> Pile:
    """Entries of a list that nobody has touched since, and the pieces of an imported plan."""
    beside = select(EntryVersion.entry_id).where(
        EntryVersion.municipality_code == code, EntryVersion.state.in_((*OPEN, "approved"))
    )
    entries = session.execute(
        select(Entry.entry_id, Entry.question, Entry.department)
        .where(Entry.municipality_code == code, Entry.state == "draft", Entry.entry_id.not_in(beside))
        .order_by(Entry.entry_id)
    )
    own = (row for row in entries if reaches(reader.edits, row.department))
    found = [Example(row.question, "", "entry", row.entry_id) for row in own]
    of_plans = _drafts_of_plans(session, code) if reader.edits is None else 0
    pieces = [Example("計画の節・指標・工程・用語", f"{of_plans}件")] if of_plans else []
    return Pile(Kind.IMPORTED, len(found) + of_plans, tuple([*pieces, *found][:EXAMPLES]))


def _drafts_of_plans(session: Session, code: str) -> int:
    counted = [
        select(func.count()).select_from(table).where(table.municipality_code == code, table.state == DRAFT)
        for table in (PlanSection, *FACTS.values())
    ]
    return sum(session.scalar(one) or 0 for one in counted)


def _review(session: Session, code: str, reader: Reader) -> Pile:
    rows = [row for row in unanswered_of(session, code) if reaches(reader.edits, row.department)]
    return _pile(Kind.REVIEW, [Example(row.question, f"{date_name(row.deadline)}まで") for row in rows])
