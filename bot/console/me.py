"""One's own page: the password, the second step, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, session_now
from bot.console.layout import all_towns
from bot.console.new_passwords import password_errors
from bot.console.role_words import grant_words
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.models import StaffAccount
from knowledge.one_time_codes import RECOVERY, codes_left
from knowledge.passwords import LONGEST, hash_password
from knowledge.sessions import end_session as end_one
from knowledge.sessions import end_sessions, open_sessions
from knowledge.sign_in import home_of

blueprint = Blueprint("me", __name__)


@blueprint.get("/me")
def index() -> str:
    me, moment = person(), now()
    with services().database.reading() as reading:
        account = reading.get_one(StaffAccount, me.account_id)
        return render_template(
            "console/me/index.html",
            account=account,
            grants=grant_words(reading, me.grants, all_towns()),
            codes_left=codes_left(reading, RECOVERY, me.account_id),
            sessions=open_sessions(reading, me.account_id, moment),
            this_one=session_now().id_hash,
            totp_asked=not services().settings.is_local,
        )


@blueprint.route("/me/password", methods=["GET", "POST"])
def password() -> Answered:
    """A new password ends every other session of the account."""
    me = person()
    errors = password_errors(me.login, me.name) if text("again") or text("password") else {}
    if not text("password") or errors:
        return render_template("console/me/password.html", errors=errors), 422 if errors else 200
    chosen, moment = hash_password(text("password", LONGEST + 1)), now()
    with services().database.writing() as writing:
        account = writing.get_one(StaffAccount, me.account_id)
        account.password_hash, account.changed_at = chosen, moment
        ended = end_sessions(writing, me.account_id, moment, but=session_now().id_hash)
        audit.append(
            writing,
            actor(),
            "password_chosen",
            at=moment,
            scope=home_of(writing, me.account_id),
            subject=me.login,
            details={"how": "own page"},
        )
    tell(f"パスワードを変えました。{_ended_words(ended)}")
    return redirect(url_for("console.me.index"), 303)


def _ended_words(count: int) -> str:
    return f"ほかの{count}か所のサインインは終わりました。" if count else ""


@blueprint.post("/me/stay")
def stay() -> Response:
    """The page was left lying, and its reader is still there: how long the session holds now that this was asked."""
    return jsonify(seconds=int((session_now().ends_at() - now()).total_seconds()))


@blueprint.post("/me/sessions/<id_hash>/end")
def end_session(id_hash: str) -> Response:
    me, moment = person(), now()
    with services().database.writing() as writing:
        if id_hash not in {row.id_hash for row in open_sessions(writing, me.account_id, moment)}:
            abort(404)
        end_one(writing, id_hash, moment)
        _note_ended(writing, 1)
    tell("サインインを終わらせました。")
    return redirect(url_for("console.me.index"), 303)


def _note_ended(session: Session, count: int) -> None:
    me = person()
    home, details = home_of(session, me.account_id), {"sessions": count}
    audit.append(session, actor(), "session_ended", at=now(), scope=home, subject=me.login, details=details)


@blueprint.post("/me/sessions/end")
def end_others() -> Response:
    me, moment = person(), now()
    with services().database.writing() as writing:
        ended = end_sessions(writing, me.account_id, moment, but=session_now().id_hash)
        _note_ended(writing, ended)
    tell(_ended_words(ended) or "ほかにサインインしているところはありません。")
    return redirect(url_for("console.me.index"), 303)
