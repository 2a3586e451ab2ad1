"""保存期間: how long records are kept; what a setting would delete is counted before it is kept."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from bot.console.answer_history import XLSX
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import moment_name, town_or_404
from bot.services import services
from knowledge import audit, outbox, unsaved_texts
from knowledge.calendar import now
from knowledge.csv_files import csv_bytes
from knowledge.data_items import HEADINGS, ITEMS, inventory, period_of
from knowledge.pseudonyms import pepper_fault
from knowledge.retention import KINDS, classes_of, days_kept, due_counts, faults_of, set_days
from knowledge.roles import Role
from knowledge.tabular import OutSheet
from knowledge.workbooks import workbook_bytes

blueprint = Blueprint("retention", __name__)

LONGEST_CLASS, LONGEST_PERIOD = 80, 40


@blueprint.get("/<code>/retention")
def index(code: str) -> str:
    return _page(code, {}, None)


@blueprint.post("/<code>/retention")
def save(code: str) -> Answered:
    """Count what the days would delete (``count``), or keep them; with something to delete only where it was seen."""
    require(Role.ADMIN, code, None)
    given = {kind.id: _number(text(kind.id, 12)) for kind in KINDS}
    errors = faults_of(given)
    if errors:
        return _page(code, errors, given), 422
    days = {name: number for name, number in given.items() if number is not None}
    classes = _classes()
    if request.form.get("count"):
        return _page(code, {}, given)
    moment = now()
    with services().database.reading() as session:
        goes = sum(due_counts(session, code, days, moment).values())
        before, named = days_kept(session, code), classes_of(session, code)
    if goes and before != days and not request.form.get("sure"):
        errors["sure"] = "この設定で消えるものがあります。下の件数を確かめて、印を付けてください"
        return _page(code, errors, given), 422
    with services().database.writing() as session:
        set_days(session, code, days, classes)
        if (before, named) != (days, classes):
            details = {
                "before": {name: before[name] for name in days if before[name] != days[name]},
                "after": {name: days[name] for name in days if before[name] != days[name]},
            }
            audit.append(session, actor(), "retention_changed", at=moment, scope=code, details=details)
    tell(
        "保存期間を保存しました。過ぎた記録は、一日に一度消えます。"
        if (before, named) != (days, classes)
        else "変わったところはありません。"
    )
    return redirect(url_for("console.retention.index", code=code), 303)


def _classes() -> dict[str, tuple[str, str]]:
    """What the office's rules of keeping call each kind, as the form has it."""
    return {
        kind.id: (text(f"class_{kind.id}", LONGEST_CLASS).strip(), text(f"period_{kind.id}", LONGEST_PERIOD).strip())
        for kind in KINDS
    }


@blueprint.get("/<code>/retention/inventory.<form>")
def inventory_file(code: str, form: str) -> Response:
    """個人情報の取扱い整理表, with the settings at hand."""
    if form not in ("xlsx", "csv"):
        abort(404)
    town, moment = town_or_404(code), now()
    place = "データベース（PostgreSQL）"
    if services().database.is_sqlite:
        place = "データベース（SQLite、このサーバー）"
    with services().database.writing() as session:
        rows = inventory(days_kept(session, code), classes_of(session, code), place)
        audit.append(session, actor(), "inventory_exported", at=moment, scope=code, details={"lines": len(rows)})
    name = f"kojin-joho-{code}.{form}"
    if form == "csv":
        content = csv_bytes(OutSheet("整理表", HEADINGS, (), frozenset(), rows))
        return send_file(io.BytesIO(content), "text/csv", as_attachment=True, download_name=name)
    about = [("個人情報の取扱い整理表", town.name), ("書き出した日時", moment_name(moment))]
    widths = (28, 44, 12, 12, 30, 30, 44, 24, 18)
    content = workbook_bytes(about, [OutSheet("整理表", HEADINGS, widths, frozenset({2}), rows)])
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)


def _number(given: str) -> int | None:
    plain = given.strip()
    return int(plain) if plain.isdecimal() and len(plain) <= 6 else None


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, int | None] | None) -> str:
    with services().database.reading() as session:
        held, named = days_kept(session, code), classes_of(session, code)
        days = held if given is None or any(kind.id in errors for kind in KINDS) else _whole(given)
        counts = due_counts(session, code, days, now())
    return render_template(
        "console/retention/index.html",
        code=code,
        kinds=KINDS,
        values=given or held,
        sent=[text(kind.id, 12) for kind in KINDS] if errors else None,
        days=days,
        counts=counts,
        tried=given is not None and days != held,
        errors=errors,
        classes=_classes() if request.method == "POST" else named,
        longest_class=LONGEST_CLASS,
        longest_period=LONGEST_PERIOD,
        pepper_fault=pepper_fault(services().settings.pepper, now()),
        items=[(item.name, item.secrecy, period_of(item, held), item.purge) for item in ITEMS],
        fixed=[
            ("だれが何をしたかの記録", services().settings.audit_days, "サーバーの設定（AUDIT_DAYS、365〜3650日）"),
            ("職員への知らせのメール", outbox.KEPT.days, "送り終えてから"),
            ("サインインの記録", services().settings.session_days, "終わってから（SESSION_DAYS、1〜30日）"),
            ("送られたファイル", services().settings.upload_days, "送ってから（UPLOAD_DAYS、1〜30日）"),
            ("書きかけの文", unsaved_texts.KEPT_FOR.days, "とっておいてから"),
        ],
        may_write=person().reaches(Role.ADMIN, code, None),
    )


def _whole(given: Mapping[str, int | None]) -> dict[str, int]:
    return {name: number for name, number in given.items() if number is not None}
