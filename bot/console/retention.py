"""保存期間: how long records are kept; what a setting would delete is counted before it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.services import services
from knowledge import audit, outbox, sessions, unsaved_texts
from knowledge.calendar import now
from knowledge.retention import KINDS, days_kept, due_counts, faults_of, set_days
from knowledge.roles import Role

blueprint = Blueprint("retention", __name__)


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
    if request.form.get("count"):
        return _page(code, {}, given)
    moment = now()
    with services().database.reading() as session:
        goes = sum(due_counts(session, code, days, moment).values())
        before = days_kept(session, code)
    if goes and before != days and not request.form.get("sure"):
        errors["sure"] = "この設定で消えるものがあります。下の件数を確かめて、印を付けてください"
        return _page(code, errors, given), 422
    with services().database.writing() as session:
        set_days(session, code, days)
        if before != days:
            details = {
                "before": {name: before[name] for name in days if before[name] != days[name]},
                "after": {name: days[name] for name in days if before[name] != days[name]},
            }
            audit.append(session, actor(), "retention_changed", at=moment, scope=code, details=details)
    tell(
        "保存期間を保存しました。過ぎた記録は、一日に一度消えます。"
        if before != days
        else "変わったところはありません。"
    )
    return redirect(url_for("console.retention.index", code=code), 303)


def _number(given: str) -> int | None:
    plain = given.strip()
    return int(plain) if plain.isdecimal() and len(plain) <= 6 else None


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, int | None] | None) -> str:
    with services().database.reading() as session:
        held = days_kept(session, code)
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
        fixed=[
            ("だれが何をしたかの記録", services().settings.audit_days, "サーバーの設定（AUDIT_DAYS、365〜3650日）"),
            ("職員への知らせのメール", outbox.KEPT.days, "送り終えてから"),
            ("サインインの記録", sessions.KEPT.days, "終わってから"),
            ("書きかけの文", unsaved_texts.KEPT_FOR.days, "とっておいてから"),
        ],
        may_write=person().reaches(Role.ADMIN, code, None),
    )


def _whole(given: Mapping[str, int | None]) -> dict[str, int]:
    return {name: number for name, number in given.items() if number is not None}
