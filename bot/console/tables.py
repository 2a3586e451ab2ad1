"""指標・予定・課・用語, 計画 and 施策 as tables: listed, and changed a row at a time by the checks of the sheets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session

from bot.console import pictures
from bot.console.answer_desk import departments_in_use
from bot.console.authors import author
from bot.console.change_asking import NotAtOnceError, ask_for, does_at_once, is_asked, reopened, told
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.formulas import Counted, counted
from bot.console.guard import actor, person, require
from bot.console.paging import paging
from bot.console.shown_changes import ShownChanges, shown
from bot.indicator_chart import FromCounts, indicator_chart
from bot.services import services
from knowledge import audit
from knowledge.bundle import COMMON_PREFIX
from knowledge.calendar import fiscal_year_name, fiscal_year_of, now, today
from knowledge.common_content import is_common
from knowledge.exports import names_by_id
from knowledge.indicator_formulas import computed_points, is_from_counts
from knowledge.indicator_values import (
    MOST_NOTE,
    MOST_VALUE,
    actual_points,
    history,
    planned_points,
    undrawn,
    unit_of,
    values_by_year,
    write_value,
)
from knowledge.models import ChangeRequest, Indicator
from knowledge.proposed_changes import ROW, ROW_TITLES, Proposal, asked_cells, effect_of, of_row
from knowledge.roles import Role
from knowledge.sheet_forms import BREAKS, LINES, READINGS, STEPS
from knowledge.sheet_kinds import KINDS, STATE, STATES, VERSION, Column, SheetKind
from knowledge.sheet_row import WHOLE_ROW, RowFaultsError, look_at_row, row_cells, write_row

blueprint = Blueprint("tables", __name__)

SHOWN: Mapping[str, tuple[str, ...]] = {
    "indicators": ("現状値", "目標値", "目標の年度"),
    "schedule": ("年度ごとの内容",),
    "departments": ("電話", "内線", "役割"),
    "terms": ("よみ", "意味"),
    "plans": ("略称", "資料の種類", "案", "期間の書き方"),
    "measures": ("施策番号", "上位の施策番号"),
}
"""The columns of a list beside name and state."""
_STATES = ("published", "draft", "ended")
_LONG = (LINES, STEPS, READINGS, BREAKS)
_WIDE = 34
_HINTS: Mapping[str, str] = {
    "定義": "何を、どう数えるか。数え方を変えるときは、「定義の変わり目」に年度と内容も書きます。",
    "定義の変わり目": "一行に「2024：変わったこと」。その年度から数え方が変わったことが、図と、住民への答えに出ます。",
}
_YEARS_BACK = 15


class _OtherDepartmentError(Exception):
    """The row would belong to a 課 that is none of the person's."""

    def __init__(self, department: str | None, role: Role) -> None:
        super().__init__(department)
        self.department, self.role = department, role


@dataclass(frozen=True)
class FormField:
    """A cell as a field.  ``options``: what may be chosen, where it is another row."""

    name: str
    heading: str
    hint: str
    value: str
    long: bool
    options: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        """The value as who only reads it is told: by name."""
        return dict(self.options).get(self.value, self.value)


@blueprint.get("/<code>/indicators")
def indicators(code: str) -> str:
    """The first of the tables."""
    return index(code, "indicators")


@blueprint.get("/<code>/tables/<kind>")
def index(code: str, kind: str) -> str:
    sheet, table = _kind_or_404(kind)
    words = request.args.get("words", "")[:60].strip()
    label = _label_column(sheet, table)
    key = getattr(table, sheet.key_column)
    where = [table.municipality_code == code, *_own(sheet, table), *_within(code, kind, table)]
    if words:
        where.append(label.contains(words, autoescape=True))
    with services().database.reading() as session:
        pages = paging(session.scalar(select(func.count()).select_from(table).where(*where)) or 0)
        ordered = select(table).where(*where).order_by(key).offset(pages.start).limit(pages.size)
        rows = [(getattr(row, sheet.key_column), row_cells(sheet, row)) for row in session.scalars(ordered)]
    return render_template(
        "console/tables/index.html",
        code=code,
        kind=kind,
        sheet=sheet,
        titles=ROW_TITLES,
        title=ROW_TITLES[kind],
        columns=SHOWN[kind],
        rows=rows,
        paging=pages,
        words=words,
        may_add=_may_add(code, kind),
    )


def _kind_or_404(kind: str) -> tuple[SheetKind, Any]:
    if kind not in ROW_TITLES:
        abort(404)
    return KINDS[kind], KINDS[kind].table


def _label_column(sheet: SheetKind, table: Any) -> Any:
    return getattr(table, next(column.path[0] for column in sheet.columns if column.heading == sheet.label))


def _own(sheet: SheetKind, table: Any) -> list[ColumnElement[bool]]:
    """Neither what was deleted nor what all municipalities share."""
    if sheet.curated:
        return [table.state != "deleted"]
    return [getattr(table, sheet.key_column).not_like(f"{COMMON_PREFIX}%")]


def _within(code: str, kind: str, table: Any) -> list[ColumnElement[bool]]:
    """Only what belongs to the person's own 課, where they work for some only; a plan is the municipality's."""
    own = person().departments(Role.VIEWER, code)
    if own is None:
        return []
    if kind == "plans":
        return [false()]
    return [(table.entry_id if kind == "departments" else table.department).in_(own)]


def _may_add(code: str, kind: str) -> bool:
    if kind == "plans":
        return person().reaches(Role.EDITOR, code, None)
    return person().departments(Role.EDITOR, code) != frozenset()


def _department(kind: str, row: Any) -> str | None:
    found: str | None = row.entry_id if kind == "departments" else getattr(row, "department", None)
    return found


@blueprint.route("/<code>/tables/<kind>/add", methods=["GET", "POST"])
def add(code: str, kind: str) -> Answered:
    sheet, _ = _kind_or_404(kind)
    again = _reopened(code, kind, "")
    if request.method == "GET":
        cells = _asked_before(code, again) if again else {STATE: STATES["draft"]}
        return _row_page(code, kind, None, cells, {}, again=again)
    return _save(code, kind, None, _given(sheet, new=True) | {VERSION: ""}, again)


@blueprint.route("/<code>/tables/<kind>/<entry_id>", methods=["GET", "POST"])
def row(code: str, kind: str, entry_id: str) -> Answered:
    sheet, _ = _kind_or_404(kind)
    with services().database.reading() as session:
        found = _row_or_404(session, code, kind, entry_id)
    again = _reopened(code, kind, entry_id)
    if request.method == "GET":
        cells = _asked_before(code, again) if again else row_cells(sheet, found)
        return _row_page(code, kind, found, cells, {}, again=again)
    given = _given(sheet) | {sheet.key: entry_id, VERSION: text("version", 9)}
    return _save(code, kind, found, given, again)


def _reopened(code: str, kind: str, entry_id: str) -> ChangeRequest | None:
    """The request that was sent back, of this very row."""
    again = reopened(code, ROW)
    if again is not None and ((again.payload or {})["kind"], (again.payload or {})["entry_id"]) != (kind, entry_id):
        abort(404)
    return again


def _asked_before(code: str, again: ChangeRequest) -> dict[str, str]:
    """The fields with what was asked for upon what there is now."""
    with services().database.reading() as session:
        return asked_cells(session, code, Proposal(ROW, again.payload or {}))


def _row_or_404(session: Session, code: str, kind: str, entry_id: str) -> Any:
    sheet, table = _kind_or_404(kind)
    found: Any = session.get(table, (code, entry_id))
    if found is None or (found.state == "deleted" if sheet.curated else is_common(entry_id)):
        abort(404)
    require(Role.VIEWER, code, _department(kind, found))
    return found


def _asked_for(sheet: SheetKind, *, new: bool) -> list[tuple[int, Column]]:
    """The columns with their places in the form.  No ID is written by hand, but the number of a new measure."""
    with_key = new and sheet.name == "measures"
    return [(place, column) for place, column in enumerate(sheet.columns) if place or with_key]


def _given(sheet: SheetKind, *, new: bool = False) -> dict[str, str]:
    """The cells of the form, by heading."""
    cells = {column.heading: text(f"cell-{place}", 4000) for place, column in _asked_for(sheet, new=new)}
    return cells | ({STATE: text("state", 10)} if sheet.curated else {})


def _save(code: str, kind: str, old: Any, cells: dict[str, str], again: ChangeRequest | None) -> Answered:
    """Look at what changes (``look``), ask for its approval (``ask``), or write it.  For one's own 課 only."""
    sheet, _ = _kind_or_404(kind)
    if sheet.curated and cells[STATE] not in [STATES[state] for state in _STATES]:
        abort(404)
    if old is not None:
        require(Role.EDITOR, code, _department(kind, old))
    is_draft = sheet.curated and cells[STATE] == STATES["draft"] and (old is None or old.state == "draft")
    try:
        if "look" in request.form:
            return _look(code, kind, old, cells, again)
        if is_asked() and not is_draft:
            return _ask(code, kind, old, cells)
        return _write(code, kind, old, cells, is_draft=is_draft)
    except NotAtOnceError as error:
        return _row_page(code, kind, old, cells, {STATE if sheet.curated else WHOLE_ROW: str(error)}, again=again), 422
    except RowFaultsError as error:
        return _row_page(code, kind, old, cells, error.faults, again=again), 422
    except _OtherDepartmentError as error:
        # Noted once the lock is free again.
        require(error.role, code, error.department)
        abort(404)


def _look(code: str, kind: str, old: Any, cells: dict[str, str], again: ChangeRequest | None) -> str:
    with services().database.reading() as session:
        change = look_at_row(session, code, KINDS[kind], cells)
    return _row_page(code, kind, old, cells, {}, again=again, looked=shown([change] if change is not None else []))


def _ask(code: str, kind: str, old: Any, cells: dict[str, str]) -> Answered:
    unchanged = url_for("console.tables.index", code=code, kind=kind)
    with services().database.writing() as session:
        change = look_at_row(session, code, KINDS[kind], cells)
        if change is None:
            return told(None, unchanged)
        key = getattr(old, KINDS[kind].key_column) if old is not None else ""
        proposal = of_row(kind, key, cells, change)
        _refuse_other_departments(code, effect_of(session, code, proposal).departments, Role.EDITOR)
        return told(ask_for(session, code, proposal), unchanged)


def _write(code: str, kind: str, old: Any, cells: dict[str, str], *, is_draft: bool) -> Answered:
    """Drafts are anybody's who edits; what residents read is changed at once only by whoever may do so."""
    sheet, table = _kind_or_404(kind)
    published, moment = STATES["published"], now()
    role = Role.EDITOR if is_draft else Role.APPROVER
    with services().database.writing() as session:
        if not is_draft:
            public = not sheet.curated or cells[STATE] == published or (old is not None and old.state == "published")
            _refuse_at_once(session, code, kind, old, public=public)
        change = write_row(session, code, sheet, cells, moment, author())
        if change is None:
            tell("変わったところはありません。")
            return redirect(url_for("console.tables.index", code=code, kind=kind), 303)
        session.flush()
        _refuse_other_departments(code, {_department(kind, session.get_one(table, (code, change.key)))}, role)
        audit.append(
            session,
            actor(),
            "row_changed",
            at=moment,
            scope=code,
            subject=change.key,
            details={"kind": kind, "action": change.action, "cells": [list(cell) for cell in change.cells]},
        )
    live = not sheet.curated or cells[STATE] == published
    tell(f"「{change.label}」を保存しました。" + ("次の質問から使われます。" if live else ""))
    return redirect(url_for("console.tables.row", code=code, kind=kind, entry_id=change.key), 303)


def _refuse_at_once(session: Session, code: str, kind: str, old: Any, *, public: bool) -> None:
    """Stop where somebody's approval is needed first, and say why."""
    approves = _approves(code, kind, old)
    if does_at_once(session, code, approves=approves, public=public):
        return
    if approves:
        raise NotAtOnceError(
            "この市町村では、書いた人は自分の変更を承認できません（市町村の設定）。「承認を依頼する」を押してください"
        )
    raise NotAtOnceError(
        "公開するもの・公開しているものをすぐに変えられるのは、「承認」の役割を持つ人です。"
        "「承認を依頼する」を押すか、「下書き」にしてください"
    )


def _approves(code: str, kind: str, old: Any) -> bool:
    me = person()
    return me.may(Role.APPROVER, code) if old is None else me.reaches(Role.APPROVER, code, _department(kind, old))


def _refuse_other_departments(code: str, departments: Collection[str | None], role: Role) -> None:
    for department in departments:
        if not person().reaches(role, code, department):
            raise _OtherDepartmentError(department, role)


def _row_page(
    code: str,
    kind: str,
    found: Any,
    cells: Mapping[str, str],
    faults: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    again: ChangeRequest | None = None,
    looked: ShownChanges | None = None,
) -> str:
    """``faults``: by heading; ``wrong``: of the form of the yearly values, by field.

    ``again``: what was sent back and is asked for anew; ``looked``: what would change.
    """
    sheet, _ = _kind_or_404(kind)
    is_new = found is None
    with services().database.reading() as session:
        at_once = does_at_once(session, code, approves=_approves(code, kind, found), public=True)
        names = _choices(session, code, cells)
        yearly = values_by_year(session, code, found.entry_id) if kind == "indicators" and found else []
        written = history(session, code, found.entry_id) if kind == "indicators" and found else []
        by_counts = counted(session, code, found.entry_id) if kind == "indicators" and found else None
    fields = [
        _field(place, column, cells.get(column.heading, ""), names) for place, column in _asked_for(sheet, new=is_new)
    ]
    errors = {_field_name(sheet, heading): f"「{heading}」{sentence}" for heading, sentence in faults.items()}
    if WHOLE_ROW in faults:
        errors[WHOLE_ROW] = faults[WHOLE_ROW]
    errors |= wrong or {}
    this_year = fiscal_year_of(today())
    me, department = person(), _department(kind, found) if found is not None else None
    return render_template(
        "console/tables/row.html",
        code=code,
        kind=kind,
        title=ROW_TITLES[kind],
        row=found,
        name=cells.get(sheet.label, "") if found is not None else "",
        fields=fields,
        version=cells.get(VERSION, ""),
        state=cells.get(STATE, ""),
        states=[(STATES[state], STATES[state]) for state in _STATES] if sheet.curated else [],
        errors=errors,
        may_write=_may_add(code, kind) if is_new else me.reaches(Role.EDITOR, code, department),
        yearly=yearly,
        history=written,
        year_name=fiscal_year_name,
        years=[(year, fiscal_year_name(year)) for year in range(this_year, this_year - _YEARS_BACK, -1)],
        undrawn=undrawn(yearly, unit_of(found)) if kind == "indicators" and found else [],
        starts={one["fiscal_year"]: one["text"] for one in found.breaks} if kind == "indicators" and found else {},
        counted=by_counts,
        actual={one.fiscal_year: one.value for one in yearly},
        charts=_charts(code, found, yearly, by_counts) if by_counts is not None else [],
        most_value=MOST_VALUE,
        most_note=MOST_NOTE,
        given=request.form,
        again=again,
        shown=looked,
        at_once=at_once,
        saves=at_once or (sheet.curated and (is_new or found.state != "published")),
    )


def _choices(session: Session, code: str, cells: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The names to choose from; a 課 that is no more only where the row still has it."""
    names, in_use = names_by_id(session, code), dict(departments_in_use(session, code))
    kept = {*in_use, *cells.values()}
    return names | {"departments": {one: name for one, name in names["departments"].items() if one in kept}}


def _field(place: int, column: Column, value: str, names: Mapping[str, Mapping[str, str]]) -> FormField:
    options: tuple[tuple[str, str], ...] = ()
    known: Mapping[str, str] = {}
    if column.refers:
        known = names[column.refers]
        options = (("", "（なし）"), *known.items())
    elif column.form.names:
        known = {name: name for name in column.form.names}
        options = tuple(known.items()) if value in known else (("", "（えらんでください）"), *known.items())
    if options and value and value not in known:
        options = (*options, (value, value))
    return FormField(
        f"cell-{place}",
        column.heading,
        _HINTS.get(column.heading)
        or ("" if column.form.names else column.form.help).replace("セルの中の改行は Alt+Enter", "改行で区切ります"),
        value,
        column.form in _LONG or column.width >= _WIDE,
        options,
    )


def _field_name(sheet: SheetKind, heading: str) -> str:
    """The field of a heading."""
    if heading == STATE:
        return "state"
    places = {column.heading: f"cell-{place}" for place, column in _asked_for(sheet, new=True)}
    return places.get(heading, WHOLE_ROW)


def _charts(code: str, found: Indicator, yearly: Any, by_counts: Counted) -> list[pictures.ShownChart]:
    breaks = {one["fiscal_year"]: one["text"] for one in found.breaks}
    unit = unit_of(found)
    as_planned = by_counts.formula is not None and by_counts.formula.as_planned
    taken_over = [one for one in yearly if is_from_counts(one)] if not as_planned else []
    chart = indicator_chart(
        found.name,
        planned_points(found),
        actual_points([one for one in yearly if one not in taken_over], unit),
        unit,
        breaks,
        FromCounts(computed_points(by_counts.years, found.unit), actual_points(taken_over, unit), as_planned),
    )
    return pictures.shown(code, [chart]) if chart else []


@blueprint.post("/<code>/indicators/<entry_id>/values")
def write_yearly(code: str, entry_id: str) -> Answered:
    """An actual value of one year; what was written before stays in the history."""
    errors: dict[str, str] = {}
    year, value, note = text("year", 4), " ".join(text("value", 200).split()), " ".join(text("note", 400).split())
    this_year = fiscal_year_of(today())
    if not (year.isascii() and year.isdecimal() and this_year - _YEARS_BACK < int(year) <= this_year):
        errors["year"] = "年度を一覧からえらんでください"
    if len(value) > MOST_VALUE:
        errors["value"] = f"実績値は{MOST_VALUE}字までで書いてください（今は{len(value)}字）"
    if len(note) > MOST_NOTE:
        errors["note"] = f"注記は{MOST_NOTE}字までで書いてください（今は{len(note)}字）"
    with services().database.reading() as session:
        found = _row_or_404(session, code, "indicators", entry_id)
    require(Role.EDITOR, code, found.department)
    if errors:
        return _row_page(code, "indicators", found, row_cells(KINDS["indicators"], found), {}, errors), 422
    moment = now()
    with services().database.writing() as session:
        row_now = session.get_one(Indicator, (code, entry_id), with_for_update=True)
        done = write_value(session, row_now, int(year), value or None, note, person().name, moment)
        if done.changed:
            details = {"fiscal_year": int(year), "old": done.before, "new": value or None}
            audit.append(session, actor(), "indicator_value", at=moment, scope=code, subject=entry_id, details=details)
    told = "書きました" if value else "取り消しました"
    changed = f"{fiscal_year_name(int(year))}の実績値を{told}。"
    tell(changed if done.changed else "変わったところはありません。")
    return redirect(url_for("console.tables.row", code=code, kind="indicators", entry_id=entry_id), 303)
