"""変更の承認: changes of tables that wait for somebody else's eyes, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, note_denied, person, require
from bot.console.paging import paging
from bot.console.shown_changes import counted, shown
from bot.import_gate import gate_of
from bot.import_gate import refusal as gate_refusal
from bot.services import services
from knowledge.approval import Actor
from knowledge.calendar import now
from knowledge.change_approval import STATES, WAITING, ChangeStep, may_reopen, may_see, refusal
from knowledge.change_requests import (
    MOST_WAITING,
    ChangedSinceShownError,
    ChangeRefusedError,
    TooManyWaitingError,
    approve,
    asked,
    effect_now,
    found,
    give_back,
    listing,
    proposal_of,
    rules_of,
    withdraw,
)
from knowledge.entry_versions import Author
from knowledge.freshness import NO_DEPARTMENT, department_names
from knowledge.models import ChangeRequest
from knowledge.proposed_changes import NAMES, SHEETS, SLOTS, WORD, CannotBeDoneError, Effect, carry_out
from knowledge.retention import CHANGES, days_kept
from knowledge.roles import Role

blueprint = Blueprint("changes", __name__)

MOST_REASON = 500
_SOME_REASON = "-"


@dataclass(frozen=True)
class Standing:
    """A request as this person sees it.  ``effect``: what it would do now; None where ``faults`` tell why it cannot.

    ``why_not``: what keeps somebody who edits from approving it.
    """

    row: ChangeRequest
    effect: Effect | None
    faults: tuple[str, ...]
    steps: frozenset[ChangeStep]
    why_not: str | None


@blueprint.app_errorhandler(TooManyWaitingError)
def too_many(_: TooManyWaitingError) -> Response:
    tell(
        f"承認を待っているあなたの依頼が{MOST_WAITING}件あるため、これ以上は依頼できません（何も変えていません）。"
        "承認されるのを待つか、要らないものを開いて取り下げてください。"
    )
    return redirect(url_for("console.changes.index", code=(request.view_args or {})["code"]), 303)


@blueprint.get("/<code>/changes")
def index(code: str) -> str:
    me = person()
    wanted = listing(code, str(me.account_id), me.departments(Role.VIEWER, code))
    with services().database.reading() as session:
        total = select(func.count()).select_from(wanted.order_by(None).with_only_columns(ChangeRequest.id).subquery())
        pages = paging(session.scalar(total) or 0)
        rows = session.scalars(wanted.offset(pages.start).limit(pages.size)).all()
        names = department_names(session, code)
        days = days_kept(session, code)[CHANGES]
    return render_template(
        "console/changes/index.html",
        code=code,
        rows=rows,
        paging=pages,
        names=names,
        kinds=NAMES,
        states=STATES,
        waiting=WAITING,
        counted=counted,
        days=days,
    )


@blueprint.get("/<code>/changes/<request_id>")
def change(code: str, request_id: str) -> str:
    return _page(_standing(code, request_id), {})


def _standing(code: str, request_id: str) -> Standing:
    me = person()
    with services().database.reading() as session:
        row = found(session, code, request_id)
        if row is None:
            abort(404)
        if not may_see(asked(row), str(me.account_id), reads=me.reaches(Role.VIEWER, code, row.department)):
            row = None
        else:
            effect, faults = None, tuple[str, ...]()
            if row.state == WAITING:
                try:
                    effect = effect_now(session, row)
                except CannotBeDoneError as error:
                    faults = error.faults
            rules = rules_of(session, code)
    if row is None:
        # Noted once the reading is over.
        note_denied()
        abort(404)
    who = _who(code, effect.departments if effect is not None else frozenset({row.department}))
    why = {step: refusal(step, asked(row), who, rules, _SOME_REASON) for step in ChangeStep}
    steps = {step for step, told in why.items() if told is None}
    if effect is None or not effect.rows:
        steps.discard(ChangeStep.APPROVE)
    told = why[ChangeStep.APPROVE] if row.state == WAITING and who.edits else None
    return Standing(row, effect, faults, frozenset(steps), told)


def _who(code: str, departments: frozenset[str | None]) -> Actor:
    me = person()
    approves = all(me.reaches(Role.APPROVER, code, one) for one in departments)
    return Actor(str(me.account_id), me.name, edits=me.may(Role.EDITOR, code), approves=approves)


def _page(standing: Standing, errors: Mapping[str, str]) -> str:
    row = standing.row
    rows = standing.effect.rows if standing.effect is not None else ()
    with services().database.reading() as session:
        names = department_names(session, row.municipality_code)
    return render_template(
        "console/changes/change.html",
        code=row.municipality_code,
        one=row,
        kind=NAMES[row.kind],
        state=STATES[row.state],
        waits=row.state == WAITING,
        department=names.get(row.department or "", NO_DEPARTMENT),
        faults=standing.faults,
        effect=standing.effect,
        shown=shown(rows),
        counted=counted,
        is_other=standing.effect is not None and standing.effect.digest != row.digest,
        steps={step.name for step in standing.steps},
        why_not=standing.why_not,
        again=_again(row),
        word=row.payload if row.kind == WORD else None,
        errors=errors,
        given=request.form,
        most_reason=MOST_REASON,
    )


def _again(row: ChangeRequest) -> str | None:
    """Where the person asks for it once more, with what was asked for."""
    if not may_reopen(asked(row), str(person().account_id)):
        return None
    code, payload = row.municipality_code, row.payload or {}
    if row.kind == SHEETS:
        return url_for("console.sheets.index", code=code, request=row.id)
    if row.kind == WORD:
        return url_for("console.words.index", code=code, request=row.id)
    if row.kind == SLOTS:
        return url_for("console.slots.index", code=code, request=row.id)
    kind, entry_id = payload.get("kind"), payload.get("entry_id")
    if not entry_id:
        return url_for("console.tables.add", code=code, kind=kind, request=row.id)
    return url_for("console.tables.row", code=code, kind=kind, entry_id=entry_id, request=row.id)


@blueprint.post("/<code>/changes/<request_id>/approve")
def approve_it(code: str, request_id: str) -> Answered:
    """Do what was shown: the digest in the form tells whether it still is that."""
    department = _department_or_404(code, request_id)
    require(Role.APPROVER, code, department)
    me = person()
    who = _who(code, frozenset({department}))
    worse = _worse(code, request_id)
    if worse:
        return _page(_standing(code, request_id), {"decision": "。".join(line.strip() for line in worse)}), 409
    try:
        with services().database.writing() as session:
            done = approve(
                session,
                code,
                request_id,
                text("shown", 64),
                who,
                lambda one: me.reaches(Role.APPROVER, code, one),
                actor(),
                now(),
            )
            title = done.title
    except ChangedSinceShownError:
        sentence = "開いているあいだに、変わるところが変わりました。下の今の内容を確かめて、もう一度決めてください"
        return _page(_standing(code, request_id), {"decision": sentence}), 409
    except (ChangeRefusedError, CannotBeDoneError) as error:
        return _page(_standing(code, request_id), {"decision": str(error)}), 409
    tell(f"「{title}」を承認しました。次の質問から使われます。")
    return redirect(url_for("console.changes.index", code=code), 303)


def _worse(code: str, request_id: str) -> list[str]:
    """Why the 確認用の質問 stand against a file that waited: other things may have changed meanwhile."""
    with services().database.reading() as session:
        row = found(session, code, request_id)
        proposal = (
            proposal_of(row) if row is not None and row.state == WAITING and row.kind in (SHEETS, SLOTS) else None
        )
    if proposal is None:
        return []
    author, moment = Author(""), now()
    try:
        return gate_refusal(
            gate_of(services(), code, lambda session: carry_out(session, code, proposal, moment, author))
        )
    except CannotBeDoneError:
        # Told by the step itself.
        return []


@blueprint.post("/<code>/changes/<request_id>/return")
def give_it_back(code: str, request_id: str) -> Answered:
    department = _department_or_404(code, request_id)
    require(Role.APPROVER, code, department)
    reason = text("reason", MOST_REASON)
    if not reason.strip():
        return _page(_standing(code, request_id), {"reason": "差戻しの理由を、相手に分かるように書いてください"}), 422
    try:
        with services().database.writing() as session:
            title = give_back(
                session, code, request_id, reason, _who(code, frozenset({department})), actor(), now()
            ).title
    except ChangeRefusedError as error:
        return _page(_standing(code, request_id), {"decision": str(error)}), 409
    tell(f"「{title}」を差し戻しました。依頼した人の「今週やること」に、理由と一緒に出ます。")
    return redirect(url_for("console.changes.index", code=code), 303)


@blueprint.post("/<code>/changes/<request_id>/withdraw")
def take_it_back(code: str, request_id: str) -> Answered:
    with services().database.reading() as session:
        row = found(session, code, request_id)
    if row is None:
        abort(404)
    if row.author != str(person().account_id):
        require(Role.EDITOR, code, row.department)
    try:
        with services().database.writing() as session:
            title = withdraw(session, code, request_id, _who(code, frozenset({row.department})), actor(), now()).title
    except ChangeRefusedError as error:
        return _page(_standing(code, request_id), {"decision": str(error)}), 409
    tell(f"「{title}」の依頼を取り下げました。")
    return redirect(url_for("console.changes.index", code=code), 303)


def _department_or_404(code: str, request_id: str) -> str | None:
    with services().database.reading() as session:
        row = found(session, code, request_id)
    if row is None:
        abort(404)
    return row.department
