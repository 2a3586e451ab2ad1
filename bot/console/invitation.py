"""Choosing a password with a code: the first administrator, and whoever was invited."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from bot.console.entering import BUSY, RETRY, Answered, TooManyWaitingError, enter, leave_old_session, slowed
from bot.console.forms import text
from bot.console.guard import address_hash
from bot.console.new_passwords import password_errors
from bot.services import services
from knowledge import audit
from knowledge.audit import Actor
from knowledge.calendar import now
from knowledge.models import StaffAccount
from knowledge.one_time_codes import FIRST, INVITATION, code_is_good, use_code
from knowledge.passwords import LONGEST, hash_password
from knowledge.roles import Grant, Role
from knowledge.sessions import end_sessions, start_session
from knowledge.sign_in import Visitor, home_of, note_failure, visitor, welcome
from knowledge.staff import (
    StaffError,
    account_by_login,
    add_account,
    administrators,
    check_login,
    check_name,
    is_active,
)

blueprint = Blueprint("invitation", __name__)

WRONG_CODE = "コードが違うか、もう使われたか、期限が切れています。発行した人に、新しいコードを頼んでください。"
NO_FIRST_CODE = (
    "コードが違うか、もう使われたか、期限が切れています。サーバーで "
    "flask --app app staff first-code を打つと、新しいコードが出ます。"
)
HAS_ADMINISTRATOR = "管理者はもういます。その人に、利用者として加えてもらってください。"


class _WrongCodeError(Exception):
    """The code opens nothing."""


@blueprint.route("/first", methods=["GET", "POST"])
def first() -> Answered:
    """The first administrator: a code from the server's screen, and a login name of one's own."""
    if request.method == "GET":
        return _page("first", {})
    return _entered("first", _first_code_is_good, _first_administrator)


@blueprint.route("/invitation", methods=["GET", "POST"])
def invitation() -> Answered:
    """Whoever was added by an administrator chooses a password, or a new one in place of a forgotten one."""
    if request.method == "GET":
        return _page("invitation", {})
    return _entered("invitation", _invited_account, _invited)


def _page(screen: str, errors: dict[str, str]) -> str:
    given = {name: text(name, 200) for name in ("code", "login", "name")}
    return render_template(f"console/invitation/{screen}.html", errors=errors, given=given)


def _wrong_fields(screen: str) -> dict[str, str]:
    """What is wrong with the fields at first sight; the password is for who has a code."""
    errors: dict[str, str] = {}
    checks = [("login", check_login), *([("name", check_name)] if screen == "first" else [])]
    for field, check in checks:
        try:
            check(text(field, 200))
        except StaffError as error:
            errors[field] = str(error)
    if not text("code").strip():
        errors["code"] = "コードを入力してください。"
    return errors


def _entered(
    screen: str, look: Callable[[Session], object], act: Callable[[Session, Visitor, str], StaffAccount]
) -> Answered:
    """Do ``act`` and come in, or show the page again.  ``look`` raises _WrongCodeError.

    Anybody may send this form, and to look at a password and to hash it is dear: that is done only with a good code.
    """
    if errors := _wrong_fields(screen):
        return _page(screen, errors), 422
    moment = now()
    who = visitor(services().settings.pepper, text("login", 200), address_hash(), moment)
    try:
        with slowed(who):
            with services().database.reading() as reading:
                look(reading)
            if errors := password_errors(text("login", 60), text("name", 60)):
                return _page(screen, errors), 422
            password_hash = hash_password(text("password", LONGEST + 1))
            with services().database.writing() as session:
                account = act(session, who, password_hash)
                end_sessions(session, account.id, moment)
                full = account.totp_seed is None
                if full:
                    welcome(session, who, account, moment, "code" if screen == "first" else "invitation")
                session_id = start_session(session, account.id, moment, who.address_hash, full=full)
    except TooManyWaitingError:
        return _page(screen, {"code": BUSY}), 429, RETRY
    except StaffError as error:
        return _page(screen, {"login": str(error)}), 422
    except _WrongCodeError as error:
        with services().database.writing() as session:
            note_failure(session, who, None, moment, "code")
        return _page(screen, {"code": str(error)}), 422
    leave_old_session()
    return enter(None if full else url_for("console.door.second_step"), session_id)


def _first_code_is_good(session: Session) -> None:
    if not code_is_good(session, FIRST, None, text("code", 100), now()):
        raise _WrongCodeError(NO_FIRST_CODE)


def _first_administrator(session: Session, who: Visitor, password_hash: str) -> StaffAccount:
    moment = now()
    if not use_code(session, FIRST, None, text("code", 100), moment):
        raise _WrongCodeError(NO_FIRST_CODE)
    if administrators(session, moment):
        raise _WrongCodeError(HAS_ADMINISTRATOR)
    account = add_account(session, text("login", 200), text("name", 200), [Grant(Role.ADMIN, None)], moment)
    account.password_hash = password_hash
    by_self = Actor(account.id, account.login, who.address_hash)
    added = {"name": account.name, "email": None, "active_from": None, "active_until": None}
    audit.append(session, by_self, "account_added", at=moment, subject=account.login, details=added)
    audit.append(session, by_self, "password_chosen", at=moment, subject=account.login, details={"how": "first"})
    return account


def _invited_account(session: Session) -> StaffAccount:
    moment = now()
    account = account_by_login(session, text("login", 200))
    if account is None or not is_active(account, moment):
        raise _WrongCodeError(WRONG_CODE)
    if not code_is_good(session, INVITATION, account.id, text("code", 100), moment):
        raise _WrongCodeError(WRONG_CODE)
    return account


def _invited(session: Session, who: Visitor, password_hash: str) -> StaffAccount:
    moment = now()
    account = _invited_account(session)
    if not use_code(session, INVITATION, account.id, text("code", 100), moment):
        raise _WrongCodeError(WRONG_CODE)
    account.password_hash = password_hash
    account.changed_at = moment
    audit.append(
        session,
        Actor(account.id, account.login, who.address_hash),
        "password_chosen",
        at=moment,
        scope=home_of(session, account.id),
        subject=account.login,
        details={"how": "invitation"},
    )
    return account
