"""承認依頼から公開終了まで: each step on a page of its own, which tells what will happen before it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from bot.console.answer_desk import (
    content_shown,
    department_names,
    note,
    reaches_all,
    standing_again,
    standing_or_404,
    step_actor,
    version_or_404,
)
from bot.console.bubbles import bubbles_of
from bot.console.entering import Answered
from bot.console.forms import day, tell, text
from bot.console.guard import person
from bot.console.layout import moment_name
from bot.console.moments import END_HINT, HINT, moment, moment_text
from bot.effect_jobs import prepare_soon
from bot.services import services
from knowledge.approval import Book, Decision, Step
from knowledge.approvers import Approvers, approvers
from knowledge.calendar import now
from knowledge.comparison import comparison
from knowledge.entry_checks import EntryFaultsError
from knowledge.entry_form import errors_of
from knowledge.entry_steps import Standing, contributors, live_digest
from knowledge.entry_versions import PUBLIC, STATES, WAITING
from knowledge.models import EntryVersion
from knowledge.publishing import ChangedMeanwhileError, NoSuchVersionError, StepRefusedError, Terms, take
from knowledge.related_departments import related_colleagues
from knowledge.roles import Role

blueprint = Blueprint("answer_steps", __name__)

_APPROVING = (Step.APPROVE, Step.DEPUTISE)
_ENDING = (Step.END, Step.END_URGENTLY)
_CHANGING = (*_APPROVING, Step.PUBLISH_URGENTLY, Step.REFUSE, *_ENDING)
"""Steps that may change what is answered from."""
_LOOKED_AT = (*_APPROVING, Step.REQUEST, Step.PUBLISH_URGENTLY, Step.CONFIRM)
"""Steps before which the whole text is read, and seen as residents would see it."""

_PUBLISHING = (*_APPROVING, Step.REQUEST, Step.PUBLISH_URGENTLY)
_FOR_STAFF: Mapping[Step, str] = {
    Step.REQUEST: "承認者に、この版を職員が使ってよいか見てもらいます。承認されるまで、何も変わりません。",
    Step.APPROVE: "承認すると、この版がすぐに使われます。日時を決めると、その時から使われます。",
    Step.DEPUTISE: "担当の承認者がいないときに、代わりに承認します。だれが代理で承認したかが残ります。",
    Step.PUBLISH_URGENTLY: "承認を待たずに、この版をすぐに使います。あとで、ほかの人の「事後承認」が要ります。",
}
"""The leads of a version that no resident reads."""


@dataclass(frozen=True)
class About:
    """A step as its page shows it.  ``lead``: what will happen; ``done``: what is said when it has."""

    action: str
    button: str
    lead: str
    done: str
    reason: str = ""
    danger: bool = False


ABOUT: Mapping[Step, About] = {
    Step.REQUEST: About(
        "answer_requested",
        "承認を依頼する",
        "承認者に、この版を公開してよいか見てもらいます。承認されるまで、住民に出る文は変わりません。",
        "承認を依頼しました。承認者の「今週やること」に出ます。",
    ),
    Step.APPROVE: About(
        "answer_approved",
        "承認する",
        "承認すると、この版がすぐに住民に出ます。日時を決めると、その時に出ます。",
        "承認しました。",
    ),
    Step.DEPUTISE: About(
        "answer_approved",
        "代理で承認する",
        "担当の承認者がいないときに、代わりに承認します。だれが代理で承認したかが残ります。",
        "代理で承認しました。",
    ),
    Step.RETURN: About(
        "answer_returned",
        "差し戻す",
        "書いた人に戻します。住民に出ている文は変わりません。",
        "差し戻しました。書いた人の「今週やること」に出ます。",
        reason="どこを、どう直してほしいか",
    ),
    Step.PUBLISH_URGENTLY: About(
        "answer_published_urgently",
        "緊急公開する",
        "承認を待たずに、この版をすぐに住民に出します。あとで、ほかの人の「事後承認」が要ります。",
        "緊急公開しました。事後承認を、承認者に頼んでください。",
        danger=True,
    ),
    Step.CONFIRM: About(
        "answer_confirmed",
        "事後承認する",
        "緊急に行われたことを、正しかったと認めます。住民に出ている文は変わりません。",
        "事後承認しました。",
    ),
    Step.REFUSE: About(
        "answer_refused",
        "不承認にする",
        "緊急に行われたことを認めません。直前に公開していた文が、すぐに戻ります。",
        "不承認にして、前の文に戻しました。",
        reason="認めない理由",
        danger=True,
    ),
    Step.WITHDRAW: About(
        "answer_withdrawn",
        "取り下げる",
        "この版をやめます。文は履歴に残り、あとで復元できます。",
        "取り下げました。",
        danger=True,
    ),
    Step.END: About(
        "answer_ended",
        "公開を終了する",
        "この答えを、すぐに住民に出さなくします。文は履歴に残り、あとで復元できます。",
        "公開を終了しました。",
        reason="公開を終える理由",
        danger=True,
    ),
    Step.END_URGENTLY: About(
        "answer_ended",
        "緊急に公開を終了する",
        "承認を待たずに、この答えをすぐに出さなくします。あとで、ほかの人の「事後承認」が要ります。",
        "公開を終了しました。事後承認を、承認者に頼んでください。",
        reason="公開を終える理由",
        danger=True,
    ),
}


def slug(step: Step) -> str:
    """The step in an address."""
    return step.name.lower().replace("_", "-")


_STEPS = {slug(step): step for step in ABOUT}


@blueprint.route("/<code>/answers/<entry_id>/steps/<name>", methods=["GET", "POST"])
def step(code: str, entry_id: str, name: str) -> Answered:
    wanted = _STEPS.get(name) or abort(404)
    with services().database.reading() as session:
        found = standing_or_404(session, code, entry_id)
        version = version_or_404(found, _number())
    if request.method == "GET":
        return _page(code, found, version, wanted, {}, _given(version))
    errors: dict[str, str] = {}
    terms = _terms(errors) if wanted in _APPROVING else None
    if errors:
        return _page(code, found, version, wanted, errors, request.form), 422
    used = Step.DEPUTISE if wanted is Step.APPROVE and request.form.get("deputy") else wanted
    try:
        decision = _take(code, entry_id, version.number, used, terms)
    except EntryFaultsError as error:
        return _page(code, found, version, wanted, errors_of(error), request.form), 422
    except (StepRefusedError, ChangedMeanwhileError, NoSuchVersionError) as error:
        return _page(code, found, version, wanted, {_field(wanted): str(error)}, request.form), 422
    if wanted is Step.REQUEST:
        # Whoever decides asks for the check before publishing next: its one side is laid out meanwhile.
        prepare_soon(services(), code)
    tell(_said(used, decision, version.audience))
    return redirect(url_for("console.answers.entry", code=code, entry_id=entry_id), 303)


def _number() -> int:
    given = request.values.get("number", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0


def _field(wanted: Step) -> str:
    return "reason" if ABOUT[wanted].reason else "step"


def _terms(errors: dict[str, str]) -> Terms:
    terms = Terms(
        moment("publish_at", errors),
        moment("end_at", errors),
        text("document_number", 60).strip() or None,
        day("decided_on", errors),
    )
    if terms.publish_at is not None and terms.publish_at <= now():
        errors["publish_at"] = "もう過ぎた日時です。すぐに公開するときは、空にしてください"
    if terms.end_at is not None and terms.end_at <= now():
        errors["end_at"] = "もう過ぎた日時です。先の日時に直すか、空にしてください"
    return terms


def _take(code: str, entry_id: str, number: int, used: Step, terms: Terms | None) -> Decision:
    with services().database.writing() as session:
        actor = step_actor(code, standing_again(session, code, entry_id))
        before = live_digest(session, code, entry_id)
        decision = take(
            session, code, entry_id, used, actor, now(), number=number, reason=text("reason", 1000), terms=terms
        )
        details: dict[str, object] = {"version": number}
        if used in _APPROVING and terms is not None:
            details |= {"deputy": used is Step.DEPUTISE, "publish_at": terms.publish_at, "end_at": terms.end_at}
            details["document_number"] = terms.document_number
        if used in _ENDING:
            details["urgent"] = used is Step.END_URGENTLY
        if used in _CHANGING:
            details |= {"old": before, "new": live_digest(session, code, entry_id)}
        note(session, code, entry_id, ABOUT[used].action, details)
    return decision


def _said(used: Step, decision: Decision, audience: str) -> str:
    if isinstance(decision, Book):
        return f"{ABOUT[used].done}{moment_name(decision.moment)}（日本時間）に公開します。"
    if used not in _APPROVING:
        return ABOUT[used].done
    return ABOUT[used].done + ("いま公開しました。" if audience == PUBLIC else "いま「職員のみ」の答えになりました。")


def _lead(wanted: Step, version: EntryVersion, found: Standing) -> str:
    """What will happen.  Of a version for staff alone nothing goes out, and what is out may go."""
    if wanted not in _PUBLISHING or version.audience == PUBLIC:
        return ABOUT[wanted].lead
    gone = found.row is not None and found.row.state == "published"
    residents = "いま住民に出ている文は、出なくなります。" if gone else "住民には出ません。"
    return f"{_FOR_STAFF[wanted]}この版は「職員のみ」です。職員だけが「ためしに聞く」で使えます。{residents}"


def _given(version: EntryVersion) -> dict[str, str]:
    return {
        "publish_at": moment_text(version.publish_at),
        "end_at": moment_text(version.end_at),
        "document_number": version.document_number or "",
        "decided_on": version.decided_on.isoformat() if version.decided_on else "",
    }


def _asked(session: Session, code: str, found: Standing, version: EntryVersion) -> Approvers:
    """Who can approve what is about to be asked for: nobody who wrote it, where the municipality says so."""
    wrote = contributors(version, found.by_number) | {str(person().account_id)}
    but = wrote if found.rules.separate_approver else frozenset()
    return approvers(session, code, version.content.get("department"), now(), but)


def _page(
    code: str,
    found: Standing,
    version: EntryVersion,
    wanted: Step,
    errors: Mapping[str, str],
    given: Mapping[str, str],
) -> str:
    before = found.present if found.present is not version else None
    with services().database.reading() as session:
        names = department_names(session, code)
        told = related_colleagues(session, code, version.content.get("related_departments") or [], now())
        shown = content_shown(session, code, version)
        asked = _asked(session, code, found, version) if wanted is Step.REQUEST else None
        bubbles = bubbles_of(session, code, version.content) if wanted in _LOOKED_AT else []
    may_return = any(
        one.step is Step.RETURN and one.number == version.number for one in found.steps(step_actor(code, found), now())
    )
    return render_template(
        "console/answers/step.html",
        found=found,
        version=version,
        step=wanted,
        slug=slug(wanted),
        about=ABOUT[wanted],
        lead=_lead(wanted, version, found),
        approving=wanted in _APPROVING,
        own=wanted is Step.APPROVE,
        errors=errors,
        given=given,
        before=before,
        differences=comparison(before, version, names) if before is not None else [],
        states=STATES,
        related=[(names.get(one, one), people) for one, people in told],
        hint=HINT,
        end_hint=END_HINT,
        anchored="step" in errors,
        ending=wanted in _ENDING and found.live and reaches_all(Role.EDITOR, code, found),
        asked=asked,
        bubbles=bubbles,
        looked_at=wanted in _LOOKED_AT,
        may_return=wanted in _APPROVING and may_return,
        whole=wanted in _LOOKED_AT and before is None,
        **shown,
        checkable=version.state in WAITING and person().reaches(Role.EDITOR, code, version.content.get("department")),
    )
