"""照会票: the cards that an office is asked about go out as a sheet, and come back with its replies."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from bot.console.answer_history import XLSX
from bot.console.carried import brought, is_carried
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person
from bot.console.layout import town_or_404
from bot.console.need_cards import by, card_or_404, list_page
from bot.console.uploads import uploaded_tables
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.need_sheet import HEADINGS, RepliesPlan, inquiry_workbook, planned_replies, take_replies
from knowledge.need_steps import NeedStepError
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.upload_limits import UploadError

blueprint = Blueprint("need_inquiries", __name__)

MOST_INQUIRED = 200


@blueprint.post("/<code>/needs/inquiry")
def inquiry(code: str) -> Answered:
    """The cards that were ticked (``number``), or the one whose page it is, as a sheet for the office."""
    town = town_or_404(code)
    given = request.form.getlist("number")[:MOST_INQUIRED]
    numbers = sorted({int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 9})
    if not numbers:
        response = list_page(code, {"number": "照会する票を、一つ以上えらんでください"})
        response.status_code = 422
        return response
    with services().database.reading() as session:
        found = [card_or_404(session, code, one) for one in numbers]
        content = inquiry_workbook(session, found, town.name, today())
    with services().database.writing() as session:
        details = {"lines": len(numbers)}
        audit.append(session, actor(), "inquiry_sheet", at=now(), scope=code, details=details)
    name = f"照会票_{code}_{today():%Y%m%d}.xlsx"
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)


@blueprint.route("/<code>/needs/replies", methods=["GET", "POST"])
def replies(code: str) -> Answered:
    """照会票 that came back: looked at first, then taken in whole."""
    town_or_404(code)
    if request.method == "GET":
        return _replies_page(code, {})
    mine = person().departments(Role.EDITOR, code)
    try:
        found = brought(f"replies {code}", uploaded_tables)
        with services().database.reading() as session:
            plan = planned_replies(session, code, found.sheets, mine)
        if plan.problems or not is_carried():
            return _replies_page(code, {}, plan, found.held), 422 if plan.problems else 200
        with services().database.writing() as session:
            plan = planned_replies(session, code, found.sheets, mine)
            changed = 0 if plan.problems else take_replies(session, code, plan, by())
            audit.append(session, actor(), "replies_imported", at=now(), scope=code, details={"lines": changed})
    except ImportFaultsError as error:
        return _replies_page(code, {"file": "。".join(error.faults)}), 422
    except (UploadError, NeedStepError) as error:
        return _replies_page(code, {"file": str(error)}), 422
    tell(f"回答を{changed}件取り込みました。票を開いて、答えを書いてください。")
    return redirect(url_for("console.need_cards.index", code=code, state="drafted"), 303)


def _replies_page(code: str, errors: Mapping[str, str], plan: RepliesPlan | None = None, held: str = "") -> str:
    return render_template(
        "console/need_cards/replies.html", code=code, errors=errors, plan=plan, held=held, headings=HEADINGS
    )
