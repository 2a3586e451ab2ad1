"""公開前の影響確認: started for versions that wait (or a word, or a level), watched, and read.

Other screens start one by a button that posts ``version`` (``entry id:number``) to ``console.effect.start``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.change_asking import FIELD, does_at_once
from bot.console.entering import Answered
from bot.console.forms import tell
from bot.console.guard import actor, note_denied, person, require
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.effect_check import CHANGE_NAMES, Change, ChangedQuestion, Checked, Effect, side_by_side
from bot.effect_jobs import (
    CAUTION,
    JobFaultError,
    both_sides,
    effect_from_json,
    ending_in,
    versions_in,
    word_in,
)
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.caution import LEVELS
from knowledge.change_requests import waiting_word
from knowledge.check_questions import DECISIONS
from knowledge.entry_steps import is_live
from knowledge.entry_versions import STATES
from knowledge.jobs import EFFECT, JobStatus, ask_once, job_status, recent_jobs, stop_job
from knowledge.models import Entry, EntryVersion
from knowledge.preview import waiting_versions
from knowledge.proposed_changes import of_word
from knowledge.roles import Role
from knowledge.staff_words import KINDS, listed_words, replaced_by, same_words

blueprint = Blueprint("effect", __name__)

RELOAD_SECONDS = 3
LATE = dt.timedelta(seconds=30)
"""Nobody has begun by then: perhaps nobody works."""
MOST_CHOSEN = 50
JOB_STATES = {
    "waiting": "順番を待っています",
    "running": "確かめています",
    "done": "終わりました",
    "failed": "できませんでした",
    "stopped": "止めました",
}
BEFORE_AND_AFTER = {"now_wrong": "正しくなくなる", "now_right": "正しくなる"}


@dataclass(frozen=True)
class Waiting:
    """A version that a check can be started for."""

    version: EntryVersion
    state: str

    @property
    def value(self) -> str:
        return f"{self.version.entry_id}:{self.version.number}"


@dataclass(frozen=True)
class About:
    """What a check is of, in words; ``departments``: those that it belongs to, None for the whole's."""

    title: str
    departments: frozenset[str | None]
    role: Role
    """Who may start one, and stop it."""

    def is_reached(self, role: Role, code: str) -> bool:
        return all(person().reaches(role, code, department) for department in self.departments)


def about(session: Session, code: str, payload: Mapping[str, Any]) -> About:
    if payload.get("of") == "versions":
        found = [session.get(EntryVersion, (code, *one)) for one in versions_in(payload)]
        versions = [one for one in found if one is not None]
        rows = [session.get(Entry, (code, entry_id)) for entry_id in ending_in(payload)]
        ending = [row for row in rows if row is not None]
        named = [f"「{one.content['question']}」第{one.number}版" for one in versions]
        named += [f"「{row.question}」の公開終了" for row in ending]
        title, more = "、".join(named[:3]), f" ほか{len(named) - 3}件" if len(named) > 3 else ""
        own = {one.content.get("department") for one in versions} | {row.department for row in ending}
        departments = frozenset(own or {None})
        eve = "（予約の前日の確認）" if payload.get("booked") else ""
        return About((title or "版") + more + eve, departments, Role.EDITOR)
    whole = frozenset({None})
    if payload.get("of") == "word":
        means = f" ＝ {payload['means']}" if payload.get("means") else ""
        end = "を使うのをやめる" if payload.get("remove") else ""
        return About(
            f"{KINDS.get(payload.get('kind', ''), '語')}「{payload.get('word')}{means}」{end}", whole, Role.EDITOR
        )
    return About(f"確かさ「{LEVELS.get(str(payload.get('level')), 'すべての水準')}」", whole, Role.ADMIN)


@blueprint.get("/<code>/effect")
def index(code: str) -> str:
    town_or_404(code)
    return _index_page(code, {}, request.args.getlist("version"))


def _index_page(code: str, errors: Mapping[str, str], chosen: Sequence[str]) -> str:
    me = person()
    with services().database.reading() as session:
        waiting = [
            Waiting(one, STATES[one.state])
            for one in waiting_versions(session, code)
            if me.reaches(Role.EDITOR, code, one.content.get("department"))
        ]
        recent = [(job, about(session, code, job.payload)) for job in recent_jobs(session, code, EFFECT)]
    waiting.sort(key=lambda one: one.version.created_at, reverse=True)
    pages = paging(len(waiting))
    return render_template(
        "console/effect/index.html",
        code=code,
        errors=errors,
        chosen=chosen,
        waiting=waiting[pages.start : pages.start + pages.size],
        paging=pages,
        recent=[(job, of) for job, of in recent if of.is_reached(Role.VIEWER, code)],
        states=JOB_STATES,
    )


@blueprint.post("/<code>/effect")
def start(code: str) -> Answered:
    """``version``: as often as versions are to be checked together; or ``ending``, an entry that is live."""
    town_or_404(code)
    if "ending" in request.form:
        return _begin_of_end(code, request.form["ending"][:60])
    given = request.form.getlist("version")[:MOST_CHOSEN]
    wanted = sorted({_read_version(one) for one in given})
    with services().database.reading() as session:
        waiting = {(one.entry_id, one.number): one for one in waiting_versions(session, code)}
    if any(one not in waiting for one in wanted):
        abort(404)
    if not all(person().reaches(Role.EDITOR, code, waiting[one].content.get("department")) for one in wanted):
        note_denied()
        abort(404)
    if not wanted:
        return _index_page(code, {"versions": "確かめる版を、一つ以上えらんでください"}, given), 422
    if len({entry_id for entry_id, _ in wanted}) < len(wanted):
        return _index_page(code, {"versions": "同じ答えの版は、一度に一つだけえらんでください"}, given), 422
    return begin(code, {"of": "versions", "versions": [list(one) for one in wanted]})


def _begin_of_end(code: str, entry_id: str) -> Response:
    """What residents would miss if the answer were taken from them."""
    with services().database.reading() as session:
        row = session.get(Entry, (code, entry_id))
    if row is None or not is_live(row):
        abort(404)
    require(Role.EDITOR, code, row.department)
    return begin(code, {"of": "versions", "versions": [], "ending": [entry_id]})


def _read_version(given: str) -> tuple[str, int]:
    entry_id, _, number = given.rpartition(":")
    if not number.isascii() or not number.isdecimal() or len(number) > 6:
        abort(404)
    return entry_id[:60], int(number)


def begin(code: str, payload: Mapping[str, Any]) -> Response:
    """Put a check in the queue, and go where it is watched.  Whether one may is for the caller."""
    moment = now()
    with services().database.writing() as session:
        job_id = ask_once(session, code, EFFECT, payload, moment, str(person().account_id))
        details = {"of": payload["of"]}
        audit.append(session, actor(), "effect_checked", at=moment, scope=code, subject=job_id, details=details)
    return redirect(url_for("console.effect.job", code=code, job_id=job_id), 303)


@blueprint.get("/<code>/effect/<job_id>")
def job(code: str, job_id: str) -> Response:
    found, of = _job_or_404(code, job_id)
    page = _result_page(code, found, of) if found.state == "done" else _progress_page(code, found, of)
    return watched(page, found)


def _job_or_404(code: str, job_id: str, kinds: Sequence[str] = (EFFECT,)) -> tuple[JobStatus, About]:
    with services().database.reading() as session:
        found = job_status(session, code, job_id)
        if found is None or found.kind not in kinds:
            abort(404)
        of = about(session, code, found.payload)
    if not of.is_reached(Role.VIEWER, code):
        note_denied()
        abort(404)
    return found, of


def watched(page: str, found: JobStatus | None) -> Response:
    """``page``, opened again by itself while the work goes on; ``?still=1``: not."""
    response = make_response(page)
    if found is not None and found.is_open and not request.args.get("still"):
        response.headers["Refresh"] = str(RELOAD_SECONDS)
    return response


def progress_of(found: JobStatus) -> dict[str, Any]:
    """What the part of a page that shows the progress is told."""
    return {
        "job": found,
        "state": JOB_STATES[found.state],
        "percent": round(100 * found.progress),
        "late": found.state == "waiting" and now() - found.asked_at > LATE,
        "still": bool(request.args.get("still")),
        "seconds": RELOAD_SECONDS,
    }


def _progress_page(code: str, found: JobStatus, of: About) -> str:
    return render_template(
        "console/effect/progress.html", code=code, of=of, stops=_may_start(of, code), **progress_of(found)
    )


def _may_start(of: About, code: str) -> bool:
    return of.is_reached(of.role, code)


@blueprint.post("/<code>/effect/<job_id>/stop")
def stop(code: str, job_id: str) -> Response:
    found, of = _job_or_404(code, job_id, (EFFECT, CAUTION))
    if not _may_start(of, code):
        note_denied()
        abort(404)
    with services().database.writing() as session:
        stop_job(session, code, job_id, now())
    tell("止めるように伝えました。")
    if found.kind == CAUTION:
        return redirect(url_for("console.caution.index", code=code), 303)
    return redirect(url_for("console.effect.job", code=code, job_id=job_id), 303)


def _result_page(code: str, found: JobStatus, of: About) -> str:
    effect = effect_from_json(found.result or {})
    wanted = request.args.get("change", "")
    numbered = [(number, one) for number, one in enumerate(effect.changed) if wanted in ("", one.change.value)]
    pages = paging(len(numbered))
    counts = [(change, name, effect.counts[change]) for change, name in CHANGE_NAMES.items() if change in effect.counts]
    return render_template(
        "console/effect/result.html",
        code=code,
        job=found,
        of=of,
        effect=effect,
        counts=counts,
        names=CHANGE_NAMES,
        wanted=wanted if wanted in list(Change) else "",
        changed=numbered[pages.start : pages.start + pages.size],
        paging=pages,
        checked=[(name, title, getattr(effect, name)) for name, title in BEFORE_AND_AFTER.items()],
        decisions=DECISIONS,
        word=_shown_word(code, found.payload) if _may_start(of, code) else None,
        beside=_beside(code, found.payload),
        entries=_entries_of(code, found.payload),
    )


@dataclass(frozen=True)
class ShownWord:
    """What can be done with a word that was checked.  ``waits``: the id of the request that waits for it already."""

    remove: bool
    at_once: bool
    waits: str | None
    again: str


def _shown_word(code: str, payload: Mapping[str, Any]) -> ShownWord | None:
    if payload.get("of") != "word":
        return None
    remove = bool(payload.get("remove"))
    with services().database.reading() as session:
        at_once = does_at_once(session, code, approves=person().reaches(Role.APPROVER, code, None), public=True)
        waits = waiting_word(session, code, of_word(word_in(payload), remove=remove))
    return ShownWord(remove, at_once, waits.id if waits else None, str(payload.get(FIELD, "")))


def _entries_of(code: str, payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers that the check was of, by id and question: where one goes on."""
    ids = [*(entry_id for entry_id, _ in versions_in(payload)), *ending_in(payload)]
    with services().database.reading() as session:
        rows = [session.get(Entry, (code, entry_id)) for entry_id in dict.fromkeys(ids)]
    return [(row.entry_id, row.question) for row in rows if row is not None]


def _beside(code: str, payload: Mapping[str, Any]) -> list[str]:
    """What is laid down of the same word already, and what becomes of it: a sentence each."""
    if payload.get("of") != "word" or payload.get("remove"):
        return []
    word = word_in(payload)
    with services().database.reading() as session:
        words = listed_words(session, code)
    replaced = replaced_by(words, word)
    sentences = []
    for one in same_words(words, word):
        told = f"{KINDS[one.kind]}「{one.word}{f' ＝ {one.means}' if one.means else ''}」"
        end = "が、これに置きかわります" if one == replaced else "もあります。どちらも使われます"
        sentences.append(f"{told}{end}。")
    return sentences


@blueprint.get("/<code>/effect/<job_id>/replies/<part>/<int:number>")
def replies(code: str, job_id: str, part: str, number: int) -> Answered:
    """What a resident reads before and after: made anew for the question that stands in the result."""
    found, of = _job_or_404(code, job_id)
    if found.state != "done":
        abort(404)
    text = _question_or_404(effect_from_json(found.result or {}), part, number)
    try:
        old, new = side_by_side(*both_sides(services(), code, found.payload), text)
    except JobFaultError as error:
        return render_template("console/effect/replies.html", code=code, job=found, of=of, text=text, fault=str(error))
    return render_template("console/effect/replies.html", code=code, job=found, of=of, text=text, old=old, new=new)


def _question_or_404(effect: Effect, part: str, number: int) -> str:
    parts: dict[str, Sequence[ChangedQuestion | Checked]] = {
        "changed": effect.changed,
        "now_wrong": effect.now_wrong,
        "now_right": effect.now_right,
    }
    rows = parts.get(part, ())
    if number >= len(rows):
        abort(404)
    row = rows[number]
    return row.text if isinstance(row, ChangedQuestion) else row.question.text
