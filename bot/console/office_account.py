"""Signing in with the account of the office's own directory, and proving again by it who one is."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import structlog
from flask import Blueprint, g, render_template, request, session
from sqlalchemy.exc import IntegrityError

from bot.console import kept_forms
from bot.console.door import after_confirming, come_in
from bot.console.entering import BUSY, RETRY, Answered, TooManyWaitingError, leave_old_session, next_page, slowed
from bot.console.guard import actor, address_hash, session_now, signed_in
from bot.oidc.provider import (
    CodeRefusedError,
    DirectoryFaultyError,
    DirectoryUnreachableError,
    IdTokenError,
    OfficeProvider,
)
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.models import StaffAccount
from knowledge.office_accounts import OfficePerson, Unknown, bind, has_identity, is_bound, match
from knowledge.office_visits import LEEWAY, Return, depart
from knowledge.office_visits import come_back as take_back
from knowledge.sessions import FRESH, note_confirmed, start_session
from knowledge.sign_in import Opened, Visitor, home_of, note_failure, visitor, welcome

blueprint = Blueprint("office_account", __name__)

_BROWSER = "office_browser"
"""In the signed cookie of this browser: nobody else can come back in its place."""
_log = structlog.get_logger("console.office_account")


@dataclass(frozen=True)
class Refusal:
    """What is said where somebody does not get in; ``remedy`` names the next step."""

    status: int
    title: str
    remedy: str


_AGAIN = "もう一度、はじめからお試しください。"
OFF = Refusal(400, "庁内アカウントでのサインインは使っていません", "ログイン名とパスワードでサインインしてください。")
STALE = Refusal(
    400,
    "サインインの続きが見つかりません",
    "時間がたったか、別のブラウザーで開いたか、同じ画面を二度開きました。もう一度、はじめからお試しください。",
)
CANCELLED = Refusal(400, "庁内の認証がすみませんでした", f"認証の画面で取り消されたか、断られました。{_AGAIN}")
UNREACHABLE = Refusal(
    503,
    "庁内の認証基盤につながりません",
    "少し待ってから、もう一度お試しください。続くときは、情報システムの担当者に知らせてください。"
    "パスワードを決めてある人は、ログイン名とパスワードでもサインインできます。",
)
FAULTY = Refusal(
    502,
    "庁内の認証基盤との設定が合っていません",
    "情報システムの担当者に、この画面の番号を知らせてください。"
    "パスワードを決めてある人は、ログイン名とパスワードでサインインできます。",
)
UNPROVED = Refusal(
    403,
    "庁内の認証基盤からの返事を確かめられませんでした",
    f"{_AGAIN}続くときは、情報システムの担当者に知らせてください。",
)
SOMEBODY_ELSE = Refusal(
    403,
    "本人であることを確かめられませんでした",
    "今サインインしている人の庁内アカウントで、もう一度サインインしてください。",
)
NOT_ANEW = Refusal(
    403,
    "あらためて確かめられませんでした",
    "庁内の認証の画面で、もう一度サインインし直してください。"
    "続くときは、情報システムの担当者に知らせてください（認証した時刻 auth_time が届いていません）。",
)
WAIT = Refusal(429, "少しのあいだ、お待ちください", BUSY)
UNKNOWN = {
    Unknown.UNVERIFIED: Refusal(
        403,
        "庁内アカウントの情報が足りません",
        "認証基盤が確かめたメールアドレスなどが届きませんでした。情報システムの担当者に知らせてください。",
    ),
    Unknown.NOBODY: Refusal(
        403,
        "このサービスの利用者に登録されていません",
        "庁内アカウントは確かめられました。使うには、管理者に利用者の追加を頼んでください。",
    ),
    Unknown.SEVERAL: Refusal(
        403,
        "どの利用者か決められません",
        "同じログイン名かメールアドレスの利用者が、二人以上います。管理者に直してもらってください。",
    ),
    Unknown.TAKEN: Refusal(
        403,
        "別の庁内アカウントと結び付いています",
        "庁内アカウントが替わったときは、管理者に、前の結び付きを外してもらってください。",
    ),
    Unknown.INACTIVE: Refusal(
        403,
        "この利用者は、今は使えません",
        "停止中か、使える期間の外です。使う必要があるときは、管理者に知らせてください。",
    ),
}


@dataclass(frozen=True)
class ConfirmWays:
    """How whoever is signed in can prove again who they are."""

    password: bool
    office: bool


@blueprint.app_template_global()
def office_label() -> str | None:
    """The words on the button; None where there is none."""
    found = services().office_provider
    return found.settings.label if found else None


@blueprint.app_template_global()
def confirm_ways() -> ConfirmWays:
    found = signed_in()
    if found is None:
        return ConfirmWays(password=True, office=False)
    with services().database.reading() as reading:
        account = reading.get_one(StaffAccount, found.person.account_id)
        bound = services().office_provider is not None and has_identity(reading, account.id)
        return ConfirmWays(password=account.password_hash is not None or not bound, office=bound)


@blueprint.post("/office-account/start")
def start() -> Answered:
    """To the directory, to sign in there."""
    return _leave(None)


@blueprint.post("/office-account/again")
def again() -> Answered:
    """To the directory, to sign in there anew, whoever is signed in already."""
    return _leave(session_now().id_hash)


def _leave(session_hash: str | None) -> Answered:
    """A page that leads there: a redirect of a form would be held back by the page's own policy (form-action)."""
    kit, moment = services(), now()
    if kit.office_provider is None:
        return _refused(OFF)
    browser = session.setdefault(_BROWSER, secrets.token_urlsafe(32))
    with kit.database.writing() as writing:
        sent = depart(
            writing,
            kit.settings.secret_key,
            browser,
            moment,
            session_hash=session_hash,
            target=next_page(),
            kept=kept_forms.own_token(),
        )
    try:
        address = kit.office_provider.address(sent, again=session_hash is not None)
    except (DirectoryUnreachableError, DirectoryFaultyError) as error:
        return _refused(_of_directory(error))
    return (
        render_template("console/office_account/leaving.html", address=address),
        200,
        {"Refresh": f"0; url={address}"},
    )


@blueprint.get("/office-account/return")
def come_back() -> Answered:
    """Back from the directory.  It opens the door, so it writes though it is a GET: ``state`` is its guard."""
    provider, browser = services().office_provider, session.get(_BROWSER)
    if provider is None:
        return _refused(OFF)
    if not browser:
        # Nobody left from this browser, so nothing is guessed: another site may have sent it here.
        return _refused(STALE)
    who = visitor(services().settings.pepper, f"office browser {browser}", address_hash(), now())
    try:
        with slowed(who):
            return _came_back(provider, who, str(browser))
    except TooManyWaitingError:
        return (*_refused(WAIT), RETRY)


def _came_back(provider: OfficeProvider, who: Visitor, browser: str) -> Answered:
    moment, key = now(), services().settings.secret_key
    with services().database.writing() as writing:
        back = take_back(writing, key, browser, request.args.get("state", ""), moment)
    if back is None:
        return _failed(who, "state", STALE)
    kept_forms.carry(back.kept)
    g.office_target = back.target
    try:
        if not provider.is_answer_of(request.args.get("iss")):
            return _failed(who, "issuer", UNPROVED)
        if "error" in request.args or not request.args.get("code"):
            return _failed(who, "directory refused", CANCELLED)
        person = provider.person(request.args["code"][:4000], back, moment)
    except (DirectoryUnreachableError, DirectoryFaultyError) as error:
        return _refused(_of_directory(error))
    except CodeRefusedError:
        return _failed(who, "code", UNPROVED)
    except IdTokenError as error:
        return _failed(who, f"token: {error}", UNPROVED)
    return _sign_in(who, person, back) if back.session_hash is None else _confirm(who, person, back)


def _sign_in(who: Visitor, person: OfficePerson, back: Return) -> Answered:
    moment = now()
    try:
        with services().database.writing() as writing:
            found = match(writing, person, moment)
            if found.account is None or found.refused is not None:
                refused = found.refused or Unknown.NOBODY
                note_failure(writing, who, found.account, moment, f"office account: {refused.value}")
                return _refused(UNKNOWN[refused])
            account = found.account
            bind(writing, person, account, who.address_hash, moment)
            full = person.second_step or account.totp_seed is None
            if full:
                welcome(writing, who, account, moment, "office account")
            session_id = start_session(
                writing,
                account.id,
                moment,
                who.address_hash,
                full=full,
                # Whoever was signed in at the directory since this morning has proved nothing just now.
                confirmed_at=min(person.proved_at or moment - FRESH, moment),
                second_step_by_office=person.second_step,
            )
            opened = Opened(session_id, account.id, full)
    except IntegrityError:
        return _refused(UNKNOWN[Unknown.TAKEN])
    leave_old_session()
    return come_in(opened, back.target)


def _confirm(who: Visitor, person: OfficePerson, back: Return) -> Answered:
    """The session that asked for it, by the same person, who proved it since then."""
    held, moment = signed_in(), now()
    if held is None or held.id_hash != back.session_hash:
        return _failed(who, "another session", STALE)
    account_id = held.person.account_id
    with services().database.writing() as writing:
        account = writing.get_one(StaffAccount, account_id)
        if not is_bound(writing, person, account_id):
            note_failure(writing, who, account, moment, "office account: somebody else")
            return _refused(SOMEBODY_ELSE)
        if person.proved_at is None or person.proved_at < back.begun_at - LEEWAY:
            note_failure(writing, who, account, moment, "office account: not proved anew")
            return _refused(NOT_ANEW)
        note_confirmed(writing, held.id_hash, moment)
        home = home_of(writing, account_id)
        audit.append(writing, actor(), "office_account_confirmed", at=moment, scope=home, subject=account.login)
    return after_confirming(account_id, back.target)


def _failed(who: Visitor, why: str, refusal: Refusal) -> Answered:
    """Counted and written down, as a wrong password is."""
    with services().database.writing() as writing:
        note_failure(writing, who, None, now(), f"office account: {why}")
    return _refused(refusal)


def _of_directory(error: Exception) -> Refusal:
    _log.error("office_directory", error=type(error).__name__, why=str(error))
    return UNREACHABLE if isinstance(error, DirectoryUnreachableError) else FAULTY


def _refused(refusal: Refusal) -> tuple[str, int]:
    page = render_template(
        "console/office_account/refused.html", refusal=refusal, next=g.get("office_target") or next_page()
    )
    return page, refusal.status
