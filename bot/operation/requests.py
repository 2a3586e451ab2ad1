"""Each request gets a number for the log, and is counted by what it asked for and how it ended."""

from __future__ import annotations

import secrets
import time

import structlog
from flask import Flask, Response, g, request

from bot.operation.metrics import count

HEADER = "X-Request-Id"
WEBHOOK = "line_webhook.receive"
_PARTS = {"api": "api", "health": "health", "static": "static", "console": "console"}
_SIGN_IN = {"console.door.sign_in": "name", "console.door.second_step": "second"}


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    """Our own number: what is sent to us may be anything, and two may send the same."""
    g.request_id, g.begun = secrets.token_hex(8), time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _forget(_: BaseException | None) -> None:
    """What this thread logs next is of no request."""
    structlog.contextvars.clear_contextvars()


def _end(response: Response) -> Response:
    seconds = time.monotonic() - g.begun if "begun" in g else 0.0
    if "request_id" in g:
        response.headers[HEADER] = g.request_id
    endpoint = request.endpoint or ""
    if endpoint == WEBHOOK:
        count("kotae_webhook_requests", seconds, status=response.status_code)
        return response
    part = _PARTS.get(endpoint.split(".")[0], "chat")
    count("kotae_web_requests", seconds, part=part, status=response.status_code)
    if endpoint in _SIGN_IN and request.method == "POST":
        result = {422: "failed", 429: "busy"}.get(response.status_code, "passed")
        count("kotae_sign_ins", step=_SIGN_IN[endpoint], result=result)
    return response
