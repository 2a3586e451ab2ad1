"""答えられなかった質問: what residents asked in vain, by need, and from there to an answer in their own words."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from bot.console.begun_answers import begin_answer, own_words
from bot.console.guard import person
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.services import services
from knowledge.calendar import today
from knowledge.models import Entry
from knowledge.roles import Role
from knowledge.unanswered import MOST_WORDINGS, asked_in_vain, described, grouped

blueprint = Blueprint("unanswered", __name__)

PERIODS = (7, 30, 90)
"""Days."""


@blueprint.get("/<code>/unanswered")
def index(code: str) -> str:
    town_or_404(code)
    kit, days = services(), _days()
    knowledge = kit.corpus.current(code)
    mine = person().departments(Role.EDITOR, code)
    with kit.database.reading() as session:
        asked = asked_in_vain(session, code, today() - dt.timedelta(days=days - 1), today(), mine)
    needs = grouped(asked, kit.corpus.vectors, knowledge.usual_words)
    pages = paging(len(needs))
    shown = [described(one, knowledge.usual_words) for one in needs[pages.start : pages.start + pages.size]]
    with kit.database.reading() as session:
        ids = [need.entry_id for need in shown if need.entry_id]
        wanted = select(Entry.entry_id, Entry.question).where(
            Entry.municipality_code == code, Entry.entry_id.in_(ids), Entry.state.in_(("published", "staff"))
        )
        titles = {row.entry_id: row.question for row in session.execute(wanted)}
    return render_template(
        "console/unanswered/index.html",
        code=code,
        needs=shown,
        titles=titles,
        times=sum(need.times for need in needs),
        days=days,
        periods=[(str(each), f"この{each}日間") for each in PERIODS],
        paging=pages,
        narrowed=mine is not None,
    )


def _days() -> int:
    given = request.args.get("days", "")
    return int(given) if given in map(str, PERIODS) else PERIODS[0]


@blueprint.post("/<code>/unanswered/write")
def write(code: str) -> Response:
    """Begin a new answer with residents' wordings (``wording``, the first stands for all); nothing is saved by it."""
    words = own_words(request.form.getlist("wording")[:MOST_WORDINGS])
    return begin_answer(code, words[0] if words else "", words[1:])
