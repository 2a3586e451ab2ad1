"""年度の記録: what only the office knows of a year and reports must say, with what was written before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for

from bot.console.entering import Answered
from bot.console.forms import day, tell, text, too_long, whole
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.services import services
from knowledge import audit
from knowledge.calendar import fiscal_year_name, fiscal_year_of, now, today
from knowledge.report_figures import FIGURES
from knowledge.roles import Role
from knowledge.year_fact_checks import Doubt, doubts_of, faults_of
from knowledge.year_facts import (
    FACTS,
    MOST_NAME,
    MOST_TEXT,
    SPANS,
    TARGETS,
    FactKind,
    Target,
    YearFacts,
    facts_of,
    history,
    label_of,
    number_text,
    shown_fact,
    target_text,
    write_facts,
)

blueprint = Blueprint("year_facts", __name__)

YEARS_BACK = 10
_IF_SO = "そのとおりなら、いちばん下の「確かめました」に印を付けてください"


@blueprint.get("/<code>/reports/facts")
def index(code: str) -> str:
    town_or_404(code)
    return _page(code, asked_year(), {})


@blueprint.post("/<code>/reports/facts")
def save(code: str) -> Answered:
    """All of what is sent is kept, or nothing."""
    require(Role.EDITOR, code, None)
    town_or_404(code)
    year = asked_year()
    errors: dict[str, str] = {}
    given, targets = _given(errors)
    errors = dict(faults_of(given, targets, today())) | errors
    if errors:
        return _page(code, year, errors, request.form), 422
    if doubts := _doubts(code, year, given):
        return _page(code, year, {one.field: f"{one.sentence}。{_IF_SO}" for one in doubts}, request.form, doubts), 422
    moment = now()
    with services().database.writing() as session:
        if text("seen", 9) != str(facts_of(session, code, year).seen):
            errors["seen"] = "ほかの人が先に書きました。開き直して、確かめてから書いてください"
        else:
            changed = write_facts(session, code, year, given, person().name, moment)
            for name, (old, new) in changed.items():
                details = {"fiscal_year": year, "old": old, "new": new}
                audit.append(session, actor(), "year_fact", at=moment, scope=code, subject=name, details=details)
    if errors:
        return _page(code, year, errors, request.form), 409
    tell(f"{fiscal_year_name(year)}の記録を{len(changed)}件書きました。" if changed else "変わったところはありません。")
    return redirect(url_for("console.year_facts.index", code=code, year=year), 303)


def _doubts(code: str, year: int, given: Mapping[str, str | None]) -> list[Doubt]:
    """What is to be looked at again: of what is new, unless the person has said just of this that it is so."""
    with services().database.reading() as session:
        held = facts_of(session, code, year).values
    found = [one for one in doubts_of(given, year) if any(given.get(name) != held.get(name) for name in one.of)]
    return [] if not found or text("sure", 64) == _sign(found) else found


def _sign(doubts: Sequence[Doubt]) -> str:
    return hashlib.sha256("\n".join(one.sentence for one in doubts).encode()).hexdigest() if doubts else ""


def asked_year() -> int:
    """The 年度 of the address; else the one that runs."""
    this_year, given = fiscal_year_of(today()), request.values.get("year", "")
    if len(given) == 4 and given.isascii() and given.isdecimal() and this_year - YEARS_BACK < int(given) <= this_year:
        return int(given)
    return this_year


def years() -> list[tuple[int, str]]:
    this_year = fiscal_year_of(today())
    return [(year, fiscal_year_name(year)) for year in range(this_year, this_year - YEARS_BACK, -1)]


def _given(errors: dict[str, str]) -> tuple[dict[str, str | None], dict[str, Target]]:
    """Everything as it would be kept, and the targets as they were read."""
    found: dict[str, str | None] = {}
    for name, fact in FACTS.items():
        match fact.kind:
            case FactKind.NUMBER:
                found[name] = _number(name, errors)
            case FactKind.DATE:
                given = day(name, errors)
                found[name] = given.isoformat() if given else None
            case FactKind.SPAN:
                found[name] = text(name, 10) if text(name, 10) in SPANS else None
            case FactKind.TEXT:
                found[name] = _text(name, errors)
    targets = {name: _target(name, errors) for name in TARGETS}
    return found | {name: target_text(target) for name, target in targets.items()}, targets


def _number(name: str, errors: dict[str, str]) -> str | None:
    try:
        return number_text(whole(name))
    except ValueError:
        errors[name] = f"「{FACTS[name].label}」は、0以上の数だけを書いてください（例 1200000）"
        return None


def _text(name: str, errors: dict[str, str]) -> str | None:
    given = whole(name).strip()
    if sentence := too_long(FACTS[name].label, given, MOST_TEXT):
        errors[name] = sentence
    return given or None


def _target(name: str, errors: dict[str, str]) -> Target:
    told, value = (" ".join(whole(f"{name}-{part}").split()) for part in ("name", "value"))
    for part, label, given in (("name", "目標の名前", told), ("value", "目標の値", value)):
        if sentence := too_long(label, given, MOST_NAME):
            errors[f"{name}-{part}"] = sentence
    if bool(told) != bool(value):
        errors[f"{name}-name" if not told else f"{name}-value"] = "目標は、名前と値の両方を書いてください"
    figure = text(f"{name}-figure", 20)
    return Target(told, value, figure if figure in FIGURES else "")


def _page(
    code: str,
    year: int,
    errors: Mapping[str, str],
    given: Mapping[str, str] | None = None,
    doubts: Sequence[Doubt] = (),
) -> str:
    with services().database.reading() as session:
        held, written = facts_of(session, code, year), history(session, code, year)
    return render_template(
        "console/year_facts/index.html",
        code=code,
        year=year,
        year_name=fiscal_year_name(year),
        years=years(),
        facts=FACTS,
        values=given if given is not None else _values(held),
        targets=TARGETS,
        figures=[("", "（数字とくらべない）"), *((name, figure.label) for name, figure in FIGURES.items())],
        spans=[("", "（えらんでください）"), *SPANS.items()],
        seen=given.get("seen", "") if given is not None else held.seen,
        invented=held.invented,
        errors=errors,
        doubts=doubts,
        sign=_sign(doubts),
        history=[
            (row.written_at, label_of(row.name), shown_fact(row.name, row.value), row.written_by) for row in written
        ],
        most_text=MOST_TEXT,
        most_name=MOST_NAME,
        may_write=person().reaches(Role.EDITOR, code, None),
        shown=[(fact.label, shown_fact(name, held.values[name])) for name, fact in FACTS.items() if name in held.values]
        + [(label_of(name), f"{one.name}：{one.value}") for name, one in held.targets.items()],
    )


def _values(held: YearFacts) -> dict[str, str]:
    found = dict(held.values)
    for name, target in held.targets.items():
        found |= {f"{name}-name": target.name, f"{name}-value": target.value, f"{name}-figure": target.figure}
    return found
