"""操作の記録: who did what, for whoever has the role 監査."""

from __future__ import annotations

import io

from flask import Blueprint, Response, render_template, request, send_file

from bot.console.forms import day_of
from bot.console.guard import actor, person
from bot.console.layout import towns_of_role
from bot.console.paging import paging
from bot.services import services
from knowledge import audit
from knowledge.audit_actions import ACTIONS
from knowledge.audit_lists import (
    MOST_EXPORTED,
    AuditFilter,
    action_name,
    count_lines,
    lines_sheet,
    list_lines,
)
from knowledge.audit_words import details_text
from knowledge.calendar import now
from knowledge.csv_files import csv_bytes
from knowledge.roles import Role

blueprint = Blueprint("audit_log", __name__)
blueprint.add_app_template_filter(action_name, "action_name")
blueprint.add_app_template_filter(details_text, "details_text")


@blueprint.get("/audit")
def index() -> str:
    me, errors = person(), dict[str, str]()
    wanted = _wanted(errors)
    with services().database.reading() as session:
        pages = paging(count_lines(session, me, wanted))
        lines = list_lines(session, me, wanted, pages.start, pages.size)
    towns = towns_of_role(me, Role.AUDITOR)
    return render_template(
        "console/audit_log/index.html",
        lines=lines,
        paging=pages,
        wanted=wanted,
        given=request.args,
        errors=errors,
        actions=[("", "すべて"), *((name, action.label) for name, action in ACTIONS.items())],
        towns=[("", "すべて"), *((town.code, town.name) for town in towns)],
        town_names={town.code: town.name for town in towns},
    )


def _wanted(errors: dict[str, str]) -> AuditFilter:
    given = request.values
    return AuditFilter(
        given.get("login", "")[:60].strip(),
        given.get("action", "")[:40],
        given.get("municipality", "")[:6],
        day_of(given.get("first", ""), "first", errors),
        day_of(given.get("last", ""), "last", errors),
        bool(given.get("refused")),
    )


@blueprint.post("/audit/export")
def export() -> Response:
    """The lines that the filter finds, as CSV; that they were taken is a line, too."""
    me, moment, wanted = person(), now(), _wanted({})
    with services().database.writing() as session:
        lines = list_lines(session, me, wanted, 0, MOST_EXPORTED)
        content = csv_bytes(lines_sheet(lines))
        details = {"lines": len(lines), "filter": wanted.as_json()}
        audit.append(session, actor(), "audit_exported", at=moment, scope=wanted.scope or None, details=details)
    return send_file(io.BytesIO(content), "text/csv", as_attachment=True, download_name="sosa-kiroku.csv")
