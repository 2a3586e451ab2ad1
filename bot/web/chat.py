"""The chat page: plain HTML that works without JavaScript; with it, the page is not reloaded."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import structlog
from flask import Blueprint, abort, g, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.circumstances import Circumstances
from bot.conversation import Outcome, answer
from bot.counted_links import counting
from bot.dialogue import NEW_DIALOGUE, Dialogue, dialogue_from_json
from bot.erase_replies import erase_reply
from bot.limits import take_or_refuse
from bot.log_rows import asked_question
from bot.modes import languages_of
from bot.notices import circumstances, with_notice
from bot.operation.metrics import answered
from bot.readings import ReplyReader
from bot.replies import Reply, first_questions, offers_none_of_these, plain_reply, saying_first
from bot.services import Services, keys_in_force, services
from bot.table_rows import table_rows
from bot.taps import Act, Tap, is_about_the_answer, mark_tap, read_tap, reply_to_tap, typed_tap
from bot.wording import DEFAULT, say
from intents.erase_wishes import erase_wish
from intents.language import JAPANESE
from intents.personal_data import mask
from intents.text import MAX_QUESTION, clean, shorten
from knowledge.calendar import now
from knowledge.corpus import Knowledge, UnknownMunicipalityError
from knowledge.db import hurried
from knowledge.erasure_codes import issue, new_code
from knowledge.my_numbers import note_received
from knowledge.offices import public_numbers
from knowledge.pseudonyms import pseudonym
from knowledge.query_log import keep_dialogue, load_dialogue, log_id, record
from knowledge.retention import COUNTS, DIALOGUES, EVENTS, TEXTS, days_kept

blueprint = Blueprint("chat", __name__)

blueprint.add_app_template_global(say, "say")
blueprint.add_app_template_filter(offers_none_of_these, "offers_none_of_these")
blueprint.add_app_template_filter(table_rows, "table_rows")
blueprint.add_app_template_global(ReplyReader, "reader_of")

TOKEN_SECONDS = 24 * 3600
_KEPT = {
    TEXTS: "伏せ字にした質問の文",
    COUNTS: "たずねた日時と、お示しした答えの記録（質問の文のないもの）",
    DIALOGUES: "会話の続き（最後にお示しした答え、えらんだ言葉とふりがな）",
    EVENTS: "LINE から受け取った記録（質問の文のないもの）",
}
"""What is kept of residents, as they are told it."""
_log = structlog.get_logger("web.chat")


@dataclass(frozen=True)
class Turn:
    """One exchange as the page shows it.  ``said``: the resident's words or the button tapped."""

    said: str
    reply: Reply
    log_id: str
    after: Dialogue = NEW_DIALOGUE


@blueprint.before_request
def _hurry() -> None:
    """Where PostgreSQL hangs, residents are answered from memory."""
    waiting = ExitStack()
    waiting.enter_context(hurried())
    g.hurry = waiting


@blueprint.teardown_request
def _hurried(_: BaseException | None) -> None:
    if waiting := g.pop("hurry", None):
        waiting.close()


@blueprint.url_defaults
def _carry_modes(endpoint: str, values: dict[str, Any]) -> None:
    """What was chosen stands in the addresses of the chat, where nothing else may be kept: no cookie, no storage."""
    if endpoint in ("chat.page", "chat.ask"):
        values.update({name: value for name, value in g.get("modes", {}).items() if name not in values})


@blueprint.get("/")
def index() -> str:
    """The municipalities served here."""
    return render_template("pages/index.html", towns=services().corpus.towns())


@blueprint.get("/<code>/")
def page(code: str) -> str:
    knowledge = knowledge_or_404(code)
    around = circumstances(services().database, code, now())
    g.modes = _modes_of(_begun(knowledge))
    return _page(knowledge, _new_token(), None, around.notice.text_in(DEFAULT) if around.notice else "")


@blueprint.post("/<code>/")
def ask(code: str) -> str:
    """A question or a tap, as a form post; the page or, for the page's own script, the turn alone."""
    kit = services()
    knowledge = knowledge_or_404(code)
    token = request.form.get("conversation", "")
    conversation = read_token(token)
    if conversation is None:
        token = _new_token()
        conversation = read_token(token) or ""
    if request.form.get("show"):
        turn = _last_turn(kit, knowledge, conversation)
        g.modes = _modes_of(turn.after if turn else _begun(knowledge))
        return _page(knowledge, token, turn)
    take_or_refuse(request.remote_addr, conversation)
    turn = _turn(kit, knowledge, conversation)
    g.modes = _modes_of(turn.after)
    if request.headers.get("X-Kotae-Fragment"):
        shown = {"turn": turn, "knowledge": knowledge, "token": token, "fragment": True}
        return render_template("chat/turn.html", **shown, embedded=_is_embedded(), large=_is_large())
    return _page(knowledge, token, turn)


@blueprint.get("/<code>/privacy")
def privacy(code: str) -> str:
    knowledge = knowledge_or_404(code)
    with services().database.reading() as session:
        days = days_kept(session, code)
    kept = [(words, days[kind]) for kind, words in _KEPT.items()]
    settings = services().settings
    copied = settings.backup_days if settings.backup_key else None
    channel = settings.line_channels.get(code)
    handed_on = channel is not None and channel.other.forward_url is not None
    own = f"{settings.base_url}/{code}/privacy"
    policy = knowledge.town.privacy_url if knowledge.town.privacy_url != own else None
    shown = {"kept": kept, "copied": copied, "handed_on": handed_on, "policy": policy}
    return render_template("pages/privacy.html", knowledge=knowledge, **shown)


@blueprint.get("/<code>/accessibility")
def accessibility(code: str) -> str:
    return render_template("pages/accessibility.html", knowledge=knowledge_or_404(code))


def knowledge_or_404(code: str) -> Knowledge:
    try:
        return services().corpus.current(code)
    except UnknownMunicipalityError:
        abort(404)


def _page(knowledge: Knowledge, token: str, turn: Turn | None, notice: str = "") -> str:
    """``notice``: of a disaster or an outage, for whoever has not asked anything yet."""
    return render_template(
        "chat/page.html",
        embedded=_is_embedded(),
        large=_is_large(),
        page_reader=ReplyReader(turn.reply if turn else None),
        knowledge=knowledge,
        token=token,
        turn=turn,
        notice=notice,
        turn_key=uuid.uuid4(),
        examples=[knowledge.answers[entry_id] for entry_id in first_questions(knowledge)],
        longest=MAX_QUESTION,
    )


def _is_embedded() -> bool:
    """Whether the page stands within another site: then what leads away opens beside it."""
    return request.args.get("embed") == "1"


def _is_large() -> bool:
    """Whether the page is shown in large letters, in one column; carried from address to address, kept nowhere."""
    return request.args.get("large") == "1"


def _begun(knowledge: Knowledge) -> Dialogue:
    """A new conversation, in the ways of replying that the address carries."""
    language = request.args.get("lang", "")
    begun = replace(NEW_DIALOGUE, readings=request.args.get("ruby") == "1")
    if language == JAPANESE or language not in languages_of(knowledge):
        return begun
    return replace(begun, language=language, language_chosen=True)


def _modes_of(dialogue: Dialogue) -> dict[str, str]:
    """The same for the next address."""
    spoken = dialogue.language if dialogue.language_chosen and dialogue.language != JAPANESE else None
    return ({"lang": spoken} if spoken else {}) | ({"ruby": "1"} if dialogue.readings else {})


def _last_turn(kit: Services, knowledge: Knowledge, conversation: str) -> Turn | None:
    """What was answered last, to be shown again where only the look of the page changes."""
    code = knowledge.town.code
    try:
        with kit.database.reading() as session:
            before = dialogue_from_json(load_dialogue(session, code, conversation))
    except SQLAlchemyError:
        return None
    if before.entry_id is None or before.offered:
        return None
    tap = Tap(Act.CHOOSE, before.log_id, before.entry_id)
    reply, _ = reply_to_tap(knowledge, tap, before, circumstances(kit.database, code, now()))
    return Turn("", reply, before.log_id or "", before)


def _turn(kit: Services, knowledge: Knowledge, conversation: str) -> Turn:
    tap, said = _tap(), request.form.get("label", "")
    if tap is None:
        said = request.form.get("question", "")
        tap = _typed_tap(kit, knowledge, conversation, said)
    around = circumstances(kit.database, knowledge.town.code, now())
    if tap:
        turn = _answer_tap(kit, knowledge, conversation, tap, said, around)
    else:
        turn = _answer_text(kit, knowledge, conversation, around)
    return replace(turn, reply=counting(kit.database, knowledge, with_notice(turn.reply, around)))


def _tap() -> Tap | None:
    """The button that was pressed, from its form fields."""
    act = request.form.get("act")
    if not act:
        return None
    tap = read_tap(act, request.form.get("q", ""), request.form.get("e", ""))
    if tap is None:
        abort(400)
    return tap


def _typed_tap(kit: Services, knowledge: Knowledge, conversation: str, said: str) -> Tap | None:
    """The button under the last answer whose words somebody typed."""
    if not is_about_the_answer(said):
        return None
    try:
        with kit.database.reading() as session:
            before = dialogue_from_json(load_dialogue(session, knowledge.town.code, conversation))
    except SQLAlchemyError:
        return None
    return typed_tap(said, _about(knowledge, before))


def _answer_text(kit: Services, knowledge: Knowledge, conversation: str, around: Circumstances) -> Turn:
    code, moment = knowledge.town.code, now()
    raw = request.form.get("question", "")
    masked = mask(shorten(clean(raw), 2 * MAX_QUESTION), public_numbers=public_numbers(kit.database, code))
    note_received(code, "web", masked.text)
    event_key = f"web:{_turn_key()}:{_fingerprint(masked.text)}"
    row_id = log_id(code, event_key)
    if wished := erase_wish(masked.text):
        return Turn(masked.text, _erase_reply(kit, knowledge, conversation, wished), "", _begun(knowledge))
    try:
        with kit.database.reading() as session:
            state = _before_turn(load_dialogue(session, code, conversation), row_id)
        before = _about(knowledge, dialogue_from_json(state) if state else _begun(knowledge))
        outcome = answer(knowledge, masked.text, before, around=around)
        row = asked_question(
            outcome,
            municipality_code=code,
            event_key=event_key,
            channel="web",
            asked_at=moment,
            text=masked.text,
            personal_data=masked.found,
            asker=pseudonym(kit.settings.pepper, code, conversation, moment),
        )
        answered(row)
        with kit.database.writing() as session:
            record(session, row)
            keep_dialogue(session, code, conversation, _remembered(outcome, row_id, before), moment)
    except SQLAlchemyError as error:
        # A full disk must not leave a resident without an answer; only the log row is lost, and said so.
        _log.error("not_logged", municipality=code, error=type(error).__name__)
        outcome = answer(knowledge, masked.text, around=around)
        outcome = replace(outcome, reply=saying_first(outcome.reply, "not_kept"))
    reply = saying_first(outcome.reply, "personal_data") if masked.found else outcome.reply
    return Turn(masked.text, reply, row_id, outcome.dialogue)


def _erase_reply(kit: Services, knowledge: Knowledge, conversation: str, language: str) -> Reply:
    """A code for this conversation; that it was asked for is no question, and is not logged."""
    town, erasing, moment = knowledge.town.code, new_code(), now()
    asker = pseudonym(kit.settings.pepper, town, conversation, moment)
    try:
        with kit.database.writing() as session:
            before = dialogue_from_json(load_dialogue(session, town, conversation))
            issue(session, town, erasing, asker, conversation, "web", moment)
    except SQLAlchemyError as error:
        _log.error("not_logged", municipality=town, error=type(error).__name__)
        return plain_reply(knowledge, "error")
    return erase_reply(knowledge, language, erasing, before)


def _answer_tap(
    kit: Services, knowledge: Knowledge, conversation: str, tap: Tap, label: str, around: Circumstances
) -> Turn:
    code, moment = knowledge.town.code, now()
    said = clean(label)[:100]
    try:
        with kit.database.reading() as session:
            state = load_dialogue(session, code, conversation)
        before = dialogue_from_json(state) if state else _begun(knowledge)
        reply, dialogue = reply_to_tap(knowledge, tap, before, around)
        with kit.database.writing() as session:
            mark_tap(session, code, tap, moment)
            _remember(session, code, conversation, dialogue)
    except SQLAlchemyError as error:
        # What the dialogue was about is not remembered, but what a button stands for is in itself.
        _log.error("not_logged", municipality=code, error=type(error).__name__)
        reply, dialogue = reply_to_tap(knowledge, tap, _begun(knowledge), around)
        reply = saying_first(reply, "not_kept")
    return Turn(said, reply, tap.log_id or "", dialogue)


def _remember(session: Session, code: str, conversation: str, dialogue: Dialogue) -> None:
    keep_dialogue(session, code, conversation, dialogue.as_json(), now())


def _remembered(outcome: Outcome, row_id: str, before: Dialogue) -> dict[str, Any]:
    """Of a delicate matter nothing but the language: neither what was answered, nor which row counts it."""
    if outcome.delicate is not None:
        return outcome.dialogue.forgotten().as_json()
    return replace(outcome.dialogue, log_id=row_id).as_json() | _turn_of(row_id, before)


def _turn_of(row_id: str, before: Dialogue) -> dict[str, Any]:
    """What lets the same turn, sent again, be answered again as it was."""
    return {"turn": row_id, "before_turn": before.as_json()}


def _before_turn(state: dict[str, Any], row_id: str) -> dict[str, Any]:
    """What the dialogue was about before the turn ``row_id``, though that was answered already."""
    before: dict[str, Any] = state["before_turn"] if state.get("turn") == row_id else state
    return before


def _about(knowledge: Knowledge, before: Dialogue) -> Dialogue:
    """Who begins to ask on an answer's own page asks about that answer."""
    about = request.form.get("about", "")
    is_new = before == _begun(knowledge)
    return replace(before, entry_id=about) if is_new and about in knowledge.answers else before


def _turn_key() -> str:
    """The page's own key for this turn: pressing twice asks once."""
    try:
        return str(uuid.UUID(request.form.get("turn", "")))
    except ValueError:
        return str(uuid.uuid4())


def _fingerprint(text: str) -> str:
    """Going back and asking something else from the same page is another question."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys_in_force(), salt="conversation")


def _new_token() -> str:
    token = _serializer().dumps(f"w:{secrets.token_hex(16)}")
    return token.decode() if isinstance(token, bytes) else token


def read_token(token: str) -> str | None:
    """The conversation that a token stands for; None for a forged or an old one."""
    try:
        found = _serializer().loads(token, max_age=TOKEN_SECONDS)
    except BadSignature:
        return None
    return found if isinstance(found, str) else None
