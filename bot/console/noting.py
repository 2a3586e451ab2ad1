"""受けた質問を書く: what came by telephone, counter, mail or 市民の声, noted in a line, or brought as a table."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from bot.console.answer_desk import departments_in_use
from bot.console.carried import brought, is_carried
from bot.console.entering import Answered
from bot.console.forms import day_of, tell, text, whole
from bot.console.guard import actor, note_denied, person, require
from bot.console.layout import town_or_404
from bot.console.log import may_take_back, row_or_404
from bot.console.uploads import uploaded_tables
from bot.noted_answers import with_answer, with_answers
from bot.services import services
from knowledge import audit
from knowledge.calendar import JST, now
from knowledge.csv_files import csv_bytes
from knowledge.ledger import (
    CHANNELS,
    LONGEST,
    MATTERS,
    NOTED,
    RESULTS,
    NotedQuestion,
    faults_of,
    local_moment,
    note,
    noted_row,
    take_back,
)
from knowledge.ledger_sheet import HEADINGS, LedgerPlan, planned, sample_sheet
from knowledge.offices import public_numbers
from knowledge.query_log import AskedQuestion
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.tabular import sheets_digest
from knowledge.times_of_day import time_of_day
from knowledge.upload_limits import UploadError

blueprint = Blueprint("noting", __name__)

MOST_SHOWN = 100
_USUAL = {"channel": "phone", "result": "answer"}


@blueprint.get("/<code>/log/note")
def index(code: str) -> str:
    """The empty form; how it came and the 課 stay as they were with the question before."""
    town_or_404(code)
    kept = {name: request.args.get(name, "")[:60] for name in ("channel", "department", "text") if name in request.args}
    return _page(code, {**_USUAL, **kept}, {})


@blueprint.post("/<code>/log/note/begin")
def begin(code: str) -> str:
    """The form with what was tried for whoever called: by post, so that no address holds what somebody asked."""
    town_or_404(code)
    return _page(code, {**_USUAL, "text": whole("question")}, {})


@blueprint.post("/<code>/log/note")
def add(code: str) -> Answered:
    town_or_404(code)
    errors: dict[str, str] = {}
    noted = _noted(code, errors)
    require(Role.VIEWER, code, noted.department)
    offices = _offices(code)
    faults = dict(faults_of(noted, [one for one, _ in offices], now()))
    errors = {("day" if field == "asked_at" else field): sentence for field, sentence in faults.items()} | errors
    if errors:
        return _page(code, request.form, errors), 422
    numbers = public_numbers(services().database, code)
    noted = with_answer(services().corpus.current(code), noted)
    with services().database.writing() as session:
        masked = note(session, noted, str(person().account_id), numbers)
        details = {"channel": noted.channel, "result": noted.result, "department": noted.department}
        audit.append(session, actor(), "question_noted", at=now(), scope=code, details=details)
    tell(
        "書きとめました。" + ("個人の情報らしいところは、伏せ字にしました。" if masked else "") + "続けて次を書けます。"
    )
    back = url_for("console.noting.index", code=code, channel=noted.channel, department=noted.department or "")
    return redirect(back, 303)


def _noted(code: str, errors: dict[str, str]) -> NotedQuestion:
    """As the form tells it; without a day it was just now."""
    moment = now()
    day = day_of(whole("day"), "day", errors)
    try:
        time = time_of_day(whole("time"))
    except ValueError:
        time, errors["time"] = None, "時刻を 9:15 か 9時15分 のように書いてください"
    asked_at = moment
    if day is not None or time is not None:
        local = moment.astimezone(JST)
        asked_at = local_moment(day or local.date(), time or local.time().replace(microsecond=0))
    return NotedQuestion(
        code,
        f"staff:{_turn()}",
        text("channel", 8),
        asked_at,
        text("department", 60) or None,
        whole("text"),
        text("result", 10),
    )


def _turn() -> str:
    """The page's own key: pressing twice notes once."""
    try:
        return str(uuid.UUID(request.form.get("turn", "")))
    except ValueError:
        return str(uuid.uuid4())


def _offices(code: str) -> list[tuple[str, str]]:
    """The 課 that this person may note for."""
    own = person().departments(Role.VIEWER, code)
    with services().database.reading() as session:
        every = departments_in_use(session, code)
    return [one for one in every if own is None or one[0] in own]


def _page(code: str, given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    whole = person().departments(Role.VIEWER, code) is None
    return render_template(
        "console/noting/index.html",
        code=code,
        given=given,
        errors=errors,
        channels=[(one, CHANNELS[one]) for one in NOTED],
        results=list(RESULTS.items()),
        offices=[*([("", "（課は決まっていない）")] if whole else []), *_offices(code)],
        turn=uuid.uuid4(),
        longest=LONGEST,
        brings=person().reaches(Role.EDITOR, code, None),
    )


@blueprint.post("/<code>/log/<row_id>/take-back")
def remove(code: str, row_id: str) -> Response:
    """Of what was noted by mistake."""
    row = row_or_404(code, row_id)
    if row.channel not in NOTED:
        abort(404)
    if not may_take_back(code, row):
        note_denied()
        abort(404)
    moment = now()
    with services().database.writing() as session:
        take_back(session, code, row_id, moment)
        details = {"channel": row.channel, "result": row.decision, "department": row.department}
        audit.append(session, actor(), "question_taken_back", at=moment, scope=code, details=details)
    tell("書きとめた質問を取り消しました。")
    return redirect(url_for("console.log.index", code=code, channel=row.channel), 303)


@blueprint.route("/<code>/log/import", methods=["GET", "POST"])
def bring(code: str) -> Answered:
    """A table of questions: shown what it would add, then taken whole."""
    require(Role.EDITOR, code, None)
    if request.method == "GET":
        return _import_page(code, {})
    try:
        given = brought(f"ledger {code}", uploaded_tables)
        with services().database.reading() as session:
            plan = planned(session, code, given.sheets, dict(_offices(code)), now())
    except UploadError as error:
        return _import_page(code, {"file": str(error)}), 422
    except ImportFaultsError as error:
        return _import_page(code, {"file": "／".join(error.faults)}), 422
    if not is_carried() or plan.problems:
        return _import_page(code, {}, plan, given.held), 422 if plan.problems else 200
    numbers, me = public_numbers(services().database, code), str(person().account_id)
    added = with_answers(services().corpus.current(code), plan.added)
    with services().database.writing() as session:
        for noted in added:
            note(session, noted, me, numbers)
        details = {"added": len(plan.added), "known": plan.known, "file_digest": sheets_digest(given.sheets)}
        audit.append(session, actor(), "questions_imported", at=now(), scope=code, details=details)
    tell(f"{len(plan.added)}件を取り込みました。")
    return redirect(url_for("console.log.index", code=code), 303)


def _import_page(code: str, errors: Mapping[str, str], plan: LedgerPlan | None = None, held: str = "") -> str:
    return render_template(
        "console/noting/import.html",
        code=code,
        errors=errors,
        plan=plan,
        kept=_as_kept(code, plan),
        matters=MATTERS,
        held=held,
        headings=HEADINGS,
        channels=[CHANNELS[one] for one in NOTED],
        channel_names=CHANNELS,
        results=list(RESULTS.values()),
        result_names=RESULTS,
        names=dict(_offices(code)),
        most=MOST_SHOWN,
    )


def _as_kept(code: str, plan: LedgerPlan | None) -> list[AskedQuestion]:
    """The first of what would be taken in, as the log would hold it: nobody else's eyes need the rest."""
    if plan is None or not plan.added:
        return []
    numbers = public_numbers(services().database, code)
    return [noted_row(one, "", numbers) for one in plan.added[:MOST_SHOWN]]


@blueprint.get("/<code>/log/import/sample.csv")
def sample(code: str) -> Response:
    town_or_404(code)
    content = csv_bytes(sample_sheet([name for _, name in _offices(code)]))
    return send_file(io.BytesIO(content), "text/csv", as_attachment=True, download_name="uketa-shitsumon.csv")
