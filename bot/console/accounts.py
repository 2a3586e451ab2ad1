"""利用者: who may sign in.  Everything here wants the password to have been given a short while ago."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import day, tell, text
from bot.console.guard import actor, person
from bot.console.layout import all_towns, towns_of_role
from bot.console.paging import paging
from bot.console.role_fields import RoleForm, read_role, role_form
from bot.console.role_words import grant_words
from bot.services import services
from knowledge import audit
from knowledge.account_lists import (
    STATES,
    AccountFilter,
    controls,
    count_accounts,
    grants_by_account,
    list_accounts,
    sees,
    visible,
)
from knowledge.calendar import now
from knowledge.handing_over import held_by
from knowledge.models import OfficeIdentity, StaffAccount
from knowledge.office_accounts import unbind
from knowledge.one_time_codes import INVITATION, make_codes
from knowledge.roles import Grant, Role
from knowledge.second_step import take_away
from knowledge.sessions import end_sessions as end_all
from knowledge.sessions import open_sessions
from knowledge.sign_in import home_of
from knowledge.staff import StaffError, add_account, change_account, grants_of, is_active

blueprint = Blueprint("accounts", __name__)


@dataclass(frozen=True)
class ListedAccount:
    account: StaffAccount
    grants: list[str]
    usable: bool


@blueprint.get("/accounts")
def index() -> str:
    wanted = AccountFilter(
        request.args.get("words", "")[:60], request.args.get("state", ""), request.args.get("municipality", "")
    )
    me, moment = person(), now()
    with services().database.reading() as session:
        pages = paging(count_accounts(session, me, wanted))
        rows = list_accounts(session, me, wanted, pages.start, pages.size)
        grants = grants_by_account(session, [row.id for row in rows])
        listed = [
            ListedAccount(
                row, grant_words(session, visible(me, grants.get(row.id, ())), all_towns()), is_active(row, moment)
            )
            for row in rows
        ]
    return render_template(
        "console/accounts/index.html",
        accounts=listed,
        paging=pages,
        wanted=wanted,
        states=STATES.items(),
        towns=[("", "すべて"), *((town.code, town.name) for town in towns_of_role(me, Role.ADMIN))],
    )


@blueprint.route("/accounts/add", methods=["GET", "POST"])
def add() -> Answered:
    """An account and its first role; the invitation code is shown on the account's page."""
    form = role_form(person())
    if request.method == "GET":
        return _add_page(form, {})
    errors, grant, dates = _read_account(form)
    if errors or grant is None:
        return _add_page(form, errors), 422
    moment = now()
    try:
        with services().database.writing() as session:
            account = add_account(
                session,
                text("login", 200),
                text("name", 200),
                [grant],
                moment,
                email=text("email", 200),
                active_from=dates[0],
                active_until=dates[1],
            )
            details = {"name": account.name, "email": account.email, "active_from": dates[0], "active_until": dates[1]}
            _note(session, account, "account_added", details)
            _note(session, account, "grants_changed", {"before": [], "after": [grant.as_json()]})
            account_id = account.id
    except StaffError as error:
        return _add_page(form, {_field_of(error): str(error)}), 422
    tell("利用者を加えました。招待コードを発行して、本人に渡してください。")
    return redirect(url_for("console.accounts.account", account_id=account_id), 303)


def _add_page(form: RoleForm, errors: dict[str, str]) -> str:
    return render_template("console/accounts/add.html", form=form, errors=errors, given=request.form)


def _read_account(form: RoleForm) -> tuple[dict[str, str], Grant | None, tuple[dt.date | None, dt.date | None]]:
    errors: dict[str, str] = {}
    dates = day("active_from", errors), day("active_until", errors)
    if dates[0] and dates[1] and dates[1] < dates[0]:
        errors["active_until"] = "使い終わる日が、使い始める日より前です"
    return errors, read_role(form, errors), dates


def _field_of(error: StaffError) -> str:
    return error.field or "login"


@blueprint.get("/accounts/<int:account_id>")
def account(account_id: int) -> str:
    with services().database.reading() as session:
        return _account_page(session, _account_or_404(session, account_id))


def _account_page(session: Session, found: StaffAccount, code: str | None = None) -> str:
    me, moment = person(), now()
    grants = grants_of(session, found.id)
    return render_template(
        "console/accounts/account.html",
        account=found,
        usable=is_active(found, moment),
        mine=controls(me, grants),
        grants=grant_words(session, visible(me, grants), all_towns()),
        sessions=open_sessions(session, found.id, moment),
        held=len(held_by(session, found, me.scopes(Role.ADMIN), moment)),
        leaves=found.disabled or found.active_until is not None,
        code=code,
        invitation=f"{services().settings.console_url}{url_for('console.invitation.invitation')}",
        office_identity=session.get(OfficeIdentity, found.id),
    )


def _account_or_404(session: Session, account_id: int) -> StaffAccount:
    found = session.get(StaffAccount, account_id)
    if found is None or not sees(person(), grants_of(session, account_id)):
        abort(404)
    return found


def _controlled_or_404(session: Session, account_id: int) -> StaffAccount:
    """One that may be changed; what is only seen answers as if the page were not there."""
    found = _account_or_404(session, account_id)
    if not controls(person(), grants_of(session, account_id)):
        abort(404)
    return found


def _note(session: Session, about: StaffAccount, action: str, details: Mapping[str, object] | None = None) -> None:
    home = home_of(session, about.id)
    audit.append(session, actor(), action, at=now(), scope=home, subject=about.login, details=details)


@blueprint.route("/accounts/<int:account_id>/change", methods=["GET", "POST"])
def change(account_id: int) -> Answered:
    with services().database.reading() as session:
        found = _controlled_or_404(session, account_id)
    if request.method == "GET":
        return _change_page(found, {}, _fields_of(found))
    errors: dict[str, str] = {}
    dates = day("active_from", errors), day("active_until", errors)
    if errors:
        return _change_page(found, errors, request.form), 422
    try:
        with services().database.writing() as session:
            _change(session, _controlled_or_404(session, account_id), dates)
    except StaffError as error:
        return _change_page(found, {error.field or "name": str(error)}, request.form), 422
    tell("利用者を変えました。")
    return redirect(url_for(_after_change(account_id), account_id=account_id), 303)


def _after_change(account_id: int) -> str:
    """Whoever leaves, and holds something still: the list of it is shown at once."""
    with services().database.reading() as session:
        found = _account_or_404(session, account_id)
        leaves = found.disabled or found.active_until is not None
        if leaves and held_by(session, found, person().scopes(Role.ADMIN), now()):
            return "console.account_handover.index"
    return "console.accounts.account"


def _change(session: Session, found: StaffAccount, dates: tuple[dt.date | None, dt.date | None]) -> None:
    before, was_disabled = _fields_of(found), found.disabled
    disabled = bool(request.form.get("disabled"))
    change_account(
        session,
        found,
        now(),
        name=text("name", 200),
        email=text("email", 200),
        disabled=disabled,
        active_from=dates[0],
        active_until=dates[1],
    )
    after = _fields_of(found)
    if before != after:
        _note(session, found, "account_changed", {"before": before, "after": after})
    if disabled and not was_disabled:
        end_all(session, found.id, now())
        _note(session, found, "account_disabled")
    elif was_disabled and not disabled:
        _note(session, found, "account_enabled")


def _change_page(found: StaffAccount, errors: dict[str, str], given: object) -> str:
    return render_template("console/accounts/change.html", account=found, errors=errors, given=given)


def _fields_of(found: StaffAccount) -> dict[str, str]:
    """As the form writes them."""
    return {
        "name": found.name,
        "email": found.email or "",
        "active_from": found.active_from.isoformat() if found.active_from else "",
        "active_until": found.active_until.isoformat() if found.active_until else "",
        "disabled": "1" if found.disabled else "",
    }


@blueprint.post("/accounts/<int:account_id>/invite")
def invite(account_id: int) -> str:
    """A code to choose a password with, shown once, here."""
    moment = now()
    with services().database.writing() as session:
        found = _controlled_or_404(session, account_id)
        (code,) = make_codes(session, INVITATION, account_id, moment)
        _note(session, found, "invitation_made")
        return _account_page(session, found, code)


@blueprint.route("/accounts/<int:account_id>/reset-totp", methods=["GET", "POST"])
def reset_totp(account_id: int) -> Answered:
    with services().database.writing() as session:
        found = _controlled_or_404(session, account_id)
        if request.method == "GET":
            return _reset_page(found)
        take_away(session, found)
        end_all(session, account_id, now())
        _note(session, found, "totp_reset", {"how": "console"})
    tell(f"{found.name}さんの確認コードを取り消しました。次のサインインで、設定し直します。")
    return redirect(url_for("console.accounts.account", account_id=account_id), 303)


def _reset_page(found: StaffAccount) -> str:
    return render_template(
        "console/confirm.html",
        title=f"{found.name}さんの確認コードを取り消す",
        lead="認証アプリをなくしたと本人から申し出があり、本人だと確かめたときに使います。",
        items=[
            "確認コードと予備コードは使えなくなり、サインインはすべて終わります。",
            "本人は、次のサインインで設定し直します。",
        ],
        action=url_for("console.accounts.reset_totp", account_id=found.id),
        button="取り消す",
        danger=True,
        back=url_for("console.accounts.account", account_id=found.id),
    )


@blueprint.route("/accounts/<int:account_id>/unbind-office-account", methods=["GET", "POST"])
def unbind_office_account(account_id: int) -> Answered:
    """Where a person has another account in the office's directory now, or the wrong one was bound."""
    with services().database.writing() as session:
        found = _controlled_or_404(session, account_id)
        if request.method == "GET":
            return _unbind_page(found)
        if unbind(session, account_id):
            end_all(session, account_id, now())
            _note(session, found, "office_account_unbound")
    tell(f"{found.name}さんの庁内アカウントとの結び付きを外しました。")
    return redirect(url_for("console.accounts.account", account_id=account_id), 303)


def _unbind_page(found: StaffAccount) -> str:
    return render_template(
        "console/confirm.html",
        title=f"{found.name}さんの庁内アカウントとの結び付きを外す",
        lead="本人の庁内アカウントが替わったとき、まちがって結び付いたときに使います。",
        items=[
            "サインインはすべて終わります。",
            "次に庁内アカウントでサインインすると、ログイン名かメールアドレスが合うものと、結び付け直します。",
        ],
        action=url_for("console.accounts.unbind_office_account", account_id=found.id),
        button="外す",
        danger=True,
        back=url_for("console.accounts.account", account_id=found.id),
    )


@blueprint.post("/accounts/<int:account_id>/end-sessions")
def end_sessions(account_id: int) -> Response:
    with services().database.writing() as session:
        found = _controlled_or_404(session, account_id)
        ended = end_all(session, account_id, now())
        _note(session, found, "session_ended", {"sessions": ended})
    tell(f"{ended}か所のサインインを終わらせました。")
    return redirect(url_for("console.accounts.account", account_id=account_id), 303)
