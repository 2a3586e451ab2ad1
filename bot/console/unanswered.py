"""答えられなかった質問: what residents asked in vain, by need, and from there to an answer in their own words."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from bot.console.answer_form import blank_fields, form_key, fresh_slot, kept_of
from bot.console.guard import person
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.services import services
from knowledge.calendar import now, today
from knowledge.models import Entry
from knowledge.roles import Role
from knowledge.unanswered import MOST_WORDINGS, asked_in_vain, described, grouped
from knowledge.unsaved_texts import keep_unsaved, texts_of_form

blueprint = Blueprint("unanswered", __name__)

PERIODS = (7, 30, 90)
"""Days."""
_MASKED = "〔"
"""What masking left is no wording of an answer."""
_LONGEST_QUESTION, _LONGEST_WORDING = 80, 60


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
    account, moment = str(person().account_id), now()
    wordings = [one.strip() for one in request.form.getlist("wording")[:MOST_WORDINGS]]
    own = list(dict.fromkeys(one for one in wordings if one and _MASKED not in one))
    first = own[0][:_LONGEST_QUESTION] if own else ""
    others = [one for one in own[1:] if len(one) <= _LONGEST_WORDING and "\n" not in one]
    fields = blank_fields() | {"question": " ".join(first.split()), "phrasings": "\n".join(others)}
    with services().database.writing() as session:
        begun = texts_of_form(session, code, account, form_key(None), moment)
        # Pressed again: the text that it began the first time, as far as it was not written on.
        slot = next((kept_of(one).slot for one in begun if dict(one.fields) == fields), fresh_slot())
        keep_unsaved(session, code, account, form_key(None, slot), fields, moment)
    return redirect(url_for("console.answer_editing.new", code=code, kept=1, slot=slot), 303)
