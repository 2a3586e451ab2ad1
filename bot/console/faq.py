"""質問の一覧: what another chatbot or the home page answers comes in as drafts, and goes out as data of a FAQ page."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.carried import carried, carry, is_carried
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.uploads import uploaded
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.faq_drafts import FaqPlan, FaqSource, list_source, planned_list, take_list
from knowledge.faq_lists import FIELDS, FaqList, MappingError, columns_of, list_of_page, read_list
from knowledge.faq_pages import PageQuestion, embeddable, faq_page, read_faq_page
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import sheets_as_json, sheets_of
from knowledge.upload_limits import UploadError
from knowledge.web_addresses import BadAddressError, ascii_address

blueprint = Blueprint("faq", __name__)

PAGES = (".json", ".jsonld", ".html", ".htm")
MOST_SHOWN = 200
MOST_TITLE = 80
MOST_COMPARED = 10_000_000
"""Pairs of questions that are compared while somebody waits: about a second."""
ACTIONS: Mapping[str, str] = {
    "added": "下書きに追加",
    "changed": "下書きを変更",
    "left": "取り込まない",
    "unchanged": "変更なし",
}


@dataclass(frozen=True)
class _Brought:
    """What was read of a file, as JSON: the tables of a list, or the name and questions of a FAQ page."""

    value: list[Any]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return columns_of(sheets_of(self.value[1])) if self.value[0] == "tables" else []

    def listed(self, columns: Mapping[str, str]) -> FaqList:
        """Raises MappingError."""
        kind, found, *rest = self.value
        if kind == "tables":
            return read_list(sheets_of(found), columns)
        return list_of_page(rest[0], [PageQuestion(*one) for one in found])

    @property
    def digest(self) -> str:
        told = json.dumps(self.value, ensure_ascii=False)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@blueprint.route("/<code>/faq", methods=["GET", "POST"])
def bring(code: str) -> Answered:
    """Look at a file (``file``), choose its columns (``look``), then take it in as drafts."""
    require(Role.EDITOR, code, None)
    if request.method == "GET":
        return _page(code, {})
    errors = _faults()
    if errors:
        return _page(code, errors), 422
    purpose = f"faq {code}"
    try:
        found = _Brought(carried(purpose)) if is_carried() else _read()
        held = request.form["carried"] if is_carried() else carry(purpose, found.value)
    except UploadError as error:
        return _page(code, {"file": str(error)}), 422
    try:
        listed = found.listed(_chosen(found))
        if is_carried() and "look" not in request.form:
            return _taken(code, found, listed)
        with services().database.reading() as session:
            source = _source(session, code, listed)
            plan = planned_list(session, code, listed, source, today(), MOST_COMPARED)
    except MappingError:
        told = "質問の列と答えの列が分かりません。下でえらんでから「この列で確かめる」を押してください"
        return _page(code, {"column-question": told}, found, held), 422
    except ImportFaultsError as error:
        return _page(code, {}, found, held, faults=error.faults), 422
    return _page(code, {}, found, held, listed=listed, plan=plan)


def _faults() -> dict[str, str]:
    errors = {}
    if len(text("title", 400)) > MOST_TITLE:
        errors["title"] = f"一覧の名前は{MOST_TITLE}字までで書いてください"
    url = text("url", 1100)
    try:
        ascii_address(url or "https://example.jp/")
    except BadAddressError as error:
        errors["url"] = str(error)
    return errors


def _read() -> _Brought:
    with uploaded("file") as path:
        if path.suffix in PAGES:
            name, questions = read_faq_page(path)
            return _Brought(["page", [[one.question, one.answer, one.url] for one in questions], name])
        return _Brought(["tables", sheets_as_json(read_tables(path))])


def _chosen(found: _Brought) -> dict[str, str]:
    """Field -> letter of a column that there is; none where the heading tells."""
    letters = {letter for letter, _ in found.columns}
    return {name: letter for name in FIELDS if (letter := request.form.get(f"column-{name}", "")) in letters}


def _source(session: Session, code: str, listed: FaqList) -> FaqSource:
    return list_source(session, code, plan=None, title=text("title") or listed.title, url=text("url", 1100) or None)


def _taken(code: str, found: _Brought, listed: FaqList) -> Response:
    moment = now()
    with services().database.writing() as session:
        source = _source(session, code, listed)
        plan = take_list(session, code, listed, source, today(), moment, author())
        counts = {action: plan.count(action) for action in ("added", "changed", "left")}
        details = {**counts, "file_digest": found.digest}
        audit.append(session, actor(), "faq_imported", at=moment, scope=code, subject=source.title, details=details)
    tell(
        f"下書きとして取り込みました（追加{counts['added']}件、変更{counts['changed']}件）。"
        "答えを開いて確かめ、承認を依頼してください。"
    )
    return redirect(url_for("console.answers.index", code=code, state="draft"), 303)


def _page(
    code: str,
    errors: Mapping[str, str],
    found: _Brought | None = None,
    held: str = "",
    *,
    listed: FaqList | None = None,
    plan: FaqPlan | None = None,
    faults: Sequence[str] = (),
) -> str:
    return render_template(
        "console/faq/index.html",
        code=code,
        errors=errors,
        faults=faults,
        given=request.form,
        held=held,
        columns=_choices(found, listed) if found else [],
        plan=plan,
        shown=[one for one in plan.changes if one.action != "unchanged"][:MOST_SHOWN] if plan else [],
        near=plan.near[:MOST_SHOWN] if plan else [],
        actions=ACTIONS,
        most=MOST_SHOWN,
        most_title=MOST_TITLE,
        kept={name: request.form.get(name, "") for name in ("title", "url")},
        whole=person().reaches(Role.VIEWER, code, None),
    )


def _choices(found: _Brought, listed: FaqList | None) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Each field with its name, the column that is chosen, and those that may be."""
    columns = [(letter, f"{letter}列「{heading[:30]}」") for letter, heading in found.columns]
    if not columns:
        return []
    mapping = listed.mapping if listed else {}
    chosen = _chosen(found)
    made = []
    for name, label in FIELDS.items():
        guess = mapping.get(name) if name not in chosen else None
        first = f"見出しから判断する（{guess}）" if guess else "（なし）" if listed else "（えらんでください）"
        made.append((name, label, chosen.get(name, ""), [("", first), *columns]))
    return made


@blueprint.post("/<code>/faq/page")
def page(code: str) -> Response:
    """What residents may read today, as data that a home page can hold."""
    require(Role.VIEWER, code, None)
    moment = now()
    with services().database.reading() as session:
        made = faq_page(session, code, today())
    lines = len(made["mainEntity"])
    if not lines:
        abort(404)
    with services().database.writing() as session:
        audit.append(session, actor(), "faq_page_exported", at=moment, scope=code, details={"lines": lines})
    content = io.BytesIO(f"{embeddable(made)}\n".encode())
    return send_file(content, "application/ld+json", as_attachment=True, download_name=f"faq-{code}.jsonld")
