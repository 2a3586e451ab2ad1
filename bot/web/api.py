"""The JSON API: ``POST /api/v1/<code>/ask``."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from bot.answer_object import answer_object
from bot.conversation import Outcome, answer
from bot.dialogue import NEW_DIALOGUE, dialogue_from_json
from bot.erase_replies import erase_reply
from bot.limits import take_or_refuse
from bot.log_rows import asked_question
from bot.notices import circumstances
from bot.operation.metrics import answered
from bot.services import services
from bot.web.openapi import description
from bot.web.problems import Problem
from bot.wording import say
from intents.erase_wishes import erase_wish
from intents.personal_data import mask
from intents.text import MAX_QUESTION, clean
from knowledge.calendar import now
from knowledge.corpus import Knowledge, UnknownMunicipalityError
from knowledge.db import hurried
from knowledge.erasure_codes import issue, new_code
from knowledge.my_numbers import note_received
from knowledge.offices import public_numbers
from knowledge.pseudonyms import pseudonym
from knowledge.query_log import keep_dialogue, load_dialogue, record

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

LONGEST_CONVERSATION = 100
_FIELDS = {"question", "conversation", "language"}
_log = structlog.get_logger("web.api")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    return jsonify(description())


@blueprint.post("/<code>/ask")
def ask(code: str) -> Response:
    """Answer one question; questions that share a ``conversation`` are one dialogue."""
    with hurried():  # where PostgreSQL hangs, from memory
        return _answered(code)


def _answered(code: str) -> Response:
    kit = services()
    given = _given()
    try:
        knowledge = kit.corpus.current(code)
    except UnknownMunicipalityError as error:
        raise Problem(404, "市町村がありません", f"コード {code[:20]} の市町村はありません。") from error
    conversation = given.get("conversation")
    take_or_refuse(request.remote_addr, f"api {code} {conversation}" if conversation else None)
    moment = now()
    masked = mask(clean(given["question"]), public_numbers=public_numbers(kit.database, code))
    note_received(code, "api", masked.text)
    around = circumstances(kit.database, code, moment)
    kept = True
    key = f"a:{pseudonym(kit.settings.pepper, code, conversation, moment)}" if conversation else None
    wished = erase_wish(masked.text)
    try:
        if wished:
            return jsonify(_erased(knowledge, masked.text, key, wished, moment))
        with kit.database.reading() as session:
            before = dialogue_from_json(load_dialogue(session, code, key)) if key else NEW_DIALOGUE
        outcome = answer(knowledge, masked.text, before, language=given.get("language"), around=around)
        row = asked_question(
            outcome,
            municipality_code=code,
            event_key=f"api:{uuid.uuid4()}",
            channel="api",
            asked_at=moment,
            text=masked.text,
            personal_data=masked.found,
            asker=key[2:] if key else None,
        )
        answered(row)
        with kit.database.writing() as session:
            record(session, row)
            if key:
                keep_dialogue(session, code, key, outcome.dialogue.as_json(), moment)
    except SQLAlchemyError as error:
        _log.error("not_logged", municipality=code, error=type(error).__name__)
        outcome = answer(knowledge, masked.text, language=given.get("language"), around=around)
        kept = False
    body = answer_object(knowledge, outcome)
    if not kept:
        body["text"] = f"{say('not_kept', language=outcome.reply.language)}\n\n{body['text']}"
    if masked.found:
        body["text"] = f"{say('personal_data', language=outcome.reply.language)}\n\n{body['text']}"
    if around.notice:
        body["text"] = f"{around.notice.text_in(outcome.reply.language)}\n\n{body['text']}"
    return jsonify(body)


def _erased(knowledge: Knowledge, question: str, key: str | None, language: str, moment: dt.datetime) -> dict[str, Any]:
    """The answer to who wants their records erased: a code, where the conversation tells which are theirs."""
    code = new_code() if key else None
    if code and key:
        with services().database.writing() as session:
            issue(session, knowledge.town.code, code, key[2:], key, "api", moment)
    reply = erase_reply(knowledge, language, code, NEW_DIALOGUE)
    return answer_object(knowledge, Outcome(question, reply, NEW_DIALOGUE, language, knowledge.version, 0.0))


def _given() -> dict[str, Any]:
    """The request's fields, checked.  Raises Problem with the remedy."""
    if not request.is_json:
        raise Problem(415, "JSON ではありません", "Content-Type: application/json で送ってください。")
    try:
        given = request.get_json(silent=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict):
        raise Problem(
            400, "JSON として読めません", 'たとえば {"question": "住民票はコンビニで取れますか"} の形で送ってください。'
        )
    unknown = sorted(set(given) - _FIELDS)
    if unknown:
        raise Problem(
            400,
            "知らない項目があります",
            f"使える項目は question、conversation、language です（{clean(unknown[0])[:40]} は使えません）。",
        )
    question = given.get("question")
    if not isinstance(question, str) or not clean(question):
        raise Problem(400, "質問がありません", "question に質問の文を入れてください。")
    if len(question) > MAX_QUESTION:
        raise Problem(
            400, "質問が長すぎます", f"question は{MAX_QUESTION:,}文字までです（今は{len(question):,}文字）。"
        )
    conversation = given.get("conversation")
    if conversation is not None and not (
        isinstance(conversation, str) and 0 < len(conversation) <= LONGEST_CONVERSATION
    ):
        raise Problem(
            400, "conversation が正しくありません", f"1から{LONGEST_CONVERSATION}文字の文字列にしてください。"
        )
    if given.get("language") is not None and not isinstance(given["language"], str):
        raise Problem(400, "language が正しくありません", "ja のような文字列にしてください。")
    return given
