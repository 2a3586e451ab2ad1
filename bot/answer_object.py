"""The answer object: one question in, one object out, the same in the JSON API and in ``ask``."""

from __future__ import annotations

from typing import Any

from bot.conversation import Outcome
from bot.readings import text_with_readings
from knowledge.corpus import Knowledge


def answer_object(knowledge: Knowledge, outcome: Outcome) -> dict[str, Any]:
    reply = outcome.reply
    return {
        "municipality": knowledge.town.code,
        "question": outcome.question,
        "language": outcome.language,
        "decision": reply.decision.value,
        "text": text_with_readings(reply),
        "entry_id": outcome.entry_id,
        "title": reply.title,
        "score": None if reply.score is None else round(reply.score, 4),
        "candidates": [
            {"entry_id": choice.entry_id, "title": choice.title, "score": round(choice.score, 4)}
            for choice in reply.choices
        ],
        "sources": [{"plan": source.plan, "section": source.section, "url": source.url} for source in reply.sources],
        "contact": None
        if reply.contact is None
        else {"department": reply.contact.department, "telephone": reply.contact.telephone},
        "index_version": outcome.index_version,
        "elapsed_ms": round(outcome.elapsed_ms, 3),
        "reply_language": reply.language,
    }
