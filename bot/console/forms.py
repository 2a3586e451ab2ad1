"""Forms of the console: none is taken that did not come from a page of ours, shown to this very visitor.

Flask-WTF keeps its token in Flask's own cookie session, which cannot be revoked; this one is bound to the
session's row, and ends with it.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from urllib.parse import urlsplit

from flask import abort, current_app, flash, request, session

from bot.console import cookies
from bot.services import keys_in_force, services
from knowledge.sheet_forms import DATE

FIELD = "csrf_token"
_LONGEST_DAY = 40


def csrf_token() -> str:
    """The token of the forms of this page.  Whoever is not signed in gets one bound to a cookie of its own."""
    return token_for(str(current_app.secret_key), cookies.session_id() or _visitor())


def token_for(secret_key: str, whose: str) -> str:
    return hmac.digest(secret_key.encode(), f"staff form\0{whose}".encode("utf-8", "surrogatepass"), "sha256").hex()


def _visitor() -> str:
    if "visitor" not in session:
        session["visitor"] = secrets.token_urlsafe(32)
    return str(session["visitor"])


def check_token() -> None:
    """Stop where the token is missing or another's: the form is shown again by its own page."""
    if not token_is_right():
        abort(400, "form")


def token_is_right() -> bool:
    given = request.form.get(FIELD, "").encode("utf-8", "surrogatepass")
    whose = cookies.session_id() or _visitor()
    return any(hmac.compare_digest(given, token_for(key, whose).encode()) for key in keys_in_force())


def check_origin() -> None:
    """Stop what another site sent.  Browsers say where a post comes from; one that says nothing is no browser."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        abort(400, "origin")
    if site is not None and site != "same-origin":
        abort(400, "origin")
    if origin is not None and not _is_ours(origin):
        abort(400, "origin")


def _is_ours(origin: str) -> bool:
    """The host that was asked, which Flask has held against TRUSTED_HOSTS."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.netloc == request.host and (parts.scheme == "https" or services().settings.is_local)


def text(name: str, longest: int = 2000) -> str:
    """A field as it was sent, cut at ``longest``: which no browser goes over, for the field tells it the same number.

    A browser sends the end of a line as two letters, and counts it as one.
    """
    return request.form.get(name, "").replace("\r\n", "\n")[:longest]


def whole(name: str) -> str:
    """A field as it was sent, however long: so that what is too long is told and shown again, and nothing is lost.

    Its field has no ``maxlength``: by that a browser cuts what is pasted without a word.
    """
    return request.form.get(name, "").replace("\r\n", "\n")


def too_long(label: str, given: str, longest: int) -> str | None:
    """What is told of a text that is longer than ``longest``; None where it fits."""
    if len(given) <= longest:
        return None
    return f"「{label}」は{longest:,}字までで書いてください（今は{len(given):,}字）"


def day(name: str, errors: dict[str, str]) -> dt.date | None:
    """A day as it was sent, in any of the ways that sheets take, too; why not, in ``errors``."""
    return day_of(whole(name), name, errors)


def day_of(given: str, name: str, errors: dict[str, str]) -> dt.date | None:
    if not given.strip():
        return None
    try:
        found: dt.date = DATE.read(given.strip() if len(given.strip()) <= _LONGEST_DAY else "?")
    except ValueError:
        errors[name] = "日付は 2026-04-01 か 令和8年4月1日 のように書いてください"
        return None
    return found


def tell(sentence: str) -> None:
    """A sentence on the next page: what was done."""
    flash(sentence)
