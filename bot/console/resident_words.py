"""住民のことば: words that residents use beside the office's, as proposed synonyms and for the home page's editors."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from bot.console.answer_history import XLSX
from bot.console.effect import progress_of, watched
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.services import services
from bot.word_jobs import WORDS
from knowledge import audit
from knowledge.calendar import now
from knowledge.demo_data import is_demo
from knowledge.jobs import ask_once, latest_job
from knowledge.models import NeedCard
from knowledge.resident_evidence import SOURCES
from knowledge.resident_word_sheet import editors_workbook
from knowledge.resident_words import CHOICES, KNOWN, Listed, choose, counted_at, months_text, pairs_of, unknown_of
from knowledge.roles import Role
from knowledge.small_counts import EXPLAINED
from knowledge.staff_words import listed_words

blueprint = Blueprint("resident_words", __name__)

LISTS: Mapping[str, str] = {
    "synonyms": "同義語の案",
    "editors": "ホームページを編集する人へ",
    "unknown": "答えにつながっていない語",
    "refused": "使わないことにした語",
}


@blueprint.get("/<code>/resident-words")
def index(code: str) -> Response:
    town_or_404(code)
    chosen = request.args.get("list", "")
    shown = chosen if chosen in LISTS else "synonyms"
    with services().database.reading() as session:
        pairs = pairs_of(session, code, listed_words(session, code))
        unknown = unknown_of(session, code)
        job, counted = latest_job(session, code, WORDS), counted_at(session, code)
    lists = _lists(pairs)
    rows = unknown if shown == "unknown" else lists[shown]
    counts = {name: len(each) for name, each in lists.items()} | {"unknown": len(unknown)}
    pages = paging(len(rows))
    knowledge = services().corpus.current(code)
    page = render_template(
        "console/resident_words/index.html",
        code=code,
        shown=shown,
        lists=[(name, label, counts[name]) for name, label in LISTS.items()],
        rows=rows[pages.start : pages.start + pages.size],
        paging=pages,
        titles={one.row.entry_id: _title(knowledge.answers, one.row.entry_id) for one in pairs},
        sources=SOURCES,
        known=KNOWN,
        choices=CHOICES,
        explained=EXPLAINED,
        months_text=months_text,
        work=progress_of(job) if job is not None else None,
        counted=counted,
        may_open=_may_open,
        edits=person().reaches(Role.EDITOR, code, None),
        counts_it=person().may(Role.EDITOR, code),
    )
    return watched(page, job)


def _lists(pairs: list[Listed]) -> dict[str, list[Listed]]:
    return {
        "synonyms": [one for one in pairs if one.may_be_synonym],
        "editors": [one for one in pairs if one.is_for_editors],
        "refused": [one for one in pairs if not one.is_for_editors],
    }


def _title(answers: Mapping[str, object], entry_id: str) -> str:
    found = answers.get(entry_id)
    return str(getattr(found, "title", "（いまはない答え）"))


def _may_open(card: NeedCard | None) -> bool:
    """Of another 課 a card is as if it were not there."""
    return card is not None and person().reaches(Role.VIEWER, card.municipality_code, card.department)


@blueprint.post("/<code>/resident-words/count")
def count(code: str) -> Response:
    """「いま、数える」: what the jobs process does by itself once a day."""
    with services().database.writing() as session:
        ask_once(session, code, WORDS, {}, now(), str(person().account_id))
    return redirect(url_for("console.resident_words.index", code=code), 303)


@blueprint.post("/<code>/resident-words/choose")
def choose_word(code: str) -> Response:
    """Refuse a pair, leave it to the editors' list alone, or take that back."""
    require(Role.EDITOR, code, None)
    word, entry_id, choice = text("word", 60), text("entry_id", 60), text("choice", 8)
    me, moment = person(), now()
    wanted = choice if choice in CHOICES else None
    with services().database.writing() as session:
        found = choose(session, code, word, entry_id, wanted, str(me.account_id), me.name, moment)
        if found:
            details = {"choice": wanted or "back"}
            audit.append(
                session, actor(), "resident_word_chosen", at=moment, scope=code, subject=entry_id, details=details
            )
    tell(
        (f"「{word}」を「{CHOICES[wanted]}」にしました。" if wanted else f"「{word}」を案に戻しました。")
        if found
        else "この語は、新しく数えた結果にはありません。"
    )
    back = request.form.get("list", "")
    return redirect(url_for("console.resident_words.index", code=code, list=back if back in LISTS else "synonyms"), 303)


@blueprint.get("/<code>/resident-words/print")
def printed(code: str) -> str:
    """The editors' list on paper, whole."""
    town_or_404(code)
    with services().database.reading() as session:
        pairs = _lists(pairs_of(session, code, listed_words(session, code)))["editors"]
        counted = counted_at(session, code)
    knowledge = services().corpus.current(code)
    return render_template(
        "console/resident_words/print.html",
        code=code,
        rows=pairs,
        explained=EXPLAINED,
        counted=counted,
        answers=knowledge.answers,
    )


@blueprint.get("/<code>/resident-words.xlsx")
def workbook(code: str) -> Response:
    town, moment = town_or_404(code), now()
    answers = services().corpus.current(code).answers
    with services().database.writing() as session:
        pairs = _lists(pairs_of(session, code, listed_words(session, code)))["editors"]
        unknown = [row for row, _ in unknown_of(session, code)]
        content = editors_workbook(town.name, pairs, unknown, answers, moment, demo=is_demo(session, code))
        details = {"lines": len(pairs)}
        audit.append(session, actor(), "resident_words_exported", at=moment, scope=code, details=details)
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"juumin-no-kotoba-{code}.xlsx")
