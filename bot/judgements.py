"""What is said to a question that asks for a judgement on one person, or for a professional's advice.

Never a yes or a no, and never a figure about the person: the general entry where there is one, led
by a sentence that says so, and whom to ask.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import Dialogue
from bot.replies import Choice, Reply, Rule, answer_reply, none_reply, with_opening
from bot.wording import say
from intents.decision import STANDARD, Decision
from intents.emergencies import Need
from intents.judgements import (
    Judgement,
    judgement,
    judgement_in_another_language,
    names_no_matter,
    tells_in_general,
    tells_of_somebody,
)
from intents.leads import without_yes_or_no
from knowledge.corpus import Knowledge
from knowledge.emergency_numbers import EmergencyNumber, numbers_for

_WEIGHED = (Decision.ANSWER, Decision.SUGGEST, Decision.NONE)


def without_judging(
    knowledge: Knowledge, question: str, weighed: tuple[Reply, Dialogue], before: Dialogue
) -> tuple[Reply, Dialogue]:
    """``weighed`` as it may be said to a question that asks for a judgement.

    To any other it stays as it is; only who tells of himself gets no bare yes, because no list of
    patterns knows all the ways to ask for a judgement.
    """
    kind = judgement(question)
    reply, dialogue = weighed
    if kind is None:
        return _without_verdict(question, reply), dialogue
    return _judged(knowledge, kind, question, weighed, before)


def without_judging_abroad(
    knowledge: Knowledge, typed: str, question: str, weighed: tuple[Reply, Dialogue], before: Dialogue
) -> tuple[Reply, Dialogue]:
    """The same for a message ``typed`` in another language, of which ``question`` has the Japanese words."""
    kind = judgement_in_another_language(typed)
    if kind is None or judgement(question) is not None or weighed[0].decision not in _WEIGHED:
        return weighed
    return _judged(knowledge, kind, question, weighed, before)


def _judged(
    knowledge: Knowledge, kind: Judgement, question: str, weighed: tuple[Reply, Dialogue], before: Dialogue
) -> tuple[Reply, Dialogue]:
    reply, dialogue = weighed
    if _sends_elsewhere(knowledge, question, reply):
        return weighed
    bare = names_no_matter(question)
    shown = None if bare else _shown(knowledge, kind, question, reply)
    if shown is not None:
        offered = tuple((choice.entry_id, choice.title) for choice in shown.choices)
        return shown, replace(dialogue, facet=None, offered=offered)
    last = knowledge.answers.get(before.entry_id or "") if bare else None
    office = answer_reply(knowledge, last, None).contact if last else reply.contact
    after = replace(before, offered=(), facet=None, listing=None, misses=before.misses + 1)
    return _declined(knowledge, kind, replace(reply, contact=office)), after


def _without_verdict(question: str, reply: Reply) -> Reply:
    if reply.answer is None or not tells_of_somebody(question):
        return reply
    return replace(reply, text=without_yes_or_no(reply.text))


def _sends_elsewhere(knowledge: Knowledge, question: str, reply: Reply) -> bool:
    """Whether ``reply`` already says that another municipality must be asked."""
    nothing_fits = reply.decision is Decision.NONE and reply.answer is None
    return nothing_fits and knowledge.places.other_place(question) is not None


def _shown(knowledge: Knowledge, kind: Judgement, question: str, reply: Reply) -> Reply | None:
    """What may be shown all the same: one entry as general information, or choices; None where nothing may."""
    if kind is Judgement.POLITICAL:
        return None
    if reply.decision is Decision.ANSWER or reply.answer is not None:
        told = f"{reply.answer.title} {reply.answer.text}" if reply.answer else reply.text
        return _as_general(knowledge, kind, reply) if tells_in_general(kind, question, told) else None
    choices = _of_the_matter(reply)
    if reply.decision is Decision.SUGGEST and kind.of_one_person and len(choices) >= STANDARD.fewest_choices:
        return replace(with_opening(reply, _cannot(kind)), choices=choices, rule=Rule.JUDGEMENT)
    return None


def _of_the_matter(reply: Reply) -> tuple[Choice, ...]:
    """The choices that have what the question is about: 個人情報の保護 is no 生活保護.

    Where too few of those offered have it, the next best that do stand behind them.
    """
    if reply.verdict is None:
        return reply.choices
    ranking = reply.verdict.ranking
    found = {one.document.id: one for one in (*reply.verdict.choices, *(ranking.candidates if ranking else ()))}
    offered = {choice.entry_id: choice for choice in reply.choices}
    held = [
        offered.get(one.document.id) or Choice(one.document.id, one.document.question)
        for one in found.values()
        if one.features.key > 0
    ]
    few = len([choice for choice in held if choice.entry_id in offered]) < STANDARD.fewest_choices
    return tuple(held[: STANDARD.fewest_choices] if few else [one for one in held if one.entry_id in offered])


def _as_general(knowledge: Knowledge, kind: Judgement, reply: Reply) -> Reply:
    """An answer without the yes or no it begins with, and without the facet that would give a figure."""
    plain = answer_reply(knowledge, reply.answer, reply.score) if reply.answer else reply
    opening = "\n".join((_cannot(kind), say("judgement_general")))
    return replace(
        plain,
        opening=opening,
        text=without_yes_or_no(plain.text),
        numbers=_numbers(kind),
        rule=Rule.JUDGEMENT,
        verdict=reply.verdict,
    )


def _declined(knowledge: Knowledge, kind: Judgement, reply: Reply) -> Reply:
    """That it cannot be judged here, and who can.

    ``none``, not ``handoff``: nothing published fits, which is said openly and counts as a need that
    was not met; nobody takes the conversation over.
    """
    town = knowledge.town.name
    office = reply.contact if kind.of_one_person and reply.contact else knowledge.directory.hall
    return replace(
        none_reply(knowledge, reply.score, 0),
        text="\n".join((_cannot(kind), say(f"judgement_{kind.value}_ask", town=town))),
        numbers=_numbers(kind),
        contact=office,
        is_apology=False,
        rule=Rule.JUDGEMENT,
        verdict=reply.verdict,
    )


def _cannot(kind: Judgement) -> str:
    return say(f"judgement_{kind.value}")


def _numbers(kind: Judgement) -> tuple[EmergencyNumber, ...]:
    """For a sick person the ambulance's number: the only one of a doctor's kind that the content holds."""
    return numbers_for(Need.FIRE_AMBULANCE) if kind is Judgement.MEDICAL else ()
