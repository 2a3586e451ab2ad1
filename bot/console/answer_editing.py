"""書く: a new answer or the next version of one; nothing that was typed is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.console.answer_desk import edited_or_404, may_open, note_text, reaches_all, version_or_404, writer
from bot.console.answer_form import (
    Conflict,
    FormPage,
    base_of,
    blank_fields,
    fields_of_version,
    form_key,
    fresh_slot,
    kept_of,
    options,
    read_text,
    sent_fields,
    slot_in,
    unseen,
)
from bot.console.bubbles import bubbles_of, bubbles_so_far
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import person, session_now
from bot.console.moments import END_HINT
from bot.effect_jobs import prepare_soon
from bot.finding_words import sentence
from bot.services import services
from knowledge.answer_checks import checks, plain_links, reading_hints
from knowledge.calendar import JST, now
from knowledge.comparison import comparison
from knowledge.entry_checks import EntryFaultsError, checked
from knowledge.entry_form import errors_of
from knowledge.entry_steps import Standing, standing
from knowledge.explanations import explanations
from knowledge.models import EntryVersion, StaffAccount
from knowledge.need_steps import By, card_of, link_answer
from knowledge.publishing import ChangedMeanwhileError, StepRefusedError, Text, save_draft
from knowledge.roles import Role
from knowledge.unsaved_texts import TooMuchTextError, drop_unsaved, keep_unsaved, others_writing, texts_of_form

blueprint = Blueprint("answer_editing", __name__)

_NEXT = "-no-"
_PLAIN_LINKS = (
    "「{addresses}」は http:// から始まるリンクです。通信が暗号にならず、途中で見られたり、別のページに替えられたりする"
    "おそれがあります。s を足した https:// でも開けるかを確かめ、開けるなら https:// に直してください。"
)
NOT_MINE = "ほかの課の答えとしては保存できません。あなたの課を選んでください"


@blueprint.route("/<code>/new-answer", methods=["GET", "POST"])
def new(code: str) -> Answered:
    page = FormPage(code, None, None, blank_fields())
    return _write(page, None) if request.method == "POST" else _begun(page)


@blueprint.route("/<code>/answers/<entry_id>/edit", methods=["GET", "POST"])
def edit(code: str, entry_id: str) -> Answered:
    """``?from=`` another version than the newest to begin with; it is written on the newest all the same."""
    with services().database.reading() as session:
        found = edited_or_404(session, code, entry_id)
        number = request.form.get("based_on", "")
        if request.method == "POST" and number.isdecimal() and len(number) < 9:
            base = version_or_404(found, int(number))
        else:
            base = found.to_write_on
        begun = _named_version(found) or base
    page = FormPage(code, entry_id, base.number, fields_of_version(begun))
    if request.method == "POST":
        return _write(page, base)
    return _begun(page) if begun is base else _page(replace(page, from_number=begun.number, slot=fresh_slot()))


def _named_version(found: Standing) -> EntryVersion | None:
    """The version that the address wants to begin with."""
    number = request.args.get("from", "")
    return version_or_404(found, int(number)) if number.isdecimal() and len(number) < 9 else None


def _begun(page: FormPage) -> str:
    """The form as it is opened: what was kept is offered, and shown where it is asked for."""
    with services().database.reading() as session:
        kept = texts_of_form(session, page.code, _account(), form_key(page.entry_id), now())
    wanted = slot_in(request.args.get("slot", ""))
    asked_for = [one for one in kept if wanted in ("", kept_of(one).slot)] if request.args.get("kept") else []
    chosen = next(iter(asked_for), None)
    if chosen is None:
        return _page(replace(page, kept=tuple(map(kept_of, kept)), slot=fresh_slot()))
    fields = {**page.fields, **chosen.fields}
    based_on = str(fields.pop("based_on", ""))
    number = int(based_on) if based_on else page.based_on
    return _page(replace(page, fields=fields, based_on=number, slot=kept_of(chosen).slot))


def _write(page: FormPage, base: EntryVersion | None) -> Answered:
    fields = {**page.fields, **sent_fields()}
    errors: dict[str, str] = {}
    written = read_text(fields, base_of(base), page.entry_id, errors)
    page = replace(page, fields=fields, errors=errors, slot=slot_in(text("slot", 20)))
    department = written.content.get("department")
    if not person().reaches(Role.EDITOR, page.code, department):
        errors["department"] = NOT_MINE
    if errors or text("act", 10) == "check":
        _keep(page)
        return _looked_over(page, written)
    return _saved(page, written)


def _looked_over(page: FormPage, written: Text) -> Answered:
    """The form with what was found beside the text; nothing is saved."""
    with services().database.reading() as session:
        errors = {**_faults(session, page.code, written), **page.errors}
        if errors:
            return _page(replace(page, errors=errors)), 422
        content = written.content
        explained = explanations(page.code, services().settings.content_folder)
        found = checks(session, page.code, content, explained, may_open(page.code))
        bubbles = bubbles_of(session, page.code, content)
    return _page(replace(page, checked=found, bubbles=bubbles, unseen=unseen(written, now())))


def _plain_links_said(addresses: Sequence[str]) -> str:
    """A warning, and no refusal: some offices' pages have no other address yet."""
    return _PLAIN_LINKS.format(addresses="」「".join(addresses)) if addresses else ""


def _faults(session: Session, code: str, written: Text) -> dict[str, str]:
    try:
        checked(
            session,
            code,
            written.content,
            audience=written.audience,
            publish_at=written.publish_at,
            end_at=written.end_at,
            may_open=may_open(code),
        )
    except EntryFaultsError as error:
        return errors_of(error)
    return {}


def _saved(page: FormPage, written: Text) -> Answered:
    code, moment = page.code, now()
    actor = writer(code, written.content.get("department"))
    try:
        with services().database.writing() as session:
            made = save_draft(session, code, written, actor, moment, based_on=page.based_on, may_open=may_open(code))
            note_text(session, made, "answer_saved", {"based_on": page.based_on})
            _link_to_need(session, made, page.fields.get("need", ""))
            drop_unsaved(session, code, _account(), page.key)
            entry_id, number = made.entry_id, made.number
    except EntryFaultsError as error:
        _keep(page)
        return _page(replace(page, errors=errors_of(error))), 422
    except StepRefusedError as error:
        _keep(page)
        return _page(replace(page, errors={"question": str(error)})), 422
    except ChangedMeanwhileError as error:
        if page.entry_id is None and not _may_go_on(code, str(written.content["id"])):
            return _saved(page, _under_another_id(written))
        return _conflict_page(page, error, written), 409
    # The check before publishing is asked for next: its one side is laid out meanwhile.
    prepare_soon(services(), code)
    tell(f"第{number}版を下書きとして保存しました。住民には、まだ出ていません。")
    if warning := _plain_links_said(plain_links(written.content)):
        tell(warning)
    return redirect(url_for("console.answers.entry", code=code, entry_id=entry_id), 303)


def _link_to_need(session: Session, made: EntryVersion, given: str) -> None:
    """The card that the answer was begun from follows it; one that is gone, or another 課's, is left alone."""
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    card = card_of(session, made.municipality_code, number, locked=True) if number else None
    if card is None or card.state == "merged":
        return
    own = person().reaches(Role.EDITOR, card.municipality_code, card.department)
    if own and (card.answer_id, card.answer_version) != (made.entry_id, made.number):
        link_answer(session, card, made.entry_id, made.number, By(_account(), person().name, now()))


def _may_go_on(code: str, entry_id: str) -> bool:
    """Whether a new answer may be shown beside the one that has its words already, and be saved on top of it.

    Not another 課's, whose text is not for this person to see; not one that was given up, which is no conflict.
    """
    with services().database.reading() as session:
        found = standing(session, code, entry_id)
    if found is None or (found.row is not None and found.row.state == "deleted" and found.open is None):
        return False
    return reaches_all(Role.EDITOR, code, found)


def _under_another_id(written: Text) -> Text:
    """The id comes of the question's words: the next one that they may have."""
    name, _, number = str(written.content["id"]).partition(_NEXT)
    content = {**written.content, "id": f"{name}{_NEXT}{int(number or 1) + 1}"}
    return replace(written, content=content)


def _conflict_page(page: FormPage, error: ChangedMeanwhileError, written: Text) -> str:
    """Both texts; saving again puts this one on top of theirs, knowingly."""
    theirs = error.theirs
    mine = EntryVersion(content=error.yours, audience=written.audience)
    other = EntryVersion(content=dict(theirs.content), audience=theirs.audience)
    entry_id = page.entry_id or str(written.content["id"])
    _keep(page)
    return _page(
        replace(
            page,
            entry_id=entry_id,
            based_on=theirs.number,
            conflict=Conflict(str(error), theirs, comparison(other, mine)),
        )
    )


@blueprint.post("/<code>/new-answer/keep")
@blueprint.post("/<code>/answers/<entry_id>/keep")
def keep(code: str, entry_id: str | None = None) -> Answered:
    """What the page sends while one types: it is kept, and comes back as residents would see it."""
    base = None
    if entry_id is not None:
        with services().database.reading() as session:
            base = edited_or_404(session, code, entry_id).to_write_on
    fields = sent_fields()
    page = FormPage(code, entry_id, base.number if base else None, fields, slot=slot_in(text("slot", 20)))
    errors: dict[str, str] = {}
    written = read_text(fields, base_of(base), entry_id, errors)
    kept = _keep(page)
    with services().database.reading() as session:
        shown, gaps = bubbles_so_far(session, code, written.content)
        others = _others(session, page)
    gaps = list(dict.fromkeys([*errors.values(), *gaps]))
    return render_template(
        "console/answers/_kept.html",
        bubbles=shown,
        gaps=gaps,
        unseen=unseen(written, now()),
        others=others,
        hints=reading_hints(fields.get("answer", ""), fields.get("translations.easy.answer", "")),
        letters=len(fields.get("answer", "").strip()),
        plain=_plain_links_said(plain_links(written.content)),
        kept=kept,
        moment=now(),
        seconds=int((session_now().ends_at() - now()).total_seconds()),
    )


@blueprint.post("/<code>/new-answer/discard")
@blueprint.post("/<code>/answers/<entry_id>/discard")
def discard(code: str, entry_id: str | None = None) -> Response:
    """The text that was kept is not wanted any more."""
    if entry_id is not None:
        with services().database.reading() as session:
            edited_or_404(session, code, entry_id)
    with services().database.writing() as session:
        drop_unsaved(session, code, _account(), form_key(entry_id, slot_in(text("slot", 20))))
    tell("とっておいた書きかけを消しました。")
    if entry_id is None:
        return redirect(url_for("console.answer_editing.new", code=code), 303)
    return redirect(url_for("console.answer_editing.edit", code=code, entry_id=entry_id), 303)


def _keep(page: FormPage) -> bool:
    """Whether what was typed is kept; more than a form can hold is not, and a form as it is opened need not be."""
    blank = blank_fields()
    if page.entry_id is None and not any(
        value.strip() and value != blank.get(name) for name, value in page.fields.items()
    ):
        return True
    given = {**page.fields, "based_on": str(page.based_on or "")}
    try:
        with services().database.writing() as session:
            keep_unsaved(session, page.code, _account(), page.key, given, now())
    except TooMuchTextError:
        return False
    return True


def _account() -> str:
    return str(person().account_id)


def _others(session: Session, page: FormPage) -> list[str]:
    """Who else writes on the same answer now, in words."""
    if page.entry_id is None:
        return []
    typing = others_writing(session, page.code, _account(), form_key(page.entry_id), now())
    last = {one.account: one.kept_at for one in reversed(typing)}
    people = {account: session.get(StaffAccount, int(account)) for account in last if account.isdecimal()}
    return [
        f"{row.name}さん（{last[one].astimezone(JST):%H:%M}まで）" for one, row in people.items() if row is not None
    ]


def _page(page: FormPage) -> str:
    with services().database.reading() as session:
        found = standing(session, page.code, page.entry_id) if page.entry_id is not None else None
        others = _others(session, page)
    return render_template(
        "console/answers/edit.html",
        page=page,
        errors=page.errors,
        fields=page.fields,
        finding_sentence=sentence,
        plain=_plain_links_said(page.checked.plain_links) if page.checked else "",
        end_hint=END_HINT,
        others=others,
        under=found.to_write_on if found is not None else None,
        me=_account(),
        **options(page.code, page.fields),
    )
