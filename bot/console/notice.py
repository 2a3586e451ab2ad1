"""障害・災害モード: begun and ended in one step, from a phone too, without approval; chosen answers pause with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import moment_name
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.entry_lists import Filters, listed
from knowledge.exports import names_by_id
from knowledge.figure_events import follow_end_of_notice, follow_notice
from knowledge.models import Entry, Notice
from knowledge.notices import (
    MOST_PAUSED,
    MOST_TEXT,
    NewNotice,
    begin_notice,
    current_notice,
    end_notice,
    notice_sentences,
    paused_entries,
)
from knowledge.roles import Role

blueprint = Blueprint("notice", __name__)

MOST_FOUND = 20
HOURS: Mapping[str, str] = {
    "1": "1時間",
    "3": "3時間",
    "6": "6時間",
    "12": "12時間",
    "24": "1日",
    "72": "3日",
    "168": "7日",
}
SAME_END = "same"
"""In place of hours: what is shown now is only put into other words."""
_TEXTS: Mapping[str, tuple[str, str]] = {
    "ja": ("text", "お知らせ"),
    "en": ("text_en", "英語のお知らせ"),
    "easy": ("text_easy", "やさしい日本語のお知らせ"),
}
"""The fields of the text in each language, and their names."""


@dataclass(frozen=True)
class _Form:
    """What stands in the form: as it was sent, or as the notice has it that is shown now."""

    values: Mapping[str, str]
    entries: tuple[str, ...]
    departments: tuple[str, ...]

    @property
    def texts(self) -> dict[str, str]:
        return {language: " ".join(self.values.get(name, "").split()) for language, (name, _) in _TEXTS.items()}


@blueprint.get("/<code>/notice")
def index(code: str) -> str:
    return _page(code, {}, None)


@blueprint.post("/<code>/notice")
def begin(code: str) -> Answered:
    require(Role.EDITOR, code, None)
    form = _sent()
    if request.form.get("find"):
        return _page(code, {}, form)
    errors = _faults(form)
    if errors:
        return _page(code, errors, form), 422
    moment = now()
    with services().database.writing() as session:
        meanwhile = _meanwhile(form, current_notice(session, code, moment))
        if not meanwhile:
            _begin(session, code, form, moment)
    if meanwhile:
        return _page(code, meanwhile, form), 409
    tell("お知らせを出しました。次の返事から、すべての答えの前に出ます。")
    return redirect(url_for("console.notice.index", code=code), 303)


def _begin(session: Session, code: str, form: _Form, moment: dt.datetime) -> None:
    new = NewNotice(
        form.texts,
        None if form.values["hours"] == SAME_END else int(form.values["hours"]),
        bool(form.values.get("drill")),
        tuple(_titles(session, code, form.entries)),
        tuple(one for one in form.departments if one in names_by_id(session, code)["departments"]),
        bool(form.values.get("drill_pauses")),
    )
    notice = begin_notice(session, code, new, person().name, moment)
    if not notice.drill:
        follow_notice(session, code, notice.text, notice.ends_at, moment)
    details = {
        name: getattr(notice, name)
        for name in ("text", "text_en", "text_easy", "drill", "ends_at", "paused", "paused_departments")
    }
    details["drill_pauses"] = notice.drill_pauses
    audit.append(session, actor(), "notice_begun", at=moment, scope=code, details=details)


@blueprint.post("/<code>/notice/end")
def end(code: str) -> Response:
    require(Role.EDITOR, code, None)
    moment = now()
    with services().database.writing() as session:
        ended = end_notice(session, code)
        if ended:
            follow_end_of_notice(session, code, moment)
            audit.append(session, actor(), "notice_ended", at=moment, scope=code)
    tell(
        "お知らせを終えました。止めていた答えも、次の返事から元に戻ります。"
        if ended
        else "お知らせは、もう出ていません。"
    )
    return redirect(url_for("console.notice.index", code=code), 303)


def _mark(notice: Notice | None) -> str:
    """Names the notice that a page showed; ``-`` where it showed none."""
    return notice.begins_at.isoformat() if notice is not None else "-"


def _meanwhile(form: _Form, shown: Notice | None) -> dict[str, str]:
    """What somebody else did since the page was opened: nobody's notice gives way unread."""
    if form.values["seen"] not in ("", _mark(shown)):
        if shown is None:
            return {"text": "お知らせは、もう終わっています。新しく出すなら、もう一度押してください"}
        return {
            "text": f"{shown.written_by}さんが、先にお知らせを出しました。いま出ている文を確かめてください。"
            "この文に替えるなら、もう一度押してください"
        }
    if form.values["hours"] == SAME_END and shown is None:
        return {"hours": "お知らせは、もう終わっています。いつまで出すかをえらんでください"}
    return {}


def _sent() -> _Form:
    names = [*(name for name, _ in _TEXTS.values()), "hours", "drill", "drill_pauses", "words", "seen"]
    return _Form(
        {name: text(name, 1000) for name in names},
        tuple(dict.fromkeys(one[:60] for one in request.form.getlist("paused")[:MOST_PAUSED])),
        tuple(one[:60] for one in request.form.getlist("departments")[:MOST_PAUSED]),
    )


def _standing(notice: Notice | None) -> _Form:
    if notice is None:
        return _Form({"hours": "6"}, (), ())
    values = {
        "text": notice.text,
        "text_en": notice.text_en or "",
        "text_easy": notice.text_easy or "",
        "drill": "1" if notice.drill else "",
        "drill_pauses": "1" if notice.drill_pauses else "",
        "hours": SAME_END,
    }
    return _Form(values, tuple(notice.paused), tuple(notice.paused_departments))


def _faults(form: _Form) -> dict[str, str]:
    errors = {}
    for language, said in form.texts.items():
        name, label = _TEXTS[language]
        if len(said) > MOST_TEXT:
            errors[name] = f"{label}は{MOST_TEXT}字までで書いてください（今は{len(said)}字）"
    if not form.texts["ja"]:
        errors["text"] = "お知らせの文を書いてください"
    if form.values["hours"] not in (*HOURS, SAME_END):
        errors["hours"] = "いつまで出すかをえらんでください"
    return errors


def _titles(session: Session, code: str, entry_ids: Sequence[str]) -> dict[str, str]:
    """Of those of ``entry_ids`` that are there, the question of each, in the given order."""
    found = select(Entry.entry_id, Entry.question).where(
        Entry.municipality_code == code, Entry.entry_id.in_(entry_ids), Entry.state != "deleted"
    )
    questions = {row.entry_id: row.question for row in session.execute(found)}
    return {one: questions[one] for one in entry_ids if one in questions}


def _found(session: Session, code: str, words: str) -> dict[str, str]:
    """Published answers by what they say, to choose from."""
    if not words.strip():
        return {}
    page = listed(session, services().previews, code, Filters(words[:80], state="published"), today())
    return {line.entry_id: line.question for line in page.lines[:MOST_FOUND]}


def _page(code: str, errors: Mapping[str, str], form: _Form | None) -> str:
    with services().database.reading() as session:
        notice = current_notice(session, code, now())
        shown = form or _standing(notice)
        chosen = _titles(session, code, shown.entries)
        found = _found(session, code, shown.values.get("words", ""))
        offices = names_by_id(session, code)["departments"]
        paused = _titles(session, code, sorted(paused_entries(session, notice))) if notice else {}
    return render_template(
        "console/notice/index.html",
        code=code,
        notice=notice,
        sentences=list(notice_sentences(notice).values()) if notice else [],
        paused=list(paused.items()),
        choices=list((chosen | found).items()),
        chosen=list(chosen),
        searched=bool(form and form.values.get("words", "").strip()),
        found=len(found),
        offices=list(offices.items()),
        chosen_offices=shown.departments,
        errors=errors,
        given=shown.values,
        hours=[*([(SAME_END, f"いまのまま（{moment_name(notice.ends_at)} まで）")] if notice else []), *HOURS.items()],
        mark=_mark(notice),
        most_text=MOST_TEXT,
        may_write=person().reaches(Role.EDITOR, code, None),
    )
