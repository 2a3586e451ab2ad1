"""引継ぎ: what somebody who leaves still holds, to print or take along, and their drafts given to a colleague."""

from __future__ import annotations

import io

from flask import Blueprint, abort, redirect, render_template, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.answer_desk import note_text
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person
from bot.console.layout import all_towns
from bot.console.review import XLSX
from bot.services import services
from knowledge import audit
from knowledge.account_lists import sees
from knowledge.calendar import now, today
from knowledge.entry_versions import history
from knowledge.handing_over import HandedOver, Held, handover_workbook, heirs, held_by, take_on
from knowledge.models import StaffAccount
from knowledge.roles import Role
from knowledge.sign_in import home_of
from knowledge.staff import grants_of

blueprint = Blueprint("account_handover", __name__)


@blueprint.get("/accounts/<int:account_id>/handover")
def index(account_id: int) -> str:
    return _page(account_id, {})


def _account_or_404(session: Session, account_id: int) -> StaffAccount:
    found = session.get(StaffAccount, account_id)
    if found is None or not sees(person(), grants_of(session, account_id)):
        abort(404)
    return found


def _held(session: Session, account: StaffAccount) -> list[Held]:
    """In the municipalities that the administrator administers."""
    return held_by(session, account, person().scopes(Role.ADMIN), now())


def _page(account_id: int, errors: dict[str, str], left: tuple[str, ...] = ()) -> str:
    with services().database.reading() as session:
        account = _account_or_404(session, account_id)
        held = _held(session, account)
        choices = heirs(session, account, held, now())
    return render_template(
        "console/accounts/handover.html",
        account=account,
        held=held,
        to_take=sum(one.can_be_taken_on for one in held),
        heirs=[("", "（えらんでください）"), *((str(one.id), f"{one.name}（{one.login}）") for one in choices)],
        towns={town.code: town.name for town in all_towns()},
        day=today(),
        errors=errors,
        left=left,
    )


@blueprint.get("/accounts/<int:account_id>/handover.xlsx")
def workbook(account_id: int) -> Response:
    with services().database.writing() as session:
        account = _account_or_404(session, account_id)
        held = _held(session, account)
        _note(session, account, "handover_exported", {"lines": len(held)})
        content = handover_workbook(account, held, {town.code: town.name for town in all_towns()}, today())
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"hikitsugi-{account_id}.xlsx")


def _note(session: Session, about: StaffAccount, action: str, details: dict[str, object]) -> None:
    home = home_of(session, about.id)
    audit.append(session, actor(), action, at=now(), scope=home, subject=about.login, details=details)


@blueprint.post("/accounts/<int:account_id>/handover")
def hand_over(account_id: int) -> Answered:
    """この人の下書き・差戻しを〇〇さんに引き継ぐ."""
    chosen = text("to", 12)
    with services().database.reading() as session:
        account = _account_or_404(session, account_id)
        known = {str(one.id) for one in heirs(session, account, _held(session, account), now())}
    if chosen not in known:
        return _page(account_id, {"to": "引き継ぐ人を一覧からえらんでください"}), 422
    with services().database.writing() as session:
        account = _account_or_404(session, account_id)
        heir = session.get_one(StaffAccount, int(chosen))
        done = take_on(session, _held(session, account), heir, now())
        for code in sorted({one.municipality_code for one in done.taken}):
            answers = [one.entry_id for one in done.taken if one.municipality_code == code]
            details: dict[str, object] = {"to": heir.login, "answers": answers}
            audit.append(
                session, actor(), "drafts_handed_over", at=now(), scope=code, subject=account.login, details=details
            )
        session.flush()
        for one in done.taken:
            # Each is a text of its own from here on: the log holds its mark as of any that is saved.
            made = history(session, one.municipality_code, one.entry_id or "")[0]
            note_text(session, made, "answer_saved", {"based_on": one.number})
        name = heir.name
    return _after(account_id, done, name)


def _after(account_id: int, done: HandedOver, heir: str) -> Answered:
    if done.left:
        return _page(account_id, {}, done.left)
    tell(f"{len(done.taken)}件を{heir}さんに引き継ぎました。{heir}さんの「今週やること」に出ます。")
    return redirect(url_for("console.account_handover.index", account_id=account_id), 303)
