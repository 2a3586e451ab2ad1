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
    """``text`` is masked already; it, not the outcome's own question, is kept.

    Of a delicate one only its kind counts: not what was said of it, nor anything by which the row could be joined to
    what the same person asked before and after.
    """
    if outcome.delicate is not None:
        return _counted(outcome, municipality_code, event_key, channel, asked_at, personal_data=personal_data)
    reply = outcome.reply
    return AskedQuestion(
        municipality_code=municipality_code,
        event_key=event_key,
        channel=channel,
        asked_at=asked_at,
        text=text,
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
    )


def _counted(
    outcome: Outcome, code: str, event_key: str, channel: str, asked_at: dt.datetime, *, personal_data: bool
) -> AskedQuestion:
    """To the hour: with the second, the record of what LINE sent would tell whose it is."""
    return AskedQuestion(
        municipality_code=code,
        event_key=event_key,
        channel=channel,
        asked_at=asked_at.replace(minute=0, second=0, microsecond=0),
        text=None,
        personal_data=personal_data,
        asker=None,
        message_id=None,
        language=outcome.language,
        decision=outcome.reply.decision.value,
        entry_id=None,
        entry_version=None,
        department=None,
        score=None,
        candidates=(),
        index_version=outcome.index_version,
        elapsed_ms=outcome.elapsed_ms,
        delicate=outcome.delicate.value if outcome.delicate else None,
    )
