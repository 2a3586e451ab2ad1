"""The door: signing in, the second step, giving the password again, signing out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.console import cookies, kept_forms
from bot.console.entering import (
    BUSY,
    RETRY,
    Answered,
    TooManyWaitingError,
    enter,
    enter_with,
    leave_old_session,
    next_page,
    slowed,
)
from bot.console.forms import tell, text
from bot.console.guard import actor, address_hash, session_now
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.models import StaffAccount
from knowledge.passwords import LONGEST, password_matches
from knowledge.second_step import SeedUnreadableError, passes
from knowledge.sessions import SignedIn, end_session, note_confirmed, start_session
from knowledge.sign_in import Opened, Visitor, home_of, note_failure, visitor, welcome
from knowledge.sign_in import sign_in as knock

blueprint = Blueprint("door", __name__)

WRONG = "ログイン名かパスワードが違います。大文字と小文字、かな入力になっていないかを確かめてください。"
WRONG_CODE = "確認コードが違うか、もう使われています。次のコードに変わるのを待って、入力してください。"


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Answered:
    """Name and password."""
    if request.method == "GET":
        return _sign_in_page({})
    moment, login, password = now(), text("login", 200), text("password", LONGEST + 1)
    who = visitor(services().settings.pepper, login, address_hash(), moment)
    try:
        with slowed(who):
            opened = knock(services().database, who, login, password, moment)
    except TooManyWaitingError:
        return _sign_in_page({"login": BUSY}), 429, RETRY
    if opened is None:
        return _sign_in_page({"login": WRONG}), 422
    leave_old_session()
    return come_in(opened, next_page())


def come_in(opened: Opened, target: str | None) -> Response:
    """To the second step where one is asked for; else to what was wanted."""
    if opened.full:
        return _go_on(opened.account_id, opened.session_id, target)
    if kept_forms.token():
        return enter_with(opened.session_id, lambda: _second_step_page({}))
    return enter(url_for("console.door.second_step", next=target), opened.session_id)


def _go_on(account_id: int, session_id: str, target: str | None) -> Response:
    """To the page that was wanted, or to what was being sent when the session ended."""
    kept = kept_forms.read(account_id)
    return enter_with(session_id, lambda: kept_forms.page(kept)) if kept else enter(target, session_id)


def _sign_in_page(errors: dict[str, str]) -> str:
    return render_template("console/door/sign_in.html", errors=errors, login=text("login", 200), next=next_page())


@blueprint.route("/second-step", methods=["GET", "POST"])
def second_step() -> Answered:
    """The code of an authenticator, or a recovery code."""
    if request.method == "GET":
        return _second_step_page({})
    half, moment = session_now(), now()
    who = visitor(services().settings.pepper, half.person.login, address_hash(), moment)
    try:
        with slowed(who):
            session_id = _take_second_step(who, half)
    except TooManyWaitingError:
        return _second_step_page({"code": BUSY}), 429, RETRY
    except SeedUnreadableError:
        said = "確認コードを確かめられません（DATA_KEY が変わっています）。サーバーの担当者に知らせてください。"
        return _second_step_page({"code": said}), 500
    if session_id is None:
        return _second_step_page({"code": WRONG_CODE}), 422
    return _go_on(half.person.account_id, session_id, next_page())


def _second_step_page(errors: dict[str, str]) -> str:
    return render_template("console/door/second_step.html", errors=errors, next=next_page())


def _take_second_step(who: Visitor, half: SignedIn) -> str | None:
    """The id of the full session; it is a new one, since what was half open may have been seen."""
    moment, account_id = now(), half.person.account_id
    with services().database.writing() as writing:
        account = writing.get_one(StaffAccount, account_id)
        how = passes(writing, services().settings.data_key, account, text("code", 100), moment)
        if how is None:
            note_failure(writing, who, account, moment, "second step")
            return None
        end_session(writing, half.id_hash, moment)
        welcome(writing, who, account, moment, how)
        return start_session(writing, account_id, moment, who.address_hash, full=True, confirmed_at=half.confirmed_at)


@blueprint.route("/confirm", methods=["GET", "POST"])
def confirm() -> Answered:
    """The password again, before something delicate."""
    if request.method == "GET":
        return _confirm_page({})
    held, moment = session_now(), now()
    who = visitor(services().settings.pepper, held.person.login, address_hash(), moment)
    try:
        with slowed(who):
            right = _password_is_right(who, held.person.account_id)
    except TooManyWaitingError:
        return _confirm_page({"password": BUSY}), 429, RETRY
    if not right:
        return _confirm_page({"password": "パスワードが違います。もう一度入力してください。"}), 422
    with services().database.writing() as writing:
        note_confirmed(writing, held.id_hash, moment)
        home = home_of(writing, held.person.account_id)
        audit.append(writing, actor(), "password_confirmed", at=moment, scope=home, subject=held.person.login)
    return after_confirming(held.person.account_id, next_page())


def after_confirming(account_id: int, target: str | None) -> Answered:
    """On to what was delicate."""
    kept = kept_forms.read(account_id)
    return kept_forms.page(kept) if kept else redirect(target or url_for("console.front.index"), 303)


def _confirm_page(errors: dict[str, str]) -> str:
    return render_template("console/door/confirm.html", errors=errors, next=next_page())


def _password_is_right(who: Visitor, account_id: int) -> bool:
    with services().database.reading() as reading:
        known = reading.get_one(StaffAccount, account_id).password_hash
    if password_matches(known, text("password", LONGEST + 1)):
        return True
    with services().database.writing() as writing:
        note_failure(writing, who, writing.get_one(StaffAccount, account_id), now(), "password")
    return False


@blueprint.post("/sign-out")
def sign_out() -> Response:
    held, moment = session_now(), now()
    with services().database.writing() as writing:
        end_session(writing, held.id_hash, moment)
        home = home_of(writing, held.person.account_id)
        audit.append(writing, actor(), "signed_out", at=moment, scope=home, subject=held.person.login)
    session.clear()
    tell("サインアウトしました。")
    response = redirect(url_for("console.door.sign_in"), 303)
    cookies.take_back(response)
    # Not "cookies": that would reach the city's other services on the same domain; ours is taken back above.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
