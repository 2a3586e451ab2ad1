"""住民の記録を消す: found by the code that the resident got, or by what was asked; counted, then erased for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from bot.console.entering import Answered
from bot.console.forms import day_of, tell, text
from bot.console.guard import actor, require
from bot.console.layout import moment_name, town_or_404
from bot.services import services
from knowledge import audit, erasures
from knowledge.calendar import fiscal_year_of, now, today
from knowledge.erasure_codes import ErasureCodeError, open_with
from knowledge.ledger import CHANNELS
from knowledge.log_lists import LogFilter, questions
from knowledge.models import LoggedQuestion
from knowledge.pseudonyms import pseudonym
from knowledge.residents_data import REMOVED, Resident, erase_resident, erase_rows, held_of, resident_of, span_of
from knowledge.roles import Role

blueprint = Blueprint("erasing", __name__)

MOST_SHOWN = 50
_LONGEST_WORDS = 80
_LONGEST_CODE = 40


@dataclass(frozen=True)
class _Chosen:
    """Whose records are to go.  ``row``: of nobody who can be told apart, the one question."""

    how: str
    who: Resident | None
    row: LoggedQuestion | None


class _NotFoundError(ValueError):
    """Nothing leads to records; the message is for the field ``name``."""

    def __init__(self, name: str, message: str):
        super().__init__(message)
        self.name = name


@blueprint.get("/<code>/erasing")
def index(code: str) -> str:
    return _page(code, {})


@blueprint.post("/<code>/erasing")
def find(code: str) -> Answered:
    """By a code: what would be erased; by words: the questions that hold them.  By post: no address holds either."""
    require(Role.ADMIN, code, None)
    errors: dict[str, str] = {}
    if text("code", _LONGEST_CODE).strip():
        return _shown(code)
    words = text("words", _LONGEST_WORDS).strip()
    first = day_of(text("first", 40), "first", errors) or dt.date(fiscal_year_of(today()), 4, 1)
    last = day_of(text("last", 40), "last", errors) or today()
    if not words and not errors:
        errors["code"] = "コードか、質問の言葉を書いてください"
    if errors:
        return _page(code, errors), 422
    with services().database.writing() as session:
        rows = questions(session, code, LogFilter(first, last, words), 0, MOST_SHOWN + 1)
        details = {"how": "sample", "found": min(len(rows), MOST_SHOWN)}
        audit.append(session, actor(), "erasure_looked_up", at=now(), scope=code, details=details)
    return _page(code, {}, rows=rows[:MOST_SHOWN], more=len(rows) > MOST_SHOWN, searched=True)


@blueprint.post("/<code>/erasing/person")
def show(code: str) -> Answered:
    """What would be erased with one question's asker."""
    require(Role.ADMIN, code, None)
    return _shown(code)


@blueprint.post("/<code>/erasing/erase")
def erase(code: str) -> Answered:
    require(Role.ADMIN, code, None)
    if not request.form.get("sure"):
        return _shown(code, {"sure": "消えるものを確かめて、印を付けてください"})
    moment = now()
    try:
        with services().database.writing() as session:
            chosen = _chosen(session, code)
            if chosen.who is not None:
                gone = erase_resident(session, code, chosen.who, moment)
                erasures.note_resident(session, code, chosen.who, moment)
            else:
                assert chosen.row is not None
                gone = erase_rows(session, code, [chosen.row.id], moment)
                erasures.note(session, code, erasures.LOG_ROW, chosen.row.id, moment)
            details = {"how": chosen.how, "counts": dict(gone)}
            audit.append(session, actor(), "resident_erased", at=moment, scope=code, details=details)
    except _NotFoundError as error:
        return _page(code, {error.name: str(error)}), 422
    services().housekeeping.shrink_soon()
    counts = "、".join(f"{REMOVED[name]} {number:,}" for name, number in gone.items())
    tell(f"消しました（{counts or '消すものはありませんでした'}）。")
    return redirect(url_for("console.erasing.index", code=code), 303)


def _shown(code: str, errors: Mapping[str, str] | None = None) -> Answered:
    """The page of one person: counts by kind, and the button."""
    try:
        with services().database.writing() as session:
            chosen = _chosen(session, code)
            held = held_of(session, code, chosen.who) if chosen.who else {"questions": 1}
            span = span_of(session, code, chosen.who) if chosen.who else None
            details = {"how": chosen.how, "found": held["questions"]}
            audit.append(session, actor(), "erasure_looked_up", at=now(), scope=code, details=details)
    except _NotFoundError as error:
        return _page(code, {error.name: str(error)}), 422
    page = render_template(
        "console/erasing/person.html",
        code=code,
        chosen=chosen,
        held=[(REMOVED[name], number) for name, number in held.items()],
        span=" 〜 ".join(map(moment_name, span)) if span else "",
        derived=[REMOVED[name] for name in REMOVED if name not in held],
        sent={name: text(name, _LONGEST_CODE) for name in ("code", "row") if request.form.get(name)},
        errors=errors or {},
        channel_names=CHANNELS,
    )
    return (page, 422) if errors else page


def _chosen(session: Session, code: str) -> _Chosen:
    """Whom the form names: by a code, or by one of their questions.  Raises _NotFoundError."""
    typed = text("code", _LONGEST_CODE).strip()
    if typed:
        try:
            return _Chosen("code", open_with(session, typed, now(), code).who, None)
        except ErasureCodeError as error:
            raise _NotFoundError("code", str(error)) from error
    row = session.get(LoggedQuestion, text("row", _LONGEST_CODE))
    if row is None or row.municipality_code != code:
        raise _NotFoundError("words", "この質問は、もうありません。もう一度さがしてください")
    if row.asker is None:
        return _Chosen("sample", None, row)
    pepper = services().settings.pepper
    return _Chosen(
        "sample", resident_of(session, code, row, lambda key: (pseudonym(pepper, code, key, row.asked_at),)), row
    )


def _page(
    code: str,
    errors: Mapping[str, str],
    rows: object = (),
    *,
    more: bool = False,
    searched: bool = False,
) -> str:
    town_or_404(code)
    return render_template(
        "console/erasing/index.html",
        code=code,
        errors=errors,
        given=request.form,
        rows=rows,
        more=more,
        searched=searched,
        most=MOST_SHOWN,
        longest=_LONGEST_WORDS,
        longest_code=_LONGEST_CODE,
        channel_names=CHANNELS,
    )
