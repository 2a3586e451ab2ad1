"""年度末一括見直し: each 課 says of its answers whether they still hold, on the page or in a sheet."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from bot.console.answer_desk import department_names
from bot.console.authors import author
from bot.console.carried import brought, is_carried
from bot.console.entering import Answered
from bot.console.forms import day, tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.console.uploads import uploaded_tables
from bot.services import services
from knowledge import audit
from knowledge.calendar import date_name, now, today
from knowledge.freshness import NO_DEPARTMENT
from knowledge.models import Review
from knowledge.review_sheet import SheetPlan, kept, plan_sheet, review_workbook
from knowledge.reviews import (
    SAME,
    VERDICTS,
    ReviewError,
    Verdict,
    answer_review,
    close_review,
    count_lines,
    departments_of,
    lines,
    marked,
    progress,
    reviews_of,
    set_deadline,
    start_review,
)
from knowledge.roles import Role
from knowledge.tabular import Sheet
from knowledge.upload_limits import UploadError

blueprint = Blueprint("review", __name__)

MOST_MARKED = 200
NONE = "-"
"""Stands in an address for what belongs to no 課."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<code>/review")
def index(code: str) -> str:
    with services().database.reading() as session:
        rounds = reviews_of(session, code)
    return render_template(
        "console/review/index.html",
        code=code,
        rounds=rounds,
        open=next((one for one in rounds if one.closed_at is None), None),
        leads=person().reaches(Role.APPROVER, code, None),
    )


@blueprint.route("/<code>/review/start", methods=["GET", "POST"])
def start(code: str) -> Answered:
    require(Role.APPROVER, code, None)
    if request.method == "GET":
        return _start_page(code, {})
    errors: dict[str, str] = {}
    deadline = day("deadline", errors)
    if deadline is None:
        errors.setdefault("deadline", "期限の日を書いてください（例 2027-02-26）")
        return _start_page(code, errors), 422
    moment = now()
    try:
        with services().database.writing() as session:
            review = start_review(session, code, text("title", 200), deadline, author(), moment)
            total = sum(one.total for one in progress(session, code, review.number))
            details = {"number": review.number, "deadline": deadline, "entries": total}
            audit.append(
                session, actor(), "review_started", at=moment, scope=code, subject=review.title, details=details
            )
            number = review.number
    except ReviewError as error:
        return _start_page(code, {error.field: str(error)}), 422
    tell(f"見直しを始めました。{total:,}件の答えを、担当課に聞いています。")
    return redirect(url_for("console.review.round_", code=code, number=number), 303)


def _start_page(code: str, errors: dict[str, str]) -> str:
    return render_template("console/review/start.html", code=code, errors=errors, given=request.form)


def _review_or_404(session: Session, code: str, number: int) -> Review:
    return session.get(Review, (code, number)) or abort(404)


@blueprint.get("/<code>/review/<int:number>")
def round_(code: str, number: int) -> str:
    """How far each 課 has come, and what is still to be done after their verdicts."""
    return _round_page(code, number, {})


@blueprint.post("/<code>/review/<int:number>/deadline")
def change_deadline(code: str, number: int) -> Answered:
    require(Role.APPROVER, code, None)
    errors: dict[str, str] = {}
    deadline = day("deadline", errors)
    if deadline is None:
        errors.setdefault("deadline", "期限の日を書いてください（例 2027-02-26）")
        return _round_page(code, number, errors), 422
    moment = now()
    try:
        with services().database.writing() as session:
            review = _review_or_404(session, code, number)
            before = review.deadline
            set_deadline(review, deadline, moment)
            if before != deadline:
                details = {"number": number, "before": before, "after": deadline}
                audit.append(
                    session, actor(), "review_deadline", at=moment, scope=code, subject=review.title, details=details
                )
    except ReviewError as error:
        return _round_page(code, number, {error.field: str(error)}), 422
    tell(f"期限を{date_name(deadline)}にしました。" if before != deadline else "変わったところはありません。")
    return redirect(url_for("console.review.round_", code=code, number=number), 303)


def _round_page(code: str, number: int, errors: dict[str, str]) -> str:
    me = person()
    with services().database.reading() as session:
        review = _review_or_404(session, code, number)
        names = department_names(session, code)
        found = [one for one in progress(session, code, number) if me.reaches(Role.VIEWER, code, one.department)]
        still = [one for one in marked(session, code, number) if me.reaches(Role.VIEWER, code, one.department)]
    return render_template(
        "console/review/round.html",
        code=code,
        review=review,
        late=review.closed_at is None and review.deadline < today(),
        rows=[(one.department or NONE, names.get(one.department or "", NO_DEPARTMENT), one) for one in found],
        left=sum(one.left for one in found),
        still=[(one, names.get(one.department or "", NO_DEPARTMENT)) for one in still[:MOST_MARKED]],
        more=max(0, len(still) - MOST_MARKED),
        verdicts=VERDICTS,
        errors=errors,
        given=request.form,
        leads=me.reaches(Role.APPROVER, code, None),
        writes=me.may(Role.EDITOR, code),
    )


@blueprint.get("/<code>/review/<int:number>/answers")
def answers(code: str, number: int) -> str:
    """The answers of one 課."""
    with services().database.reading() as session:
        return _answers_page(session, code, number, {})


def _asked_department() -> str | None:
    given = request.values.get("department", NONE)[:60]
    return None if given == NONE else given


def _answers_page(session: Session, code: str, number: int, errors: dict[str, str]) -> str:
    review, department = _review_or_404(session, code, number), _asked_department()
    require(Role.VIEWER, code, department)
    total = count_lines(session, code, number, department)
    if not total:
        abort(404)
    pages = paging(total)
    return render_template(
        "console/review/answers.html",
        code=code,
        review=review,
        department=department or NONE,
        name=department_names(session, code).get(department or "", NO_DEPARTMENT),
        lines=lines(session, code, number, department, pages.start, pages.size),
        verdicts=VERDICTS,
        paging=pages,
        writes=review.closed_at is None and person().reaches(Role.EDITOR, code, department),
        given=request.form,
        errors=errors,
    )


@blueprint.post("/<code>/review/<int:number>/answers")
def answer(code: str, number: int) -> Answered:
    """Note a verdict on what is chosen, or 変更なし on the one whose button was pressed."""
    department, verdicts = _asked_department(), _verdicts_of_form()
    if not verdicts:
        with services().database.reading() as session:
            return _answers_page(session, code, number, {"chosen": "答えを一つ以上えらんでください"}), 422
    with services().database.reading() as session:
        review = _review_or_404(session, code, number)
        asked = departments_of(session, review, [one.entry_id for one in verdicts])
    for each in asked:
        require(Role.EDITOR, code, each)
    try:
        with services().database.writing() as session:
            _take(session, _review_or_404(session, code, number), verdicts, "page")
    except ReviewError as error:
        with services().database.reading() as session:
            return _answers_page(session, code, number, {"chosen": str(error).replace("\n", "／")}), 422
    tell(f"{len(verdicts)}件を「{VERDICTS[verdicts[0].verdict]}」にしました。")
    back = url_for("console.review.answers", code=code, number=number, department=department or NONE)
    return redirect(back, 303)


def _verdicts_of_form() -> list[Verdict]:
    one = request.form.get("one")
    if one is not None:
        return [Verdict(one[:60], SAME, "", _version_of(one))]
    verdict, note = text("verdict", 8), text("note", 200)
    return [
        Verdict(entry_id[:60], verdict, "" if verdict == SAME else note, _version_of(entry_id))
        for entry_id in request.form.getlist("chosen")[:200]
    ]


def _version_of(entry_id: str) -> int | None:
    """The version that the page showed."""
    given = request.form.get(f"version:{entry_id}", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else None


def _take(session: Session, review: Review, verdicts: Iterable[Verdict], how: str) -> None:
    moment, given = now(), list(verdicts)
    answer_review(session, review, given, author(), moment)
    counts = Counter(one.verdict for one in given)
    details = {"number": review.number, "how": how, **{verdict: counts[verdict] for verdict in VERDICTS}}
    audit.append(
        session,
        actor(),
        "review_answered",
        at=moment,
        scope=review.municipality_code,
        subject=review.title,
        details=details,
    )


# --- Sheets ------------------------------------------------------------------------------------------------------


@blueprint.get("/<code>/review/<int:number>/sheet.xlsx")
def sheet(code: str, number: int) -> Response:
    """The sheet of one 課; without one, of all that the person sees."""
    town = town_or_404(code)
    with services().database.reading() as session:
        review = _review_or_404(session, code, number)
        if "department" in request.args:
            wanted = [_asked_department()]
            require(Role.VIEWER, code, wanted[0])
        else:
            all_of = sorted(progress(session, code, number), key=lambda one: one.department or "")
            wanted = [one.department for one in all_of if person().reaches(Role.VIEWER, code, one.department)]
        found = [line for department in wanted for line in lines(session, code, number, department)]
        if not found:
            abort(404)
        content = review_workbook(town.name, review, found, department_names(session, code))
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"minaoshi-{code}-{number}.xlsx")


@blueprint.route("/<code>/review/<int:number>/import", methods=["GET", "POST"])
def bring(code: str, number: int) -> Answered:
    """A sheet that came back: what it would do is shown first (``file``), then done."""
    with services().database.reading() as session:
        review = _review_or_404(session, code, number)
        if request.method == "GET":
            return _import_page(code, review, {})
        try:
            given = brought(f"review {code} {number}", lambda: kept(uploaded_tables()))
        except UploadError as error:
            return _import_page(code, review, {"file": str(error)}), 422
        plan = _plan(session, code, review, given.sheets)
        if not is_carried() or plan.problems:
            return _import_page(code, review, {}, plan, given.held), 422 if plan.problems else 200
    return _bring(code, number, given.sheets)


def _plan(session: Session, code: str, review: Review, tables: list[Sheet]) -> SheetPlan:
    me = person()
    return plan_sheet(session, review, tables, lambda department: me.reaches(Role.EDITOR, code, department))


def _import_page(
    code: str, review: Review, errors: dict[str, str], plan: SheetPlan | None = None, held: str = ""
) -> str:
    return render_template(
        "console/review/import.html",
        code=code,
        review=review,
        errors=errors,
        plan=plan,
        held=held,
        verdicts=VERDICTS,
    )


def _bring(code: str, number: int, tables: list[Sheet]) -> Answered:
    try:
        with services().database.writing() as session:
            review = _review_or_404(session, code, number)
            plan = _plan(session, code, review, tables)
            if plan.problems:
                raise ReviewError("\n".join(plan.problems), "file")
            if plan.verdicts:
                _take(session, review, plan.verdicts, "sheet")
    except ReviewError as error:
        with services().database.reading() as session:
            errors = {"file": str(error).replace("\n", "／")}
            return _import_page(code, _review_or_404(session, code, number), errors), 422
    left = f"取り込めなかった{len(plan.left):,}件は、「まだ」のままです。" if plan.left else ""
    tell(f"{len(plan.verdicts):,}件の結果を取り込みました。{left}")
    return redirect(url_for("console.review.round_", code=code, number=number), 303)


@blueprint.route("/<code>/review/<int:number>/close", methods=["GET", "POST"])
def close(code: str, number: int) -> Answered:
    require(Role.APPROVER, code, None)
    moment = now()
    if request.method == "GET":
        with services().database.reading() as session:
            return _close_page(code, _review_or_404(session, code, number), _left(session, code, number))
    with services().database.writing() as session:
        review, left = _review_or_404(session, code, number), _left(session, code, number)
        if review.closed_at is None:
            close_review(review, moment)
            details = {"number": number, "unanswered": left}
            audit.append(
                session, actor(), "review_closed", at=moment, scope=code, subject=review.title, details=details
            )
    tell("見直しを終わらせました。")
    return redirect(url_for("console.review.round_", code=code, number=number), 303)


def _left(session: Session, code: str, number: int) -> int:
    return sum(one.left for one in progress(session, code, number))


def _close_page(code: str, review: Review, left: int) -> str:
    return render_template(
        "console/confirm.html",
        title=f"「{review.title}」を終わらせる",
        lead="終わらせると、課は結果を変えられなくなります。",
        items=[
            f"まだ答えていないもの：{left:,}件",
            "「修正」「廃止」とした答えは、答えの画面で直すか、公開を終えてください。",
        ],
        action=url_for("console.review.close", code=code, number=review.number),
        button="終わらせる",
        danger=True,
        back=url_for("console.review.round_", code=code, number=review.number),
    )
