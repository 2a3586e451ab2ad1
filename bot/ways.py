"""How to ask whoever a reply hands on to without speaking: not everybody can telephone."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import Dialogue
from bot.replies import Reply, hands_on, voiceless_reply
from knowledge.answers import Office, Ways
from knowledge.corpus import Knowledge

_EMAIL, _FAX = "メール", "FAX"
"""What an office's own row calls them."""


def with_ways(knowledge: Knowledge, reply: Reply) -> Reply:
    """``reply`` with the ways that lead to its contact without a voice, where it answers nothing else."""
    if reply.contact is None or not hands_on(reply):
        return reply
    return replace(reply, ways=ways_to(knowledge, reply.contact))


def ways_to(knowledge: Knowledge, office: Office) -> Ways:
    """An office's own e-mail and fax; the municipality's where it has none, and its form for all."""
    own, town = knowledge.directory.ways.get(office.department, {}), knowledge.town.ways
    return Ways(town.form, own.get(_EMAIL) or town.email, own.get(_FAX) or town.fax)


def without_voice(knowledge: Knowledge, before: Dialogue) -> Reply:
    """To one who cannot telephone: how else the office of the last answer is reached, or the municipality."""
    answer = knowledge.answers.get(before.entry_id) if before.entry_id else None
    reply = voiceless_reply(knowledge, answer, ways_known=True)
    if reply.contact is not None and ways_to(knowledge, reply.contact):
        return reply
    return voiceless_reply(knowledge, answer, ways_known=False)
