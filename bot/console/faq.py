"""質問の一覧: what another chatbot or the home page answers comes in as drafts, and goes out as data of a FAQ page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.carried import carried, carry, is_carried, stored, stored_id
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.importing import begin, begin_with, is_large, looked_at
from bot.console.uploads import uploaded
from bot.faq_brought import BroughtList, read_list_file
from bot.import_jobs import FAQ_LOOK, GONE, faq_plan_from_json
from bot.services import services
from knowledge import audit
from knowledge.brought_files import read_value
from knowledge.calendar import now, today
from knowledge.faq_drafts import FaqPlan, FaqSource, list_source, planned_list, take_list
from knowledge.faq_lists import FIELDS, FaqList, MappingError
from knowledge.faq_pages import embeddable, faq_page
from knowledge.roles import Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.upload_limits import UploadError

blueprint = Blueprint("faq", __name__)

CHOOSE = "質問の列と答えの列が分かりません。下でえらんでから「この列で確かめる」を押してください"
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


@blueprint.route("/<code>/faq", methods=["GET", "POST"])
def bring(code: str) -> Answered:
    """Look at a file (``file``), choose its columns (``look``), then take it in as drafts."""
    require(Role.EDITOR, code, None)
    if request.method == "GET":
        return _looked_at(code)
    given = _given()
    errors = _faults(given)
    if errors:
        return _page(code, errors, given), 422
    purpose = f"faq {code}"
    try:
        if is_carried():
            return _again(code, BroughtList(carried(purpose)), given)
        with uploaded("file") as path:
            if is_large(path):
                return begin_with(code, FAQ_LOOK, purpose, path, {"given": given, "columns": {}})
            found = read_list_file(path)
        held = carry(purpose, found.value)
    except UploadError as error:
        return _page(code, {"file": str(error)}, given), 422
    return _shown(code, found, given, held)


def _again(code: str, found: BroughtList, given: Mapping[str, str]) -> Answered:
    """Other columns of what was read, or its taking in."""
    if "look" not in request.form:
        try:
            return _taken(code, found, found.listed(_chosen(found, given)), given)
        except MappingError:
            return _page(code, {"column-question": CHOOSE}, given, found, request.form["carried"]), 422
        except ImportFaultsError as error:
            return _page(code, {}, given, found, request.form["carried"], faults=error.faults), 422
    if (file_id := stored_id()) is not None:
        payload = {"given": given, "columns": _chosen(found, given), "file": file_id}
        return begin(code, FAQ_LOOK, payload)
    return _shown(code, found, given, request.form["carried"])


def _shown(code: str, found: BroughtList, given: Mapping[str, str], held: str) -> Answered:
    try:
        listed = found.listed(_chosen(found, given))
        with services().database.reading() as session:
            source = _source(session, code, listed, given)
            plan = planned_list(session, code, listed, source, today(), MOST_COMPARED)
    except MappingError:
        return _page(code, {"column-question": CHOOSE}, given, found, held), 422
    except ImportFaultsError as error:
        return _page(code, {}, given, found, held, faults=error.faults), 422
    return _page(code, {}, given, found, held, listed=listed, plan=plan)


def _looked_at(code: str) -> Answered:
    """``job``: of a large file that was looked at."""
    job = looked_at(code, FAQ_LOOK)
    if job is None:
        return _page(code, {}, {})
    result, given = job.result or {}, {**job.payload["given"], **_named(job.payload["columns"])}
    file_id = str(job.payload["file"])
    with services().database.reading() as session:
        value = read_value(session, code, file_id)
    if "file_fault" in result or value is None:
        return _page(code, {"file": result.get("file_fault", GONE)}, given), 422
    found, held = BroughtList(value), stored(file_id)
    if "mapping_fault" in result:
        return _page(code, {"column-question": CHOOSE}, given, found, held), 422
    if "faults" in result:
        return _page(code, {}, given, found, held, faults=result["faults"]), 422
    listed = found.listed(job.payload["columns"])
    return _page(code, {}, given, found, held, listed=listed, plan=faq_plan_from_json(result["plan"]))


def _given() -> dict[str, str]:
    """What the form says, for this page and the next."""
    columns = {name: request.form.get(f"column-{name}", "")[:3] for name in FIELDS}
    return {"title": text("title", 400), "url": text("url", 1100), **_named(columns)}


def _named(columns: Mapping[str, str]) -> dict[str, str]:
    return {f"column-{name}": letter for name, letter in columns.items() if letter}


def _faults(given: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    if len(given["title"]) > MOST_TITLE:
        errors["title"] = f"一覧の名前は{MOST_TITLE}字までで書いてください"
    url = given["url"]
    if url and not url.startswith(("https://", "http://")):
        errors["url"] = "https:// で始まるアドレスを書いてください"
    if len(url) > 1000:
        errors["url"] = "アドレスが長すぎます（1,000字まで）"
    return errors


def _chosen(found: BroughtList, given: Mapping[str, str]) -> dict[str, str]:
    """Field -> letter of a column that there is; none where the heading tells."""
    letters = {letter for letter, _ in found.columns}
    return {name: letter for name in FIELDS if (letter := given.get(f"column-{name}", "")) in letters}


def _source(session: Session, code: str, listed: FaqList, given: Mapping[str, str]) -> FaqSource:
    return list_source(session, code, plan=None, title=given["title"] or listed.title, url=given["url"] or None)


def _taken(code: str, found: BroughtList, listed: FaqList, given: Mapping[str, str]) -> Response:
    moment = now()
    with services().database.writing() as session:
        source = _source(session, code, listed, given)
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
    given: Mapping[str, str],
    found: BroughtList | None = None,
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
        given=given,
        held=held,
        columns=_choices(found, listed, given) if found else [],
        plan=plan,
        shown=[one for one in plan.changes if one.action != "unchanged"][:MOST_SHOWN] if plan else [],
        near=plan.near[:MOST_SHOWN] if plan else [],
        actions=ACTIONS,
        most=MOST_SHOWN,
        most_title=MOST_TITLE,
        kept={name: given.get(name, "") for name in ("title", "url")},
        whole=person().reaches(Role.VIEWER, code, None),
    )


def _choices(
    found: BroughtList, listed: FaqList | None, given: Mapping[str, str]
) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Each field with its name, the column that is chosen, and those that may be."""
    columns = [(letter, f"{letter}列「{heading[:30]}」") for letter, heading in found.columns]
    if not columns:
        return []
    mapping = listed.mapping if listed else {}
    chosen = _chosen(found, given)
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
