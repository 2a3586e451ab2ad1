"""From a question to what is said to it: ranked, the side that was asked weighed in, decided."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import Dialogue
from bot.leads import is_missing, lead
from bot.quotations import quotation_reply
from bot.replies import (
    Choice,
    Reply,
    answer_reply,
    none_reply,
    side_not_told_reply,
    suggestion_reply,
    weighed_reply,
)
from intents.decision import SAME, STANDARD, Decision, Policy, Reason, Verdict, decide, likelihood
from intents.facets import REACHING, Asked, Facet, kind_suits
from intents.features import asked_words, mentions, names_one_matter, rarest_noun, wishes_unknown
from intents.leads import asks_ahead, facet_of_title, facets_spoken_of, leading_sentence, names_only_its_paper
from intents.plan_names import as_the_plan
from intents.ranker import Candidate, Ranking, rank
from intents.said_so import says_as_much
from intents.text import last_clause, normalize
from intents.understanding import Query
from knowledge.answers import Answer
from knowledge.common_content import is_common
from knowledge.corpus import Knowledge

SUITED, TOLD = 0.15, 0.05
"""As shares of the best points: for what was written for the side that was asked (against a kind of
knowledge that was not), and for a text that tells it."""
MUCH_LESS = 0.2
"""What holds less of the question than the first, by more than this share, is not preferred for its side."""
NAMED = 0.7
"""The share of the question's nouns, the rarest among them, that an entry holds which is to answer it."""
MOST = 0.9
"""The share of the question's words that what only mentions its matter must hold to answer it."""
HALF = 0.5
"""From this share of the question's words on, an entry is near what was asked."""
CLOSE = 0.5
"""In points: how far behind the first another that holds more of the question may as well be meant."""
ALIKE = 0.6
"""From this likeness to one of its wordings on, a question asks for what an entry is silent on."""
_TOLD_OR_NOT = REACHING | {
    Facet.FEE, Facet.VALIDITY, Facet.BRING, Facet.DELIVERY_DAYS, Facet.HOURS, Facet.WHEN, Facet.DEADLINE,
    Facet.COUNTER, Facet.WHO, Facet.METHOD, Facet.ONLINE, Facet.COUNT, Facet.PERCENT,
}  # fmt: skip
"""Sides of which a text says whether it tells them; why and what for it may tell in any words."""
TOLD_EVERYWHERE = frozenset({Facet.HOURS})
"""What an entry that says what the plan lacks may tell all the same, as it holds in the whole country."""
_ALIKE_REASONS = frozenset({Reason.BROAD, Reason.UNSURE, Reason.ANOTHER_HOLDS_MORE})
_WHOLE = 0.99
_UNITS = 2
_SEVERAL = 2
"""From this many entries that hold the whole word on, another may be meant."""
_DONE = re.compile(
    "(?:や[っり]|して|使[っえ]|行って|進め|進んで|取り組[みん]|始[めま]|導入)[^。?]{0,6}(?:る|ます|か|の|ん)?[?。]*$"
)
"""How it is asked whether something is done (テレワークはやってる), which what the word means does not tell."""
_AIM = re.compile("ねらい|狙い")
_AMOUNT = re.compile(r"(?<![\d.])\d+(?:\.\d+)?\s?(?:%|件|人|回|台|か所|業務|手続き?|時間|団体|枚|割)")
"""A number with its unit, as a goal is."""


def weigh(knowledge: Knowledge, asked: Asked, policy: Policy) -> Verdict:
    """What to do with a question."""
    verdict = _or_of_the_plan(knowledge, asked, policy, _weighed(knowledge, asked, policy))
    verdict = _or_by_its_purpose(knowledge, asked, policy, verdict)
    end = last_clause(asked.text) if verdict.decision is Decision.NONE else ""
    return _or_what_its_end_asks(verdict, _weighed(knowledge, replace(asked, text=end), policy)) if end else verdict


def _or_of_the_plan(knowledge: Knowledge, asked: Asked, policy: Policy, verdict: Verdict) -> Verdict:
    """What is asked of the plan by its name (DX推進計画はいつまで) is asked of 「計画」, unless that leads to less."""
    names = tuple(name for plan in knowledge.plans for name in (plan.title, plan.short_title))
    text = as_the_plan(asked.text, knowledge.town.name, names)
    if text is None or (verdict.chosen is not None and verdict.chosen.exact):
        return verdict
    of_plan = _weighed(knowledge, replace(asked, text=text), policy)
    if of_plan.decision is Decision.ANSWER:
        return of_plan
    return of_plan if {verdict.decision, of_plan.decision} == {Decision.SUGGEST} else verdict


def _or_by_its_purpose(knowledge: Knowledge, asked: Asked, policy: Policy, verdict: Verdict) -> Verdict:
    """What is asked by its ねらい is what is written for its 目的, where that is nearer: an aim stands everywhere."""
    text = _AIM.sub("目的", asked.text)
    if asked.facet is not Facet.WHY or text == asked.text:
        return verdict
    of_purpose = _weighed(knowledge, replace(asked, text=text), policy)
    if of_purpose.decision is not Decision.ANSWER or of_purpose.chosen is None:
        return verdict
    likeness = verdict.chosen.features.likeness if verdict.chosen else 0.0
    return of_purpose if of_purpose.chosen.features.likeness > max(likeness, ALIKE) else verdict


def _or_what_its_end_asks(verdict: Verdict, ended: Verdict) -> Verdict:
    """Of a story in one breath that nothing fits, what its last clause asks is offered: the rest may tell another."""
    if ended.decision is Decision.NONE:
        return verdict
    first = (ended.chosen,) if ended.chosen else ()
    return _offered(ended, first, Reason.ASKED_AT_THE_END)


def _weighed(knowledge: Knowledge, asked: Asked, policy: Policy) -> Verdict:
    ranking = _favoured(knowledge, rank(knowledge.index, asked.text), asked.facet)
    decided = _unless_it_is_one_word(ranking, decide(ranking, policy), asked)
    decided = _or_what_has_its_figure(knowledge, ranking, decided, asked)
    decided = _or_silent_on_it(knowledge, ranking, decided, policy)
    decided = _unless_it_is_told_everywhere(knowledge, ranking, decided, policy)
    verdict = _unless_it_is_of_something_else(knowledge, ranking, decided, asked)
    if not _is_written_for(knowledge, verdict.chosen, asked.facet):
        verdict = _unless_another_holds_more(ranking, verdict)
    verdict = _unless_another_is_named_for_it(knowledge, ranking, verdict)
    verdict = _unless_it_only_defines(knowledge, verdict, asked)
    verdict = _unless_other_words_are_defined(knowledge, verdict, asked)
    verdict = _or_what_says_as_much(ranking, verdict)
    verdict = _unless_another_tells(knowledge, verdict, asked)
    verdict = _unless_none_tells(knowledge, verdict, asked)
    return _unless_nothing_names_it(knowledge, ranking, verdict)


def score_of(verdict: Verdict, entry_id: str) -> float | None:
    """How likely an entry is right that was weighed, whichever was chosen; None for one that no word led to."""
    if verdict.chosen is not None and verdict.chosen.document.id == entry_id:
        return verdict.score
    weighed = verdict.ranking.candidates if verdict.ranking else verdict.choices
    return next((likelihood(one.features, 0.0) for one in weighed if one.document.id == entry_id), None)


def verdict_reply(knowledge: Knowledge, verdict: Verdict, asked: Asked, before: Dialogue) -> tuple[Reply, Dialogue]:
    """The reply to a weighed question, and what the dialogue is about then."""
    about = replace(before, facet=asked.facet or None, listing=None, score=verdict.score, chosen_from=())
    choices = tuple(
        Choice(choice.document.id, choice.document.question, likelihood(choice.features, 0.0))
        for choice in verdict.choices
    )
    if verdict.decision is Decision.ANSWER and verdict.chosen is not None:
        found = knowledge.answers[verdict.chosen.document.id]
        answered = weighed_reply(answer_reply(knowledge, found, verdict.score, asked), verdict)
        beside = tuple((one.entry_id, one.title) for one in choices if one.score >= STANDARD.choice_from)
        after = replace(about, entry_id=found.entry_id, offered=(), misses=0, next_best=beside, next_of=found.entry_id)
        return answered, after
    if verdict.decision is Decision.SUGGEST:
        offered = tuple((choice.entry_id, choice.title) for choice in choices)
        suggested = weighed_reply(suggestion_reply(knowledge, choices, verdict.score, before.misses), verdict)
        return suggested, replace(about, offered=offered)
    reply: Reply | None = quotation_reply(knowledge, asked.text, verdict.score)
    if reply is None and verdict.reason is Reason.NONE_TELLS:
        reply = side_not_told_reply(knowledge, asked, choices, verdict.score)
    reply = reply or none_reply(knowledge, verdict.score, before.misses)
    offered = tuple((choice.entry_id, choice.title) for choice in reply.choices)
    return weighed_reply(reply, verdict), replace(about, offered=offered, misses=before.misses + 1)


def _unless_it_is_one_word(ranking: Ranking, verdict: Verdict, asked: Asked) -> Verdict:
    """Of a single word (証明書, 防災) nobody knows what is asked about it, however far one entry is ahead."""
    chosen = verdict.chosen
    if chosen is None or asked.facet is not None or ranking.breadth < _SEVERAL or not _is_one_word(ranking.query):
        return verdict
    alone = chosen.features.likeness > SAME and all(one.features.likeness <= SAME for one in verdict.choices)
    return verdict if chosen.exact or alone else _offered(verdict, (chosen,), Reason.BROAD)


def _or_what_says_as_much(ranking: Ranking, verdict: Verdict) -> Verdict:
    """Of what fits alike, the only one that is asked for in these very words is meant: 松阪ナビで何ができる."""
    if verdict.decision is not Decision.SUGGEST or verdict.reason not in _ALIKE_REASONS:
        return verdict
    tokens = ranking.query.tokens
    meant = [one for one in verdict.choices if says_as_much(one.document.wordings, tokens)]
    if len(meant) != 1:
        return verdict
    others = tuple(one for one in verdict.choices if one is not meant[0])
    score = max(verdict.score, likelihood(meant[0].features, 0.0))
    return Verdict(Decision.ANSWER, score, meant[0], others, Reason.SAYS_AS_MUCH, ranking)


def _is_one_word(query: Query) -> bool:
    """Whether a question is one word and says nothing of it: in short units two at most, 証明 and 書."""
    spoken = [token for token in query.tokens if token.part[0] != "補助記号"]
    return 0 < len(set(query.terms.words)) <= _UNITS and all(token.content for token in spoken)


def _unless_it_is_of_something_else(knowledge: Knowledge, ranking: Ranking, verdict: Verdict, asked: Asked) -> Verdict:
    """An entry that lacks what the question names is offered, unless it says openly what it does not tell."""
    chosen = verdict.chosen
    if chosen is None or chosen.exact:
        return verdict
    if names_only_its_paper(asked.text, "\n".join((*chosen.document.wordings, chosen.document.answer))):
        return _offered(verdict, (chosen,), Reason.OF_SOMETHING_ELSE)
    found = knowledge.answers[chosen.document.id]
    if found.kind != "silent" and _is_beside_it(knowledge, ranking, chosen, asked):
        return _offered(verdict, (chosen,), Reason.OF_SOMETHING_ELSE)
    if found.kind == "silent" and chosen.features.missing and chosen.features.likeness <= HALF:
        return _offered(verdict, (chosen,), Reason.OF_SOMETHING_ELSE)
    if chosen.features.key >= NAMED:
        return verdict
    says_so = found.kind == "silent" or (asked.facet is not None and not lead(knowledge, found, asked).known)
    return verdict if says_so else _offered(verdict, (chosen,), Reason.OF_SOMETHING_ELSE)


def _is_beside_it(knowledge: Knowledge, ranking: Ranking, chosen: Candidate, asked: Asked) -> bool:
    """Whether an entry has a part of the matter only, or mentions it only, or nothing tells what is wished for."""
    return (
        not chosen.features.whole or _only_mentions_it(chosen, asked) or wishes_unknown(knowledge.index, ranking.query)
    )


def _only_mentions_it(chosen: Candidate, asked: Asked) -> bool:
    """カードの写真を変えたい, of an answer that only tells that the card has one."""
    return asked.facet is None and not chosen.features.named and chosen.features.coverage < MOST


def _or_what_has_its_figure(knowledge: Knowledge, ranking: Ranking, verdict: Verdict, asked: Asked) -> Verdict:
    """「交付率83%は何年度の目標？」: of what fits, the one indicator with that very goal is meant."""
    amounts = {found[0].replace(" ", "") for found in _AMOUNT.finditer(normalize(asked.text))}
    if not amounts or not asks_ahead(asked.text) or (verdict.chosen and verdict.chosen.exact):
        return verdict
    meant = [one for one in ranking.candidates if one.features.key > 0 and _aims_at(knowledge, one, amounts)]
    if len(meant) != 1:
        return verdict
    others = tuple(one for one in verdict.choices if one is not meant[0])
    return Verdict(Decision.ANSWER, verdict.score, meant[0], others, Reason.HAS_THE_FIGURE, ranking)


def _aims_at(knowledge: Knowledge, candidate: Candidate, amounts: set[str]) -> bool:
    figures = knowledge.answers[candidate.document.id].figures
    return any(one.label == "目標" and normalize(one.amount).replace(",", "") in amounts for one in figures)


def _or_silent_on_it(knowledge: Knowledge, ranking: Ranking, verdict: Verdict, policy: Policy) -> Verdict:
    """That the plan says nothing of 粗大ごみ, an entry on ごみ may tell that never names it."""
    if verdict.decision is not Decision.SUGGEST or verdict.score < policy.answer_from:
        return verdict
    first, *others = verdict.choices
    fits = first.features.likeness > ALIKE and knowledge.answers[first.document.id].kind == "silent"
    if not fits:
        return verdict
    return Verdict(Decision.ANSWER, verdict.score, first, tuple(others), Reason.SILENT_ON_IT, ranking)


def _unless_it_is_told_everywhere(knowledge: Knowledge, ranking: Ranking, verdict: Verdict, policy: Policy) -> Verdict:
    """That the plan is silent is not said where an answer common to all municipalities tells as much."""
    chosen = verdict.chosen
    if chosen is None or knowledge.answers[chosen.document.id].kind != "silent":
        return verdict
    telling = (one for one in ranking.candidates if _is_told_everywhere(knowledge, one, chosen, policy))
    first = next(telling, None)
    if first is None:
        return verdict
    others = tuple(one for one in verdict.choices if one is not first)
    choices = (chosen, *others)[: policy.most_choices]
    return Verdict(Decision.ANSWER, likelihood(first.features, 0.0), first, choices, Reason.TOLD_EVERYWHERE, ranking)


def _is_told_everywhere(knowledge: Knowledge, other: Candidate, silent: Candidate, policy: Policy) -> bool:
    return (
        is_common(other.document.id)
        and knowledge.answers[other.document.id].kind != "silent"
        and other.features.key >= NAMED
        and other.features.coverage >= silent.features.coverage
        and other.features.likeness >= silent.features.likeness - MUCH_LESS
        and other.points >= silent.points - CLOSE
        and likelihood(other.features, 0.0) >= policy.answer_from
    )


def _is_written_for(knowledge: Knowledge, chosen: Candidate | None, facet: Facet | None) -> bool:
    """Whether what answers was written for the very side that was asked."""
    if chosen is None or facet is None:
        return False
    return facet_bonus(knowledge.answers[chosen.document.id], facet) >= SUITED


def _unless_another_holds_more(ranking: Ranking, verdict: Verdict) -> Verdict:
    """Of two that fit nearly alike, the one that holds more of what was said may be meant: then both are offered."""
    chosen = verdict.chosen
    if chosen is None or chosen.exact:
        return verdict
    fuller = tuple(one for one in ranking.candidates if _holds_more(one, chosen))
    return _offered(verdict, (chosen, *fuller), Reason.ANOTHER_HOLDS_MORE) if fuller else verdict


def _holds_more(other: Candidate, chosen: Candidate) -> bool:
    return other.features.coverage > chosen.features.coverage and other.points >= chosen.points - CLOSE


def _unless_another_is_named_for_it(knowledge: Knowledge, ranking: Ranking, verdict: Verdict) -> Verdict:
    """What has the matter (RPA) in a heading of its plan only is offered beside what is asked for by its name."""
    chosen = verdict.chosen
    if chosen is None or chosen.exact or chosen.features.named:
        return verdict
    meant = tuple(one for one in ranking.candidates if one.features.named and one.features.key >= NAMED)
    if not meant or _tells_of(knowledge, ranking, chosen):
        return verdict
    return _offered(verdict, (chosen, *meant), Reason.ANOTHER_IS_NAMED)


def _unless_it_only_defines(knowledge: Knowledge, verdict: Verdict, asked: Asked) -> Verdict:
    """What a word means is no answer to what is done about the matter, which is why the question says more than it."""
    chosen = verdict.chosen
    if chosen is None or chosen.exact or asked.facet is Facet.MEANING:
        return verdict
    if chosen.features.coverage >= _WHOLE and not _DONE.search(normalize(asked.text)):
        return verdict
    only_defines = knowledge.answers[chosen.document.id].kind == "term"
    return _offered(verdict, (chosen,), Reason.ONLY_DEFINES) if only_defines else verdict


def _unless_other_words_are_defined(knowledge: Knowledge, verdict: Verdict, asked: Asked) -> Verdict:
    """Who asks what a word means is neither told nor offered what other words mean."""
    if asked.facet is not Facet.MEANING:
        return verdict
    chosen = verdict.chosen
    if chosen is not None and not (chosen.exact or chosen.features.named):
        defines = knowledge.answers[chosen.document.id].kind == "term"
        verdict = _offered(verdict, (), Reason.OF_SOMETHING_ELSE) if defines else verdict
    if verdict.decision is not Decision.SUGGEST:
        return verdict
    if any(choice.features.key > 0 for choice in verdict.choices):
        return verdict
    return Verdict(Decision.NONE, verdict.score, None, (), Reason.KEY_MISSING, verdict.ranking)


def _tells_of(knowledge: Knowledge, ranking: Ranking, chosen: Candidate) -> bool:
    """Whether a resident reads of the matter in an answer."""
    found = knowledge.answers[chosen.document.id]
    matter = rarest_noun(asked_words(knowledge.index, ranking.query))
    shown = "\n".join((found.text, *(f"{name} {value}" for name, value in found.facts)))
    return matter is None or mentions(knowledge.index, shown, matter)


def _offered(verdict: Verdict, first: tuple[Candidate, ...], reason: Reason) -> Verdict:
    """The choice between candidates in the place of an answer, ``first`` before the others."""
    rest = (one for one in verdict.choices if one not in first)
    choices = (*first, *rest)[: STANDARD.most_choices]
    return Verdict(Decision.SUGGEST, verdict.score, None, choices, reason, verdict.ranking)


def _unless_another_tells(knowledge: Knowledge, verdict: Verdict, asked: Asked) -> Verdict:
    """「載っていません」 is said only where no other candidate tells it: else both are offered."""
    chosen = verdict.chosen
    if chosen is None or not is_missing(knowledge, knowledge.answers[chosen.document.id], asked):
        return verdict
    telling = [one for one in verdict.choices if _tells_as_well(knowledge, one, chosen, asked)]
    if not telling:
        return verdict
    return _offered(verdict, (*telling, chosen), Reason.ANOTHER_TELLS)


def _unless_nothing_names_it(knowledge: Knowledge, ranking: Ranking, verdict: Verdict) -> Verdict:
    """Who asks for 生活保護, and names nothing else, is not offered what has 生活 or 保護者 in it."""
    if verdict.decision is not Decision.SUGGEST or not names_one_matter(knowledge.index, ranking.query):
        return verdict
    if any(one.features.whole or one.features.likeness > ALIKE for one in verdict.choices):
        return verdict
    return Verdict(Decision.NONE, verdict.score, None, (), Reason.NOTHING_ALIKE, verdict.ranking)


def _unless_none_tells(knowledge: Knowledge, verdict: Verdict, asked: Asked) -> Verdict:
    """Of choices of which none tells the fee, the days or the hours that were asked for, that is said instead.

    The only one that tells it beside saying what the plan lacks (the hours that hold everywhere) answers.
    """
    if verdict.decision is not Decision.SUGGEST or asked.facet not in _TOLD_OR_NOT:
        return verdict
    if any(_tells(knowledge, one, asked) for one in verdict.choices):
        return verdict
    near = tuple(one for one in verdict.choices if one.features.key > 0 or one.features.coverage > HALF)
    telling = [one for one in near if _tells_beside_silence(knowledge, one, asked)]
    if len(telling) == 1:
        others = tuple(one for one in verdict.choices if one is not telling[0])
        score = max(verdict.score, likelihood(telling[0].features, 0.0))
        return Verdict(Decision.ANSWER, score, telling[0], others, Reason.ONE_TELLS, verdict.ranking)
    near = near[: STANDARD.fewest_choices]
    return Verdict(Decision.NONE, verdict.score, None, near, Reason.NONE_TELLS, verdict.ranking)


def _tells(knowledge: Knowledge, candidate: Candidate, asked: Asked) -> bool:
    found = knowledge.answers[candidate.document.id]
    return found.kind != "silent" and lead(knowledge, found, asked).known


def _tells_beside_silence(knowledge: Knowledge, candidate: Candidate, asked: Asked) -> bool:
    found = knowledge.answers[candidate.document.id]
    may_tell = found.kind == "silent" and asked.facet in TOLD_EVERYWHERE
    told = leading_sentence(found.text, asked, found.title) if may_tell else None
    return told is not None and not told.silent


def _tells_as_well(knowledge: Knowledge, other: Candidate, chosen: Candidate, asked: Asked) -> bool:
    """Whether another candidate, holding as much of the question as the chosen one, tells what was asked."""
    if other.features.key <= 0 or other.features.coverage < chosen.features.coverage:
        return False
    found = knowledge.answers[other.document.id]
    if asked.facet is None or kind_suits(asked.facet, found.kind) is False:
        return False
    told = leading_sentence(found.text, asked, found.title)
    return told is not None and not told.silent


def _favoured(knowledge: Knowledge, ranking: Ranking, facet: Facet | None) -> Ranking:
    """``ranking`` with what answers the side that was asked before what only shares its words."""
    if not ranking.candidates:
        return ranking
    first = ranking.candidates[0]
    least = first.features.coverage - MUCH_LESS
    candidates = [
        Candidate(
            one.document,
            one.points + _bonus(knowledge, one, facet, least) * first.points,
            one.features,
            one.exact and not (facet is None and _is_scheduled(knowledge, one)),
        )
        for one in ranking.candidates
    ]
    candidates.sort(key=lambda one: (not one.exact, -one.points))
    return Ranking(ranking.query, tuple(candidates), ranking.breadth)


def _is_scheduled(knowledge: Knowledge, candidate: Candidate) -> bool:
    """Whether it tells only when something is to be: who says no more than the name of it asks what it is."""
    found = knowledge.answers.get(candidate.document.id)
    return found is not None and found.kind == "schedule"


def _bonus(knowledge: Knowledge, candidate: Candidate, facet: Facet | None, least: float) -> float:
    """What a candidate gains, in shares of the best points; nothing where it holds less than ``least`` of the words."""
    found = knowledge.answers.get(candidate.document.id)
    if found is None:
        return 0.0
    if facet is None and found.kind == "schedule":
        return -SUITED
    if facet is None:
        return -SUITED if found.kind == "term" and candidate.features.coverage < _WHOLE else 0.0
    bonus = facet_bonus(found, facet)
    return bonus if candidate.features.coverage >= least else min(bonus, 0.0)


def facet_bonus(answer: Answer, facet: Facet) -> float:
    """How much more an answer fits a question for being about the side that was asked."""
    told = TOLD * (facet in facets_spoken_of(answer.text))
    suits = kind_suits(facet, answer.kind)
    if suits is None:
        return told + SUITED * (facet_of_title(answer.title) is facet)
    unreadable = answer.kind == "schedule" and not answer.steps
    return told + (SUITED if suits and not unreadable else -SUITED)
