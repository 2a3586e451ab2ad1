"""共通回答の更新: what changed in the content that came with the program, beside what is here; taken over or not."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.forms import tell
from bot.console.guard import actor, person, require
from bot.services import services
from knowledge import audit
from knowledge.bundled_updates import BundledUpdate, adopt_update, bundled_update, bundled_updates, skip_update
from knowledge.calendar import now
from knowledge.common_entries import NoSuchEntryError, common_states, switch_by_staff
from knowledge.roles import Role

blueprint = Blueprint("common_updates", __name__)


@blueprint.get("/<code>/common-updates")
def index(code: str) -> str:
    me = person()
    with services().database.reading() as session:
        updates = [one for one in bundled_updates(session, code) if _sees(code, one)]
        states = common_states(session, code)
    return render_template(
        "console/common_updates/index.html",
        code=code,
        updates=[(one, me.reaches(Role.APPROVER, code, one.department)) for one in updates],
        states=states,
        may_switch=me.reaches(Role.APPROVER, code, None),
    )


def _sees(code: str, update: BundledUpdate) -> bool:
    """What is common may be read by everybody who works here; the rest by its 課."""
    return update.is_common or person().reaches(Role.VIEWER, code, update.department)


@blueprint.post("/<code>/common-updates/<entry_id>")
def decide(code: str, entry_id: str) -> Response:
    """採用 or 見送り, of what was shown: the digest tells whether it still is that."""
    to = request.form.get("to")
    with services().database.reading() as session:
        found = bundled_update(session, code, entry_id)
    if found is None or to not in ("adopt", "skip"):
        abort(404)
    require(Role.APPROVER, code, found.department)
    if request.form.get("noticed") != found.noticed_at.isoformat():
        tell("この更新は、開いているあいだに新しくなりました。もう一度見比べてください。")
        return _back(code)
    moment = now()
    try:
        with services().database.writing() as session:
            if to == "adopt":
                adopt_update(session, code, entry_id, moment, author())
            else:
                skip_update(session, code, entry_id)
            action = "update_adopted" if to == "adopt" else "update_skipped"
            details = {"fields": [one.field for one in found.differences]}
            audit.append(session, actor(), action, at=moment, scope=code, subject=entry_id, details=details)
    except NoSuchEntryError:
        tell("この更新は、ほかの人がもう決めました。")
        return _back(code)
    tell(
        f"「{found.title}」の更新を"
        f"{'採用しました。次の質問から、この文になります。' if to == 'adopt' else '見送りました。'}"
    )
    return _back(code)


@blueprint.post("/<code>/common-updates/<entry_id>/switch")
def switch(code: str, entry_id: str) -> Response:
    """Use a common entry here, or not."""
    require(Role.APPROVER, code, None)
    on, moment = request.form.get("on") == "1", now()
    try:
        with services().database.writing() as session:
            switch_by_staff(session, code, entry_id, on=on, moment=moment, author=author())
            audit.append(
                session, actor(), "common_switched", at=moment, scope=code, subject=entry_id, details={"on": on}
            )
    except NoSuchEntryError:
        abort(404)
    tell("この答えを使うことにしました。" if on else "この答えを使わないことにしました。次の質問から出ません。")
    return _back(code)


def _back(code: str) -> Response:
    return redirect(url_for("console.common_updates.index", code=code), 303)
