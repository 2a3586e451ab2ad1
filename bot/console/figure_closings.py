"""月次締め: since when the figures of a month stand, what was corrected since, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, url_for

from bot.console.entering import Answered
from bot.console.figures import correction_lines
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.period_closing import corrections, counted_periods, give_reason
from knowledge.periods import CLOSING_DAY, Period, PeriodKind
from knowledge.retention import FIGURES, days_kept
from knowledge.roles import Role
from knowledge.tallies import BOT, NOTED_TOGETHER, by_channel, counted_of

blueprint = Blueprint("figure_closings", __name__)

KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
MOST_MONTHS, LONGEST_REASON = 60, 400


@blueprint.get("/<code>/figures/closings")
def index(code: str) -> str:
    return _page(code, {}, {})


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, str]) -> str:
    town_or_404(code)
    with services().database.reading() as session:
        months = [
            (Period(row.first, PeriodKind.MONTH), row)
            for row in counted_periods(session, code, PeriodKind.MONTH, MOST_MONTHS)
        ]
        counts = {period.first: by_channel(session, code, period) for period, _ in months}
        known = counted_of(session, code, [period for period, _ in months]) if months else set()
        found = [one for kind in KINDS for one in corrections(session, code, kind)]
        kept = days_kept(session, code)[FIGURES]
    return render_template(
        "console/figure_closings/index.html",
        code=code,
        errors=errors,
        given=given,
        months=months,
        counts=counts,
        known=known,
        bot=BOT,
        together=NOTED_TOGETHER,
        corrections=[(Period(one.first, PeriodKind(one.kind)), one) for one in found],
        corrected=correction_lines,
        closing_day=CLOSING_DAY,
        years=kept // 365,
        longest=LONGEST_REASON,
        may_write=person().reaches(Role.APPROVER, code, None),
    )


@blueprint.post("/<code>/figures/closings/<kind>/<first>/<int(max=9999):number>")
def reason(code: str, kind: str, first: str, number: int) -> Answered:
    """Why a 訂正 came about, for whoever reads the figures later."""
    require(Role.APPROVER, code, None)
    period, told = _period_or_404(kind, first), text("reason", LONGEST_REASON).strip()
    field = f"reason-{kind}-{first}-{number}"
    if not told:
        return _page(code, {field: "訂正の理由を書いてください（例：電話で受けた質問を、あとから書きとめた）"}, {}), 422
    with services().database.writing() as session:
        row = give_reason(session, code, period, number, told, person().name)
        if row is None:
            abort(404)
        details = {"number": number, "reason": told}
        audit.append(
            session, actor(), "correction_explained", at=now(), scope=code, subject=period.name, details=details
        )
    tell("訂正の理由を残しました。")
    return redirect(url_for("console.figure_closings.index", code=code), 303)


def _period_or_404(kind: str, first: str) -> Period:
    try:
        return Period(dt.date.fromisoformat(first), PeriodKind(kind))
    except ValueError:
        abort(404)
