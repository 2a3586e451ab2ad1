"""A question in, a reply out: the one use case, shared by every channel.

Nothing here reads or writes: a channel brings the knowledge and what the dialogue was about,
and keeps what comes back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.dialogue import NEW_DIALOGUE, Chosen, Dialogue, FollowUp, NoneOfThese, Unclear, read_turn
from bot.replies import (
    Choice,
    Reply,
    answer_reply,
    ask_what_reply,
    emergency_reply,
    handoff_reply,
    none_reply,
    nothing_more_reply,
    other_town_reply,
    plain_reply,
    small_talk_reply,
    suggestion_reply,
    with_opening,
)
from bot.wording import say
from intents.decision import STANDARD, Decision, Policy, Verdict, decide, likelihood
from intents.emergencies import Need, emergency
from intents.facets import Facet, asked_facet
from intents.handoff import Wish, wish
from intents.language import language_of
from intents.personal_data import mask
from intents.ranker import rank
from intents.small_talk import SmallTalk, small_talk, without_opening
from intents.text import MAX_QUESTION, clean, normalize, shorten
from knowledge.corpus import Knowledge
from knowledge.emergency_numbers import numbers_for

_EMERGENCY_SENTENCES = {
    Need.SUICIDE: "emergency_suicide",
    Need.CONSUMER: "emergency_consumer",
    Need.DISASTER: "emergency_disaster",
    Need.NATIONAL_NUMBER: "emergency_national_number",
}
_TOLD_DATA = re.compile(r"[^。、\n?？]*〔[^〕]{1,20}〕[^。、\n?？]*(?:[。、\n]|$)")
_TIME = re.compile(r"[0-9]+年|年度|[0-9]+月")
_WISH_SENTENCES = {Wish.PERSON: "handoff_person", Wish.COMPLAINT: "handoff_complaint"}


@dataclass(frozen=True)
class Outcome:
    """A reply, what the dialogue is about now, and what the log shall say of it."""

    question: str
    reply: Reply
    dialogue: Dialogue
    language: str
    index_version: int
    elapsed_ms: float

    @property
    def entry_id(self) -> str | None:
        return self.reply.answer.entry_id if self.reply.answer else None


def answer(knowledge: Knowledge, raw: str, before: Dialogue = NEW_DIALOGUE, policy: Policy = STANDARD) -> Outcome:
    """What ``knowledge`` has to say to ``raw``, after the turns that ``before`` remembers."""
    begun = time.perf_counter()
    question = shorten(clean(raw))
    reply, dialogue = _reply(knowledge, question, before, policy)
    language = language_of(question)
    if language != "ja" and reply.decision is Decision.NONE:
        reply = with_opening(reply, say("English"))
    return Outcome(question, reply, dialogue, language, knowledge.version, (time.perf_counter() - begun) * 1000)


def answer_masked(
    knowledge: Knowledge,
    raw: str,
    before: Dialogue = NEW_DIALOGUE,
    public_numbers: Collection[str] = (),
) -> tuple[Outcome, bool]:
    """The same for words that nobody has masked yet; whether there was personal data in them."""
    masked = mask(shorten(clean(raw), 2 * MAX_QUESTION), public_numbers=public_numbers)
    outcome = answer(knowledge, masked.text, before)
    if masked.found:
        outcome = replace(outcome, reply=with_opening(outcome.reply, say("personal_data")))
    return outcome, masked.found


def show_entry(knowledge: Knowledge, entry_id: str, before: Dialogue = NEW_DIALOGUE) -> tuple[Reply, Dialogue]:
    """The answer that a resident chose from a list."""
    found = knowledge.answers.get(entry_id)
    if found is None:
        return plain_reply(knowledge, "gone"), before
    return answer_reply(knowledge, found, None), replace(before, entry_id=entry_id, offered=(), misses=0)


def refuse_choices(knowledge: Knowledge, before: Dialogue) -> tuple[Reply, Dialogue]:
    """「この中にない」: said openly, with whom to ask."""
    reply = none_reply(knowledge, None, before.misses, after_choices=True)
    return reply, replace(before, offered=(), misses=before.misses + 1)


def _reply(knowledge: Knowledge, question: str, before: Dialogue, policy: Policy) -> tuple[Reply, Dialogue]:
    person = _for_a_person(knowledge, question)
    if person is not None:
        return person, replace(before, offered=())
    match read_turn(question, before):
        case Chosen(entry_id):
            return show_entry(knowledge, entry_id, before)
        case NoneOfThese():
            return refuse_choices(knowledge, before)
        case FollowUp(entry_id, text) if entry_id in knowledge.answers:
            return _follow_up(knowledge, entry_id, text, before, policy)
        case Unclear() if before.offered:
            again = tuple(Choice(entry_id, title) for entry_id, title in before.offered)
            return suggestion_reply(knowledge, again, None, before.misses), before
        case Unclear():
            return ask_what_reply(knowledge), before
        case _:
            return _fresh(knowledge, question, before, policy)


def _for_a_person(knowledge: Knowledge, question: str) -> Reply | None:
    """Emergencies first, then those who want somebody to talk to, then small talk."""
    need = emergency(question)
    if need is not None:
        return emergency_reply(knowledge, _EMERGENCY_SENTENCES.get(need, "emergency_first"), numbers_for(need))
    kind = small_talk(question)
    if kind is not None:
        return small_talk_reply(knowledge, SmallTalk(kind).value)
    wished = wish(question)
    return handoff_reply(knowledge, _WISH_SENTENCES[wished]) if wished else None


def _fresh(knowledge: Knowledge, question: str, before: Dialogue, policy: Policy) -> tuple[Reply, Dialogue]:
    text = _without_personal_data(without_opening(question))
    place = knowledge.places.other_place(text)
    if place is not None and place.served:
        return other_town_reply(knowledge, place.name), replace(before, offered=())
    verdict = decide(rank(knowledge.index, text), policy)
    if place is not None and not _speaks_of(verdict, place.name):
        return other_town_reply(knowledge, place.name), replace(before, offered=())
    return _weighed(knowledge, verdict, text, before)


def _without_personal_data(text: str) -> str:
    """``text`` without the sentences that only told who is asking (電話は〔電話番号〕です)."""
    rest = _TOLD_DATA.sub("", text).strip()
    return rest or text


def _speaks_of(verdict: Verdict, place: str) -> bool:
    """Whether the municipality's own answer is about ``place`` (its plan names neighbours, too)."""
    first = verdict.chosen or (verdict.choices[0] if verdict.choices else None)
    if first is None:
        return False
    document = first.document
    return any(place in normalize(text) for text in (*document.wordings, document.answer))


def _follow_up(
    knowledge: Knowledge, entry_id: str, text: str, before: Dialogue, policy: Policy
) -> tuple[Reply, Dialogue]:
    """A facet of what was answered last; with words of its own, a question about both."""
    place = knowledge.places.other_place(text)
    if place is not None:
        return other_town_reply(knowledge, place.name), before
    last = knowledge.answers[entry_id]
    facet = asked_facet(text)
    if facet in (Facet.TELEPHONE, Facet.OFFICE) or (facet and last.kind == "procedure" and facet is not Facet.WHEN):
        return answer_reply(knowledge, last, None, facet), before
    if facet is Facet.WHEN and _TIME.search(last.text):
        return answer_reply(knowledge, last, None), before
    ranking = rank(knowledge.index, f"{last.title} {text}")
    others = tuple(one for one in ranking.candidates if one.document.id != entry_id)
    verdict = decide(replace(ranking, candidates=others), policy)
    if verdict.decision is Decision.ANSWER:
        return _weighed(knowledge, verdict, text, before)
    if verdict.decision is Decision.SUGGEST:
        return _weighed(knowledge, verdict, text, before)
    return nothing_more_reply(knowledge, last), replace(before, misses=before.misses + 1)


def _weighed(knowledge: Knowledge, verdict: Verdict, text: str, before: Dialogue) -> tuple[Reply, Dialogue]:
    choices = tuple(
        Choice(choice.document.id, choice.document.question, likelihood(choice.features, 0.0))
        for choice in verdict.choices
    )
    if verdict.decision is Decision.ANSWER and verdict.chosen is not None:
        found = knowledge.answers[verdict.chosen.document.id]
        reply = answer_reply(knowledge, found, verdict.score, asked_facet(text))
        return reply, replace(before, entry_id=found.entry_id, offered=(), misses=0)
    if verdict.decision is Decision.SUGGEST:
        offered = tuple((choice.entry_id, choice.title) for choice in choices)
        return suggestion_reply(knowledge, choices, verdict.score, before.misses), replace(before, offered=offered)
    return none_reply(knowledge, verdict.score, before.misses), replace(before, offered=(), misses=before.misses + 1)
