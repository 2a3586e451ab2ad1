"""今の状態: whether the service is well, and what to do where it is not."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Blueprint, Response, render_template, send_file

from bot.console.answer_history import XLSX
from bot.console.entering import Answered
from bot.console.guard import actor, person
from bot.console.uploads import uploaded
from bot.operation.checks import KINDS
from bot.operation.evidence_pack import evidence_pack
from bot.operation.places import hosts, places
from bot.operation.status import PROCESS_NAMES, status
from bot.operation.stops import STOPPED, TITLE
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.line_errors import REASONS, Missed, read_line_errors
from knowledge.roles import Role
from knowledge.upload_limits import UploadError

blueprint = Blueprint("service", __name__)


@blueprint.app_template_filter("alert_name")
def alert_name(kind: str) -> str:
    """What was wrong, as people read it."""
    return TITLE if kind == STOPPED else KINDS[kind].title if kind in KINDS else kind


@blueprint.get("/service")
def index() -> str:
    return _page()


@blueprint.post("/service/line-errors")
def line_errors() -> Answered:
    """The file of LINE's errors, shown as the times that were missed; nothing of it is kept."""
    try:
        with uploaded("file") as path:
            return _page(missed=read_line_errors(path))
    except UploadError as error:
        return _page({"file": str(error)}), 422


def _page(errors: Mapping[str, str] | None = None, missed: Missed | None = None) -> str:
    kit = services()
    found = status(kit)
    return render_template(
        "console/service/index.html",
        found=found,
        errors=errors or {},
        missed=missed,
        reasons=REASONS,
        moment=found.facts.moment,
        names=PROCESS_NAMES,
        places=places(kit.settings),
        hosts=hosts(kit.settings),
        may_export=person().anywhere(Role.AUDITOR),
        told=bool(kit.settings.alert_url or kit.settings.alert_mails),
    )


@blueprint.post("/service/evidence")
def evidence() -> Response:
    """The papers of a self-check, of the municipalities that this person audits; that they were taken is a line."""
    kit, moment, scopes = services(), now(), person().scopes(Role.AUDITOR)
    pack = evidence_pack(kit, status(kit), scopes, moment, verify_all=False)
    scope = next(iter(scopes)) if scopes is not None and len(scopes) == 1 else None
    with kit.database.writing() as session:
        details = {"accounts": pack.accounts, "audit_lines": pack.audit_lines}
        audit.append(session, actor(), "evidence_exported", at=moment, scope=scope, details=details)
    return send_file(io.BytesIO(pack.content), XLSX, as_attachment=True, download_name="tenken-kansa.xlsx")
