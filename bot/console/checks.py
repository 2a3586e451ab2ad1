"""確認用の質問: what must stay right, with what each gets now."""

from __future__ import annotations

import io
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from bot.console.carried import brought, is_carried
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, note_denied, person, require
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.console.uploads import uploaded_tables
from bot.effect_check import is_right
from bot.many_questions import Got, Side, ask, got_of
from bot.services import services
from bot.web.chat import knowledge_or_404
from intents.decision import Decision
from intents.language import JAPANESE
from intents.text import MAX_QUESTION
from knowledge import audit
from knowledge.calendar import now
from knowledge.check_question_sheet import HEADINGS, SheetPlan, check_sheet, planned, take_in
from knowledge.check_questions import (
    DECISIONS,
    LONGEST_NOTE,
    CheckQuestion,
    CheckQuestionError,
    check_question,
    check_questions,
    departments_by_entry,
    end_check_question,
    keep_check_question,
    new_check_question,
)
from knowledge.corpus import Knowledge
from knowledge.offices import public_numbers
from knowledge.recently_used import RecentlyUsed
from knowledge.roles import Role
from knowledge.sheet_kinds import LANGUAGES
from knowledge.sheet_places import ImportFaultsError
from knowledge.tabular import Sheet, sheets_digest
from knowledge.upload_limits import UploadError
from knowledge.workbooks import workbook_bytes

blueprint = Blueprint("checks", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class _Said:
    """What ``knowledge`` said to questions; it lives no longer for it."""

    knowledge: weakref.ref[Knowledge]
    got: dict[str, Got]


_SAID = RecentlyUsed[str, _Said](20, size=lambda _: 1)
"""By municipality, since the list is opened again after every edit."""


@dataclass(frozen=True)
class Listed:
    question: CheckQuestion
    got: Got
    right: bool
    titles: tuple[str, ...]
    """Of the answers that are right, as residents read them."""


def got_now(knowledge: Knowledge, question: CheckQuestion) -> Got:
    said = _SAID.get(knowledge.town.code)
    if said is None or said.knowledge() is not knowledge:
        said = _Said(weakref.ref(knowledge), {})
        _SAID.put(knowledge.town.code, said)
    if question.text not in said.got:
        said.got[question.text] = got_of(ask(Side(knowledge), question.text))
    return said.got[question.text]


@blueprint.get("/<code>/checks")
def index(code: str) -> str:
    knowledge = knowledge_or_404(code)
    only_wrong = bool(request.args.get("wrong"))
    with services().database.reading() as session:
        questions = _seen(session, code, check_questions(session, code))
    if only_wrong:
        questions = [one for one in questions if not is_right(one, got_now(knowledge, one))]
    pages = paging(len(questions))
    return render_template(
        "console/checks/index.html",
        code=code,
        listed=[_listed(knowledge, one) for one in questions[pages.start : pages.start + pages.size]],
        paging=pages,
        only_wrong=only_wrong,
        decisions=DECISIONS,
        edits=person().may(Role.EDITOR, code),
        whole=person().reaches(Role.EDITOR, code, None),
    )


def _listed(knowledge: Knowledge, question: CheckQuestion) -> Listed:
    got = got_now(knowledge, question)
    titles = tuple(
        knowledge.answers[entry_id].title if entry_id in knowledge.answers else entry_id
        for entry_id in question.entry_ids
    )
    return Listed(question, got, is_right(question, got), titles)


def _seen(session: Session, code: str, questions: list[CheckQuestion]) -> list[CheckQuestion]:
    """Those that this person may see: somebody of one 課 sees what is answered by it."""
    own = person().departments(Role.VIEWER, code)
    if own is None:
        return questions
    ids = {entry_id for one in questions for entry_id in one.entry_ids}
    departments = departments_by_entry(session, code, ids)
    return [one for one in questions if any(departments.get(entry_id) in own for entry_id in one.entry_ids)]


def may_change(session: Session, code: str, entry_ids: tuple[str, ...]) -> bool:
    """Whether this person may lay down questions with these answers: their 課's, or, without any, the whole's."""
    departments = departments_by_entry(session, code, entry_ids)
    wanted = {departments.get(entry_id) for entry_id in entry_ids} or {None}
    return all(person().reaches(Role.EDITOR, code, department) for department in wanted)


def keep(code: str, question: CheckQuestion, instead_of: CheckQuestion | None = None) -> bool:
    """Lay a question down, in place of another where one is given; whether that changed anything.

    Raises CheckQuestionError.  Stops with 404 where it is another 課's.
    """
    kit, moment, me = services(), now(), person()
    with kit.database.reading() as session:
        before = check_question(session, code, question.id)
        own = all(may_change(session, code, one.entry_ids) for one in (question, before, instead_of) if one)
    if not own:
        note_denied()
        abort(404)
    with kit.database.writing() as session:
        changed = keep_check_question(session, code, question, moment, str(me.account_id))
        if instead_of is not None and instead_of.id != question.id:
            end_check_question(session, code, instead_of.id, moment, str(me.account_id))
            _note(session, code, "check_question_ended", instead_of)
        if changed:
            _note(session, code, "check_question_kept", question)
    return changed


def _note(session: Session, code: str, action: str, question: CheckQuestion) -> None:
    """The words stay out of the log: they may have been a resident's."""
    details = {"decision": question.decision, "entry_ids": list(question.entry_ids)}
    audit.append(session, actor(), action, at=now(), scope=code, subject=question.id, details=details)


@blueprint.route("/<code>/checks/add", methods=["GET", "POST"])
def add(code: str) -> Answered:
    town_or_404(code)
    if request.method == "GET":
        return _form_page(code, None, {}, {"decision": Decision.ANSWER.value, "language": JAPANESE})
    return _take(code, None)


@blueprint.route("/<code>/checks/<check_id>", methods=["GET", "POST"])
def change(code: str, check_id: str) -> Answered:
    found = _own_or_404(code, check_id)
    return _form_page(code, found, {}, _fields_of(found)) if request.method == "GET" else _take(code, found)


def _take(code: str, before: CheckQuestion | None) -> Answered:
    given = {name: text(name, 2000) for name in ("text", "decision", "entry_ids", "language", "note")}
    ids = given["entry_ids"].replace("、", " ").replace(",", " ").split()
    numbers = public_numbers(services().database, code)
    question = new_check_question(
        given["text"], given["decision"], ids, given["language"][:8] or JAPANESE, given["note"], numbers
    )
    try:
        keep(code, question, before)
    except CheckQuestionError as error:
        return _form_page(code, before, {error.field: str(error)}, given), 422
    tell("確認用の質問を保存しました。")
    return redirect(url_for("console.checks.index", code=code), 303)


def _form_page(code: str, found: CheckQuestion | None, errors: Mapping[str, str], given: Mapping[str, str]) -> str:
    knowledge = knowledge_or_404(code)
    return render_template(
        "console/checks/form.html",
        code=code,
        found=found,
        now=_listed(knowledge, found) if found else None,
        errors=errors,
        given=given,
        decisions=DECISIONS,
        languages=[(JAPANESE, "日本語"), *LANGUAGES.items()],
        longest=MAX_QUESTION,
        longest_note=LONGEST_NOTE,
    )


def _fields_of(question: CheckQuestion) -> dict[str, str]:
    return {
        "text": question.text,
        "decision": question.decision,
        "entry_ids": "\n".join(question.entry_ids),
        "language": question.language,
        "note": question.note,
    }


def _own_or_404(code: str, check_id: str) -> CheckQuestion:
    with services().database.reading() as session:
        found = check_question(session, code, check_id) or abort(404)
        own = may_change(session, code, found.entry_ids)
    if not own:
        note_denied()
        abort(404)
    return found


@blueprint.post("/<code>/checks/<check_id>/end")
def end(code: str, check_id: str) -> Answered:
    found = _own_or_404(code, check_id)
    with services().database.writing() as session:
        if end_check_question(session, code, check_id, now(), str(person().account_id)):
            _note(session, code, "check_question_ended", found)
    tell("この質問は、もう確かめません。同じ質問を書けば、また使えます。")
    return redirect(url_for("console.checks.index", code=code), 303)


@blueprint.get("/<code>/checks/export.xlsx")
def export(code: str) -> Response:
    town_or_404(code)
    with services().database.reading() as session:
        questions = _seen(session, code, check_questions(session, code))
    content = workbook_bytes([], [check_sheet(questions)])
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"kakunin-{code}.xlsx")


@blueprint.route("/<code>/checks/import", methods=["GET", "POST"])
def take_file(code: str) -> Answered:
    """Look at a file (``file``), then do what was shown.  A sheet is of the whole municipality."""
    town_or_404(code)
    require(Role.EDITOR, code, None)
    if request.method == "GET":
        return _import_page(code, {})
    end_missing = bool(request.form.get("end_missing"))
    numbers = public_numbers(services().database, code)
    try:
        given = brought(f"checks {code}", uploaded_tables)
        with services().database.reading() as session:
            plan = planned(session, code, given.sheets, end_missing=end_missing, public_numbers=numbers)
        if plan.faults:
            raise ImportFaultsError(plan.faults)
    except UploadError as error:
        return _import_page(code, {"file": str(error)}), 422
    except ImportFaultsError as error:
        return _import_page(code, {}, faults=error.faults), 422
    if not is_carried():
        return _import_page(code, {}, plan, given.held, end_missing=end_missing)
    return _do(code, given.sheets, end_missing)


def _import_page(
    code: str,
    errors: Mapping[str, str],
    plan: SheetPlan | None = None,
    held: str = "",
    *,
    end_missing: bool = False,
    faults: tuple[str, ...] = (),
) -> str:
    return render_template(
        "console/checks/import.html",
        code=code,
        errors=errors,
        plan=plan,
        held=held,
        end_missing=end_missing,
        faults=faults,
        headings=HEADINGS,
        decisions=DECISIONS,
    )


def _do(code: str, sheets: list[Sheet], end_missing: bool) -> Answered:
    kit, moment = services(), now()
    numbers = public_numbers(kit.database, code)
    try:
        with kit.database.writing() as session:
            done = take_in(
                session,
                code,
                sheets,
                moment,
                by=str(person().account_id),
                end_missing=end_missing,
                public_numbers=numbers,
            )
            details = {"kept": done.kept, "ended": done.ended, "file_digest": sheets_digest(sheets)}
            audit.append(session, actor(), "check_questions_imported", at=moment, scope=code, details=details)
    except ImportFaultsError as error:
        # Somebody changed what the sheet refers to since it was looked at.
        return _import_page(code, {}, faults=error.faults), 422
    tell(f"追加・変更 {done.kept}件、変更なし {done.unchanged}件、終了 {done.ended}件を取り込みました。")
    return redirect(url_for("console.checks.index", code=code), 303)
