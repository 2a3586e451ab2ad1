"""Which questions of a test set fail, and twenty of them drawn by lot, to be read one by one.

``python -m tests.failures ../shared/bench/localgovfaq`` (a folder in BEIR layout).  A question fails
when it has a document of grade 2 and another stands first, or has none and its nDCG@10 is below 0.5.
What was read out of the twenty, and done about them, is in docs/failures.md.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from intents.decision import decide
from intents.evaluation import GRADE_RIGHT, TestSet, ndcg, read_test_set
from intents.index import Index, build_index
from intents.learning import learn
from intents.ranker import RERANKED, Ranking, rank
from intents.vectors import open_vectors
from tests.ablation import VECTORS

SEED, DRAWN = 3, 20
LOW = 0.5
_NUMBERS = (30, 72, 77, 111, 226, 262, 315, 345, 350, 386, 481, 498, 568, 646, 657, 667, 689, 693, 700, 705)
READ = frozenset(map(str, _NUMBERS))
"""The twenty drawn when docs/failures.md was begun: those that fail move with every change."""


@dataclass(frozen=True)
class Tried:
    """A question with what was found for it.  ``place``: where the first of its best documents stands."""

    query: str
    text: str
    gained: float
    best: int
    place: int | None
    ranking: Ranking

    @property
    def failed(self) -> bool:
        return self.place != 1 if self.best == GRADE_RIGHT else self.gained < LOW


def tried(index: Index, query: str, text: str, grades: Mapping[str, int]) -> Tried:
    ranking = rank(index, text, RERANKED)
    found = [candidate.document.id for candidate in ranking.candidates]
    best = max(grades.values())
    places = (place for place, name in enumerate(found, 1) if grades.get(name) == best)
    return Tried(query, text, ndcg(found, grades), best, next(places, None), ranking)


def all_tried(test_set: TestSet) -> list[Tried]:
    vectors = open_vectors(VECTORS)
    adaptation = learn(test_set.documents, vectors)
    index = build_index(test_set.documents, vectors=vectors, adaptation=adaptation)
    graded = ((query, text, test_set.grades.get(query)) for query, text in test_set.queries)
    return [tried(index, query, text, grades) for query, text, grades in graded if grades]


def drawn(failed: list[Tried]) -> set[str]:
    """The same twenty whenever the same questions fail."""
    return set(random.Random(SEED).sample(sorted(one.query for one in failed), min(DRAWN, len(failed))))


def table(title: str, chosen: list[Tried]) -> Table:
    shown = Table("番号", "質問", "印", "順位", "nDCG@10", "判断", "先頭の文書", title=title)
    for one in chosen:
        place = str(one.place) if one.place else f"{RERANKED}位より下"
        first = one.ranking.candidates[0].document.question
        decision = decide(one.ranking).decision.value
        shown.add_row(one.query, one.text, str(one.best), place, f"{one.gained:.2f}", decision, first)
    return shown


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/bench/localgovfaq")
    if not (folder / "corpus.jsonl").exists():
        Console().print(f"{folder} は手元にないので、測りません")
        return
    threadpool_limits(1, "blas")
    every = all_tried(read_test_set(folder))
    failed = [one for one in every if one.failed]
    console = Console(width=150)
    console.print(table("docs/failures.md で読んだ20問の今", [one for one in every if one.query in READ]))
    lot = drawn(failed)
    console.print(table(f"今の失敗から種 {SEED} で引いた{DRAWN}問", [one for one in failed if one.query in lot]))
    console.print(f"{len(every)}問のうち失敗 {len(failed)}問")


if __name__ == "__main__":
    main()
