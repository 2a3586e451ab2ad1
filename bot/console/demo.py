"""見本のデータ: what is invented on these pages, and its removal."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console.effect import progress_of, watched
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import person, require
from bot.demo_jobs import DEMO_REMOVAL
from bot.services import services
from knowledge.calendar import now
from knowledge.demo_data import demo_data, is_demo, removal_command
from knowledge.jobs import ask_once, latest_job
from knowledge.roles import Role

blueprint = Blueprint("demo", __name__)


@blueprint.get("/<code>/demo")
def index(code: str) -> Response:
    return _page(code, {})


@blueprint.post("/<code>/demo/remove")
def remove(code: str) -> Answered:
    """The jobs process takes it away: it may be a year of questions."""
    require(Role.ADMIN, code, None)
    if not request.form.get("sure"):
        return _page(code, {"sure": "消してよいことを確かめて、印を付けてください"}, 422)
    me = person()
    with services().database.writing() as session:
        if not is_demo(session, code):
            tell("見本のデータは入っていません。")
        elif (job := latest_job(session, code, DEMO_REMOVAL)) is None or not job.is_open:
            told = {"account": me.account_id, "login": me.login}
            ask_once(session, code, DEMO_REMOVAL, told, now(), str(me.account_id))
    return redirect(url_for("console.demo.index", code=code), 303)


def _page(code: str, errors: Mapping[str, str], status: int = 200) -> Response:
    with services().database.reading() as session:
        found = demo_data(session, code)
        job = latest_job(session, code, DEMO_REMOVAL)
    page = render_template(
        "console/demo/index.html",
        code=code,
        found=found,
        work=progress_of(job) if job else None,
        may_remove=person().reaches(Role.ADMIN, code, None),
        command=removal_command(code),
        errors=errors,
    )
    response = watched(page, job)
    response.status_code = status
    return response
