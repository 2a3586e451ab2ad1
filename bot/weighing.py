"""From a question to what is said to it: ranked, the side that was asked weighed in, decided."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import Dialogue
from bot.leads import is_missing
from bot.replies import Choice, Reply, answer_reply, none_reply, suggestion_reply
from intents.decision import STANDARD, Decision, Policy, Verdict, decide, likelihood
from intents.facets import YES_OR_NO, Asked, Facet, in_usual_words, kind_suits
from intents.leads import facet_of_title, facets_spoken_of, leading_sentence
from intents.ranker import Candidate, Ranking, rank
from knowledge.answers import Answer
from knowledge.calendar import era_year
from knowledge.corpus import Knowledge

TITLE_BONUS, KIND_BONUS, TOLD_BONUS, CONTEXT_BONUS = 0.15, 0.12, 0.05, 0.05
"""As shares of the best points, among candidates that fit nearly alike: for an entry written for the
side that was asked, a kind of knowledge made for it, a text that tells it, the same measure as the
answer before."""
NEAR = 0.2
"""What has fewer points by more than this share than the best is not preferred for its facet."""
PLAIN_LIKENESS, WHOLE, WRITTEN_FOR_IT = 0.7, 0.99, 0.15


def weigh(knowledge: Knowledge, asked: Asked, policy: Policy, last: Answer | None = None) -> Verdict:
    """What to do with a question.  ``last``: the answer that it comes after."""
    ranking = _favoured(knowledge, rank(knowledge.index, _as_searched(asked)), asked, last)
    verdict = decide(ranking, _bolder(knowledge, ranking, asked, policy))
    return _unless_another_tells(knowledge, verdict, asked)


def verdict_reply(knowledge: Knowledge, verdict: Verdict, asked: Asked, before: Dialogue) -> tuple[Reply, Dialogue]:
    """The reply to a weighed question, and what the dialogue is about then."""
    about = replace(before, facet=asked.facet or None, listing=None)
    choices = tuple(
        Choice(choice.document.id, choice.document.question, likelihood(choice.features, 0.0))
        for choice in verdict.choices
    )
    if verdict.decision is Decision.ANSWER and verdict.chosen is not None:
        found = knowledge.answers[verdict.chosen.document.id]
        reply = answer_reply(knowledge, found, verdict.score, asked)
        return reply, replace(about, entry_id=found.entry_id, offered=(), misses=0)
    if verdict.decision is Decision.SUGGEST:
        offered = tuple((choice.entry_id, choice.title) for choice in choices)
        return suggestion_reply(knowledge, choices, verdict.score, before.misses), replace(about, offered=offered)
    return none_reply(knowledge, verdict.score, before.misses), replace(about, offered=(), misses=before.misses + 1)


def _as_searched(asked: Asked) -> str:
    """The question with its years as plans write them, too: 2024年度 stands there as 令和6年度."""
    eras = [f"{era_year(year)}度" for year in asked.years if f"{era_year(year)}" not in asked.text]
    return " ".join((in_usual_words(asked.text) if asked.facet else asked.text, *eras))


def _bolder(knowledge: Knowledge, ranking: Ranking, asked: Asked, policy: Policy) -> Policy:
    """Many entries hold 「計画」; where one was written for 「いつまで」, the question was not too broad.

    An entry that also holds every word of the question needs to be less likely to be answered.
    """
    if asked.facet is None or not ranking.candidates:
        return policy
    first = ranking.candidates[0]
    features = first.features
    written_for_it = facet_bonus(knowledge.answers[first.document.id], asked.facet) >= KIND_BONUS
    if not written_for_it or features.likeness < PLAIN_LIKENESS:
        return policy
    whole = features.key > 0 and features.coverage >= WHOLE
    sure = policy.answer_from - WRITTEN_FOR_IT if whole else policy.answer_from
    return replace(policy, broad_from=len(knowledge.answers) + 1, answer_from=sure)


def _unless_another_tells(knowledge: Knowledge, verdict: Verdict, asked: Asked) -> Verdict:
    """「載っていません」 is said only where no other candidate tells it: else both are offered."""
    chosen = verdict.chosen
    if chosen is None or not is_missing(knowledge, knowledge.answers[chosen.document.id], asked):
        return verdict
    telling = [one for one in verdict.choices if _tells_as_well(knowledge, one, chosen, asked)]
    if not telling:
        return verdict
    rest = [one for one in verdict.choices if one not in telling]
    return Verdict(Decision.SUGGEST, verdict.score, None, (*telling, chosen, *rest)[: STANDARD.most_choices])


def _tells_as_well(knowledge: Knowledge, other: Candidate, chosen: Candidate, asked: Asked) -> bool:
    """Whether another candidate, holding as much of the question as the chosen one, tells what was asked."""
    if other.features.key <= 0 or other.features.coverage < chosen.features.coverage:
        return False
    found = knowledge.answers[other.document.id]
    if asked.facet is None or kind_suits(asked.facet, found.kind) is False:
        return False
    told = leading_sentence(found.text, asked, found.title)
    return told is not None and not told.silent


def _favoured(knowledge: Knowledge, ranking: Ranking, asked: Asked, last: Answer | None) -> Ranking:
    """``ranking`` with what answers the side that was asked before what only shares its words."""
    if asked.facet is None and last is None:
        return ranking
    best = max((one.points for one in ranking.candidates), default=0.0)
    candidates = [
        _favoured_candidate(knowledge, one, asked.facet, last, best) if one.points >= best * (1 - NEAR) else one
        for one in ranking.candidates
    ]
    candidates.sort(key=lambda one: (not one.exact, -one.points))
    return replace(ranking, candidates=tuple(candidates))


def _favoured_candidate(
    knowledge: Knowledge, candidate: Candidate, facet: Facet | None, last: Answer | None, best: float
) -> Candidate:
    found = knowledge.answers.get(candidate.document.id)
    if found is None:
        return candidate
    bonus = facet_bonus(found, facet) if facet else 0.0
    if last is not None and last.measure and found.measure == last.measure:
        bonus += CONTEXT_BONUS
    return replace(candidate, points=candidate.points + bonus * best)


def facet_bonus(answer: Answer, facet: Facet) -> float:
    """How much more an answer fits a question for being about the side that was asked."""
    if facet in YES_OR_NO:
        return 0.0
    told = TOLD_BONUS * (facet in facets_spoken_of(answer.text))
    suits = kind_suits(facet, answer.kind)
    if suits is None:
        return told + TITLE_BONUS * (facet_of_title(answer.title) is facet)
    unreadable = answer.kind == "schedule" and not answer.steps
    return told + (KIND_BONUS if suits and not unreadable else -KIND_BONUS)
