"""リンクのクリック: how often residents opened the pages that answers lead to."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from bot.console.figure_choice import choice, kind_options, value_names
from bot.services import services
from knowledge.calendar import today
from knowledge.link_clicks import MOST_SHOWN, clicks_between
from knowledge.periods import Period
from knowledge.small_counts import EXPLAINED

blueprint = Blueprint("link_clicks", __name__)


@blueprint.get("/<code>/link-clicks")
def index(code: str) -> str:
    period = choice().period
    with services().evidence.reading() as session:
        found = clicks_between(session, code, period.first, period.last)
        names = value_names(session, code, "entry")
    return render_template(
        "console/link_clicks/index.html",
        code=code,
        period=period,
        kinds=kind_options(),
        links=found[:MOST_SHOWN],
        left=max(0, len(found) - MOST_SHOWN),
        total=sum(one.clicks for one in found),
        names=names,
        explained=EXPLAINED,
        earlier=_address(code, period.previous),
        later=_address(code, period.next) if period.next.first <= today() else None,
        counted=not services().settings.is_local,
    )


def _address(code: str, period: Period) -> str:
    return url_for("console.link_clicks.index", code=code, kind=period.kind.value, day=period.first.isoformat())
