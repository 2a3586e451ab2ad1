"""漏えいの調べ: people and questions that a leak may concern, counted by days and way; no text is shown."""

from __future__ import annotations

import datetime as dt
import io

from flask import Blueprint, render_template, send_file
from werkzeug.wrappers import Response

from bot.console.answer_history import XLSX
from bot.console.entering import Answered
from bot.console.forms import day_of, text
from bot.console.guard import actor
from bot.console.layout import town_or_404
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.incidents import HEADINGS, NOTES, Affected, affected, affected_workbook, channel_name, duty_of
from knowledge.ledger import CHANNELS

blueprint = Blueprint("incident", __name__)

USUAL_DAYS = 30


@blueprint.get("/<code>/incident")
def index(code: str) -> str:
    return _page(code, {})


@blueprint.post("/<code>/incident")
def count(code: str) -> Answered:
    """The numbers on the page, or as a file (``file``); that they were counted is noted."""
    town, errors = town_or_404(code), dict[str, str]()
    last = day_of(text("last", 40), "last", errors) or today()
    first = day_of(text("first", 40), "first", errors) or last - dt.timedelta(days=USUAL_DAYS - 1)
    channel = text("channel", 8) if text("channel", 8) in CHANNELS else ""
    if not errors and first > last:
        errors["first"] = "「いつから」が「いつまで」より後になっています"
    if errors:
        return _page(code, errors), 422
    moment = now()
    with services().database.writing() as session:
        found = affected(session, code, first, last, channel)
        details = {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "channel": channel,
            "people": found[0].people,
            "questions": found[0].questions,
        }
        audit.append(session, actor(), "incident_counted", at=moment, scope=code, details=details)
    if text("file", 2):
        return _file(code, affected_workbook(town.name, first, last, found, moment))
    return _page(code, {}, found)


def _file(code: str, content: bytes) -> Response:
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"roei-{code}.xlsx")


def _page(code: str, errors: dict[str, str], found: list[Affected] | None = None) -> str:
    return render_template(
        "console/incident/index.html",
        code=code,
        errors=errors,
        given={name: text(name, 40) for name in ("first", "last", "channel")},
        channels=[("", "すべて"), *CHANNELS.items()],
        found=found,
        duty=duty_of(found[0]) if found else "",
        name=channel_name,
        headings=HEADINGS,
        notes=NOTES,
    )
