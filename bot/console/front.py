"""The first page: which municipality, and what waits there this week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.console.guard import person
from bot.console.layout import towns_of
from bot.console.needs import NEEDS
from bot.services import services
from knowledge.calendar import JST, now
from knowledge.roles import Role
from knowledge.this_week import Kind, Task, Week, planned
from knowledge.this_week_counts import Reader, figures, piles

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
    Kind.DOUBTFUL: Way(_ANSWERS, "低評価の答えを開く", {"low_rated": "1"}),
    Kind.OVERDUE: Way(_ANSWERS, "期限切れの答えを開く", {"expired": "1"}),
    Kind.REVIEW: Way("console.review.index", "一括見直しを開く"),
    Kind.NEED: Way("console.unanswered.index", "質問を読んで、答えを書く"),
    Kind.LINK: Way(_ANSWERS, "答えの一覧を開く"),
    Kind.COMMON: Way(_COMMON, "更新を見る"),
    Kind.SOON: Way(_ANSWERS, "答えの一覧を開く"),
    Kind.IMPORTED: Way(_ANSWERS, "下書きを開く", {"state": "draft"}),
    Kind.DRAFT: Way(_ANSWERS, "下書きを開く", {"state": "draft"}),
}


TO_CHANGES = Way(_CHANGES, "変更の承認を開く")
"""Where changes of tables are, which wait in the same piles as answers."""


@dataclass(frozen=True)
class Link:
    words: str
    address: str


@blueprint.get("/")
def index() -> str | Response:
    """Whoever works for one municipality goes straight to it."""
    towns = towns_of(person())
    if len(towns) == 1:
        return redirect(url_for("console.front.town", code=towns[0].code), 303)
    return render_template("console/front/index.html", towns=towns)


@blueprint.get("/<code>/")
def town(code: str) -> str:
    me, moment = person(), now()
    reader = Reader(str(me.account_id), me.departments(Role.EDITOR, code), me.departments(Role.APPROVER, code))
    with services().database.reading() as session:
        week = planned(piles(session, code, reader, moment))
        this, last = figures(session, code, moment.astimezone(JST).date())
    return render_template(
        "console/front/town.html",
        week=week,
        links=_links(code, week),
        rows=(("この7日間", this), ("その前の7日間", last)),
        writes=reader.writes,
    )


def _links(code: str, week: Week) -> dict[Kind, list[Link]]:
    return {
        task.pile.kind: [link for way in _ways(task) if (link := _link(code, way)) is not None]
        for task in (*week.first, *week.later)
    }


def _ways(task: Task) -> list[Way]:
    """Where it is done: of answers, of changes of tables, or both."""
    answers = [WAYS[task.pile.kind]] if task.pile.count > task.pile.changes else []
    return [*answers, *([TO_CHANGES] if task.pile.changes else [])]


def _link(code: str, way: Way) -> Link | None:
    """None where there is no such page, or none for this person."""
    need = NEEDS.get(way.endpoint)
    if way.endpoint not in current_app.view_functions or need is None:
        return None
    if need.role is not None and not person().may(need.role, code):
        return None
    narrowed: dict[str, Any] = {**way.narrowed}
    return Link(way.words, url_for(way.endpoint, code=code, **narrowed))
