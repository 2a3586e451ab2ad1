"""How a reply looks in LINE, drawn from the very Flex JSON that would be sent."""

from __future__ import annotations

import json

from flask import Blueprint, render_template, request

from bot.conversation import answer_masked
from bot.dialogue import NEW_DIALOGUE
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
    """``?q=`` a question, ``?data=`` a tapped button; nothing is logged."""
    knowledge = knowledge_or_404(code)
    question, data = request.args.get("q", ""), request.args.get("data", "")
    messages = render(_reply(knowledge, question, data), NO_LOG)
    return render_template(
        "pages/line_preview.html",
        knowledge=knowledge,
        question=question,
        said=request.args.get("label", "") if data else question,
        messages=messages,
        source=json.dumps(messages, ensure_ascii=False, indent=1),
        longest=MAX_QUESTION,
    )


def _reply(knowledge: Knowledge, question: str, data: str) -> Reply:
    tap = read_postback(data) if data else None
    if tap is not None:
        return reply_to_tap(knowledge, tap, NEW_DIALOGUE)[0]
    return answer_masked(knowledge, question)[0].reply if question else greeting_reply(knowledge)
