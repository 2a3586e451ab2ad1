"""Which answer a question is about that staff noted: what こたえ itself would show for it, chosen when it is noted.

Later contents would choose otherwise: so it is chosen once, and a closed month stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.conversation import answer_masked
from intents.decision import Decision
from knowledge.corpus import Knowledge
from knowledge.ledger import NotedQuestion

MOST_TEXTS = 3_000
"""Different texts of one table that are looked at, so that nobody waits for minutes; the rest stay unknown."""


def with_answer(knowledge: Knowledge, noted: NotedQuestion) -> NotedQuestion:
    """The same, with the answer that it is about where that is clear."""
    return with_answers(knowledge, [noted])[0]


def with_answers(knowledge: Knowledge, noted: Iterable[NotedQuestion]) -> list[NotedQuestion]:
    """The same for many: each text is looked at once."""
    found: dict[str, str | None] = {}
    done = []
    for one in noted:
        if one.text not in found and len(found) < MOST_TEXTS:
            found[one.text] = _answer_to(knowledge, one.text)
        done.append(replace(one, entry_id=one.entry_id or found.get(one.text)))
    return done


def _answer_to(knowledge: Knowledge, text: str) -> str | None:
    """None where nothing is shown at once, and for a delicate matter, of which nothing more than its kind is kept."""
    outcome, _ = answer_masked(knowledge, text)
    reply = outcome.reply
    if outcome.delicate is not None:
        return None
    return reply.answer.entry_id if reply.decision is Decision.ANSWER and reply.answer is not None else None
