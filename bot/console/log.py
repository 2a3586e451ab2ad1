"""質問の記録: what was asked and what came back, found by words, narrowed, and each dialogue whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, render_template, request

from bot.console.answer_desk import departments_in_use, measures
from bot.console.effect import JOB_STATES
from bot.console.forms import day_of
from bot.console.guard import note_denied, person
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.console.reachable import openable_answers
from bot.log_file_jobs import LOG_FILE
from bot.services import services
from knowledge.calendar import today
from knowledge.jobs import JobStatus, recent_jobs
from knowledge.ledger import CHANNELS, MATTERS, NOTED, RESULTS
from knowledge.log_lists import (
    DECISIONS,
    MOST_COUNTED,
    RATINGS,
    LogFilter,
    count_questions,
    dialogue_of,
    offered,
    question,
    questions,
    ratings_of,
    titles_of,
)
from knowledge.log_offices import log_offices
from knowledge.models import LoggedQuestion
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.roles import Role
from knowledge.sheet_kinds import LANGUAGES

blueprint = Blueprint("log", __name__)

USUAL_DAYS = 7
LONGEST_WORDS = 80


def decision_name(row: LoggedQuestion) -> str:
    names = RESULTS if row.channel in NOTED else DECISIONS
    return names.get(row.decision, row.decision)


blueprint.add_app_template_filter(decision_name, "decision_name")
blueprint.add_app_template_filter(ratings_of, "ratings_of")
blueprint.add_app_template_filter(offered, "offered_ids")


@blueprint.get("/<code>/log")
def index(code: str) -> str:
    town_or_404(code)
    errors: dict[str, str] = {}
    wanted = wanted_of(request.args, errors, person().departments(Role.VIEWER, code))
    with services().evidence.reading() as session:
        total = count_questions(session, code, wanted)
        pages = paging(total)
        rows = questions(session, code, wanted, pages.start, pages.size) if total else []
        titles = titles_of(session, code, rows)
        known = log_offices(session, code)
        offices = known.choices(departments_in_use(session, code))
        every_measure = measures(session, code)
    with services().database.reading() as session:  # what was just asked for is to be seen
        files = own_files(recent_jobs(session, code, LOG_FILE), str(person().account_id))
    any_one = [("", "すべて")]
    return render_template(
        "console/log/index.html",
        code=code,
        rows=rows,
        titles=titles,
        office_name=known.name,
        paging=pages,
        more=total >= MOST_COUNTED,
        wanted=wanted,
        given=request.args,
        errors=errors,
        channels=any_one + list(CHANNELS.items()),
        decisions=any_one + list(DECISIONS.items()),
        offices=any_one + offices,
        measures=any_one + every_measure,
        languages=[*any_one, ("ja", "日本語"), *((one, LANGUAGES[one]) for one in REPLY_LANGUAGES if one != "ja")],
        ratings=any_one + list(RATINGS.items()),
        channel_names=CHANNELS,
        noted=NOTED,
        matters=MATTERS,
        longest=LONGEST_WORDS,
        fields=fields_of(wanted),
        may_export=person().may(Role.EDITOR, code),
        files=files,
    )


def wanted_of(given: Mapping[str, str], errors: dict[str, str], departments: frozenset[str] | None) -> LogFilter:
    """What the fields narrow to, within what the person may see."""
    last = day_of(given.get("last", ""), "last", errors) or today()
    first = day_of(given.get("first", ""), "first", errors) or last - dt.timedelta(days=USUAL_DAYS - 1)
    if first > last:
        errors["first"] = "「いつから」が「いつまで」より後になっています"
    return LogFilter(
        first,
        last,
        given.get("words", "")[:LONGEST_WORDS].strip(),
        given.get("channel", "")[:8],
        given.get("decision", "")[:10],
        given.get("department", "")[:60],
        given.get("measure", "")[:30],
        given.get("language", "")[:8],
        given.get("rating", "") if given.get("rating", "") in RATINGS else "",
        bool(given.get("delicate")),
        departments,
    )


def own_files(jobs: Sequence[JobStatus], own: str) -> list[tuple[JobStatus, str]]:
    """The files that somebody asked for lately, with how far they are."""
    return [(one, JOB_STATES[one.state]) for one in jobs if one.asked_by == own]


def fields_of(wanted: LogFilter) -> dict[str, str]:
    """The fields of a form that narrows to the same."""
    days = {"first": wanted.first.isoformat(), "last": wanted.last.isoformat()}
    texts = ("words", "channel", "decision", "department", "measure", "language", "rating")
    found = days | {name: getattr(wanted, name) for name in texts} | {"delicate": "1" if wanted.delicate else ""}
    return {name: value for name, value in found.items() if value}


@blueprint.get("/<code>/log/<row_id>")
def dialogue(code: str, row_id: str) -> str:
    """One question among those of the same person, with all that was offered and tapped."""
    town_or_404(code)
    row = row_or_404(code, row_id)
    own = person().departments(Role.VIEWER, code)
    with services().database.reading() as session:
        turns = dialogue_of(session, row, own)
        titles = titles_of(session, code, turns)
        known = log_offices(session, code)
        openable = openable_answers(session, code, titles)
    return render_template(
        "console/log/dialogue.html",
        code=code,
        row=row,
        turns=turns,
        titles=titles,
        office_name=known.name,
        openable=openable,
        channel_names=CHANNELS,
        matters=MATTERS,
        noted=NOTED,
        may_take_back=row.channel in NOTED and may_take_back(code, row),
    )


def row_or_404(code: str, row_id: str) -> LoggedQuestion:
    """A question that this person may read; of another 課 it is as if it were not there."""
    with services().database.reading() as session:
        row = question(session, code, row_id, person().departments(Role.VIEWER, code))
        there = row is not None or session.get(LoggedQuestion, row_id) is not None
    if row is None:
        if there:
            note_denied()
        abort(404)
    return row


def may_take_back(code: str, row: LoggedQuestion) -> bool:
    """Whoever noted it, and whoever edits for its 課."""
    me = person()
    return row.noted_by == str(me.account_id) or me.reaches(Role.EDITOR, code, row.department)
