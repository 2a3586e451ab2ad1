"""確認用の質問 as a spreadsheet, out and in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from intents.text import normalize
from knowledge.cells import control_character
from knowledge.check_questions import (
    DECISIONS,
    CheckQuestion,
    check_questions,
    end_check_question,
    entry_ids_of,
    faults_of,
    keep_check_question,
    new_check_question,
)
from knowledge.sheet_places import ImportFaultsError, Known, one_sheet
from knowledge.tabular import OutSheet, Row, Sheet

SHEET = "確認用の質問"
HEADINGS = ("質問", "正しい対応", "答えの番号", "言語", "メモ")
NEEDED = ("質問", "正しい対応")
_WIDTHS = (60, 16, 40, 8, 40)
_HEADING_OF = {"text": "質問", "decision": "正しい対応", "entry_ids": "答えの番号", "note": "メモ"}


@dataclass(frozen=True)
class SheetChange:
    """What taking a sheet in did, in questions."""

    kept: int
    unchanged: int
    ended: int


@dataclass(frozen=True)
class SheetPlan:
    """What taking a sheet in would do: nothing, where there are ``faults``."""

    added: tuple[CheckQuestion, ...]
    changed: tuple[CheckQuestion, ...]
    unchanged: int
    ended: tuple[CheckQuestion, ...]
    faults: tuple[str, ...] = ()

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed) + len(self.ended)


def check_sheet(questions: Iterable[CheckQuestion]) -> OutSheet:
    lines = [(one.text, DECISIONS[one.decision], "\n".join(one.entry_ids), one.language, one.note) for one in questions]
    return OutSheet(SHEET, HEADINGS, _WIDTHS, frozenset(), lines, frozen="A2")


def take_in(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    moment: dt.datetime,
    *,
    by: str | None = None,
    end_missing: bool = False,
    public_numbers: Collection[str] = (),
) -> SheetChange:
    """Keep every question of the sheet, or raise ImportFaultsError with every fault and keep none.

    ``end_missing``: those that the sheet lacks are asked no more.
    """
    plan = planned(session, code, sheets, end_missing=end_missing, public_numbers=public_numbers)
    if plan.faults:
        raise ImportFaultsError(plan.faults)
    for question in (*plan.added, *plan.changed):
        keep_check_question(session, code, question, moment, by)
    for question in plan.ended:
        end_check_question(session, code, question.id, moment, by)
    return SheetChange(len(plan.added) + len(plan.changed), plan.unchanged, len(plan.ended))


def planned(
    session: Session,
    code: str,
    sheets: Sequence[Sheet],
    *,
    end_missing: bool = False,
    public_numbers: Collection[str] = (),
) -> SheetPlan:
    """What ``take_in`` would do with the same sheets.  Raises ImportFaultsError where no table can be found."""
    known = one_sheet("check_questions", sheets, HEADINGS, NEEDED)
    questions, faults = known_questions(known, entry_ids_of(session, code), public_numbers)
    before = {one.id: one for one in check_questions(session, code)}
    wanted = {question.id for question in questions}
    return SheetPlan(
        tuple(one for one in questions if one.id not in before),
        tuple(one for one in questions if one.id in before and before[one.id] != one),
        sum(before.get(one.id) == one for one in questions),
        tuple(one for one in before.values() if end_missing and one.id not in wanted),
        tuple(faults),
    )


def known_questions(
    known: Known, entries: Collection[str], public_numbers: Collection[str] = ()
) -> tuple[list[CheckQuestion], list[str]]:
    """The questions of a sheet, and all faults."""
    found: dict[str, int] = {}
    questions: list[CheckQuestion] = []
    faults: list[str] = []
    for row in known.rows:
        cells = {heading: (known.text(row, heading) or "").strip() for heading in HEADINGS}
        if not any(cells.values()):
            continue
        question = _question(cells, public_numbers)
        bad = [*known.bad_cells(row), *_faults(known, row, cells, question, entries)]
        if not bad and question.id in found:
            bad.append(known.place(row).fault("質問", f"{found[question.id]}行目と同じ質問です"))
        found.setdefault(question.id, row.number)
        faults += bad
        questions.append(question)
    return questions, faults


def _question(cells: dict[str, str], public_numbers: Collection[str]) -> CheckQuestion:
    names = {normalize(shown): name for name, shown in DECISIONS.items()}
    decision = names.get(normalize(cells["正しい対応"]), cells["正しい対応"])
    ids = cells["答えの番号"].replace("、", " ").replace(",", " ").split()
    return new_check_question(cells["質問"], decision, ids, cells["言語"] or "ja", cells["メモ"], public_numbers)


def _faults(
    known: Known, row: Row, cells: dict[str, str], question: CheckQuestion, entries: Collection[str]
) -> Iterable[str]:
    place = known.place(row)
    for heading, cell in cells.items():
        if unusable := control_character(cell):
            yield place.fault(heading, f"使えない文字があります（{unusable}）。消してください")
    for field, sentence in faults_of(question, entries):
        yield place.fault(_HEADING_OF[field], sentence)
