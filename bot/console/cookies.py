"""The cookie of the console.  It names a session; what the session is, only the database knows."""

from __future__ import annotations

from flask import Flask, g, request
from werkzeug.wrappers import Response

from bot.services import services

_PLAIN, _GUARDED = "staff", "__Host-staff"
_NOTES = "-notes"


def register(app: Flask, *, https: bool) -> None:
    """Flask's own, signed cookie carries the sentences of ``flash`` from one page to the next, and nothing else."""
    app.config.update(
        SESSION_COOKIE_NAME=name(https=https) + _NOTES,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def name(*, https: bool) -> str:
    """``__Host-`` binds the cookie to this host and to https; at hand, on http, browsers would refuse it."""
    return _GUARDED if https else _PLAIN


def session_id() -> str | None:
    """Of the session that begins with this very response; else of the one that the browser names."""
    begun: str | None = g.get("begun_session")
    return begun or request.cookies.get(name(https=_https())) or None


def begin(value: str) -> None:
    """From here on the page is written for this session."""
    g.begun_session = value


def give(response: Response, value: str) -> None:
    response.set_cookie(name(https=_https()), value, secure=_https(), httponly=True, samesite="Lax", path="/")


def take_back(response: Response) -> None:
    response.delete_cookie(name(https=_https()), secure=_https(), httponly=True, samesite="Lax", path="/")


def _https() -> bool:
    return not services().settings.is_local
