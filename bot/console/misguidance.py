"""誤案内: the sheets of wrong answers; how long each was shown, to how many, and what was done."""

from __future__ import annotations

import io

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.answer_desk import edited_or_404, note
from bot.console.answer_history import XLSX
from bot.console.entering import Answered
from bot.console.forms import tell, text, whole
from bot.console.guard import person
from bot.console.layout import moment_name, town_or_404
from bot.console.paging import paging
from bot.services import services
from knowledge.calendar import now
from knowledge.entry_versions import PUBLIC, STATES, Author
from knowledge.misguidance import (
    LONGEST,
    MisguidanceError,
    misguidance_workbook,
    misguidances,
    write_misguidance,
)
from knowledge.misguidance import recount as recounted
from knowledge.models import Entry, EntryVersion, Misguidance
from knowledge.roles import Role

blueprint = Blueprint("misguidance", __name__)


@blueprint.get("/<code>/misguidance")
def index(code: str) -> str:
    with services().database.reading() as session:
        sheets = _seen(session, code)
        pages = paging(len(sheets))
        shown = sheets[pages.start : pages.start + pages.size]
        return render_template(
            "console/misguidance/index.html",
            sheets=shown,
            paging=pages,
            edits=person().may(Role.EDITOR, code),
        )


def _seen(session: Session, code: str) -> list[Misguidance]:
    """Those of the entries of the person's own 課."""
    mine = person().departments(Role.VIEWER, code)
    found = misguidances(session, code)
    if mine is None:
        return found
    own = select(Entry.entry_id).where(Entry.municipality_code == code, Entry.department.in_(mine))
    seen = set(session.scalars(own))
    return [sheet for sheet in found if sheet.entry_id in seen]


@blueprint.route("/<code>/answers/<entry_id>/misguidance", methods=["GET", "POST"])
def new(code: str, entry_id: str) -> Answered:
    if request.method == "GET":
        return _new_page(code, entry_id, {})
    with services().database.reading() as session:
        edited_or_404(session, code, entry_id)
    me, moment = person(), now()
    first, last = _number("first"), _number("last")
    wrong, done = whole("wrong"), whole("done")
    try:
        with services().database.writing() as session:
            author = Author(me.name, str(me.account_id))
            sheet = write_misguidance(
                session, code, entry_id, first, last, wrong=wrong, done=done, author=author, moment=moment
            )
            details = {"number": sheet.number, "first_version": first, "last_version": last}
            note(session, code, entry_id, "misguidance_written", details)
            number = sheet.number
    except MisguidanceError as error:
        field = "wrong" if _is_amiss(wrong) else "done" if _is_amiss(done) else "first"
        return _new_page(code, entry_id, {field: str(error)}), 422
    tell(f"誤案内の記録 {number} を作りました。")
    return redirect(url_for("console.misguidance.index", code=code), 303)


def _is_amiss(written: str) -> bool:
    return not 0 < len(written.strip()) <= LONGEST


def _new_page(code: str, entry_id: str, errors: dict[str, str]) -> str:
    with services().database.reading() as session:
        found = edited_or_404(session, code, entry_id)
        # Only what residents read can have told them wrongly; where there is none, saving says so.
        shown = [one for one in found.versions if one.live_from is not None and one.audience == PUBLIC]
        shown = shown or list(found.versions)
        return render_template(
            "console/misguidance/new.html",
            entry_id=entry_id,
            found=found,
            numbers=[(one.number, _shown_as(one)) for one in shown],
            present=next((one.number for one in shown if found.live and one is found.present), shown[0].number),
            given=request.form,
            errors=errors,
        )


def _shown_as(version: EntryVersion) -> str:
    """``第2版（令和8年4月1日 0:00から令和8年5月1日 8:30まで公開）``."""
    if version.live_from is None:
        return f"第{version.number}版（{STATES[version.state]}）"
    until = f"{moment_name(version.live_until)}まで公開" if version.live_until else "いまも公開中"
    return f"第{version.number}版（{moment_name(version.live_from)}から{'' if version.live_until else '、'}{until}）"


def _number(name: str) -> int:
    given = text(name, 9)
    return int(given) if given.isascii() and given.isdecimal() else 0


@blueprint.route("/<code>/misguidance/<int:number>", methods=["GET", "POST"])
def recount(code: str, number: int) -> Answered:
    """One sheet; posting notes what was done since, and counts anew."""
    with services().database.reading() as session:
        sheet = _sheet_or_404(session, code, number)
        if request.method == "GET":
            return _sheet_page(sheet, {})
    if not whole("done").strip():
        return _sheet_page(sheet, {"done": "「したこと」が空です。書いてください"}), 422
    try:
        with services().database.writing() as session:
            changed = recounted(session, code, number, now(), done=whole("done"))
            note(session, code, changed.entry_id, "misguidance_recounted", {"number": number})
    except MisguidanceError as error:
        return _sheet_page(sheet, {"done": str(error)}), 422
    tell(f"誤案内の記録 {number} を書き直し、数え直しました。")
    return redirect(url_for("console.misguidance.index", code=code), 303)


def _sheet_or_404(session: Session, code: str, number: int) -> Misguidance:
    sheet = session.get(Misguidance, (code, number))
    if sheet is None:
        abort(404)
    edited_or_404(session, code, sheet.entry_id)
    return sheet


def _sheet_page(sheet: Misguidance, errors: dict[str, str]) -> str:
    return render_template("console/misguidance/sheet.html", sheet=sheet, errors=errors, given=request.form)


@blueprint.get("/<code>/misguidance.xlsx")
def workbook(code: str) -> Response:
    with services().database.writing() as session:
        sheets = _seen(session, code)
        content = misguidance_workbook(town_or_404(code).name, sheets, now())
        note(session, code, "", "misguidance_exported", {"sheets": len(sheets)})
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"goannai-{code}.xlsx")
