"""The first page: which municipality, and what waits there this week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.answer_desk import reaches_all
from bot.console.answer_form import form_key, kept_of
from bot.console.guard import person
from bot.console.layout import all_towns, towns_of
from bot.console.needs import NEEDS
from bot.console.role_words import grant_words
from bot.operation.stops import stops
from bot.services import services
from knowledge.calendar import JST, now, today
from knowledge.entry_steps import standing
from knowledge.models import UnsavedText
from knowledge.roles import Person, Role
from knowledge.staff import grants_of
from knowledge.tallies import first_asked
from knowledge.this_week import Example, Kind, Pile, Task, Week, planned
from knowledge.this_week_counts import Reader, figures, piles
from knowledge.unsaved_texts import unsaved_texts

blueprint = Blueprint("front", __name__)


@dataclass(frozen=True)
class Way:
    """Where a kind of work is done: the page, what it is narrowed to, and the words of the link."""

    endpoint: str
    words: str
    narrowed: Mapping[str, str] = field(default_factory=dict)


_ANSWERS, _COMMON, _CHANGES = "console.answers.index", "console.common_updates.index", "console.changes.index"
WAYS: Mapping[Kind, Way] = {
    Kind.CONFIRM: Way(_ANSWERS, "事後承認を待つ答えを開く", {"state": "confirm"}),
    Kind.REQUEST: Way(_ANSWERS, "承認依頼を開く", {"state": "requested"}),
    Kind.BOOKED: Way("console.effect.index", "影響確認の結果を開く"),
    Kind.RETURNED: Way(_ANSWERS, "差し戻された答えを開く", {"state": "returned"}),
    Kind.REFUSED: Way(_ANSWERS, "認められなかった答えを開く", {"state": "refused"}),
    Kind.DOUBTFUL: Way(_ANSWERS, "低評価の答えを開く", {"low_rated": "1"}),
    Kind.OVERDUE: Way(_ANSWERS, "期限切れの答えを開く", {"expired": "1"}),
    Kind.REVIEW: Way("console.review.index", "一括見直しを開く"),
    Kind.NEED: Way("console.need_cards.index", "ニーズ票を開く"),
    Kind.INQUIRY: Way("console.need_cards.index", "照会中の票を開く", {"state": "inquiring"}),
    Kind.LINK: Way(_ANSWERS, "開けないリンクのある答えを開く", {"dead_links": "1"}),
    Kind.COMMON: Way(_COMMON, "更新を見る"),
    Kind.SOON: Way(_ANSWERS, "もうすぐ期限の答えを開く", {"soon": "1"}),
    Kind.IMPORTED: Way(_ANSWERS, "下書きを開く", {"state": "draft"}),
    Kind.DRAFT: Way(_ANSWERS, "下書きを開く", {"state": "draft"}),
}


TO_CHANGES = Way(_CHANGES, "変更の承認を開く")
"""Where changes of tables are, which wait in the same piles as answers."""


@dataclass(frozen=True)
class Link:
    words: str
    address: str


PAGES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "entry": ("console.answers.entry", "entry_id", {}),
    "indicator": ("console.tables.row", "entry_id", {"kind": "indicators"}),
    "schedule": ("console.tables.row", "entry_id", {"kind": "schedule"}),
    "department": ("console.tables.row", "entry_id", {"kind": "departments"}),
    "term": ("console.tables.row", "entry_id", {"kind": "terms"}),
    "plan": ("console.plans.plan", "plan_id", {}),
    "change": ("console.changes.change", "request_id", {}),
    "need": ("console.need_cards.card", "number", {}),
}
"""Where one thing of a pile is, by its kind: the page, and how its address names the thing."""


def place(code: str, example: Example) -> str | None:
    """The address of one thing that waits; None for what has no page of its own."""
    if example.kind not in PAGES:
        return None
    endpoint, name, more = PAGES[example.kind]
    named: dict[str, Any] = {name: example.id, **more}
    return url_for(endpoint, code=code, **named)


@blueprint.get("/")
def index() -> str | Response:
    """Whoever works for one municipality goes straight to it."""
    me = person()
    towns = towns_of(me)
    if len(towns) == 1:
        return redirect(url_for("console.front.town", code=towns[0].code), 303)
    coming, ended = ([], []) if towns else _other_days(me)
    return render_template("console/front/index.html", towns=towns, coming=coming, ended=ended)


def _other_days(me: Person) -> tuple[list[str], list[str]]:
    """The roles that begin some day to come, and those that have ended, in words."""
    day, known = today(), all_towns()
    with services().database.reading() as session:
        held = grants_of(session, me.account_id)
        coming = [one for one in held if one.starts_on and one.starts_on > day]
        ended = [one for one in held if one.ends_on and one.ends_on < day]
        return grant_words(session, coming, known), grant_words(session, ended, known)


@blueprint.get("/<code>/")
def town(code: str) -> str:
    me, moment = person(), now()
    reader = Reader(str(me.account_id), me.departments(Role.EDITOR, code), me.departments(Role.APPROVER, code))
    with services().database.reading() as session:
        week = planned(piles(session, code, reader, moment))
        day = moment.astimezone(JST).date()
        this, last = figures(session, code, day)
        began = first_asked(session, code)
        stopped = stops(session, moment)
    return render_template(
        "console/front/town.html",
        week=week,
        links=_links(code, week),
        place=place,
        code=code,
        unsaved=_unsaved(code),
        rows=(("この7日間", this), ("その前の7日間", last)),
        unknown=began if began is not None and began > day - dt.timedelta(days=7) and not last.asked else None,
        writes=reader.writes,
        stopped=stopped,
        tells=me.may(Role.EDITOR, code),
    )


@dataclass(frozen=True)
class Unsaved:
    """A text that was typed and neither saved nor dropped."""

    name: str
    address: str
    kept_at: dt.datetime


def _unsaved(code: str) -> list[Unsaved]:
    """What the person typed and did not save: where the session ended, or the page was left."""
    with services().database.reading() as session:
        kept = unsaved_texts(session, code, str(person().account_id), now())
        return [found for one in kept if (found := _begun(session, code, one)) is not None]


def _begun(session: Session, code: str, text: UnsavedText) -> Unsaved | None:
    kept, entry_id = kept_of(text), text.form.split(":")[1]
    slot = kept.slot or None
    if text.form.split(":")[:2] == form_key(None).split(":"):
        address = url_for("console.answer_editing.new", code=code, kept=1, slot=slot)
        return Unsaved(kept.name or "（質問はまだ書いていません）", address, kept.kept_at)
    found = standing(session, code, entry_id)
    if found is None or not reaches_all(Role.EDITOR, code, found):
        return None
    address = url_for("console.answer_editing.edit", code=code, entry_id=entry_id, kept=1, slot=slot)
    return Unsaved(kept.name or found.versions[0].content["question"], address, kept.kept_at)


def _links(code: str, week: Week) -> dict[Kind, list[Link]]:
    return {
        task.pile.kind: [link for way in _ways(task) if (link := _link(code, way)) is not None]
        for task in (*week.first, *week.later)
    }


def _ways(task: Task) -> list[Way]:
    """Where it is done: of answers, of changes of tables, or both."""
    pile = task.pile
    answers = [] if pile.count == pile.changes or _opens_no_answer(pile) else [WAYS[pile.kind]]
    return [*answers, *([TO_CHANGES] if task.pile.changes else [])]


def _opens_no_answer(pile: Pile) -> bool:
    """Whether all of it are plans, figures and the like: each leads to its own page, and the list has none of them."""
    kinds = {example.kind for example in pile.examples}
    whole = pile.count == len(pile.examples)
    return whole and bool(kinds) and kinds <= PAGES.keys() - {"entry", "change"} and pile.kind in _OF_ANY_KIND


_OF_ANY_KIND = frozenset({Kind.OVERDUE, Kind.SOON, Kind.LINK})


def _link(code: str, way: Way) -> Link | None:
    """None where there is no such page, or none for this person."""
    need = NEEDS.get(way.endpoint)
    if way.endpoint not in current_app.view_functions or need is None:
        return None
    if need.role is not None and not person().may(need.role, code):
        return None
    narrowed: dict[str, Any] = {**way.narrowed}
    return Link(way.words, url_for(way.endpoint, code=code, **narrowed))
