"""質問の記録を CSV に: written by the jobs process, watched, stopped, and taken by whoever asked for it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from bot.console.effect import progress_of, watched
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person
from bot.console.layout import town_or_404
from bot.console.log import fields_of, wanted_of
from bot.log_file_jobs import LOG_FILE
from bot.services import services
from intents.personal_data import mask
from knowledge import audit
from knowledge.calendar import now
from knowledge.jobs import JobStatus, ask_for, job_status, recent_jobs, stop_job
from knowledge.log_files import KEPT, file_content, filter_as_json, filter_of
from knowledge.offices import public_numbers
from knowledge.roles import Role

blueprint = Blueprint("log_file", __name__)


@blueprint.post("/<code>/log-file")
def start(code: str) -> Answered:
    """Put it in the queue; that it was asked for is a line of the audit log."""
    town_or_404(code)
    errors: dict[str, str] = {}
    wanted = wanted_of(request.form, errors, person().departments(Role.EDITOR, code))
    if errors:
        return redirect(_log_page(code, {name: request.form.get(name, "")[:40] for name in ("first", "last")}), 303)
    # What is typed may be a name or a number: the log is searched masked, and so is what it is searched for.
    wanted = replace(wanted, words=mask(wanted.words, public_numbers=public_numbers(services().database, code)).text)
    moment, told, own = now(), filter_as_json(wanted), str(person().account_id)
    with services().database.writing() as session:
        open_ones = [one for one in recent_jobs(session, code, LOG_FILE) if one.is_open and one.asked_by == own]
        same = next((one.id for one in open_ones if one.payload["filter"] == told), None)
        if same is not None:
            return redirect(url_for("console.log_file.job", code=code, job_id=same), 303)
        job_id = ask_for(session, code, LOG_FILE, {"filter": told, "file": str(uuid.uuid4())}, moment, own)
        details = {"filter": _told_of(told)}
        audit.append(session, actor(), "log_file_asked", at=moment, scope=code, subject=job_id, details=details)
    return redirect(url_for("console.log_file.job", code=code, job_id=job_id), 303)


def _told_of(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """As the audit log tells it, which is kept long: that words were searched for, and not which."""
    return {**wanted, "words": bool(wanted["words"])}


@blueprint.get("/<code>/log-file/<job_id>")
def job(code: str, job_id: str) -> Answered:
    found = _own_or_404(code, job_id)
    wanted = filter_of(found.payload["filter"])
    page = render_template(
        "console/log_file/job.html",
        code=code,
        rows=(found.result or {}).get("rows"),
        wanted=wanted,
        back=_log_page(code, fields_of(wanted)),
        **progress_of(found),
    )
    return watched(page, found)


def _log_page(code: str, fields: Mapping[str, str]) -> str:
    return f"{url_for('console.log.index', code=code)}?{urlencode(fields)}"


def _own_or_404(code: str, job_id: str) -> JobStatus:
    """A file is its colleague's alone."""
    with services().database.reading() as session:
        found = job_status(session, code, job_id)
    if found is None or found.kind != LOG_FILE or found.asked_by != str(person().account_id):
        abort(404)
    return found


@blueprint.post("/<code>/log-file/<job_id>/stop")
def stop(code: str, job_id: str) -> Answered:
    _own_or_404(code, job_id)
    with services().database.writing() as session:
        stop_job(session, code, job_id, now())
    tell("止めるように伝えました。")
    return redirect(url_for("console.log_file.job", code=code, job_id=job_id), 303)


@blueprint.post("/<code>/log-file/<job_id>/take")
def take(code: str, job_id: str) -> Answered:
    """The file, handed out part by part: never whole in memory."""
    found = _own_or_404(code, job_id)
    moment, database = now(), services().database
    if found.state != "done" or found.finished_at is None or moment - found.finished_at > KEPT:
        abort(404)
    with database.writing() as session:
        details = {"lines": (found.result or {}).get("rows", 0), "filter": _told_of(found.payload["filter"])}
        audit.append(session, actor(), "log_file_taken", at=moment, scope=code, subject=job_id, details=details)
    name = f"shitsumon-kiroku-{found.payload['filter']['first']}-{found.payload['filter']['last']}.csv"
    response = Response(file_content(database, code, str(found.payload["file"])), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
