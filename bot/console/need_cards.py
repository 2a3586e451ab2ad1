"""ニーズ票: what residents asked for in vain, brought together, and what is done about each, to its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.answer_desk import department_names, departments_in_use, note_text, writer
from bot.console.begun_answers import LONGEST_QUESTION, MOST_WORDINGS, begin_answer, own_words, short_words
from bot.console.effect import progress_of, watched
from bot.console.entering import Answered
from bot.console.forms import day, tell, text, whole
from bot.console.guard import actor, note_denied, person, require
from bot.console.layout import town_or_404
from bot.console.paging import paging
from bot.need_jobs import NEEDS
from bot.services import services
from knowledge import audit
from knowledge.calendar import now, today
from knowledge.demo_hours import counting_hours
from knowledge.entry_checks import EntryFaultsError
from knowledge.jobs import ask_once, latest_job, stop_job
from knowledge.models import Entry, NeedCard
from knowledge.need_cards import count_unjoined
from knowledge.need_lists import (
    ALL,
    DONE,
    UNDER_WAY,
    NeedFilter,
    asked_most,
    cards,
    count_cards_of,
    history_of,
    states_of,
    told_of,
    trend_of,
)
from knowledge.need_steps import (
    ACTS,
    CLOSED,
    GAP_HINTS,
    GAPS,
    LONGEST_NAME,
    LONGEST_OFFICE,
    LONGEST_REASON,
    STATES,
    By,
    NeedStepError,
    answers_to_follow,
    card_of,
    consider,
    decline,
    follow_answers,
    give,
    inquire,
    link_answer,
    merge,
    outcome,
    remind,
    rename,
    reopen,
    set_gap,
    split,
    take_reply,
    texts_of,
)
from knowledge.publishing import ChangedMeanwhileError, StepRefusedError
from knowledge.roles import Role
from knowledge.wordings import WordingError, add_wording

blueprint = Blueprint("need_cards", __name__)

MOST_TEXTS = 200
PERIODS = (7, 28, 90)
"""Days, of which the list can be read."""


# --- Many ------------------------------------------------------------------------------------------------------


@blueprint.get("/<code>/needs")
def index(code: str) -> Response:
    town_or_404(code)
    return list_page(code, {})


def list_page(code: str, errors: Mapping[str, str]) -> Response:
    wanted = _wanted(code)
    with services().database.reading() as session:
        pages = paging(count_cards_of(session, code, wanted))
        shown = cards(session, code, wanted, pages.start, pages.size)
        wordings = asked_most(session, code, shown)
        states = states_of(session, code, wanted.departments)
        waiting = count_unjoined(session, code) if wanted.departments is None else 0
        names, offices = department_names(session, code), departments_in_use(session, code)
        job = latest_job(session, code, NEEDS)
    page = render_template(
        "console/need_cards/index.html",
        code=code,
        errors=errors,
        cards=shown,
        unjoined=waiting,
        day_options=[("", "これまで"), *((str(days), f"この{days}日間") for days in PERIODS)],
        days=_days(),
        wordings=wordings,
        paging=pages,
        wanted=wanted,
        names=names,
        trend=trend_of,
        states=STATES,
        gaps=GAPS,
        state_options=_state_options(states),
        gap_options=[("", "すべて"), *GAPS.items()],
        offices=[("", "すべて"), *offices],
        work=progress_of(job) if job is not None else None,
        may_group=person().may(Role.EDITOR, code),
        narrowed=wanted.departments is not None,
        today=today(),
    )
    return watched(page, job)


def _state_options(states: Mapping[str, int]) -> list[tuple[str, str]]:
    """Each with how many there are."""
    under_way = sum(count for state, count in states.items() if state not in CLOSED)
    groups = [
        (UNDER_WAY, f"これから・対応中（{under_way:,}）"),
        (DONE, f"終わったもの（{sum(states.values()) - under_way:,}）"),
        (ALL, f"すべて（{sum(states.values()):,}）"),
    ]
    return groups + [(state, f"{name}（{states.get(state, 0):,}）") for state, name in STATES.items()]


def _days() -> int:
    """0: since the beginning."""
    given = request.args.get("days", "")
    return int(given) if given in map(str, PERIODS) else 0


def _wanted(code: str) -> NeedFilter:
    state, gap = request.args.get("state", UNDER_WAY), request.args.get("gap", "")
    return NeedFilter(
        state if state in (UNDER_WAY, DONE, ALL, *STATES) else UNDER_WAY,
        gap if gap in GAPS else "",
        request.args.get("department", "")[:60],
        request.args.get("words", "").strip()[:LONGEST_NAME],
        today() - dt.timedelta(days=_days() - 1) if _days() else None,
        person().departments(Role.VIEWER, code),
    )


@blueprint.post("/<code>/needs/group")
def group(code: str) -> Response:
    """「いま、まとめる」: the jobs process does what it does by itself every ten minutes."""
    town_or_404(code)
    with services().database.writing() as session:
        ask_once(session, code, NEEDS, {}, now(), str(person().account_id))
    return redirect(url_for("console.need_cards.index", code=code), 303)


@blueprint.post("/<code>/needs/group/stop")
def stop(code: str) -> Response:
    with services().database.writing() as session:
        found = latest_job(session, code, NEEDS)
        if found is not None:
            stop_job(session, code, found.id, now())
    tell("止めるように伝えました。まとめたところまでは残ります。")
    return redirect(url_for("console.need_cards.index", code=code), 303)


# --- One -------------------------------------------------------------------------------------------------------


def _locked(session: Session, code: str, number: int) -> NeedCard:
    """One that the person was let in to before."""
    card = card_of(session, code, number, locked=True)
    if card is None:
        abort(404)
    return card


def card_or_404(session: Session, code: str, number: int) -> NeedCard:
    """One of the person's own 課; of no 課 only for who has the role for the whole municipality."""
    card = card_of(session, code, number)
    if card is None:
        abort(404)
    mine = person().departments(Role.VIEWER, code)
    if mine is not None and card.department not in mine:
        note_denied()
        abort(404)
    return card


@blueprint.get("/<code>/needs/<int(max=99999999):number>")
def card(code: str, number: int) -> str:
    town_or_404(code)
    _follow(code)
    return _card_page(code, number, {})


def _follow(code: str) -> None:
    """Whoever opens a card sees what became of its answer, though the jobs process has not been here yet."""
    with services().database.reading() as session:
        due = answers_to_follow(session, code)
    if due:
        with services().database.writing() as session:
            follow_answers(session, code, now())


def _card_page(code: str, number: int, errors: Mapping[str, str], given: Mapping[str, str] | None = None) -> str:
    with services().database.reading() as session:
        found = card_or_404(session, code, number)
        texts = texts_of(session, found)
        titles = _titles(session, code, [found.entry_id, found.answer_id])
        names, offices = department_names(session, code), departments_in_use(session, code)
        told = told_of(session, found, counting_hours(session, code), today())
        history = history_of(session, found)
        result = outcome(session, found)
    edits = person().reaches(Role.EDITOR, code, found.department)
    return render_template(
        "console/need_cards/card.html",
        code=code,
        card=found,
        errors=errors,
        given=given or {},
        texts=texts[:MOST_TEXTS],
        more_texts=max(0, len(texts) - MOST_TEXTS),
        titles=titles,
        names=names,
        told=told,
        most_in_a_week=max([week.times for week in told.weeks], default=0),
        trend=trend_of(found),
        history=[(each, ACTS.get(each.act, each.act), _said(each.details, names)) for each in history],
        outcome=result,
        states=STATES,
        gaps=GAPS,
        gap_hints=GAP_HINTS,
        offices=[("", "（どの課でもない）"), *offices],
        edits=edits,
        closed=found.state in CLOSED,
        today=today(),
        longest={"name": LONGEST_NAME, "reason": LONGEST_REASON, "office": LONGEST_OFFICE},
    )


def _said(details: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What else a line of the history tells."""
    told = []
    if "of" in details:
        told.append(f"照会先：{details['of']}" + (f"、期限：{details['due']}" if details.get("due") else ""))
    if "reason" in details:
        told.append(str(details["reason"]))
    if "old" in details and "new" in details:
        old, new = (
            GAPS.get(one, names.get(one, one)) if one else "（なし）" for one in (details["old"], details["new"])
        )
        told.append(f"{old} → {new}")
    if "into" in details:
        told.append(f"{details['into']}番へ")
    if "from" in details:
        told.append(f"{details['from']}番から")
    return "、".join(told)


def _titles(session: Session, code: str, ids: list[str | None]) -> dict[str, str]:
    rows = [session.get(Entry, (code, one)) for one in ids if one]
    return {row.entry_id: row.question for row in rows if row is not None and row.state != "deleted"}


STEPS: Mapping[str, Callable[[Session, str, NeedCard, By], object]] = {
    "rename": lambda session, _, found, by: rename(session, found, whole("name"), by),
    "gap": lambda session, _, found, by: set_gap(session, found, text("gap", 20), by),
    "department": lambda session, code, found, by: give(session, found, _department(session, code), by),
    "inquire": lambda session, _, found, by: _inquire(session, found, by),
    "remind": lambda session, _, found, by: remind(session, found, today(), by),
    "reply": lambda session, _, found, by: take_reply(session, found, _lines("reply"), whole("reply_source"), by),
    "consider": lambda session, _, found, by: consider(session, found, _lines("reason"), by),
    "decline": lambda session, _, found, by: decline(session, found, _lines("reason"), by),
    "reopen": lambda session, _, found, by: reopen(session, found, by),
    "merge": lambda session, code, found, by: merge(session, found, _target(session, code), by),
    "split": lambda session, _, found, by: split(
        session, found, set(request.form.getlist("key")[:MOST_TEXTS]), whole("split_name"), by
    ),
}
"""What the buttons of a card do, by ``act``."""
DONE_WORDS = {
    "rename": "名前を変えました。",
    "gap": "何が足りないかを変えました。",
    "department": "担当課を変えました。",
    "inquire": "照会中にしました。照会票は「照会票を受け取る」で出せます。",
    "remind": "督促を記録しました。",
    "reply": "回答を記録しました。",
    "consider": "「制度を検討」にしました。",
    "decline": "「対応しない」にしました。",
    "reopen": "未着手に戻しました。",
    "merge": "まとめました。",
    "split": "言い方を分けて、新しい票を作りました。",
}


@blueprint.post("/<code>/needs/<int(max=99999999):number>/step")
def step(code: str, number: int) -> Answered:
    act = request.form.get("act", "")
    if act not in STEPS:
        abort(404)
    to = number
    with services().database.reading() as session:
        # A refusal is noted in a transaction of its own, so it must come before the one that changes.
        require(Role.EDITOR, code, card_or_404(session, code, number).department)
    try:
        with services().database.writing() as session:
            found = _locked(session, code, number)
            _refuse_if_changed(found)
            made = STEPS[act](session, code, found, by())
            if act == "merge":
                to = found.merged_into or number
            elif isinstance(made, NeedCard):
                to = made.number
            details = {"act": act, "number": number}
            audit.append(session, actor(), "need_step", at=now(), scope=code, subject=str(number), details=details)
    except NeedStepError as error:
        return _card_page(code, number, {error.field: str(error)}, request.form), 422
    tell(DONE_WORDS[act])
    return redirect(url_for("console.need_cards.card", code=code, number=to), 303)


def _refuse_if_changed(found: NeedCard) -> None:
    """What was decided while looking at another state is asked again: a colleague may have asked the 課 meanwhile."""
    seen = request.form.get("seen")
    if seen is not None and seen != found.state:
        now_is = f"この票は、ほかの人が先に「{STATES[found.state]}」に変えました。"
        raise NeedStepError("state", now_is + "今のようすを見て、もう一度えらんでください")


def by() -> By:
    me = person()
    return By(str(me.account_id), me.name, now())


def _lines(name: str) -> str:
    return whole(name)


def _department(session: Session, code: str) -> str | None:
    wanted = text("department", 60)
    if wanted and wanted not in dict(departments_in_use(session, code)):
        raise NeedStepError("department", "担当課をえらんでください")
    return wanted or None


def _target(session: Session, code: str) -> NeedCard:
    """The card that another goes into, which the person must be able to change, too."""
    given = text("into", 20).strip()
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    found = card_of(session, code, number, locked=True)
    if found is None or not person().reaches(Role.EDITOR, code, found.department):
        raise NeedStepError("into", "まとめ先の票の番号を確かめてください")
    return found


def _inquire(session: Session, found: NeedCard, by: By) -> None:
    errors: dict[str, str] = {}
    due = day("due_on", errors)
    if errors:
        raise NeedStepError("due_on", errors["due_on"])
    inquire(session, found, whole("inquiry_of"), today(), due, by)


# --- To an answer ----------------------------------------------------------------------------------------------


@blueprint.post("/<code>/needs/<int(max=99999999):number>/write")
def write(code: str, number: int) -> Response:
    """Begin an answer with the residents' words, and with what the office replied; it is saved on its own page."""
    with services().database.reading() as session:
        found = card_or_404(session, code, number)
        require(Role.EDITOR, code, found.department)
        words = _wordings(session, found)
    question = next((one for one in words if len(one) <= LONGEST_QUESTION), found.name)
    more = {
        "answer": found.reply or "",
        "department": found.department or "",
        "measure": found.measure or "",
        "staff_note": f"根拠：{found.reply_source}" if found.reply_source else "",
        "need": str(number),
    }
    return begin_answer(code, question, [one for one in words if one != question], more)


def _wordings(session: Session, found: NeedCard) -> list[str]:
    """What residents said, those asked most first."""
    return own_words(one.text for one in texts_of(session, found))


@blueprint.post("/<code>/needs/<int(max=99999999):number>/wordings")
def add_wordings(code: str, number: int) -> Answered:
    """「この言い方を答えに加える」: a draft of the answer that is there, with the residents' words among its own."""
    with services().database.reading() as session:
        found = card_or_404(session, code, number)
        row = session.get(Entry, (code, found.entry_id)) if found.entry_id else None
        wordings = short_words(_wordings(session, found))[:MOST_WORDINGS]
    if row is None or row.state in ("deleted", "ended"):
        sentence = "加える先の答えがありません。「この言い方で新しい答えを書く」を押してください"
        return _card_page(code, number, {"wordings": sentence}), 422
    require(Role.EDITOR, code, row.department)
    made, refused = None, ""
    try:
        with services().database.writing() as session:
            for one in wordings:
                try:
                    made = add_wording(session, code, row.entry_id, one, writer(code, row.department), now())
                except WordingError as error:
                    refused = str(error)
            if made is not None:
                note_text(session, made, "wording_added", {})
                link_answer(session, _locked(session, code, number), row.entry_id, made.number, by())
    except EntryFaultsError as error:
        return _card_page(code, number, {"wordings": error.faults[0].sentence}), 422
    except (StepRefusedError, ChangedMeanwhileError) as error:
        return _card_page(code, number, {"wordings": str(error)}), 422
    if made is None:
        return _card_page(code, number, {"wordings": refused or "加えられる言い方がありません"}), 422
    tell(f"言い方を、第{made.number}版の下書きに加えました。影響を確かめて、承認を依頼してください。")
    return redirect(url_for("console.answers.entry", code=code, entry_id=row.entry_id), 303)
