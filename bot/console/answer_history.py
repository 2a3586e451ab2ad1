"""履歴: every version of an answer, two of them side by side, and an old one begun anew."""

from __future__ import annotations

import io

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.answer_desk import (
    department_names,
    edited_or_404,
    may_open,
    note,
    note_text,
    reaches_all,
    standing_or_404,
    version_or_404,
    writer,
)
from bot.console.forms import tell
from bot.console.layout import town_or_404
from bot.services import services
from knowledge.calendar import now
from knowledge.comparison import about, comparison, comparison_workbook
from knowledge.entry_checks import EntryFaultsError
from knowledge.entry_steps import Standing
from knowledge.entry_versions import AUDIENCES, STATES, decision
from knowledge.models import EntryVersion
from knowledge.publishing import ChangedMeanwhileError, StepRefusedError
from knowledge.publishing import restore as restored
from knowledge.roles import Role

blueprint = Blueprint("answer_history", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<code>/answers/<entry_id>/history")
def index(code: str, entry_id: str) -> str:
    with services().database.reading() as session:
        return _history_page(session, code, entry_id)


def _history_page(session: Session, code: str, entry_id: str, wrong: str = "", number: int = 0) -> str:
    """``wrong``: why no draft could be made of the version ``number``; one may begin to write with it all the same."""
    found = standing_or_404(session, code, entry_id)
    return render_template(
        "console/answers/history.html",
        entry_id=entry_id,
        found=found,
        states=STATES,
        decision=decision,
        audiences=AUDIENCES,
        numbers=[(one.number, f"第{one.number}版（{STATES[one.state]}）") for one in found.versions],
        edits=reaches_all(Role.EDITOR, code, found),
        errors={"restore": wrong} if wrong else {},
        wrong_number=number,
    )


def _pair(session: Session, code: str, entry_id: str) -> tuple[Standing, EntryVersion, EntryVersion]:
    """The two versions that the address names; without, the newest and the one it was written on."""
    found = standing_or_404(session, code, entry_id)
    newest = found.versions[0]
    new = _named(found, "new") or newest
    old = _named(found, "old") or found.by_number.get(new.based_on or 0) or found.versions[-1]
    return found, old, new


def _named(found: Standing, name: str) -> EntryVersion | None:
    given = request.args.get(name, "")
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        abort(404)
    return version_or_404(found, int(given))


@blueprint.get("/<code>/answers/<entry_id>/compare")
def compare(code: str, entry_id: str) -> str:
    with services().database.reading() as session:
        _, old, new = _pair(session, code, entry_id)
        return render_template(
            "console/answers/compare.html",
            entry_id=entry_id,
            old=old,
            new=new,
            head=[(name, words) for name, words in about(town_or_404(code).name, old, new) if words],
            differences=comparison(old, new, department_names(session, code)),
        )


@blueprint.get("/<code>/answers/<entry_id>/compare.xlsx")
def workbook(code: str, entry_id: str) -> Response:
    """新旧対照表; that it was taken is a line of the audit log."""
    with services().database.reading() as session:
        _, old, new = _pair(session, code, entry_id)
    with services().database.writing() as session:
        content = comparison_workbook(town_or_404(code).name, old, new, department_names(session, code))
        note(session, code, entry_id, "comparison_exported", {"old": old.number, "new": new.number})
        name = f"shinkyu-{entry_id}-{old.number}-{new.number}.xlsx"
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)


@blueprint.post("/<code>/answers/<entry_id>/restore/<int:number>")
def restore(code: str, entry_id: str, number: int) -> str | Response | tuple[str, int]:
    """An old text as a new draft, to be approved like any other."""
    with services().database.reading() as session:
        found = edited_or_404(session, code, entry_id)
        old = version_or_404(found, number)
    try:
        with services().database.writing() as session:
            made = restored(
                session,
                code,
                entry_id,
                number,
                writer(code, old.content.get("department")),
                now(),
                based_on=found.to_write_on.number,
                may_open=may_open(code),
            )
            note_text(session, made, "answer_restored", {"restored": number})
            new_number = made.number
    except (EntryFaultsError, StepRefusedError, ChangedMeanwhileError) as error:
        with services().database.reading() as session:
            return _history_page(session, code, entry_id, str(error), number), 422
    tell(f"第{number}版の文から、第{new_number}版の下書きを作りました。見直して、承認を依頼してください。")
    return redirect(url_for("console.answers.entry", code=code, entry_id=entry_id), 303)
