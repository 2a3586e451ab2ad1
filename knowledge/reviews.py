"""年度末一括見直し: each 課 says of each of its answers 変更なし, 修正 or 廃止, until a deadline.

変更なし renews the day of checking at once, and keeps a version; 修正 and 廃止 are noted here, and done where
answers are written and ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from knowledge.bundle import COMMON_PREFIX
from knowledge.calendar import JST
from knowledge.common_office_names import own_departments
from knowledge.entry_versions import OPEN, Author, revised
from knowledge.models import Entry, EntryVersion, Municipality, Review, ReviewRow

SAME, REVISE, END = "same", "revise", "end"
VERDICTS: Mapping[str, str] = {SAME: "変更なし", REVISE: "修正", END: "廃止"}
_LIVE = ("published", "staff")


class ReviewError(ValueError):
    """It cannot be done; the message tells why, and what to do.  ``field``: of the form."""

    def __init__(self, message: str, field: str = "title") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Unanswered:
    """An answer of which its 課 has said nothing yet."""

    entry_id: str
    question: str
    department: str | None
    deadline: dt.date


@dataclass(frozen=True)
class Progress:
    """How far one 課 has come."""

    department: str | None
    total: int
    same: int
    revise: int
    end: int

    @property
    def left(self) -> int:
        return self.total - self.same - self.revise - self.end


@dataclass(frozen=True)
class Line:
    """An answer in a round, as it is now.  ``barred``: why 変更なし cannot be chosen."""

    entry_id: str
    question: str
    answer: str
    department: str | None
    checked_on: dt.date | None
    version: int | None
    verdict: str | None
    note: str
    answered_name: str | None
    answered_at: dt.datetime | None
    barred: str | None


@dataclass(frozen=True)
class Verdict:
    """What a 課 says of one answer.  ``version``: the one it was shown, where that is known."""

    entry_id: str
    verdict: str
    note: str = ""
    version: int | None = None


def start_review(
    session: Session, code: str, title: str, deadline: dt.date, author: Author, moment: dt.datetime
) -> Review:
    """Ask about everything that is answered from now.  Raises ReviewError."""
    session.get_one(Municipality, code, with_for_update=True)
    name = title.strip()
    if not name or len(name) > 60:
        raise ReviewError("名前を60文字までで書いてください（例 令和8年度末の見直し）", "title")
    if deadline < moment.astimezone(JST).date():
        raise ReviewError("期限が過ぎた日です。今日か、それより先の日にしてください", "deadline")
    if review_under_way(session, code) is not None:
        raise ReviewError("前の見直しが終わっていません。終わらせてから始めてください", "title")
    newest = session.scalar(select(func.max(Review.number)).where(Review.municipality_code == code)) or 0
    review = Review(
        municipality_code=code,
        number=newest + 1,
        title=name,
        deadline=deadline,
        started_at=moment,
        started_by=author.account,
        started_name=author.name,
    )
    session.add(review)
    session.flush()
    entries = session.execute(
        select(Entry.entry_id, Entry.question, Entry.department).where(
            Entry.municipality_code == code, Entry.state.in_(_LIVE)
        )
    )
    # What is common is asked of the 課 that the 穴埋めシート names.
    own = own_departments(session, code)
    session.add_all(
        ReviewRow(
            municipality_code=code,
            number=review.number,
            entry_id=row.entry_id,
            question=row.question,
            department=own.get(row.department or "", row.department),
            note="",
        )
        for row in entries
    )
    session.flush()
    return review


def close_review(review: Review, moment: dt.datetime) -> None:
    review.closed_at = review.closed_at or moment


def review_under_way(session: Session, code: str) -> Review | None:
    return session.scalar(select(Review).where(Review.municipality_code == code, Review.closed_at.is_(None)))


def reviews_of(session: Session, code: str) -> Sequence[Review]:
    """All rounds, the newest first."""
    return session.scalars(select(Review).where(Review.municipality_code == code).order_by(Review.number.desc())).all()


def progress(session: Session, code: str, number: int) -> list[Progress]:
    """Every 課 of a round; those with the most left first."""
    counted: dict[str | None, dict[str | None, int]] = {}
    rows = session.execute(
        select(ReviewRow.department, ReviewRow.verdict, func.count())
        .where(ReviewRow.municipality_code == code, ReviewRow.number == number)
        .group_by(ReviewRow.department, ReviewRow.verdict)
    )
    for department, verdict, count in rows:
        counted.setdefault(department, {})[verdict] = count
    found = [
        Progress(department, sum(by.values()), by.get(SAME, 0), by.get(REVISE, 0), by.get(END, 0))
        for department, by in counted.items()
    ]
    return sorted(found, key=lambda one: (-one.left, one.department or ""))


def unanswered_of(session: Session, code: str) -> list[Unanswered]:
    """What is not answered of the round under way; answers that have ended meanwhile need no verdict."""
    rows = session.execute(
        select(ReviewRow.entry_id, ReviewRow.question, ReviewRow.department, Review.deadline)
        .join(Review, and_(Review.municipality_code == code, Review.number == ReviewRow.number))
        .join(Entry, and_(Entry.municipality_code == code, Entry.entry_id == ReviewRow.entry_id))
        .where(
            ReviewRow.municipality_code == code,
            ReviewRow.verdict.is_(None),
            Review.closed_at.is_(None),
            Entry.state.in_(_LIVE),
        )
        .order_by(ReviewRow.entry_id)
    )
    return [Unanswered(*row) for row in rows]


@dataclass(frozen=True)
class Marked:
    """An answer of which its 課 said 修正 or 廃止, and which is still as it was then."""

    entry_id: str
    question: str
    department: str | None
    verdict: str
    note: str


def marked(session: Session, code: str, number: int) -> list[Marked]:
    """What is still to be done after the verdicts: what was written or ended since is left out."""
    rows = session.execute(
        select(ReviewRow.entry_id, Entry.question, ReviewRow.department, ReviewRow.verdict, ReviewRow.note)
        .join(Entry, and_(Entry.municipality_code == code, Entry.entry_id == ReviewRow.entry_id))
        .where(
            ReviewRow.municipality_code == code,
            ReviewRow.number == number,
            ReviewRow.verdict.in_((REVISE, END)),
            Entry.state.in_(_LIVE),
            Entry.updated_at <= ReviewRow.answered_at,
        )
        .order_by(ReviewRow.department, ReviewRow.entry_id)
    )
    return [Marked(row.entry_id, row.question, row.department, row.verdict or "", row.note) for row in rows]


def set_deadline(review: Review, deadline: dt.date, moment: dt.datetime) -> None:
    """Give the 課 more time, or less.  Raises ReviewError."""
    if review.closed_at is not None:
        raise ReviewError("この見直しは終わっています", "deadline")
    if deadline < moment.astimezone(JST).date():
        raise ReviewError("期限が過ぎた日です。今日か、それより先の日にしてください", "deadline")
    review.deadline = deadline


def count_lines(session: Session, code: str, number: int, department: str | None) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(ReviewRow)
            .where(
                ReviewRow.municipality_code == code,
                ReviewRow.number == number,
                ReviewRow.department == department if department else ReviewRow.department.is_(None),
            )
        )
        or 0
    )


def lines(
    session: Session, code: str, number: int, department: str | None, start: int = 0, size: int | None = None
) -> list[Line]:
    """The answers of one 課 (None: of none), those without a verdict first."""
    wanted = (
        select(ReviewRow, Entry)
        .outerjoin(Entry, and_(Entry.municipality_code == code, Entry.entry_id == ReviewRow.entry_id))
        .where(
            ReviewRow.municipality_code == code,
            ReviewRow.number == number,
            ReviewRow.department == department if department else ReviewRow.department.is_(None),
        )
        .order_by(ReviewRow.verdict.is_not(None), ReviewRow.entry_id)
        .offset(start)
    )
    rows = session.execute(wanted if size is None else wanted.limit(size)).all()
    beside = _worked_at(session, code, [row.entry_id for row, _ in rows])
    return [_line(row, entry, beside) for row, entry in rows]


def _line(row: ReviewRow, entry: Entry | None, beside: Collection[str]) -> Line:
    return Line(
        row.entry_id,
        entry.question if entry is not None else row.question,
        entry.answer if entry is not None else "",
        row.department,
        entry.checked_on if entry is not None else None,
        entry.version if entry is not None else None,
        row.verdict,
        row.note,
        row.answered_name,
        row.answered_at,
        _barred(entry, beside),
    )


def _worked_at(session: Session, code: str, entry_ids: Sequence[str]) -> frozenset[str]:
    """The entries with a version beside what is live: renewing the day would take its ground away."""
    return frozenset(
        session.scalars(
            select(EntryVersion.entry_id).where(
                EntryVersion.municipality_code == code,
                EntryVersion.state.in_((*OPEN, "approved")),
                EntryVersion.entry_id.in_(entry_ids),
            )
        )
    )


def _barred(entry: Entry | None, beside: Collection[str]) -> str | None:
    if entry is None or entry.state not in _LIVE:
        return "もう公開していない答えです"
    if entry.entry_id in beside:
        return "書きかけか公開予約の版があります。「修正」を選ぶか、その版を先に公開するか取り下げてください"
    return None


def departments_of(session: Session, review: Review, entry_ids: Collection[str]) -> set[str | None]:
    """Whose the answers are, as far as they are in the round."""
    return set(
        session.scalars(
            select(ReviewRow.department).where(
                ReviewRow.municipality_code == review.municipality_code,
                ReviewRow.number == review.number,
                ReviewRow.entry_id.in_(entry_ids),
            )
        )
    )


def answer_review(
    session: Session, review: Review, verdicts: Iterable[Verdict], author: Author, moment: dt.datetime
) -> int:
    """Note what a 課 says, and renew the day of checking where nothing changes; how many were noted.

    Raises ReviewError, and then nothing of it may be kept: the caller's transaction is to be given up.
    """
    if review.closed_at is not None:
        raise ReviewError("この見直しは終わっています", "verdict")
    given = {one.entry_id: one for one in verdicts}
    code = review.municipality_code
    town = session.get_one(Municipality, code, with_for_update=True)
    rows = {
        row.entry_id: row
        for row in session.scalars(
            select(ReviewRow).where(
                ReviewRow.municipality_code == code,
                ReviewRow.number == review.number,
                ReviewRow.entry_id.in_(list(given)),
            )
        )
    }
    problems = faults(session, code, rows, given.values())
    if problems:
        raise ReviewError("\n".join(problems), "verdict")
    renewed = [entry_id for entry_id, one in given.items() if one.verdict == SAME]
    for entry_id in renewed:
        _renew(session, session.get_one(Entry, (code, entry_id)), author, moment)
    town.knowledge_version += bool(renewed)
    for entry_id, one in given.items():
        row = rows[entry_id]
        row.verdict, row.note = one.verdict, one.note.strip()[:200]
        row.answered_by, row.answered_name, row.answered_at = author.account, author.name, moment
    return len(given)


def faults(session: Session, code: str, rows: Mapping[str, ReviewRow], verdicts: Collection[Verdict]) -> list[str]:
    """Why some of the verdicts cannot be taken, a sentence each."""
    late = not_now(session, code, rows, verdicts)
    found = (_fault(one, rows.get(one.entry_id)) or late.get(one.entry_id) for one in verdicts)
    return [fault for fault in found if fault is not None]


def not_now(
    session: Session, code: str, rows: Mapping[str, ReviewRow], verdicts: Collection[Verdict]
) -> dict[str, str]:
    """Of which answers 変更なし cannot be taken now, and why: nothing that whoever says so did wrong."""
    same = [one for one in verdicts if one.verdict == SAME and one.entry_id in rows]
    ids = [one.entry_id for one in same]
    wanted = select(Entry).where(Entry.municipality_code == code, Entry.entry_id.in_(ids))
    entries = {entry.entry_id: entry for entry in session.scalars(wanted)}
    beside = _worked_at(session, code, ids)
    found = ((one.entry_id, _late(one, entries.get(one.entry_id), beside)) for one in same)
    return {entry_id: f"「{rows[entry_id].question}」：{why}" for entry_id, why in found if why is not None}


def _fault(one: Verdict, row: ReviewRow | None) -> str | None:
    if row is None:
        return f"「{one.entry_id}」は、この見直しにない答えです"
    if one.verdict not in VERDICTS:
        return f"「{row.question}」：変更なし・修正・廃止のどれかを選んでください"
    if one.verdict != SAME and not one.note.strip():
        return f"「{row.question}」：{VERDICTS[one.verdict]}の内容か理由を書いてください"
    return None


def _late(one: Verdict, entry: Entry | None, beside: Collection[str]) -> str | None:
    barred = _barred(entry, beside)
    if barred is None and entry is not None and one.version is not None and one.version != entry.version:
        return (
            f"見ていた文（第{one.version}版）は、もう第{entry.version}版に変わっています。"
            "今の文を見て、選び直してください"
        )
    return barred


def _renew(session: Session, entry: Entry, author: Author, moment: dt.datetime) -> None:
    """Checked today; a day set for the next check that has come no longer holds."""
    day = moment.astimezone(JST).date()
    if entry.checked_on == day and not (entry.recheck_on and entry.recheck_on <= day):
        return
    ends_at = booked_end(session, entry)
    with revised(session, entry, moment, author):
        entry.checked_on = day
        if entry.recheck_on is not None and entry.recheck_on <= day:
            entry.recheck_on = None
        # A common entry stays one that follows the common text.
        entry.by_staff = entry.by_staff or not entry.entry_id.startswith(COMMON_PREFIX)
    if ends_at is not None:
        session.flush()
        session.get_one(EntryVersion, (entry.municipality_code, entry.entry_id, entry.version)).end_at = ends_at


def booked_end(session: Session, entry: Entry) -> dt.datetime | None:
    """公開終了予約 of what is live: it is the answer's, and goes over to a version that says the same."""
    live = session.get(EntryVersion, (entry.municipality_code, entry.entry_id, entry.version))
    return live.end_at if live is not None else None
