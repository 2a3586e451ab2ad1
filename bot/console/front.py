"""The first page: which municipality, and what waits there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.console.guard import person
from bot.console.layout import towns_of

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def index() -> str | Response:
    """Whoever works for one municipality goes straight to it."""
    towns = towns_of(person())
    if len(towns) == 1:
        return redirect(url_for("console.front.town", code=towns[0].code), 303)
    return render_template("console/front/index.html", towns=towns)


@blueprint.get("/<code>/")
def town(code: str) -> str:
    return render_template("console/front/town.html")
