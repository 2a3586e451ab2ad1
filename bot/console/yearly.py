"""年度の実績をまとめて書く: a fiscal year's actual values in one table, of all indicators that the person edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, person
from bot.console.paging import Paging, paging
from bot.services import services
from knowledge import audit
from knowledge.calendar import fiscal_year_name, fiscal_year_of, now, today
from knowledge.indicator_values import MOST_NOTE, MOST_VALUE, values_of_year, write_value
from knowledge.models import Indicator
from knowledge.roles import Role

blueprint = Blueprint("yearly", __name__)

YEARS_BACK = 15
MOST_LINES = 200


@dataclass(frozen=True)
class Line:
    """An indicator in the form.  ``held``: what is written; ``value`` and ``note``: what stands in the fields."""

    indicator: Indicator
    before: str
    held: str
    value: str
    note: str


@dataclass(frozen=True)
class _Given:
    value: str
    note: str
    seen: str


@blueprint.route("/<code>/indicators/yearly", methods=["GET", "POST"])
def index(code: str) -> Answered:
    """All of what is sent is kept, or nothing."""
    year = _year()
    if request.method == "GET":
        return _page(code, year, {})
    given = _given()
    errors = {name: told for entry_id, one in given.items() for name, told in _faults(entry_id, one)}
    if errors:
        return _page(code, year, errors, given), 422
    with services().database.writing() as session:
        own = {one.entry_id: one for one in _indicators(session, code)}
        lines = {entry_id: one for entry_id, one in given.items() if entry_id in own}
        held = {key: value for key, (value, _) in values_of_year(session, code, year).items()}
        errors = {
            f"value-{key}": f"ほかの人が先に書きました（いまは「{held.get(key, '')}」）。開き直して確かめてください"
            for key, one in lines.items()
            if one.seen != held.get(key, "")
        }
        written = 0 if errors else sum(_write(session, own[key], year, one) for key, one in lines.items())
    if errors:
        return _page(code, year, errors, given), 409
    tell(f"{fiscal_year_name(year)}の実績値を{written}件書きました。" if written else "変わったところはありません。")
    return redirect(url_for("console.yearly.index", code=code, year=year, page=request.args.get("page")), 303)


def _year() -> int:
    """The year that is asked for; else the last that is over."""
    this_year = fiscal_year_of(today())
    given = request.values.get("year", "")
    if given.isascii() and given.isdecimal() and this_year - YEARS_BACK < int(given) <= this_year:
        return int(given)
    return this_year - 1


def _given() -> dict[str, _Given]:
    """The lines of the form, by indicator: the fields of one line stand at the same place."""
    ids, *fields = (request.form.getlist(name)[:MOST_LINES] for name in ("id", "value", "note", "seen"))
    if any(len(ids) != len(one) for one in fields):
        abort(400)
    cleaned = ([" ".join(each[:400].split()) for each in one] for one in fields)
    return {entry_id: _Given(*line) for entry_id, *line in zip(ids, *cleaned, strict=True)}


def _faults(entry_id: str, one: _Given) -> list[tuple[str, str]]:
    found = []
    if len(one.value) > MOST_VALUE:
        found.append((f"value-{entry_id}", f"実績値は{MOST_VALUE}字までで書いてください（今は{len(one.value)}字）"))
    if len(one.note) > MOST_NOTE:
        found.append((f"note-{entry_id}", f"注記は{MOST_NOTE}字までで書いてください（今は{len(one.note)}字）"))
    return found


def _write(session: Session, indicator: Indicator, year: int, one: _Given) -> bool:
    moment = now()
    done = write_value(session, indicator, year, one.value or None, one.note, person().name, moment)
    if done.changed:
        code, details = indicator.municipality_code, {"fiscal_year": year, "old": done.before, "new": one.value or None}
        subject = indicator.entry_id
        audit.append(session, actor(), "indicator_value", at=moment, scope=code, subject=subject, details=details)
    return done.changed


def _indicators(session: Session, code: str, pages: Paging | None = None) -> Sequence[Indicator]:
    """What residents may be told of, as far as the person edits it."""
    wanted = select(Indicator).where(*_own(code)).order_by(Indicator.name, Indicator.entry_id)
    if pages is not None:
        wanted = wanted.offset(pages.start).limit(pages.size)
    return session.scalars(wanted).all()


def _own(code: str) -> list[ColumnElement[bool]]:
    departments = person().departments(Role.EDITOR, code)
    where: list[ColumnElement[bool]] = [
        Indicator.municipality_code == code,
        Indicator.state.in_(("published", "draft")),
    ]
    return where if departments is None else [*where, Indicator.department.in_(departments)]


def _line(
    indicator: Indicator, before: tuple[str, str] | None, held: tuple[str, str] | None, sent: _Given | None
) -> Line:
    value, note = held or ("", "")
    shown = (sent.value, sent.note) if sent is not None else (value, note)
    return Line(indicator, before[0] if before else "", value, *shown)


def _page(code: str, year: int, errors: Mapping[str, str], given: Mapping[str, _Given] | None = None) -> str:
    """``given``: what was sent, where it is not kept."""
    sent = given or {}
    with services().database.reading() as session:
        pages = paging(session.scalar(select(func.count()).select_from(Indicator).where(*_own(code))) or 0)
        held, before = values_of_year(session, code, year), values_of_year(session, code, year - 1)
        lines = [
            _line(one, before.get(one.entry_id), held.get(one.entry_id), sent.get(one.entry_id))
            for one in _indicators(session, code, pages)
        ]
    this_year = fiscal_year_of(today())
    return render_template(
        "console/yearly/index.html",
        code=code,
        year=year,
        year_name=fiscal_year_name,
        years=[(one, fiscal_year_name(one)) for one in range(this_year, this_year - YEARS_BACK, -1)],
        lines=lines,
        paging=pages,
        errors=errors,
        most_value=MOST_VALUE,
        most_note=MOST_NOTE,
    )
