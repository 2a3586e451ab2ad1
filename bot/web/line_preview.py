"""How a reply looks in LINE, drawn from the very Flex JSON that would be sent."""

from __future__ import annotations

import json

from flask import Blueprint, render_template, request

from bot.conversation import answer_masked
from bot.dialogue import NEW_DIALOGUE
from bot.limits import take_or_refuse
from bot.line.messages import NO_LOG, render
from bot.line.postbacks import read_postback
from bot.replies import Reply, greeting_reply
from bot.taps import reply_to_tap
from bot.web.chat import knowledge_or_404
from intents.text import MAX_QUESTION
from knowledge.corpus import Knowledge

blueprint = Blueprint("line_preview", __name__)


@blueprint.get("/<code>/line-preview")
def page(code: str) -> str:
    return _page(knowledge_or_404(code), "", "", "")


@blueprint.post("/<code>/line-preview")
def show(code: str) -> str:
    """``q``: a question; ``data``: a tapped button.  Nothing is logged; sent as a form, so no address holds it."""
    knowledge = knowledge_or_404(code)
    take_or_refuse(request.remote_addr)
    return _page(knowledge, *(request.form.get(name, "") for name in ("q", "data", "label")))


def _page(knowledge: Knowledge, question: str, data: str, label: str) -> str:
    messages = render(_reply(knowledge, question, data), NO_LOG)
    return render_template(
        "pages/line_preview.html",
        knowledge=knowledge,
        question=question,
        said=label if data else question,
        messages=messages,
        source=json.dumps(messages, ensure_ascii=False, indent=1),
        longest=MAX_QUESTION,
    )


def _reply(knowledge: Knowledge, question: str, data: str) -> Reply:
    tap = read_postback(data) if data else None
    if tap is not None:
        return reply_to_tap(knowledge, tap, NEW_DIALOGUE)[0]
    return answer_masked(knowledge, question)[0].reply if question else greeting_reply(knowledge)
