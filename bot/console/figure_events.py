"""できごと: what may have moved the figures, noted by staff; with what was asked before, meanwhile and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console.answer_desk import department_names, departments_in_use
from bot.console.entering import Answered
from bot.console.forms import day, tell, whole
from bot.console.guard import actor, person
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.demo_data import WRITER
from knowledge.figure_events import (
    BY_NOTICE,
    KINDS,
    LONGEST_DAYS,
    LONGEST_NAME,
    EventFaultError,
    count_events,
    days_around,
    listed_events,
    note_event,
    remove_event,
)
from knowledge.models import Entry
from knowledge.movers import around_event
from knowledge.roles import Role

blueprint = Blueprint("figure_events", __name__)

SIZE = 20


@blueprint.get("/<code>/figures/events")
def index(code: str) -> str:
    given = {"first": request.args.get("first", "")[:10], "kind": "newsletter"}
    return _page(code, {}, given)


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, str]) -> str:
    town_or_404(code)
    with services().database.reading() as session:
        pages = paging(count_events(session, code), SIZE)
        events = listed_events(session, code, pages.start, pages.size)
        days = days_around(session, code, events)
        topics = _topics(session, code)
        names = {f"department:{one}": name for one, name in department_names(session, code).items()}
    return render_template(
        "console/figure_events/index.html",
        code=code,
        errors=errors,
        given=given,
        paging=pages,
        events=[(event, around_event(event.first, event.last, days[event.number], today())) for event in events],
        kinds=KINDS,
        topics=topics,
        topic_names={**names, **dict(topics)},
        by_notice=BY_NOTICE,
        invented=WRITER,
        longest=LONGEST_NAME,
        most_days=LONGEST_DAYS,
        may_write=person().may(Role.EDITOR, code),
    )


def _topics(session: Session, code: str) -> list[tuple[str, str]]:
    """What an event may concern: everything, a category, a 課."""
    wanted = select(Entry.category).where(Entry.municipality_code == code).distinct().order_by(Entry.category)
    categories = [(f"category:{one}", f"分類：{one}") for one in session.scalars(wanted)]
    offices = [(f"department:{one}", f"課：{name}") for one, name in departments_in_use(session, code)]
    return [("", "すべての質問"), *categories, *offices]


@blueprint.post("/<code>/figures/events")
def add(code: str) -> Answered:
    errors: dict[str, str] = {}
    given = {name: whole(name) for name in ("kind", "name", "first", "last", "topic")}
    first = day("first", errors)
    last = day("last", errors) or first
    if first is None and "first" not in errors:
        errors["first"] = "いつのことかを書いてください"
    with services().database.reading() as session:
        if given["topic"] not in dict(_topics(session, code)):
            errors["topic"] = "何についてのことかを、一覧からえらんでください"
    if not errors and first is not None and last is not None:
        errors |= _kept(code, given, first, last)
    if errors:
        return _page(code, errors, given), 422
    tell("できごとを書きとめました。")
    return redirect(url_for("console.figure_events.index", code=code), 303)


def _kept(code: str, given: Mapping[str, str], first: dt.date, last: dt.date) -> dict[str, str]:
    moment = now()
    with services().database.writing() as session:
        try:
            event = note_event(
                session, code, given["kind"], given["name"], first, last, given["topic"], person().name, moment
            )
        except EventFaultError as fault:
            return {fault.field: str(fault)}
        details = {"event": event.name, "from": str(first), "until": str(last)}
        audit.append(session, actor(), "figure_event_noted", at=moment, scope=code, details=details)
    return {}


@blueprint.post("/<code>/figures/events/<int(max=999999):number>/remove")
def remove(code: str, number: int) -> Answered:
    moment = now()
    with services().database.writing() as session:
        event = remove_event(session, code, number)
        if event is None:
            abort(404)
        details = {"event": event.name, "from": str(event.first), "until": str(event.last)}
        audit.append(session, actor(), "figure_event_removed", at=moment, scope=code, details=details)
    tell("できごとを取り消しました。")
    return redirect(url_for("console.figure_events.index", code=code), 303)
