"""From an outcome to its row in the query log, the same for every channel."""

from __future__ import annotations

import datetime as dt

from bot.conversation import Outcome
from knowledge.query_log import AskedQuestion


def asked_question(
    outcome: Outcome,
    *,
    municipality_code: str,
    event_key: str,
    channel: str,
    asked_at: dt.datetime,
    text: str | None,
    personal_data: bool,
    asker: str | None,
    message_id: str | None = None,
) -> AskedQuestion:
    """``text`` is masked already; it, not the outcome's own question, is kept, and of a delicate one nothing."""
    reply = outcome.reply
    return AskedQuestion(
        municipality_code=municipality_code,
        event_key=event_key,
        channel=channel,
        asked_at=asked_at,
        text=text if outcome.delicate is None else None,
        personal_data=personal_data,
        asker=asker,
        message_id=message_id,
        language=outcome.language,
        decision=reply.decision.value,
        entry_id=outcome.entry_id,
        entry_version=reply.answer.version if reply.answer else None,
        department=reply.answer.department_id if reply.answer else None,
        score=reply.score,
        candidates=[{"entry_id": choice.entry_id, "score": choice.score} for choice in reply.choices],
        index_version=outcome.index_version,
        elapsed_ms=outcome.elapsed_ms,
        subject=" ".join(reply.subjects) or None,
        delicate=outcome.delicate.value if outcome.delicate else None,
    )
