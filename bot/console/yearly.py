"""年度の実績をまとめて書く: a fiscal year's actual values in one table, of all indicators that the person edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.console.entering import Answered
from bot.console.forms import tell, text
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


@dataclass(frozen=True)
class Line:
    """An indicator in the form.  ``held``: the value that the page shows, in which somebody may be ahead of it."""

    indicator: Indicator
    before: str
    held: str
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
    given = {entry_id: _given(entry_id) for entry_id in request.form.getlist("id")[:200]}
    errors = {name: told for entry_id, one in given.items() for name, told in _faults(entry_id, one)}
    if errors:
        return _page(code, year, errors), 422
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
        return _page(code, year, errors), 409
    tell(f"{fiscal_year_name(year)}の実績値を{written}件書きました。" if written else "変わったところはありません。")
    return redirect(url_for("console.yearly.index", code=code, year=year, page=request.args.get("page")), 303)


def _year() -> int:
    """The year that is asked for; else the last that is over."""
    this_year = fiscal_year_of(today())
    given = request.values.get("year", "")
    if given.isascii() and given.isdecimal() and this_year - YEARS_BACK < int(given) <= this_year:
        return int(given)
    return this_year - 1


def _given(entry_id: str) -> _Given:
    value, note, seen = (text(f"{name}-{entry_id}", 400) for name in ("value", "note", "seen"))
    return _Given(" ".join(value.split()), " ".join(note.split()), seen)


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


def _page(code: str, year: int, errors: Mapping[str, str]) -> str:
    with services().database.reading() as session:
        pages = paging(session.scalar(select(func.count()).select_from(Indicator).where(*_own(code))) or 0)
        held, before = values_of_year(session, code, year), values_of_year(session, code, year - 1)
        lines = [
            Line(
                one,
                before.get(one.entry_id, ("", ""))[0],
                held.get(one.entry_id, ("", ""))[0],
                held.get(one.entry_id, ("", ""))[1],
            )
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
        given=request.form,
        most_value=MOST_VALUE,
        most_note=MOST_NOTE,
    )
