"""ためしに聞く: what a resident would get, and why; for the colleague at the telephone, too.

Nothing that is asked here enters the query log, and none of it stands in an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, abort, redirect, render_template, request, url_for

from bot.circumstances import Circumstances
from bot.console.answer_desk import may_open, note_text, writer
from bot.console.checks import keep, may_change
from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import person, require
from bot.console.layout import town_or_404
from bot.conversation import in_these, show_entry
from bot.effect_jobs import prepare_soon
from bot.explanation import Explanation, ShownCandidate, explain_masked
from bot.line.messages import NO_LOG, Message, render
from bot.notices import circumstances
from bot.replies import Reply, plain_text
from bot.services import services
from intents.decision import Decision
from intents.text import MAX_QUESTION
from knowledge.calendar import now, today
from knowledge.check_questions import DECISIONS, CheckQuestionError, departments_by_entry, new_check_question
from knowledge.entry_checks import EntryFaultsError
from knowledge.entry_lists import Filters, Line, listed
from knowledge.models import Entry, EntryVersion
from knowledge.offices import public_numbers
from knowledge.preview import Preview, Selection
from knowledge.publishing import ChangedMeanwhileError, StepRefusedError
from knowledge.roles import Role
from knowledge.wordings import WordingError, add_wording

blueprint = Blueprint("trying", __name__)

PUBLISHED, DRAFTS, STAFF = "published", "drafts", "staff"
SEEN: Mapping[str, str] = {PUBLISHED: "公開中", DRAFTS: "下書きも含めて", STAFF: "職員のみも含めて"}
LONGEST = 2 * MAX_QUESTION
MOST_CANDIDATES = 8
MOST_FOUND = 10


@dataclass(frozen=True)
class Near:
    """A candidate as it is listed.  ``mark``: what residents do not have of it; ``mine``: wordings may be added.

    ``opens``: it is an answer whose page this person may open.
    """

    shown: ShownCandidate
    mark: str
    mine: bool
    opens: bool


@dataclass(frozen=True)
class Asked:
    """A question with what came of it.  ``reply``: as given, or of the choice that was opened."""

    question: str
    personal: bool
    found: Explanation
    reply: Reply
    chosen: bool
    mark: str
    near: tuple[Near, ...]
    decision: str
    right: tuple[str, ...]
    """The ids that make a 確認用の質問 of what came."""

    @property
    def text(self) -> str:
        return plain_text(self.reply)

    @property
    def messages(self) -> list[Message]:
        return render(self.reply, NO_LOG)

    @property
    def may_be_checked(self) -> bool:
        return self.decision in DECISIONS and not self.personal and not self.chosen


@dataclass(frozen=True)
class _Form:
    """What stands in the form: the scope, the words when they are to be written anew, the search for an answer."""

    seen: str = PUBLISHED
    written: str = ""
    search: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/<code>/try")
def index(code: str) -> str:
    town_or_404(code)
    return _page(code, _Form(_seen(request.args.get("seen", ""))), None)


@blueprint.post("/<code>/try")
def ask(code: str) -> Answered:
    """A question (``question``), one of the choices that it led to (``entry``), or the same to be written anew."""
    town_or_404(code)
    seen, question = _seen(text("seen", 20)), text("question", LONGEST)
    if not question.strip():
        return _page(code, _Form(seen, errors={"question": "質問を書いてください"}), None), 422
    if request.form.get("rewrite"):
        return _page(code, _Form(seen, question), None)
    return _page(code, _Form(seen, search=text("search", 80)), _asked(code, seen, question, text("entry", 60)))


def _seen(given: str) -> str:
    return given if given in SEEN else PUBLISHED


def _asked(code: str, seen: str, question: str, opened: str) -> Asked:
    kit, me = services(), person()
    preview = _preview(code, seen)
    knowledge = preview.knowledge
    # Whoever looks at drafts, or helps at the telephone, is not kept from what is paused for residents.
    around = circumstances(kit.database, code, now()) if seen == PUBLISHED else Circumstances(now())
    found, personal = explain_masked(knowledge, question, public_numbers(kit.database, code), around)
    reply, chosen = found.outcome.reply, opened in knowledge.answers
    if chosen:
        reply = in_these(around, knowledge, show_entry(knowledge, opened, found.outcome.dialogue)[0])
    candidates = found.candidates[:MOST_CANDIDATES]
    with kit.database.reading() as session:
        departments = departments_by_entry(session, code, [one.entry_id for one in candidates])
    near = tuple(
        Near(
            one,
            _mark(preview, one.entry_id),
            one.entry_id in departments and me.reaches(Role.EDITOR, code, departments[one.entry_id]),
            one.entry_id in departments and me.reaches(Role.VIEWER, code, departments[one.entry_id]),
        )
        for one in candidates
    )
    return Asked(
        found.outcome.question,
        personal,
        found,
        reply,
        chosen,
        _mark(preview, reply.answer.entry_id) if reply.answer else "",
        near,
        reply.decision.value,
        _right_ids(reply),
    )


def _preview(code: str, seen: str) -> Preview:
    kit = services()
    if seen == PUBLISHED:
        return Preview(kit.corpus.current(code), {}, frozenset())
    own = person().departments(Role.VIEWER, code)
    return kit.previews.current(code, Selection(drafts=seen == DRAFTS, staff_only=seen == STAFF, departments=own))


def _mark(preview: Preview, entry_id: str) -> str:
    if entry_id in preview.drafts:
        return f"第{preview.drafts[entry_id]}版・まだ公開していません"
    return "職員のみ" if entry_id in preview.staff_only else ""


def _right_ids(reply: Reply) -> tuple[str, ...]:
    if reply.decision is Decision.SUGGEST:
        return tuple(choice.entry_id for choice in reply.choices)
    return (reply.answer.entry_id,) if reply.answer else ()


def _page(code: str, form: _Form, asked: Asked | None) -> str:
    me = person()
    return render_template(
        "console/trying/index.html",
        code=code,
        form=form,
        errors=form.errors,
        scopes=SEEN.items(),
        asked=asked,
        longest=LONGEST,
        edits=me.may(Role.EDITOR, code),
        checks=asked is not None and asked.may_be_checked and _may_check(code, asked.right),
        others=_others(code, form.search) if asked else (),
        added=_added(code),
        decisions=DECISIONS,
    )


def _may_check(code: str, entry_ids: Iterable[str]) -> bool:
    with services().database.reading() as session:
        return may_change(session, code, tuple(entry_ids))


def _others(code: str, words: str) -> tuple[Line, ...]:
    """Answers that the words may mean, of those that this person writes."""
    kit, own = services(), person().departments(Role.EDITOR, code)
    if not words.strip():
        return ()
    wanted = Filters(words, departments=None if own is None else tuple(sorted(own)))
    with kit.database.reading() as session:
        found = listed(session, kit.previews, code, wanted, today()).lines
    return tuple(line for line in found if line.state != "ended")[:MOST_FOUND]


@dataclass(frozen=True)
class Added:
    """A draft to which a wording was added a moment ago.  ``address``: of its page."""

    entry_id: str
    number: int
    question: str
    address: str


def _added(code: str) -> Added | None:
    entry_id, number = request.args.get("added", "")[:60], request.args.get("version", "")
    if not entry_id or not number.isascii() or not number.isdecimal() or len(number) > 6:
        return None
    with services().database.reading() as session:
        version = session.get(EntryVersion, (code, entry_id, int(number)))
    if version is None or not person().reaches(Role.EDITOR, code, version.content.get("department")):
        return None
    address = url_for("console.answers.entry", code=code, entry_id=entry_id)
    return Added(entry_id, version.number, version.content["question"], address)


@blueprint.post("/<code>/try/wording")
def wording(code: str) -> Answered:
    """「この言い方を答えに加える」: a draft of the answer with the question among its wordings."""
    kit, entry_id = services(), text("entry_id", 60)
    with kit.database.reading() as session:
        row = session.get(Entry, (code, entry_id))
    if row is None or row.state in ("deleted", "ended"):
        abort(404)
    require(Role.EDITOR, code, row.department)
    question = new_check_question(
        text("question", LONGEST), Decision.ANSWER.value, public_numbers=public_numbers(kit.database, code)
    ).text
    author = writer(code, row.department)
    try:
        with kit.database.writing() as session:
            version = add_wording(session, code, entry_id, question, author, now(), may_open(code))
            note_text(session, version, "wording_added", {})
            number = version.number
    except (WordingError, EntryFaultsError, StepRefusedError, ChangedMeanwhileError) as error:
        return _refused(code, str(error))
    prepare_soon(kit, code)
    tell(f"言い方を、第{number}版の下書きに加えました。承認されて公開されるまで、住民への返事は変わりません。")
    seen = _seen(text("seen", 20))
    return redirect(url_for("console.trying.index", code=code, seen=seen, added=entry_id, version=number), 303)


@blueprint.post("/<code>/try/check")
def check(code: str) -> Answered:
    """「確認用の質問にする」: what came is right, and stays so."""
    town_or_404(code)
    decision, entry_ids = text("decision", 20), request.form.getlist("entry_id")[:20]
    numbers = public_numbers(services().database, code)
    question = new_check_question(
        text("question", LONGEST), decision, entry_ids, text("language", 8) or "ja", "", numbers
    )
    try:
        changed = keep(code, question)
    except CheckQuestionError as error:
        return _refused(code, str(error))
    tell("確認用の質問にしました。" if changed else "この確認用の質問は、もうあります。")
    return redirect(url_for("console.trying.index", code=code, seen=_seen(text("seen", 20))), 303)


def _refused(code: str, sentence: str) -> tuple[str, int]:
    """The same question with its reply, and why nothing was kept."""
    seen, question = _seen(text("seen", 20)), text("question", LONGEST)
    asked = _asked(code, seen, question, "") if question.strip() else None
    return _page(code, _Form(seen, errors={"question": sentence}), asked), 422
