"""The second step: a code of an authenticator on a telephone or on the PC, and recovery codes on paper."""

from __future__ import annotations

from urllib.parse import urlsplit

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from bot.console.entering import Answered
from bot.console.forms import text
from bot.console.guard import actor, person, session_now
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.models import StaffAccount
from knowledge.one_time_codes import RECOVERY, RECOVERY_CODES, make_codes
from knowledge.second_step import (
    SeedUnreadableError,
    code_matches,
    decrypted_seed,
    encrypted_seed,
    new_seed,
    provisioning_uri,
)
from knowledge.second_step import (
    set_up as keep_seed,
)
from knowledge.sessions import end_sessions
from knowledge.sign_in import home_of

blueprint = Blueprint("totp", __name__)

WRONG = "コードが合いません。時計が合っているかを確かめ、今出ている6桁を入力してください。"


@blueprint.route("/me/totp", methods=["GET", "POST"])
def set_up() -> Answered:
    """A seed is shown as a picture and as text; it counts once a code of it was typed."""
    if request.method == "GET":
        return _set_up_page(new_seed(), {})
    key, me, moment = services().settings.data_key, person(), now()
    try:
        seed = decrypted_seed(key, me.account_id, text("seed", 400))
    except SeedUnreadableError:
        return redirect(url_for("console.totp.set_up"), 303)
    if not code_matches(seed, text("code", 20), moment):
        return _set_up_page(seed, {"code": WRONG}), 422
    with services().database.writing() as writing:
        keep_seed(writing, key, writing.get_one(StaffAccount, me.account_id), seed, moment)
        end_sessions(writing, me.account_id, moment, but=session_now().id_hash)
        home = home_of(writing, me.account_id)
        audit.append(writing, actor(), "totp_set_up", at=moment, scope=home, subject=me.login)
        codes = _new_codes(writing)
    return _codes_page(codes)


def _set_up_page(seed: str, errors: dict[str, str]) -> str:
    kit, me = services(), person()
    uri = provisioning_uri(seed, me.login, urlsplit(kit.settings.base_url).hostname or "")
    return render_template(
        "console/totp/set_up.html",
        errors=errors,
        picture=segno.make(uri, error="m", micro=False).svg_data_uri(scale=5, border=4),
        letters=" ".join(seed[start : start + 4] for start in range(0, len(seed), 4)),
        kept_seed=encrypted_seed(kit.settings.data_key, me.account_id, seed),
        must=not kit.settings.is_local and not session_now().has_second_step,
    )


@blueprint.route("/me/recovery-codes", methods=["GET", "POST"])
def recovery_codes() -> Answered:
    """Ten codes, shown once; those of before work no longer."""
    if not session_now().has_totp:
        return redirect(url_for("console.totp.set_up"), 303)
    if request.method == "GET":
        return render_template(
            "console/confirm.html",
            title="予備コードを作り直す",
            lead=f"新しい予備コードを{RECOVERY_CODES}個作ります。前の予備コードは使えなくなります。",
            action=url_for("console.totp.recovery_codes"),
            button="作り直す",
            back=url_for("console.me.index"),
        )
    with services().database.writing() as writing:
        codes = _new_codes(writing)
    return _codes_page(codes)


def _new_codes(session: Session) -> list[str]:
    me, moment = person(), now()
    codes = make_codes(session, RECOVERY, me.account_id, moment, RECOVERY_CODES)
    home = home_of(session, me.account_id)
    audit.append(session, actor(), "recovery_codes_made", at=moment, scope=home, subject=me.login)
    return codes


def _codes_page(codes: list[str]) -> str:
    """Answered at once and not after a redirect: the codes are kept nowhere that a second page could read."""
    return render_template("console/totp/recovery_codes.html", codes=codes, made_at=now())
