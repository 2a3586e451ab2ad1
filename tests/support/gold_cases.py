"""What the score of each gold question says, beside whether its first answer holds the fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot import conversation, weighing
from bot.conversation import answer
from intents.calibration import Case, case_of
from intents.decision import STANDARD, Decision, Policy, Verdict, decide
from intents.ranker import Ranking
from knowledge.corpus import Corpus, Knowledge
from tests.support.gold import judged, questions

RIGHT = frozenset({"right", "said that the plan is silent"})


@dataclass(frozen=True)
class GoldCase:
    """``expect``: whether the plan answers it.  ``case``: None where no entry was weighed (lists, offices)."""

    expect: str
    got: str
    case: Case | None


@dataclass
class _FirstCandidate:
    """Stands in for ``weigh``: answers with whatever comes first, so that it can be judged."""

    rankings: list[Ranking] = field(default_factory=list)

    def __call__(self, *asked: Any) -> Verdict:
        with patch.object(weighing, "decide", self._decide):
            verdict = weighing.weigh(*asked)
        first = self.rankings[-1].candidates[:1]
        return Verdict(Decision.ANSWER, verdict.score, first[0], ()) if first else verdict

    def _decide(self, ranking: Ranking, policy: Policy = STANDARD) -> Verdict:
        self.rankings.append(ranking)
        return decide(ranking, policy)


def gold_cases(corpus: Corpus, folder: Path) -> list[GoldCase]:
    """The questions that ask for knowledge, whether the plan holds it or not."""
    return [
        _gold_case(corpus.current(code), item)
        for code, item in questions(folder)
        if item["expect"] in ("answer", "none")
    ]


def weighed(cases: Sequence[GoldCase]) -> list[Case]:
    return [gold.case for gold in cases if gold.case is not None]


def not_weighed(cases: Sequence[GoldCase]) -> Counter[tuple[str, str]]:
    """What became of the others, by (expected, got)."""
    return Counter((gold.expect, gold.got) for gold in cases if gold.case is None)


def _gold_case(knowledge: Knowledge, item: dict[str, Any]) -> GoldCase:
    first = _FirstCandidate()
    with patch.object(conversation, "weigh", first):
        outcome = answer(knowledge, item["question"])
    got = judged(knowledge, outcome, item)
    if not first.rankings or outcome.reply.score is None:
        return GoldCase(item["expect"], got, None)

    def answers(policy: Policy) -> bool:
        return answer(knowledge, item["question"], policy=policy).reply.decision is Decision.ANSWER

    return GoldCase(item["expect"], got, case_of(first.rankings[-1], got in RIGHT, answers))
