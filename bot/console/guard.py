"""Nobody passes who may not: every request below /staff/ is judged by the table of needs, and refused without one."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from urllib.parse import urlsplit

import structlog
from flask import Flask, abort, current_app, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from bot.console import cookies, forms, kept_forms
from bot.console.needs import NEEDS, Need, Where
from bot.services import services
from knowledge import audit
from knowledge.audit import Actor
from knowledge.calendar import now, today
from knowledge.models import Municipality
from knowledge.organisation_settling import settle_due
from knowledge.pseudonyms import pseudonym
from knowledge.roles import Person, Role
from knowledge.sessions import SignedIn, account_of_session, current_session, note_seen, wants_noting
from knowledge.upload_limits import MAX_BYTES, MAX_PDF_BYTES, MIB

_log = structlog.get_logger("console.guard")


class Verdict(Enum):
    PASS = "pass"  # noqa: S105  no password, a word
    SIGN_IN = "sign in first"
    SECOND_STEP = "the second step is missing"
    SET_UP = "the second step must be set up first"
    CONFIRM = "give the password again"
    UNKNOWN = "as if there were no such page"
    DENIED = "not for this person"


def judge(
    need: Need | None,
    signed_in: SignedIn | None,
    code: str | None,
    *,
    totp_asked: bool,
    is_fresh: bool,
    setting_up: bool,
) -> Verdict:
    """The one decision, pure.  ``setting_up``: the page is the one on which the second step is set up."""
    if need is None:
        return Verdict.DENIED
    if need.where is Where.OPEN:
        return Verdict.PASS
    if signed_in is None:
        return Verdict.SIGN_IN
    if need.where is Where.HALF_WAY:
        return Verdict.UNKNOWN if signed_in.full else Verdict.PASS
    if not signed_in.full:
        return Verdict.SECOND_STEP
    if totp_asked and not signed_in.has_second_step and not setting_up:
        return Verdict.SET_UP
    allowed = _allowed(need, signed_in.person, code)
    if allowed is not Verdict.PASS:
        return allowed
    return Verdict.CONFIRM if need.fresh and not is_fresh else Verdict.PASS


def _allowed(need: Need, person: Person, code: str | None) -> Verdict:
    if need.role is None:
        return Verdict.PASS
    if need.where is Where.ANYWHERE:
        enough = person.anywhere(need.role) or (need.or_role is not None and person.anywhere(need.or_role))
        return Verdict.PASS if enough else Verdict.DENIED
    if code is None or not person.knows(code):
        return Verdict.UNKNOWN
    return Verdict.PASS if person.may(need.role, code) else Verdict.DENIED


WITHOUT_SECOND_STEP = frozenset({"console.door.sign_out", "console.door.confirm", "console.office_account.again"})
"""Open even while the second step must still be set up, beside the page that does it."""
SET_UP_PAGE = "console.totp.set_up"


def register(app: Flask) -> None:
    app.before_request(check)
    app.after_request(_finish)


def check() -> Response | None:
    """Judge the request, or say that it is none of ours."""
    if not is_console():
        return None
    need = NEEDS.get(request.endpoint or "")
    if need is not None and need.upload:
        request.max_content_length = MAX_PDF_BYTES + MIB
        request.max_form_memory_size = MAX_BYTES
    # A 課 that is another from today on decides who may do what: so before the session is looked for.
    settle_due(services().database, today(), now())
    g.signed_in = find_session()
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if changes:
        forms.check_origin()
    verdict = _verdict()
    if verdict is Verdict.PASS:
        if changes:
            forms.check_token()
        if _is_nowhere():
            abort(404)
        return None
    return _refuse(verdict)


def _is_nowhere() -> bool:
    """Whether the address names a municipality that is not there: who holds a role for all has it in any."""
    code = (request.view_args or {}).get("code")
    if code is None:
        return False
    with services().database.reading() as session:
        return session.get(Municipality, code) is None


def is_console() -> bool:
    """By the rule and not by the path, so that no way of writing an address goes round it."""
    return request.url_rule is not None and request.url_rule.rule.startswith("/staff")


def _verdict() -> Verdict:
    found = signed_in()
    code = (request.view_args or {}).get("code")
    endpoint = request.endpoint or ""
    return judge(
        NEEDS.get(endpoint),
        found,
        code,
        totp_asked=not services().settings.is_local,
        is_fresh=found is not None and found.is_fresh(now()),
        setting_up=endpoint in WITHOUT_SECOND_STEP or endpoint == SET_UP_PAGE,
    )


def _refuse(verdict: Verdict) -> Response:
    match verdict:
        case Verdict.SIGN_IN | Verdict.CONFIRM if kept_forms.keep(_account_of_cookie()):
            page = "confirm" if verdict is Verdict.CONFIRM else "sign_in"
            return make_response(kept_forms.door_page(page), 403)
        case Verdict.SIGN_IN:
            target = url_for("console.door.sign_in", next=_wanted())
        case Verdict.SECOND_STEP:
            target = url_for("console.door.second_step", next=_wanted())
        case Verdict.SET_UP:
            target = url_for(SET_UP_PAGE)
        case Verdict.CONFIRM:
            target = url_for("console.door.confirm", next=_wanted())
        case _:
            note_denied()
            abort(404 if verdict is Verdict.UNKNOWN else 403)
    return redirect(target, 303)


def _wanted() -> str | None:
    """Where to go afterwards: the page that was opened, or the one on which the button was pressed."""
    if request.method in ("GET", "HEAD"):
        return own_path(request.full_path.removesuffix("?"))
    came_from = urlsplit(request.referrer or "")
    return own_path(came_from.path) if came_from.netloc == request.host else None


def own_path(path: str | None) -> str | None:
    """``path`` where it is a page of the console; None for any other, so that nobody is sent elsewhere."""
    if not path or not path.startswith("/staff/") or "\\" in path or not path.isprintable():
        return None
    parts = urlsplit(path)
    straight = not parts.scheme and not parts.netloc and "//" not in parts.path and ".." not in parts.path
    return path if straight else None


def _account_of_cookie() -> int | None:
    """Whose session the cookie names, even where it has ended."""
    session_id = cookies.session_id()
    if session_id is None:
        return None
    with services().database.reading() as session:
        return account_of_session(session, session_id)


def find_session() -> SignedIn | None:
    """Whose session the cookie names; that it was used is noted once a minute."""
    session_id = cookies.session_id()
    if session_id is None:
        return None
    database, moment = services().database, now()
    with database.reading() as session:
        found = current_session(session, session_id, moment)
    if found is not None and wants_noting(found, moment):
        with database.writing() as session:
            note_seen(session, found.id_hash, moment)
        return replace(found, seen_at=moment)
    return found


def note_denied() -> None:
    """One line in the audit log: who tried what.  The address that was written is not kept, only the page's name."""
    moment, code = now(), (request.view_args or {}).get("code")
    with services().database.writing() as session:
        audit.append(
            session,
            actor(),
            "denied",
            at=moment,
            scope=code if isinstance(code, str) and len(code) == 6 and code.isdecimal() else None,
            details={"endpoint": request.endpoint or "", "method": request.method},
            refused=True,
        )


def signed_in() -> SignedIn | None:
    found: SignedIn | None = g.get("signed_in")
    return found


def session_now() -> SignedIn:
    """The session of a page that only people who signed in can open."""
    found = signed_in()
    if found is None:
        raise RuntimeError("this page is open to anybody: nobody is signed in")
    return found


def person() -> Person:
    """Who is signed in."""
    return session_now().person


def require(role: Role, code: str, department: str | None) -> None:
    """Stop with 404 unless ``role`` is held for what belongs to ``department``."""
    if not person().reaches(role, code, department):
        note_denied()
        abort(404)


def address_hash() -> str:
    """The visitor's address as its pseudonym; no address is ever kept."""
    return pseudonym(services().settings.pepper, "staff address", request.remote_addr or "", now())


def actor() -> Actor:
    """Who acts, for the audit log."""
    found = signed_in()
    if found is None:
        return Actor(None, audit.NOBODY, address_hash())
    return Actor(found.person.account_id, found.person.login, address_hash())


def _finish(response: Response) -> Response:
    if request.path.startswith("/staff"):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def all_needs() -> dict[str, Need | None]:
    """Every endpoint below /staff/ with its need; None where the table lacks it."""
    return {
        rule.endpoint: NEEDS.get(rule.endpoint)
        for rule in current_app.url_map.iter_rules()
        if rule.rule.startswith("/staff")
    }
