"""計画: those that answers come from, and those that staff bring: read, checked, approved piece by piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.carried import carried, carry, is_carried, stored
from bot.console.entering import Answered
from bot.console.forms import day_of, tell, text
from bot.console.guard import actor, person, require
from bot.console.importing import begin_with, is_large, looked_at
from bot.console.paging import paging
from bot.console.uploads import uploaded
from bot.finding_words import sentence
from bot.import_jobs import GONE, PLAN_LOOK
from bot.plan_brought import document_as_json, document_of
from bot.services import services
from knowledge import audit
from knowledge.attached_texts import AttachError, attach_text, attached_texts, detach_text, takes_text
from knowledge.brought_files import read_value
from knowledge.calendar import now, today
from knowledge.drafts import Decision, Draft, DraftError, decide, may_approve, pieces
from knowledge.explanations import explanations
from knowledge.models import Municipality, Plan
from knowledge.plan_check import check_plan
from knowledge.plan_contents import PlanContents, read_contents
from knowledge.plan_details import PlanDetailsError, period_of, plan_details
from knowledge.plan_documents.document import PlanDocument, PlanFileError
from knowledge.plan_documents.reading import read_plan
from knowledge.plan_import import KINDS, MOST_SHORT_TITLE, MOST_TITLE, PlanDetails, PlanImportError, import_plan
from knowledge.roles import Role
from knowledge.upload_limits import UploadError

blueprint = Blueprint("plans", __name__)

STATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "draft": ("下書き", ("draft",)),
    "approved": ("承認済み", ("approved", "published", "ended")),
    "discarded": ("見送り", ("discarded", "deleted")),
}
DECISIONS: Mapping[str, tuple[Decision, str]] = {
    "approve": ("approve", "承認しました。次の質問から使われます"),
    "discard": ("discard", "見送りました"),
    "restore": ("restore", "下書きに戻しました"),
}
LABELS = {
    "title": "「計画の名前」",
    "short_title": "「短い名前」",
    "plan": "「計画の ID」",
    "from": "「期間の始まり」",
    "until": "「期間の終わり」",
    "url": "「ページのアドレス」",
}
_FIELDS = ("title", "short_title", "from", "until", "url")


@blueprint.get("/<code>/plans")
def index(code: str) -> str:
    with services().database.reading() as session:
        plans = list(session.scalars(select(Plan).where(Plan.municipality_code == code).order_by(Plan.plan_id)))
        waiting = Counter(draft.plan_id for draft in pieces(session, code))
        texts = attached_texts(session, code)
    return render_template(
        "console/plans/index.html",
        code=code,
        own=[(plan, waiting[plan.plan_id]) for plan in plans if plan.imported],
        others=[(plan, texts.get(plan.plan_id)) for plan in plans if takes_text(plan)],
        may_bring=person().reaches(Role.EDITOR, code, None),
        whole=person().reaches(Role.VIEWER, code, None),
    )


@blueprint.route("/<code>/plans/import", methods=["GET", "POST"])
def bring(code: str) -> Answered:
    """Read a file and show what is found (``file``), then keep it as drafts."""
    require(Role.EDITOR, code, None)
    if request.method == "GET":
        return _looked_at(code)
    given = {name: text(name, 1100) for name in _FIELDS}
    errors: dict[str, str] = {}
    for name in ("from", "until"):
        day_of(given[name], name, errors)
    if not given["title"].strip():
        errors["title"] = "計画の名前を書いてください"
    if errors:
        return _bring_page(code, errors, given), 422
    purpose = f"plan {code}"
    try:
        if is_carried():
            return _read_page(code, document_of(carried(purpose)), given, None)
        with uploaded("file") as path:
            if is_large(path):
                return begin_with(code, PLAN_LOOK, purpose, path, {"given": given})
            document = _read(path)
        return _read_page(code, document, given, lambda: carry(purpose, document_as_json(document)))
    except (UploadError, PlanFileError) as error:
        return _bring_page(code, {"file": str(error)}, given), 422


def _looked_at(code: str) -> Answered:
    """``job``: of a large file that was read."""
    found = looked_at(code, PLAN_LOOK)
    if found is None:
        return _bring_page(code, {}, {})
    given, file_id, result = found.payload["given"], str(found.payload["file"]), found.result or {}
    if "file_fault" in result:
        return _bring_page(code, {"file": result["file_fault"]}, given), 422
    with services().database.reading() as session:
        held = read_value(session, code, file_id)
    if held is None:
        return _bring_page(code, {"file": GONE}, given), 422
    return _read_page(code, document_of(held), given, lambda: stored(file_id))


def _read_page(
    code: str, document: PlanDocument, given: Mapping[str, str], token: Callable[[], str] | None
) -> Answered:
    """What was found; without a ``token`` it was shown before, and is kept."""
    try:
        contents = read_contents(document)
        details = _details(contents, given)
        if token is None:
            return _kept(code, details, contents)
        return _bring_page(code, {}, given, (document, contents, details), token())
    except PlanDetailsError as error:
        return _bring_page(code, {error.field: str(error)}, given), 422
    except (UploadError, PlanImportError) as error:
        return _bring_page(code, {"file": str(error)}, given), 422


def _details(contents: PlanContents, given: Mapping[str, str]) -> PlanDetails:
    begins, ends = (day_of(given[name], name, {}) for name in ("from", "until"))
    period = period_of(contents.period, begins, ends, LABELS)
    return plan_details(given["title"], given["short_title"], None, period, given["url"] or None, LABELS)


def _read(path: Path) -> PlanDocument:
    try:
        return read_plan(path)
    except PlanFileError as error:
        raise PlanFileError(str(error).removeprefix(f"{path.name}: ")) from error


def _bring_page(
    code: str,
    errors: Mapping[str, str],
    given: Mapping[str, str],
    found: tuple[PlanDocument, PlanContents, PlanDetails] | None = None,
    token: str = "",
) -> str:
    return render_template(
        "console/plans/import.html",
        code=code,
        errors=errors,
        given=given,
        found=found,
        counts=_counts(found[1]) if found else {},
        fields=given,
        token=token,
        most_title=MOST_TITLE,
        most_short=MOST_SHORT_TITLE,
    )


def _counts(contents: PlanContents) -> dict[str, int]:
    found: Sequence[Sequence[Any]] = (
        contents.outline.sections,
        contents.indicators,
        contents.schedules,
        contents.terms,
    )
    return {name: len(items) for name, items in zip(KINDS.values(), found, strict=True)}


def _kept(code: str, details: PlanDetails, contents: PlanContents) -> Response:
    moment = now()
    with services().database.writing() as session:
        report = import_plan(session, code, details, contents, moment, today(), str(person().account_id))
        told = {"title": details.title, "added": dict(report.added), "replaced": dict(report.replaced)}
        audit.append(session, actor(), "plan_imported", at=moment, scope=code, subject=report.plan_id, details=told)
    tell(f"「{details.title}」を下書きとして取り込みました。確かめて、承認してください。")
    if report.changed:
        names = "、".join(report.changed[:5])
        tell(
            f"承認済みの文と今のファイルが違うものが{len(report.changed)}件あります"
            f"（承認済みのほうを残しました）: {names}"
        )
    return redirect(url_for("console.plans.plan", code=code, plan_id=report.plan_id), 303)


@blueprint.get("/<code>/plans/<plan_id>")
def plan(code: str, plan_id: str) -> str:
    """The pieces of one plan, a kind and a state at a time, as residents would read them."""
    kind, state = request.args.get("kind", ""), request.args.get("state", "draft")
    if state not in STATES:
        state = "draft"
    with services().database.reading() as session:
        found = _imported_or_404(session, code, plan_id)
        every = list(pieces(session, code, plan_id, [one for _, states in STATES.values() for one in states]))
        may_approve_it = may_approve(session.get_one(Municipality, code), found, str(person().account_id))
    shown_state = [one for one in every if one.state in STATES[state][1]]
    counts = Counter(one.kind for one in shown_state)
    if kind not in KINDS:
        kind = next((name for name in KINDS if counts[name]), next(iter(KINDS)))
    of_kind: list[Draft] = [one for one in shown_state if one.kind == kind]
    pages = paging(len(of_kind), 20)
    return render_template(
        "console/plans/plan.html",
        code=code,
        plan=found,
        pieces=of_kind[pages.start : pages.start + pages.size],
        paging=pages,
        kind=kind,
        state=state,
        kinds=[(name, label, counts[name]) for name, label in KINDS.items()],
        states=[(name, label, sum(one.state in states for one in every)) for name, (label, states) in STATES.items()],
        may_decide=person().reaches(Role.APPROVER, code, None),
        may_approve=may_approve_it,
        whole=person().reaches(Role.VIEWER, code, None),
    )


def _imported_or_404(session: Session, code: str, plan_id: str) -> Plan:
    found = session.get(Plan, (code, plan_id))
    if found is None or not found.imported:
        abort(404)
    return found


@blueprint.post("/<code>/plans/<plan_id>/decide")
def decide_pieces(code: str, plan_id: str) -> Response:
    """Approve, discard or restore what was ticked, all or none."""
    require(Role.APPROVER, code, None)
    to = DECISIONS.get(request.form.get("to", ""))
    ids = tuple(dict.fromkeys(request.form.getlist("ids")))
    if to is None:
        abort(404)
    back = url_for(
        "console.plans.plan",
        code=code,
        plan_id=plan_id,
        kind=request.form.get("kind", ""),
        state=request.form.get("state", ""),
    )
    if not ids:
        tell("何もえらんでいません。左の欄でえらんでから、ボタンを押してください。")
        return redirect(back, 303)
    moment = now()
    try:
        with services().database.writing() as session:
            _imported_or_404(session, code, plan_id)
            if not all(one.startswith(f"{plan_id}-") for one in ids):
                abort(404)
            done = decide(session, code, ids, moment, to[0], str(person().account_id))
            audit.append(
                session,
                actor(),
                "drafts_decided",
                at=moment,
                scope=code,
                subject=plan_id,
                details={"to": to[0], "ids": list(ids)},
            )
    except DraftError as error:
        tell(str(error))
        return redirect(back, 303)
    tell(f"{done.changed}件を{to[1]}。" + (f"（もとからそうだったもの {done.unchanged}件）" if done.unchanged else ""))
    return redirect(back, 303)


@blueprint.get("/<code>/plans/<plan_id>/check")
def check(code: str, plan_id: str) -> str:
    """出典の確認: whether figures and names stand in the sections that are cited."""
    return _check_page(code, plan_id, {})


def _check_page(code: str, plan_id: str, errors: Mapping[str, str]) -> str:
    reasons = explanations(code, services().settings.content_folder)
    with services().database.reading() as session:
        found = _checkable_or_404(session, code, plan_id)
        checked = check_plan(session, found, reasons)
        attached = attached_texts(session, code).get(plan_id)
    return render_template(
        "console/plans/check.html",
        code=code,
        plan=found,
        errors=errors,
        attached=attached,
        checked=checked,
        findings=[(one.id, checked.name_of(one), sentence(one)) for one in checked.outcome.findings] if checked else (),
        unfit=[(one.entry_id, checked.names[one.entry_id], one.sentence) for one in checked.unfit] if checked else (),
        may_attach=takes_text(found) and person().reaches(Role.EDITOR, code, None),
    )


def _checkable_or_404(session: Session, code: str, plan_id: str) -> Plan:
    found = session.get(Plan, (code, plan_id))
    if found is None or not (found.imported or takes_text(found)):
        abort(404)
    return found


@blueprint.post("/<code>/plans/<plan_id>/text")
def attach(code: str, plan_id: str) -> Answered:
    """Keep the text of a plan that came with the program, for the source check alone."""
    require(Role.EDITOR, code, None)
    with services().database.reading() as session:
        _checkable_or_404(session, code, plan_id)
    moment = now()
    try:
        with uploaded("file") as path:
            document = _read(path)
        with services().database.writing() as session:
            kept = attach_text(session, code, plan_id, document, moment)
            told = {"sections": kept.sections, "letters": kept.letters}
            audit.append(session, actor(), "plan_text_attached", at=moment, scope=code, subject=plan_id, details=told)
    except (UploadError, PlanFileError, AttachError) as error:
        return _check_page(code, plan_id, {"file": str(error)}), 422
    tell(f"本文を{kept.sections}の章節として入れました。出典を確かめた結果は下のとおりです。")
    return redirect(url_for("console.plans.check", code=code, plan_id=plan_id), 303)


@blueprint.post("/<code>/plans/<plan_id>/text/remove")
def detach(code: str, plan_id: str) -> Response:
    require(Role.EDITOR, code, None)
    moment = now()
    with services().database.writing() as session:
        if detach_text(session, _checkable_or_404(session, code, plan_id)):
            audit.append(session, actor(), "plan_text_removed", at=moment, scope=code, subject=plan_id, details={})
            tell("本文を外しました。")
    return redirect(url_for("console.plans.check", code=code, plan_id=plan_id), 303)
