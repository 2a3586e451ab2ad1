"""確認用の質問: questions whose right answer staff have laid down, asked before anything is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from intents.decision import Decision
from intents.personal_data import mask
from intents.text import MAX_QUESTION, clean, shorten
from knowledge.digests import short_digest
from knowledge.models import CheckQuestionRow, Department, Entry, Indicator, Municipality, ScheduleItem, Term

DECISIONS = {
    Decision.ANSWER.value: "答える",
    Decision.SUGGEST.value: "選択肢を出す",
    Decision.NONE.value: "答えがない",
    Decision.HANDOFF.value: "人につなぐ",
    Decision.SMALLTALK.value: "あいさつ",
}
"""What may be laid down, as staff read it."""
USED, ENDED = "used", "ended"
LONGEST_NOTE = 200
_WITH_ENTRIES = (Decision.ANSWER.value, Decision.SUGGEST.value)


@dataclass(frozen=True)
class CheckQuestion:
    """``decision``: what is right; ``entry_ids``: any of them is the right entry, none given: it does not matter."""

    id: str
    text: str
    decision: str
    entry_ids: tuple[str, ...] = ()
    language: str = "ja"
    note: str = ""


class CheckQuestionError(ValueError):
    """A question cannot be kept as it is; the message names the field and the remedy."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def check_questions(session: Session, code: str) -> list[CheckQuestion]:
    """Those in use, in the order of their ids."""
    rows = session.scalars(
        select(CheckQuestionRow)
        .where(CheckQuestionRow.municipality_code == code, CheckQuestionRow.state == USED)
        .order_by(CheckQuestionRow.check_id)
    )
    return [_question(row) for row in rows]


def check_question(session: Session, code: str, check_id: str) -> CheckQuestion | None:
    """The one with this id, where it is in use."""
    row = session.get(CheckQuestionRow, (code, check_id))
    return _question(row) if row is not None and row.state == USED else None


def _question(row: CheckQuestionRow) -> CheckQuestion:
    return CheckQuestion(row.check_id, row.text, row.decision, tuple(row.entry_ids), row.language, row.note)


def departments_by_entry(session: Session, code: str, entry_ids: Collection[str]) -> dict[str, str | None]:
    """The 課 of each of the entries; what is no entry (a figure, an office) is not in it."""
    rows = session.execute(
        select(Entry.entry_id, Entry.department).where(
            Entry.municipality_code == code, Entry.entry_id.in_(entry_ids), Entry.state.not_in(("deleted", "ended"))
        )
    )
    return {row.entry_id: row.department for row in rows}


def new_check_question(
    text: str,
    decision: str,
    entry_ids: Iterable[str] = (),
    language: str = "ja",
    note: str = "",
    public_numbers: Collection[str] = (),
) -> CheckQuestion:
    """A question as it may be kept: masked as the log is.  The same words are the same question."""
    masked = mask(shorten(clean(text), 2 * MAX_QUESTION), public_numbers=public_numbers).text
    kept = shorten(masked)
    return CheckQuestion(
        f"check-{short_digest(kept, letters=12)}", kept, decision, tuple(entry_ids), language, note.strip()
    )


def keep_check_question(
    session: Session, code: str, question: CheckQuestion, moment: dt.datetime, by: str | None = None
) -> bool:
    """Add it, or change the one with its id; whether anything was changed.

    Raises LookupError where there is no such municipality, and CheckQuestionError.
    """
    if session.get(Municipality, code) is None:
        raise LookupError(code)
    for field, message in faults_of(question, entry_ids_of(session, code)):
        raise CheckQuestionError(field, message)
    row = session.get(CheckQuestionRow, (code, question.id), with_for_update=True)
    values = {
        "text": question.text,
        "decision": question.decision,
        "entry_ids": list(question.entry_ids),
        "language": question.language,
        "note": question.note,
        "state": USED,
    }
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return False
    if row is None:
        row = CheckQuestionRow(municipality_code=code, check_id=question.id)
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.changed_by, row.changed_at = by, moment
    return True


def end_check_question(session: Session, code: str, check_id: str, moment: dt.datetime, by: str | None = None) -> bool:
    """It is asked no more; whether it was."""
    row = session.get(CheckQuestionRow, (code, check_id), with_for_update=True)
    if row is None or row.state == ENDED:
        return False
    row.state, row.changed_by, row.changed_at = ENDED, by, moment
    return True


def faults_of(question: CheckQuestion, known: Collection[str]) -> Iterable[tuple[str, str]]:
    """What keeps a question from being kept, as (field, sentence)."""
    if not question.text:
        yield "text", "質問を書いてください"
    if question.decision not in DECISIONS:
        yield "decision", f"{'・'.join(DECISIONS.values())} のどれかを選んでください"
    if question.entry_ids and question.decision not in (*_WITH_ENTRIES, Decision.NONE.value):
        yield "entry_ids", f"「{DECISIONS.get(question.decision, '')}」には答えの番号を書きません。消してください"
    for entry_id in question.entry_ids:
        if entry_id not in known:
            yield "entry_ids", f"{entry_id} という番号の答えはありません（書き出した表の番号を使ってください）"
    if len(question.note) > LONGEST_NOTE:
        yield "note", f"{LONGEST_NOTE}字までで書いてください（今は {len(question.note)}字）"


def entry_ids_of(session: Session, code: str) -> frozenset[str]:
    """Everything that may answer: published, ended or still a draft."""
    first, *others = (_ids(table, code) for table in (Entry, Indicator, ScheduleItem, Department, Term))
    return frozenset(session.scalars(first.union_all(*others)))


def _ids(table: type[Entry | Indicator | ScheduleItem | Department | Term], code: str) -> Select[str]:
    return select(table.entry_id).where(table.municipality_code == literal(code))
