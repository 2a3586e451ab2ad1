"""件数から計算した値: how an indicator is counted from the offices' counts, and what it comes to year by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from bot.console.answer_desk import department_names
from bot.console.entering import Answered
from bot.console.forms import tell, text, whole
from bot.console.guard import actor, person, require
from bot.services import services
from knowledge import audit
from knowledge.calendar import fiscal_year_name, now, today
from knowledge.computed_values import KINDS, Formula, lack_text, months_text, series_of
from knowledge.indicator_formulas import (
    MOST_CHOSEN,
    MOST_NOTE,
    ComputedYear,
    computed_years,
    formula_history,
    formula_of,
    write_formula,
)
from knowledge.indicator_values import MOST_NOTE as MOST_VALUE_NOTE
from knowledge.indicator_values import write_value
from knowledge.models import Indicator
from knowledge.office_counts import CERTIFICATES, SERIES, departments_counted, names_of
from knowledge.roles import Role

blueprint = Blueprint("formulas", __name__)
blueprint.add_app_template_filter(lack_text, "lack_text")
blueprint.add_app_template_filter(months_text, "months_text")


@dataclass(frozen=True)
class Counted:
    """What is shown of an indicator: the formula, and the years as it counts them."""

    formula: Formula | None
    kind_name: str
    offices: tuple[str, ...]
    years: tuple[ComputedYear, ...]


def counted(session: Session, code: str, entry_id: str) -> Counted:
    """What the row of an indicator shows beside its values."""
    formula = formula_of(session, code, entry_id)
    if formula is None:
        return Counted(None, "", (), ())
    names = department_names(session, code)
    offices = tuple(names.get(one, one) for one in formula.departments)
    return Counted(formula, KINDS[formula.kind], offices, tuple(computed_years(session, code, formula, today())))


def _indicator_or_404(session: Session, code: str, entry_id: str, role: Role) -> Indicator:
    found = session.get(Indicator, (code, entry_id))
    if found is None or found.state == "deleted":
        abort(404)
    require(role, code, found.department)
    return found


@blueprint.route("/<code>/indicators/<entry_id>/formula", methods=["GET", "POST"])
def index(code: str, entry_id: str) -> Answered:
    """How it is counted.  What was laid down before stays in the history."""
    with services().database.reading() as session:
        found = _indicator_or_404(session, code, entry_id, Role.VIEWER)
        held = formula_of(session, code, entry_id)
    if request.method == "GET":
        return _page(code, found, held, {})
    require(Role.EDITOR, code, found.department)
    given, errors = _given()
    if errors:
        return _page(code, found, given, errors), 422
    moment = now()
    with services().database.writing() as session:
        row = session.get_one(Indicator, (code, entry_id), with_for_update=True)
        change = write_formula(session, row, given, person().name, moment)
        if change is not None:
            audit.append(session, actor(), "indicator_formula", at=moment, scope=code, subject=entry_id, details=change)
    told = "数え方を決めました。" if given else "数え方を取り消しました。"
    tell(told if change is not None else "変わったところはありません。")
    return redirect(url_for("console.tables.row", code=code, kind="indicators", entry_id=entry_id), 303)


def _given() -> tuple[Formula | None, dict[str, str]]:
    """The formula of the form; None where it is not to be counted."""
    errors: dict[str, str] = {}
    kind = text("kind", 12)
    if not kind:
        return None, errors
    if kind not in KINDS:
        errors["kind"] = "数え方を一覧からえらんでください"
        return None, errors
    is_certificate = series_of(kind) == CERTIFICATES
    names = tuple(request.form.getlist("certificates" if is_certificate else "procedures"))
    departments = tuple(request.form.getlist("departments")) if is_certificate else ()
    for field, chosen in (("certificates" if is_certificate else "procedures", names), ("departments", departments)):
        if len(chosen) > MOST_CHOSEN or any(len(one) > 80 for one in chosen):
            errors[field] = f"{MOST_CHOSEN}までえらべます"
    note = " ".join(whole("note").split())
    if len(note) > MOST_NOTE:
        errors["note"] = f"説明は{MOST_NOTE}字までで書いてください（今は{len(note)}字）"
    return Formula(kind, names, departments, bool(request.form.get("as_planned")), note), errors


def _page(code: str, found: Indicator, shown: Formula | None, errors: Mapping[str, str]) -> str:
    with services().database.reading() as session:
        names = {series: names_of(session, code, series) for series in SERIES}
        offices = department_names(session, code)
        counted_of = [one for one in departments_counted(session, code, CERTIFICATES) if one]
        history = formula_history(session, code, found.entry_id)
    chosen = shown or Formula("")
    options = {
        series: sorted({*known, *(chosen.names if chosen.kind and chosen.series == series else ())})
        for series, known in names.items()
    }
    departments = sorted({*counted_of, *chosen.departments})
    return render_template(
        "console/formulas/index.html",
        code=code,
        row=found,
        shown=chosen,
        errors=errors,
        kinds=[("", "計算しない"), *KINDS.items()],
        kind_names=KINDS,
        options={series: [(one, one) for one in found_names] for series, found_names in options.items()},
        departments=[(one, offices.get(one, one)) for one in departments],
        offices=offices,
        history=history,
        longest=MOST_NOTE,
        may_write=person().reaches(Role.EDITOR, code, found.department),
    )


@blueprint.post("/<code>/indicators/<entry_id>/computed")
def take_over(code: str, entry_id: str) -> Answered:
    """Write what was computed of a year as its actual value: as it was shown, and with where it comes from."""
    year, seen = text("year", 4), text("seen", 40)
    moment = now()
    with services().database.reading() as session:
        _indicator_or_404(session, code, entry_id, Role.EDITOR)
    with services().database.writing() as session:
        row = session.get_one(Indicator, (code, entry_id), with_for_update=True)
        one = _of_year(session, code, entry_id, year)
        is_same = one is not None and one.computed.shown(row.unit) == seen and not one.invented
        done = None
        if one is not None and is_same:
            note = one.computed.origin[:MOST_VALUE_NOTE]
            done = write_value(session, row, one.computed.year, seen, note, person().name, moment)
            if done.changed:
                details = {"fiscal_year": one.computed.year, "old": done.before, "new": seen}
                audit.append(
                    session, actor(), "indicator_computed", at=moment, scope=code, subject=entry_id, details=details
                )
    if done is None:
        tell("実績にしませんでした。見たあとに件数が変わったか、見本の件数が入っています。値を確かめてください。")
    else:
        told = f"{fiscal_year_name(int(year))}の実績値を、計算した値にしました。"
        tell(told if done.changed else "変わったところはありません。")
    return redirect(url_for("console.tables.row", code=code, kind="indicators", entry_id=entry_id), 303)


def _of_year(session: Session, code: str, entry_id: str, year: str) -> ComputedYear | None:
    formula = formula_of(session, code, entry_id)
    if formula is None:
        return None
    years = computed_years(session, code, formula, today())
    return next((one for one in years if str(one.computed.year) == year and one.computed.value is not None), None)
