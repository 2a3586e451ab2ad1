"""ことば: 同義語・略語, 無視する語 and other languages' terms; each is tried before it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.authors import author
from bot.console.change_asking import FIELD, ask_for, does_at_once, reopened, told
from bot.console.effect import begin
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.effect_jobs import word_in
from bot.services import services
from intents.glossary import LANGUAGES
from intents.language import JAPANESE
from knowledge import audit
from knowledge.calendar import now
from knowledge.change_requests import waiting_word
from knowledge.jobs import EFFECT, job_status
from knowledge.proposed_changes import WORD, CannotBeDoneError, Proposal, audit_details, carry_out, of_word
from knowledge.roles import Role
from knowledge.sheet_kinds import LANGUAGES as NAMES
from knowledge.staff_words import (
    FOREIGN,
    IGNORED,
    KINDS,
    LONGEST,
    SYNONYM,
    Word,
    faults_of,
    listed_words,
    same_word,
    spelt_otherwise,
)

blueprint = Blueprint("words", __name__)

HINTS = {
    "synonym": "住民が使う語と、答えにある語を結びます。例 「ごみ袋」＝「指定袋」",
    "abbreviation": "短い言い方と、もとの言い方を結びます。例 「マイナ」＝「マイナンバーカード」",
    "ignored": "この語だけでは答えを決めないようにします。どの質問にもよく出る語に使います",
    "foreign": "ほかの言葉での言い方と、日本語の語を結びます。例 英語「garbage」＝「ごみ」",
    "reading": "返事にふりがなをつけるとき、辞書より先に使う読み方です。例 「御前崎市」＝「おまえざきし」",
}


@blueprint.get("/<code>/words")
def index(code: str) -> str:
    town_or_404(code)
    again = reopened(code, WORD)
    if again is not None and again.payload is not None:
        return _page(code, {}, again.payload)
    # A word that another page proposes stands in the form, to be looked at and changed.
    proposed = {name: request.args.get(name, "")[:LONGEST] for name in ("word", "means")}
    return _page(code, {}, {"kind": SYNONYM, "language": JAPANESE, **proposed})


def _page(code: str, errors: Mapping[str, str], given: Mapping[str, str]) -> str:
    with services().database.reading() as session:
        words = listed_words(session, code)
    return render_template(
        "console/words/index.html",
        code=code,
        errors=errors,
        given=given,
        groups=[(kind, name, HINTS[kind], [one for one in words if one.kind == kind]) for kind, name in KINDS.items()],
        kinds=[(kind, f"{name}：{HINTS[kind]}") for kind, name in KINDS.items()],
        languages=[(JAPANESE, "日本語"), *((name, NAMES[name]) for name in LANGUAGES)],
        names=NAMES,
        longest=LONGEST,
        ignored=IGNORED,
        foreign=FOREIGN,
        again=request.values.get(FIELD, "")[:36],
        edits=person().reaches(Role.EDITOR, code, None),
    )


@blueprint.post("/<code>/words")
def check(code: str) -> Answered:
    """「影響を確かめる」, of a word to be kept, or with ``remove`` of one to be used no more."""
    town_or_404(code)
    require(Role.EDITOR, code, None)
    given = {name: text(name, 200).strip() for name in ("kind", "word", "means", "language")}
    word = Word(given["kind"], given["word"], given["means"], given["language"] or JAPANESE)
    remove = bool(text("remove", 1))
    with services().database.reading() as session:
        words = listed_words(session, code)
    if remove:
        word = next((one for one in words if same_word(one, word)), None) or abort(404)
        errors = {}
    else:
        found = [*faults_of(word), *spelt_otherwise(words, word)]
        errors = dict(reversed(found))  # of two at one field the first
    if not remove and word in words:
        errors["word"] = "この語は、もう登録してあります"
    if errors:
        return _page(code, errors, given), 422
    payload = {"of": "word", "kind": word.kind, "word": word.word, "means": word.means, "language": word.language}
    again = text(FIELD, 36)
    return begin(code, payload | ({"remove": True} if remove else {}) | ({FIELD: again} if again else {}))


@blueprint.post("/<code>/words/keep")
def keep(code: str) -> Response:
    """Do what was checked, or ask for it: exactly the word of that check (``job``), kept or used no more."""
    town_or_404(code)
    require(Role.EDITOR, code, None)
    moment = now()
    with services().database.reading() as session:
        job = job_status(session, code, text("job", 60))
    if job is None or job.kind != EFFECT or job.state != "done" or job.payload.get("of") != "word":
        abort(404)
    word, remove = word_in(job.payload), bool(job.payload.get("remove"))
    proposal = of_word(word, remove=remove)
    try:
        with services().database.writing() as session:
            if not does_at_once(session, code, approves=person().reaches(Role.APPROVER, code, None), public=True):
                return _asked(session, code, proposal)
            effect = carry_out(session, code, proposal, moment, author())
            if effect.rows:
                action, subject, details = audit_details(proposal, effect)
                audit.append(session, actor(), action, at=moment, scope=code, subject=subject, details=details)
    except CannotBeDoneError as error:
        tell(str(error))
        return redirect(url_for("console.words.index", code=code), 303)
    done = (
        f"「{word.word}」を使うのをやめました。" if remove else f"「{word.word}」を登録しました。次の質問から効きます。"
    )
    tell(done if effect.rows else "ほかの人が先に変えたため、もうそのとおりになっています。")
    return redirect(url_for("console.words.index", code=code), 303)


def _asked(session: Session, code: str, proposal: Proposal) -> Response:
    """On to the request; of one word there is one that waits."""
    waits = waiting_word(session, code, proposal)
    if waits is not None:
        tell("この語は、もう承認を依頼してあります。")
        return redirect(url_for("console.changes.change", code=code, request_id=waits.id), 303)
    return told(ask_for(session, code, proposal), url_for("console.words.index", code=code))
