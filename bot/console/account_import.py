"""Accounts from a file: what it would change is shown first, and done only after that."""

from __future__ import annotations

import io

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from bot.console.carried import Brought, brought, is_carried
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person
from bot.console.layout import all_towns
from bot.console.role_words import grant_words
from bot.console.uploads import uploaded_tables
from bot.services import services
from knowledge import audit
from knowledge.account_sheet import HEADINGS, ImportPlan, apply_import, plan_import, sample_sheet
from knowledge.calendar import now
from knowledge.csv_files import csv_bytes
from knowledge.sessions import end_sessions
from knowledge.staff import StaffError
from knowledge.tabular import Sheet, sheets_digest
from knowledge.upload_limits import UploadError

blueprint = Blueprint("account_import", __name__)
_PURPOSE = "accounts"


@blueprint.route("/accounts/import", methods=["GET", "POST"])
def index() -> Answered:
    """Look at a file (``file``), then do what was shown."""
    if request.method == "GET":
        return _page({})
    try:
        given = brought(_PURPOSE, lambda: uploaded_tables()[:1])
    except UploadError as error:
        return _page({"file": str(error)}), 422
    with services().database.reading() as session:
        plan = plan_import(session, person(), given.sheets)
        if not is_carried() or plan.problems:
            return _page({}, plan, given, session), 422 if plan.problems else 200
    return _do(plan, given.sheets)


def _page(
    errors: dict[str, str],
    plan: ImportPlan | None = None,
    given: Brought | None = None,
    session: Session | None = None,
) -> str:
    shown = []
    if plan is not None and session is not None:
        shown = [(change, grant_words(session, change.grants, all_towns())) for change in plan.changes]
    return render_template(
        "console/accounts/import.html",
        errors=errors,
        plan=plan,
        shown=shown,
        own=any(change.login == person().login and change.changes_roles for change in plan.changes) if plan else False,
        held=given.held if given else "",
        headings=HEADINGS,
    )


def _do(plan: ImportPlan, sheets: list[Sheet]) -> Answered:
    moment = now()
    try:
        with services().database.writing() as session:
            for account in apply_import(session, plan, moment):
                end_sessions(session, account.id, moment)
            for change in plan.changes:
                before = [grant.as_json() for grant in change.before or ()]
                after = [grant.as_json() for grant in change.grants]
                details = {"before": before, "after": after}
                audit.append(session, actor(), "grants_changed", at=moment, subject=change.login, details=details)
            audit.append(session, actor(), "accounts_imported", at=moment, details=_counts(plan, sheets))
    except StaffError as error:
        return _page({"file": str(error)}), 422
    tell(f"{len(plan.changes)}人を取り込みました。新しい人には、それぞれのページで招待コードを発行してください。")
    return redirect(url_for("console.accounts.index", state="unset"), 303)


def _counts(plan: ImportPlan, sheets: list[Sheet]) -> dict[str, object]:
    added = sum(change.is_new for change in plan.changes)
    return {"added": added, "changed": len(plan.changes) - added, "file_digest": sheets_digest(sheets)}


@blueprint.get("/accounts/import/sample.csv")
def sample() -> Response:
    return send_file(
        io.BytesIO(csv_bytes(sample_sheet())), "text/csv", as_attachment=True, download_name="riyosha-mihon.csv"
    )
