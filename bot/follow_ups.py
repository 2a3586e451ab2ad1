"""What is said to a short question that only makes sense after an answer."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import LONGEST_FOLLOW_UP, Dialogue
from bot.leads import Lead, follow_up_lead, missing_sentence
from bot.replies import Reply, answer_reply, led_reply, nothing_more_reply
from bot.weighing import facet_bonus, verdict_reply, weigh
from intents.decision import Decision, Policy, Verdict
from intents.facets import FIGURES, PHRASES, REACHING, Asked, Facet, kind_suits, read_question, topic_nouns
from intents.leads import facets_spoken_of, leading_sentence, split_sentences
from intents.ranker import Candidate, rank
from intents.text import normalize
from knowledge.answers import Answer
from knowledge.calendar import fiscal_year_of
from knowledge.corpus import Knowledge

Said = tuple[Reply, Dialogue]

_ITS_OWN = REACHING | {Facet.OFFICE, Facet.MEANING, Facet.METHOD}
"""What is asked of the last answer and of no other."""
_JUST_WHEN = re.compile(r"^いつ(?:です|の(?:こと|話|数字|値)|なの|なん|や)?か?[?。]*$")
_SAME_MATTER = 0.5
"""The share of the last answer's words that another must hold to be about the same matter."""


def follow_up(knowledge: Knowledge, last: Answer, text: str, before: Dialogue, policy: Policy) -> Said:
    """A side of what was answered last; with words of its own, a question about both."""
    asked = read_question(text, fiscal_year_of(knowledge.day))
    if asked.facet is None and not asked.years:
        return _about_both(knowledge, last, asked, before, policy)
    asked = replace(asked, facet=_side_meant(asked, before))
    asked = replace(asked, text=f"{last.title} {text}")
    about = replace(before, facet=asked.facet, offered=(), listing=None, misses=0)
    own = follow_up_lead(knowledge, last, asked)
    if own is not None and own.known:
        return led_reply(knowledge, last, own), about
    missing = missing_sentence(knowledge, last, asked)
    says_so = own is not None and own.opening != missing
    related = _related(knowledge, last, asked, asked.facet, telling=says_so)
    if related is not None:
        return answer_reply(knowledge, related, None, asked), replace(about, entry_id=related.entry_id)
    return led_reply(knowledge, last, own or Lead(missing, "", known=False)), about


def _side_meant(asked: Asked, before: Dialogue) -> Facet | None:
    """The side asked now, else the one before.  「それはいつ？」 of a figure asks for its year."""
    last = Facet(before.facet) if before.facet else None
    if last in FIGURES and _JUST_WHEN.match(normalize(asked.text)):
        return Facet.DEADLINE
    return asked.facet or last


def other_topic(
    knowledge: Knowledge, last: Answer | None, topic: str, facet: Facet, before: Dialogue, policy: Policy
) -> Said:
    """「コンビニは？」: the side that was asked last, of something else."""
    asked = Asked(topic, facet, open=True)
    if last is not None:
        own = _told_of(knowledge, last, topic, asked)
        if own is not None:
            return led_reply(knowledge, last, own), before
    sides = () if facet in _ITS_OWN else (PHRASES.get(facet, ""),)
    verdict = weigh(knowledge, replace(asked, text=" ".join((topic, *sides))), policy)
    beside = verdict.chosen is not None and not _names(verdict.chosen, topic)
    if sides and (beside or verdict.decision is Decision.NONE):
        verdict = weigh(knowledge, asked, policy)
    return verdict_reply(knowledge, verdict, asked, before)


def _names(candidate: Candidate, topic: str) -> bool:
    """Whether a candidate holds a topic by its nouns, itself or one of them as another word for it."""
    document = candidate.document
    held = normalize(" ".join((*document.wordings, document.answer)))
    return any(noun in held for noun in topic_nouns(topic) or (normalize(topic),))


def understood_from(
    knowledge: Knowledge, last: Answer, text: str, before: Dialogue, policy: Policy, fresh: Verdict
) -> Said | None:
    """A short question whose words the last answer holds is about that one, if it tells more of it than any other."""
    asked = read_question(text, fiscal_year_of(knowledge.day))
    if asked.facet is None or len(text) > LONGEST_FOLLOW_UP or (fresh.chosen and fresh.chosen.exact):
        return None
    held = normalize(f"{last.title} {last.text}")
    if not all(noun in held for noun in topic_nouns(text)):
        return None
    own = leading_sentence(last.text, asked, last.title)
    if fresh.decision is Decision.ANSWER and own is None:
        return None
    return follow_up(knowledge, last, text, before, policy)


def _told_of(knowledge: Knowledge, last: Answer, topic: str, asked: Asked) -> Lead | None:
    """What the last answer itself tells of another of its topics, in a sentence that names it."""
    about = [one for one in split_sentences(last.text) if normalize(topic) in normalize(one)]
    if not about:
        return None
    found = follow_up_lead(knowledge, replace(last, text="\n".join(about), facts=()), asked)
    return found if found is not None and found.known else None


def _about_both(knowledge: Knowledge, last: Answer, asked: Asked, before: Dialogue, policy: Policy) -> Said:
    verdict = weigh(knowledge, replace(asked, text=f"{last.title} {asked.text}"), policy)
    others = tuple(one for one in verdict.choices if one.document.id != last.entry_id)
    chosen = verdict.chosen if verdict.chosen and verdict.chosen.document.id != last.entry_id else None
    if chosen is None and (not others or verdict.decision is Decision.NONE):
        return nothing_more_reply(knowledge, last), replace(before, misses=before.misses + 1)
    decision = Decision.ANSWER if chosen else Decision.SUGGEST
    return verdict_reply(knowledge, replace(verdict, decision=decision, chosen=chosen, choices=others), asked, before)


def _related(knowledge: Knowledge, last: Answer, asked: Asked, facet: Facet | None, *, telling: bool) -> Answer | None:
    """Another answer about the same matter that tells what was asked, or (unless ``telling``) where it would stand."""
    if facet is None or facet in _ITS_OWN:
        return None
    candidates = rank(knowledge.index, last.name or last.title).candidates
    alike = [knowledge.answers[one.document.id] for one in candidates if _same_matter(knowledge, last, one, facet)]
    alike.sort(key=lambda found: -facet_bonus(found, facet))
    for found in alike:
        made = follow_up_lead(knowledge, found, asked)
        if made is not None and (made.known or (not telling and found.kind in ("indicator", "silent"))):
            return found
    return None


def _same_matter(knowledge: Knowledge, last: Answer, candidate: Candidate, facet: Facet) -> bool:
    """Holding the last answer's words and of the same measure, or either and made for the facet."""
    found = knowledge.answers[candidate.document.id]
    if found.entry_id == last.entry_id or facet not in facets_spoken_of(found.text):
        return False
    alike = candidate.features.coverage >= _SAME_MATTER
    akin = last.measure is not None and found.measure == last.measure
    suits = kind_suits(facet, found.kind)
    if suits is False:
        return False
    if suits and facet not in (Facet.COUNT, Facet.PERCENT):
        return akin or (alike and candidate.features.key > 0)
    return akin and alike
