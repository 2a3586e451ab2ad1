"""Whether the service is alive, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from bot.services import services
from knowledge.db import is_current

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> str:
    return "ok"


@blueprint.get("/readyz")
def ready() -> tuple[str, int]:
    """503 until the tables fit this program and there is something to answer from; no details."""
    kit = services()
    try:
        fit = is_current(kit.database) and bool(kit.corpus.towns())
    except SQLAlchemyError:
        fit = False
    return ("ready", 200) if fit else ("not ready", 503)
