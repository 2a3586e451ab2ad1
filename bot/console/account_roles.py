"""Roles of an account: one more, or one less.  Either ends the account's sessions, so that it holds at once."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person
from bot.console.layout import all_towns
from bot.console.role_fields import read_role, role_form
from bot.console.role_words import grant_words
from bot.services import services
from knowledge import audit
from knowledge.account_lists import may_give, sees
from knowledge.calendar import now
from knowledge.models import StaffAccount
from knowledge.roles import Grant
from knowledge.sessions import end_sessions
from knowledge.sign_in import home_of
from knowledge.staff import StaffError, grants_of, put_grants

blueprint = Blueprint("account_roles", __name__)


@blueprint.route("/accounts/<int:account_id>/roles/add", methods=["GET", "POST"])
def add(account_id: int) -> Answered:
    form = role_form(person())
    errors: dict[str, str] = {}
    with services().database.reading() as session:
        account = _account_or_404(session, account_id)
    grant = read_role(form, errors) if request.method == "POST" else None
    if grant is None:
        page = render_template(
            "console/accounts/add_role.html", form=form, errors=errors, given=request.form, account=account
        )
        return page, 422 if errors else 200
    with services().database.writing() as session:
        account = _account_or_404(session, account_id)
        _put(session, account, (*grants_of(session, account_id), grant))
    tell("役割を加えました。本人のサインインは終わりました。")
    return _back(account_id)


@blueprint.post("/accounts/<int:account_id>/roles/remove")
def remove(account_id: int) -> Response:
    """The role is named by what it says, so that a page that is out of date removes nothing else."""
    try:
        with services().database.writing() as session:
            account = _account_or_404(session, account_id)
            grants = grants_of(session, account_id)
            named = dict(zip(grant_words(session, grants, all_towns()), grants, strict=True))
            gone = named.get(text("grant", 300))
            if gone is None:
                tell("その役割は、もうありません。")
                return _back(account_id)
            if not may_give(person(), gone):
                abort(404)
            _put(session, account, [grant for grant in grants if grant != gone])
    except StaffError as error:
        tell(str(error))
        return _back(account_id)
    tell("役割を外しました。本人のサインインは終わりました。")
    return _back(account_id)


def _account_or_404(session: Session, account_id: int) -> StaffAccount:
    found = session.get(StaffAccount, account_id)
    if found is None or not sees(person(), grants_of(session, account_id)):
        abort(404)
    return found


def _put(session: Session, account: StaffAccount, grants: Sequence[Grant]) -> None:
    before, moment = grants_of(session, account.id), now()
    home = home_of(session, account.id)
    put_grants(session, account, grants, moment)
    end_sessions(session, account.id, moment)
    audit.append(
        session,
        actor(),
        "grants_changed",
        at=moment,
        scope=home or home_of(session, account.id),
        subject=account.login,
        details={"before": [each.as_json() for each in before], "after": [each.as_json() for each in grants]},
    )


def _back(account_id: int) -> Response:
    """To the account; to the list where the last role went, and the account is out of sight with it."""
    with services().database.reading() as session:
        if not sees(person(), grants_of(session, account_id)):
            return redirect(url_for("console.accounts.index"), 303)
    return redirect(url_for("console.accounts.account", account_id=account_id), 303)
