"""What to do with a ranking: answer, offer choices, or say openly that nothing fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from intents.features import Features
from intents.ranker import Candidate, Ranking


class Decision(StrEnum):
    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"
    SMALLTALK = "smalltalk"
    HANDOFF = "handoff"


class Reason(StrEnum):
    """What decided.  From SILENT_ON_IT on, only those know who know more of an entry than its words."""

    EXACT = "exact"
    SURE = "sure"
    ONLY = "only"
    UNSURE = "unsure"
    BROAD = "broad"
    KEY_MISSING = "key_missing"
    UNLIKELY = "unlikely"
    NOTHING_ALIKE = "nothing_alike"
    NO_CANDIDATE = "no_candidate"
    SILENT_ON_IT = "silent_on_it"
    TOLD_EVERYWHERE = "told_everywhere"
    OF_SOMETHING_ELSE = "of_something_else"
    ANOTHER_HOLDS_MORE = "another_holds_more"
    ANOTHER_TELLS = "another_tells"
    ANOTHER_IS_NAMED = "another_is_named"
    ONLY_DEFINES = "only_defines"
    HAS_THE_FIGURE = "has_the_figure"
    NONE_TELLS = "none_tells"
    ONE_TELLS = "one_tells"
    SAYS_AS_MUCH = "says_as_much"
    ASKED_AT_THE_END = "asked_at_the_end"


@dataclass(frozen=True)
class Policy:
    """How sure one must be.

    ``…_from`` are likelihoods that the first candidate is right.  A question whose words
    ``broad_from`` documents hold is answered only with a ``clear_lead`` over the second.
    """

    answer_from: float = 0.67
    suggest_from: float = 0.3
    choice_from: float = 0.2
    fewest_choices: int = 3
    most_choices: int = 5
    broad_from: int = 8
    clear_lead: float = 1.25


@dataclass(frozen=True)
class Verdict:
    """``chosen`` answers; ``choices`` are offered; ``score`` is the likelihood that the first is right.

    ``ranking``: what was weighed.
    """

    decision: Decision
    score: float
    chosen: Candidate | None
    choices: tuple[Candidate, ...]
    reason: Reason = Reason.SURE
    ranking: Ranking | None = field(default=None, compare=False, repr=False)


STANDARD = Policy()
CAUTIOUS = Policy(answer_from=0.8)
BOLD = Policy(answer_from=0.5, suggest_from=0.25)
POLICIES = MappingProxyType({"cautious": CAUTIOUS, "standard": STANDARD, "bold": BOLD})
"""The levels that staff choose from; what each risks is in docs/calibration.md."""


# Fitted by logistic regression; see docs/quality.md.
_START, _MEANING, _MISSING, _LEAD, _WORDED = -3.05, 3.31, -0.19, 0.68, 1.18
MOST_LEAD = 2.0
EXACT_SCORE = 0.95
"""An entry asked for in its own words, letter for letter, is meant."""


def likelihood(features: Features, lead: float) -> float:
    """How likely a candidate is right.  ``lead``: its points over the second's, at most MOST_LEAD."""
    total = _START + _MEANING * features.meaning + _MISSING * features.missing + _LEAD * lead
    return 1 / (1 + math.exp(-(total + _WORDED * features.worded)))


def decide(ranking: Ranking, policy: Policy = STANDARD) -> Verdict:
    """Weigh a ranking.  An entry that lacks the question's key noun is offered, never answered."""
    if not ranking.candidates:
        return Verdict(Decision.NONE, 0.0, None, (), Reason.NO_CANDIDATE, ranking)
    first, *others = ranking.candidates
    score = likelihood(first.features, lead(ranking))
    if first.exact:
        score = max(score, EXACT_SCORE)
    choices = _choices((first, *others), policy)
    reason = _why_not_answered(ranking, score, policy)
    if reason is None:
        return Verdict(Decision.ANSWER, score, first, choices[1:], _why_answered(first, score, policy), ranking)
    if score >= policy.suggest_from and _may_suggest(first.features):
        return Verdict(Decision.SUGGEST, score, None, choices, reason, ranking)
    reason = Reason.UNLIKELY if score < policy.suggest_from else Reason.NOTHING_ALIKE
    return Verdict(Decision.NONE, score, None, (), reason, ranking)


def _why_not_answered(ranking: Ranking, score: float, policy: Policy) -> Reason | None:
    """What speaks against answering with the first candidate; None where nothing does."""
    if score < (policy.suggest_from if _is_only(ranking) else policy.answer_from):
        return Reason.UNSURE
    if not _may_answer(ranking.candidates[0].features):
        return Reason.KEY_MISSING
    return Reason.BROAD if _is_broad(ranking, policy) else None


def _why_answered(first: Candidate, score: float, policy: Policy) -> Reason:
    if first.exact:
        return Reason.EXACT
    return Reason.SURE if score >= policy.answer_from else Reason.ONLY


def lead(ranking: Ranking) -> float:
    """How far the first candidate is ahead of the second, in points, 0 to MOST_LEAD."""
    first, *others = ranking.candidates
    if not others or (first.exact and not others[0].exact):
        return MOST_LEAD
    return min(max(first.points - others[0].points, 0.0), MOST_LEAD)


_WHOLE = 0.999
SAME = 0.97
"""From this likeness on, a wording says the same as the question."""


def _choices(ranked: tuple[Candidate, ...], policy: Policy) -> tuple[Candidate, ...]:
    """What is likely enough to be offered; where that is too little to choose from, the next best too."""
    likely = (ranked[0], *(one for one in ranked[1:] if likelihood(one.features, 0.0) >= policy.choice_from))
    enough = likely if len(likely) >= policy.fewest_choices else ranked[: policy.fewest_choices]
    return enough[: policy.most_choices]


def _is_broad(ranking: Ranking, policy: Policy) -> bool:
    """A bare 「デジタル」 fits many entries alike: which one is meant, only the resident knows."""
    first, *others = ranking.candidates
    alone = first.features.likeness > SAME and all(other.features.likeness <= SAME for other in others)
    broad = ranking.breadth >= policy.broad_from and lead(ranking) < policy.clear_lead
    return broad and not (first.exact or alone)


def _is_only(ranking: Ranking) -> bool:
    """Whether the first alone holds every word of the question, as for a rare keyword."""
    features = ranking.candidates[0].features
    return ranking.breadth == 1 and features.coverage > _WHOLE


def _may_answer(features: Features) -> bool:
    # Without a noun that names a matter (引っ越したら) likeness tells; no likeness makes up for one that is missing.
    return features.key > 0 or (features.missing == 0 and features.likeness > 0.6) or features.sound > 0.8


def _may_suggest(features: Features) -> bool:
    # Without the key noun, a wording alike in form (…の課はどこ) is offered only where some of the matter is shared.
    alike = features.likeness > (0.35 if features.coverage > 0.35 else 0.43)
    return features.key > 0 or features.coverage > 0.5 or alike or features.sound > 0.401
