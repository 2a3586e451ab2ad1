"""Coming in: guessing is slowed, an old session is left, a new one's cookie is given."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response

from bot.console import cookies
from bot.console.guard import own_path, signed_in
from bot.services import services
from knowledge.calendar import now
from knowledge.sessions import end_session
from knowledge.sign_in import Visitor, delay_now

Answered = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]

BUSY = "いま混み合っています。10秒ほど待ってから、もう一度入力してください。"
RETRY = {"Retry-After": "10"}
MOST_WAITING = 4
"""Guessing is slowed by letting it wait.  Of an address one waits, and no more of all than leaves residents served:
whoever guesses from somewhere must not fill the room of the colleague whose name is guessed at."""
_waiting: set[str] = set()
_guard = threading.Lock()


class TooManyWaitingError(Exception):
    """So many guess at once that nobody else may wait."""


def pause(seconds: float) -> None:
    time.sleep(seconds)


@contextmanager
def slowed(who: Visitor) -> Iterator[None]:
    """Wait as long as the failures of ``who`` ask for.  Raises TooManyWaitingError."""
    with services().database.reading() as reading:
        seconds = delay_now(reading, who, now())
    if seconds:
        with _guard:
            if who.address_hash in _waiting or len(_waiting) >= MOST_WAITING:
                raise TooManyWaitingError
            _waiting.add(who.address_hash)
        try:
            pause(seconds)
        finally:
            with _guard:
                _waiting.discard(who.address_hash)
    yield


def leave_old_session() -> None:
    """Whoever comes in gets a new session; the old one, and what its cookie of notes held, is gone."""
    session.clear()
    old = signed_in()
    if old is not None:
        with services().database.writing() as writing:
            end_session(writing, old.id_hash, now())


def enter(target: str | None, session_id: str) -> Response:
    response = redirect(target or url_for("console.front.index"), 303)
    cookies.give(response, session_id)
    return response


def enter_with(session_id: str, page: Callable[[], str]) -> Response:
    """Come in and be shown ``page`` at once, since what it holds is not to be lost by a redirect."""
    cookies.begin(session_id)
    response = make_response(page())
    cookies.give(response, session_id)
    return response


def next_page() -> str | None:
    """Where to go afterwards, as the address or the form says; None where it names no page of ours."""
    return own_path(request.values.get("next"))
