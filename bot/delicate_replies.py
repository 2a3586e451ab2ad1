"""What is said on matters that are hard to tell of: what was written for them, or whom to ask; nothing merely near.

Who writes 「仕事を失いました」 is not told what AI does to the work of the city hall.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import Dialogue
from bot.replies import Reply, Rule, none_reply, weighed_reply
from bot.wording import say
from intents.delicate import Matter, delicate_matter
from knowledge.answers import Answer
from knowledge.corpus import Knowledge


def only_what_is_on_it(
    knowledge: Knowledge, matter: Matter | None, reply: Reply, after: Dialogue, before: Dialogue
) -> tuple[Reply, Dialogue]:
    """``reply`` without what nobody wrote for this matter; where nothing is left, that is said openly.

    An answer or choice is written for a matter where one of its own wordings tells of it.  One asked for letter for
    letter, and what did not come from weighing words (an emergency, a follow-up), stays.
    """
    if matter is None or reply.rule is not Rule.WEIGHED:
        return reply, after
    if reply.answer is not None:
        kept = _is_exact(reply) or _is_on(reply.answer, matter)
        return (reply, after) if kept else _nothing(knowledge, reply, before)
    if not reply.choices:
        return reply, after
    choices = tuple(one for one in reply.choices if _is_on(knowledge.answers[one.entry_id], matter))
    if not choices:
        return _nothing(knowledge, reply, before)
    return replace(reply, choices=choices), replace(after, offered=tuple((one.entry_id, one.title) for one in choices))


def as_it_is_kept(reply: Reply, matter: Matter | None) -> Reply:
    """``reply``, which says that staff read the question, for one of which only kind and count are kept."""
    return reply if matter is None else replace(reply, text=reply.text.replace(say("kept_masked"), say("kept_counted")))


def _is_exact(reply: Reply) -> bool:
    chosen = reply.verdict.chosen if reply.verdict else None
    return chosen is not None and chosen.exact


def _is_on(answer: Answer, matter: Matter) -> bool:
    return any(delicate_matter(wording) is matter for wording in (answer.title, *answer.wordings))


def _nothing(knowledge: Knowledge, reply: Reply, before: Dialogue) -> tuple[Reply, Dialogue]:
    said = none_reply(knowledge, reply.score, before.misses)
    if reply.verdict is not None:
        said = weighed_reply(said, reply.verdict)
    return said, replace(before, offered=(), listing=None, misses=before.misses + 1)
