"""組織の変更: 課 renamed, merged or split from a day on; until that day it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from bot.console.answer_desk import department_names
from bot.console.authors import author
from bot.console.entering import Answered
from bot.console.forms import day, tell, text
from bot.console.guard import actor, person, require
from bot.console.paging import paging
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.models import OrganisationChange
from knowledge.organisation import (
    ASKED,
    CHANGES,
    MOST_NEW,
    RENAME,
    SPLIT,
    Entered,
    Naming,
    OrganisationError,
    account_shares,
    assign,
    changes_of,
    department_field,
    departments_in_use,
    enter_change,
    entry_shares,
    follows,
    is_announced,
    naming,
    take_back,
)
from knowledge.organisation_settling import names_of, settle
from knowledge.roles import Role

blueprint = Blueprint("organisation", __name__)

HINTS: Mapping[str, str] = {
    "課名": "例　デジタル推進課",
    "別の呼び名": "よみや略した呼び名を、改行で区切って書きます。前の課の名前は、書かなくても引けます。",
    "役割": "住民が読む文です。例　窓口のオンライン化を進めます。",
    "電話": "例　0598-53-0000",
    "内線": "",
    "FAX": "",
    "メール": "",
    "所在地": "",
}
_LONG = ("別の呼び名", "役割")


@blueprint.get("/<code>/organisation")
def index(code: str) -> str:
    with services().database.reading() as session:
        changes = changes_of(session, code)
    return render_template(
        "console/organisation/index.html",
        code=code,
        changes=changes,
        kinds=CHANGES,
        names_of=names_of,
        leads=person().reaches(Role.ADMIN, code, None),
    )


# --- Entering ----------------------------------------------------------------------------------------------------


@blueprint.route("/<code>/organisation/new/<kind>", methods=["GET", "POST"])
def new(code: str, kind: str) -> Answered:
    require(Role.ADMIN, code, None)
    if kind not in CHANGES:
        abort(404)
    if request.method == "GET":
        return _form(code, kind, {})
    errors: dict[str, str] = {}
    starts_on = day("starts_on", errors)
    given = Entered(
        kind,
        starts_on,
        [one[:60] for one in request.form.getlist("before") if one],
        [one[:60] for one in request.form.getlist("existing") if one],
        [cells for place in range(MOST_NEW[kind]) if any((cells := _cells(place)).values())],
        at_once=bool(request.form.get("at_once")),
    )
    try:
        number, begun = _enter(code, given)
    except OrganisationError as error:
        return _form(code, kind, {**error.faults, **errors}), 422
    tell("切りかえました。" if begun else "登録しました。その日になると、自動で切りかわります。")
    return redirect(url_for("console.organisation.change", code=code, number=number), 303)


def _cells(place: int) -> dict[str, str]:
    return {heading: text(department_field(place, heading), 400).strip() for heading in ASKED}


def _enter(code: str, given: Entered) -> tuple[int, bool]:
    """The number of the change, and whether it is in force at once."""
    moment = now()
    with services().database.writing() as session:
        change = enter_change(session, code, given, author(), moment)
        _note(session, change, "organisation_entered", {"starts_on": change.starts_on})
        if change.starts_on <= today():
            settle(session, change, moment, actor())
        return change.number, change.settled_at is not None


def _note(session: Session, change: OrganisationChange, action: str, more: Mapping[str, object]) -> None:
    told: dict[str, object] = {"kind": change.kind, "before": names_of(change.before), "after": names_of(change.after)}
    audit.append(
        session,
        actor(),
        action,
        at=now(),
        scope=change.municipality_code,
        subject=f"組織の変更 {change.number}",
        details={**told, **more},
    )


def _form(code: str, kind: str, errors: Mapping[str, str]) -> str:
    with services().database.reading() as session:
        rows = departments_in_use(session, code)
    return render_template(
        "console/organisation/new.html",
        code=code,
        kind=kind,
        kinds=CHANGES,
        departments=[(row.entry_id, row.name) for row in rows.values()],
        new=[[(department_field(place, each), each) for each in ASKED] for place in range(MOST_NEW[kind])],
        hints=HINTS,
        long=_LONG,
        inherits=kind == RENAME,
        errors=errors,
        given=request.form,
        before=request.form.getlist("before"),
        existing=request.form.getlist("existing"),
    )


# --- One change --------------------------------------------------------------------------------------------------


def _change_or_404(session: Session, code: str, number: int) -> OrganisationChange:
    return session.get(OrganisationChange, (code, number)) or abort(404)


@blueprint.get("/<code>/organisation/<int:number>")
def change(code: str, number: int) -> str:
    with services().database.reading() as session:
        found = _change_or_404(session, code, number)
        return render_template(
            "console/organisation/change.html",
            code=code,
            change=found,
            kinds=CHANGES,
            names_of=names_of,
            announced=is_announced(found),
            follows=follows(session, found) if is_announced(found) else None,
            naming=_naming(session, code, found),
            unassigned=_unassigned(session, found),
            asked=ASKED,
            leads=person().reaches(Role.ADMIN, code, None),
        )


def _naming(session: Session, code: str, found: OrganisationChange) -> list[Naming]:
    """What is not published is told to those who read the whole municipality alone."""
    told = [] if found.withdrawn_at else naming(session, found)
    if person().departments(Role.VIEWER, code) is None:
        return told
    return [replace(one, waiting=None, waiting_too=False) for one in told if one.live]


def _unassigned(session: Session, found: OrganisationChange) -> int:
    if found.kind != SPLIT or not is_announced(found):
        return 0
    return sum(share.department is None for share in entry_shares(session, found))


@blueprint.route("/<code>/organisation/<int:number>/take-back", methods=["GET", "POST"])
def take_back_(code: str, number: int) -> Answered:
    require(Role.ADMIN, code, None)
    back = url_for("console.organisation.change", code=code, number=number)
    if request.method == "GET":
        with services().database.reading() as session:
            found = _change_or_404(session, code, number)
        if not is_announced(found):
            return redirect(back, 303)
        return render_template(
            "console/confirm.html",
            title="組織の変更を取り消す",
            lead="まだ始まっていないので、取り消すと何も変わりません。取り消した記録は残ります。",
            items=[
                f"{'・'.join(names_of(found.before))} から {'・'.join(names_of(found.after))} への{CHANGES[found.kind]}"
            ],
            action=url_for("console.organisation.take_back_", code=code, number=number),
            button="取り消す",
            danger=True,
            back=back,
        )
    try:
        with services().database.writing() as session:
            found = _change_or_404(session, code, number)
            take_back(found, author(), now())
            _note(session, found, "organisation_withdrawn", {"starts_on": found.starts_on})
    except OrganisationError as error:
        tell(str(error))
    else:
        tell("取り消しました。")
    return redirect(back, 303)


# --- What of a split goes where ----------------------------------------------------------------------------------


@blueprint.route("/<code>/organisation/<int:number>/assign", methods=["GET", "POST"])
def assign_(code: str, number: int) -> Answered:
    require(Role.ADMIN, code, None)
    with services().database.reading() as session:
        found = _change_or_404(session, code, number)
    if found.kind != SPLIT or found.withdrawn_at is not None:
        abort(404)
    if request.method == "POST":
        with services().database.writing() as session:
            found = _change_or_404(session, code, number)
            entries, accounts = assign(session, found, _chosen("entry:"), _chosen("account:"), author(), now(), actor())
            if entries or accounts:
                audit.append(
                    session,
                    actor(),
                    "organisation_assigned",
                    at=now(),
                    scope=code,
                    subject=f"組織の変更 {number}",
                    details={"entries": entries, "accounts": accounts},
                )
        tell(f"答え{entries:,}件と、利用者{accounts:,}人の行き先を保存しました。")
        return redirect(request.full_path.removesuffix("?"), 303)
    return _assign_page(code, found)


def _chosen(prefix: str) -> dict[str, str]:
    """Key -> 課, of the fields with this prefix."""
    return {
        name.removeprefix(prefix)[:60]: value[:60] for name, value in request.form.items() if name.startswith(prefix)
    }


def _assign_page(code: str, found: OrganisationChange) -> str:
    with services().database.reading() as session:
        shares, people = entry_shares(session, found), account_shares(session, found)
        names = department_names(session, code)
    open_only = bool(request.args.get("open"))
    shown = [share for share in shares if share.department is None] if open_only else shares
    pages = paging(len(shown))
    return render_template(
        "console/organisation/assign.html",
        code=code,
        change=found,
        shares=shown[pages.start : pages.start + pages.size],
        paging=pages,
        people=people if pages.number == 1 else [],
        options=[(one["id"], names.get(one["id"], one["name"])) for one in found.after],
        open_only=open_only,
        left=sum(share.department is None for share in shares),
        announced=is_announced(found),
    )
