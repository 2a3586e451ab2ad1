"""報告書の設定: what reports are called, whose they are, and whether the monthly counts are open to all."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.demo_data import is_demo
from knowledge.report_settings import LICENCES, MOST_TITLE, USUAL_TITLE, Reporting, reporting, set_reporting
from knowledge.roles import Role

blueprint = Blueprint("report_settings", __name__)


@blueprint.get("/<code>/reports/settings")
def index(code: str) -> str:
    town_or_404(code)
    return _page(code, {})


@blueprint.post("/<code>/reports/settings")
def save(code: str) -> Answered:
    require(Role.ADMIN, code, None)
    town_or_404(code)
    errors: dict[str, str] = {}
    given = {name: " ".join(text(name, 300).split()) for name in ("title", "body")}
    for name, label in (("title", "題名"), ("body", "団体の名前")):
        if len(given[name]) > MOST_TITLE:
            errors[name] = f"「{label}」は{MOST_TITLE}字までで書いてください（今は{len(given[name])}字）"
    licence = text("licence", 20)
    if licence not in LICENCES:
        errors["licence"] = "使ってよい条件を一覧からえらんでください"
    if errors:
        return _page(code, errors, request.form), 422
    moment = now()
    with services().database.writing() as session:
        before = _told(reporting(session, code))
        set_reporting(session, code, **given, open_data=bool(request.form.get("open_data")), licence=licence)
        session.flush()
        after = _told(reporting(session, code))
        if before != after:
            details = {
                "before": {name: before[name] for name in before if before[name] != after[name]},
                "after": {name: after[name] for name in after if before[name] != after[name]},
            }
            audit.append(session, actor(), "report_settings_changed", at=moment, scope=code, details=details)
    tell("設定を保存しました。" if before != after else "変わったところはありません。")
    return redirect(url_for("console.report_settings.index", code=code), 303)


def _told(found: Reporting) -> dict[str, object]:
    return {
        "report_title": found.title,
        "report_body": found.body,
        "open_data": found.open_data,
        "licence": found.licence.name,
    }


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, str] | None = None) -> str:
    with services().database.reading() as session:
        held, demo = reporting(session, code), is_demo(session, code)
    values: Mapping[str, object] = given or {
        "title": "" if held.title == USUAL_TITLE else held.title,
        "body": held.body,
        "open_data": held.open_data,
        "licence": held.licence.name,
    }
    return render_template(
        "console/report_settings/index.html",
        code=code,
        held=held,
        values=values,
        errors=errors,
        usual=USUAL_TITLE,
        most=MOST_TITLE,
        licences=[(one.name, one.title) for one in LICENCES.values()],
        demo=demo,
        may_write=person().reaches(Role.ADMIN, code, None),
    )
