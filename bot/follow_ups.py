"""What is said to a short question that only makes sense after an answer."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import LONGEST_FOLLOW_UP, Dialogue
from bot.leads import Lead, follow_up_lead, missing_sentence
from bot.replies import Reply, answer_reply, led_reply, nothing_more_reply
from bot.weighing import facet_bonus, verdict_reply, weigh
from intents.decision import STANDARD, Decision, Policy, Verdict
from intents.facets import (
    FIGURES,
    PHRASES,
    REACHING,
    Asked,
    Facet,
    kind_suits,
    read_question,
    topic_nouns,
    without_reference,
)
from intents.leads import facets_spoken_of, leading_sentence, split_sentences
from intents.ranker import Candidate, rank
from intents.text import normalize
from intents.years import fiscal_years
from knowledge.answers import Answer
from knowledge.calendar import fiscal_year_of
from knowledge.corpus import Knowledge

Said = tuple[Reply, Dialogue]

_ITS_OWN = REACHING | {Facet.OFFICE, Facet.MEANING, Facet.METHOD}
"""What is asked of the last answer and of no other."""
_JUST_WHEN = re.compile(
    r"^(?:いつ|何年)(?:の?(?:時点|現在|調査|データ|こと|話|数字|値|もの))?(?:のこと)?(?:です|なの|なん|や|の|だ)?か?[?。]*$"
)
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
    dated = _date_of_figure(knowledge, last, asked, before) if _asks_its_date(text, before) else None
    if dated is not None:
        return led_reply(knowledge, last, dated), about
    own = follow_up_lead(knowledge, last, asked)
    if own is not None and own.known:
        return led_reply(knowledge, last, own), about
    missing = missing_sentence(knowledge, last, asked)
    says_so = own is not None and own.opening != missing
    stays = says_so and last.kind == "indicator"
    related = None if stays else _related(knowledge, last, asked, asked.facet, telling=says_so)
    if related is not None:
        return answer_reply(knowledge, related, None, asked), replace(about, entry_id=related.entry_id)
    repeats = before.misses > 0 and last.kind != "indicator" and asked.facet not in REACHING
    if own is None or own.opening == missing or repeats:
        own = Lead(missing_sentence(knowledge, last, asked, again=before.misses > 0), "", known=False)
    return led_reply(knowledge, last, own), replace(about, misses=before.misses + 1)


def _side_meant(asked: Asked, before: Dialogue) -> Facet | None:
    """The side asked now, else the one before.  「それはいつ？」 of a goal asks for its year."""
    last = Facet(before.facet) if before.facet else None
    if last is Facet.GOAL and _asks_its_date(asked.text, before):
        return Facet.DEADLINE
    return asked.facet or last


def _asks_its_date(text: str, before: Dialogue) -> bool:
    """Whether 「それはいつ？」 is asked of a figure told just before."""
    rest, _ = without_reference(text)
    return before.facet in FIGURES and bool(_JUST_WHEN.match(rest))


def _date_of_figure(knowledge: Knowledge, last: Answer, asked: Asked, before: Dialogue) -> Lead | None:
    """The sentence that told the figure, where it names the day itself."""
    told = follow_up_lead(knowledge, last, replace(asked, facet=Facet(before.facet or asked.facet or "")))
    sentence = told.opening if told is not None and told.known else None
    return Lead(sentence, "") if sentence and fiscal_years(sentence, 0) else None


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


def told_by_a_choice(knowledge: Knowledge, text: str, before: Dialogue) -> Said | None:
    """A side or a year asked of choices: the one written for it answers, else the first where it tells it."""
    asked = read_question(text, fiscal_year_of(knowledge.day))
    offered = [knowledge.answers[entry_id] for entry_id, _ in before.offered if entry_id in knowledge.answers]
    telling = [found for found in offered if _tells(knowledge, found, asked)]
    written = [found for found in telling if asked.facet and kind_suits(asked.facet, found.kind)]
    chosen = written[0] if len(written) == 1 else next((one for one in offered[:1] if one in telling), None)
    if chosen is None and asked.years:
        chosen = next(iter(telling), None)
    if chosen is None:
        return None
    about = replace(before, entry_id=chosen.entry_id, facet=asked.facet, offered=(), listing=None, misses=0)
    if asked.years:
        led = follow_up_lead(knowledge, chosen, asked)
        return (led_reply(knowledge, chosen, led), about) if led else None
    return answer_reply(knowledge, chosen, None, replace(asked, text=f"{chosen.title} {text}")), about


def _tells(knowledge: Knowledge, found: Answer, asked: Asked) -> bool:
    told = follow_up_lead(knowledge, found, replace(asked, text=f"{found.title} {asked.text}"))
    return told is not None and told.known


def asked_of_topic(knowledge: Knowledge, text: str, before: Dialogue, policy: Policy) -> Said | None:
    """A side asked amid choices, of what they were offered to; None where that leads to nothing but them."""
    if before.topic is None:
        return None
    asked = read_question(f"{before.topic} {text}", fiscal_year_of(knowledge.day))
    verdict = weigh(knowledge, asked, policy)
    if verdict.decision is Decision.NONE:
        return None
    seen = {entry_id for entry_id, _ in before.offered}
    new = verdict.chosen is not None or any(one.document.id not in seen for one in verdict.choices)
    return verdict_reply(knowledge, verdict, asked, before) if new else None


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
    others = _beside(last, verdict)
    chosen = verdict.chosen if verdict.chosen and verdict.chosen.document.id != last.entry_id else None
    if chosen is None and (not others or verdict.decision is Decision.NONE):
        return nothing_more_reply(knowledge, last), replace(before, misses=before.misses + 1)
    decision = Decision.ANSWER if chosen else Decision.SUGGEST
    return verdict_reply(knowledge, replace(verdict, decision=decision, chosen=chosen, choices=others), asked, before)


def _beside(last: Answer, verdict: Verdict) -> tuple[Candidate, ...]:
    """The choices without the last answer; the next best fills its place where too few are left."""
    others = tuple(one for one in verdict.choices if one.document.id != last.entry_id)
    if not others or len(others) >= STANDARD.fewest_choices or verdict.ranking is None:
        return others
    seen = {last.entry_id, *(one.document.id for one in others)}
    rest = (one for one in verdict.ranking.candidates if one.document.id not in seen)
    return (*others, *rest)[: STANDARD.fewest_choices]


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
