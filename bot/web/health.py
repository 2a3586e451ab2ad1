"""Whether the service is alive, whether it can serve, and its figures."""

from __future__ import annotations

import hmac
from functools import partial

from flask import Blueprint, Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError

from bot.operation.metrics_page import page, standing, without_database
from bot.operation.pulse import pulse_of
from bot.operation.readiness import Readiness, look
from bot.services import Services, services
from knowledge.db import hurried

blueprint = Blueprint("health", __name__)

LEFT_OUT = frozenset({"queue"})
"""What a balancer may leave out, by ``?exclude=``: it is the same for all, and sending nobody mends nothing."""


@blueprint.get("/healthz")
def alive() -> str:
    return "ok"


@blueprint.get("/readyz")
def ready() -> tuple[str, int]:
    """503 until the tables fit this program, the database takes what is written, and so on; no details."""
    leave_out = LEFT_OUT & set(request.args.getlist("exclude"))
    readiness: Readiness = current_app.extensions["readiness"]
    reasons = readiness.reasons(leave_out)
    return ("not ready", 503) if reasons else ("ready", 200)


@blueprint.get("/metrics")
def metrics() -> Response:
    """As if it were not there, but for who has the word."""
    kit = services()
    if not kit.settings.metrics_token:
        abort(404)
    if not _knows_word(request.headers.get("Authorization", ""), kit.settings.metrics_token):
        return Response("", 401, {"WWW-Authenticate": "Bearer"})
    return Response(_figures(kit), content_type="text/plain; version=0.0.4; charset=utf-8")


def _knows_word(given: str, word: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), f"Bearer {word}".encode())


def _figures(kit: Services) -> bytes:
    """What this process counted is written first: whoever asks next, by another process, must not read less."""
    try:
        with hurried():
            pulse = pulse_of(kit)
            if pulse is not None:
                pulse.heart.beat()
            facts = look(kit)
            with kit.database.reading() as session:
                return page(standing(session, facts))
    except SQLAlchemyError:
        return page(without_database())


@blueprint.record
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions["readiness"] = Readiness(partial(look, state.app.extensions["kotae"]))
