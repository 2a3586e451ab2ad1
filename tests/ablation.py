"""What each part of the ranking gives: every one left out in turn, on the same questions.

``python -m tests.ablation ../shared/bench/localgovfaq`` (a folder in BEIR layout).  The
differences are paired by question; p is the share of 4,000 bootstrap samples in which
leaving the part out does not hurt.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from threadpoolctl import threadpool_limits

from intents import encoder, learning, ranker, understanding
from intents.counts import Document
from intents.encoder import Adaptation
from intents.evaluation import TestSet, ndcg, read_test_set, recall, success
from intents.features import Figures
from intents.index import build_index
from intents.kana import KanaModel
from intents.learning import learn
from intents.lexicon import make_lexicon
from intents.ranker import RERANKED, rank
from intents.vectors import NO_VECTORS, Vectors, open_vectors

VECTORS = Path(__file__).parent.parent / "instance" / "vectors"
SAMPLES = 4_000
Rows = NDArray[np.float64]


@contextlib.contextmanager
def changed(*changes: tuple[object, str, object]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for owner, name, value in changes:
            stack.enter_context(patch.object(owner, name, value))
        yield


def measured(
    test_set: TestSet, vectors: Vectors, adaptation: Adaptation | None, *, concepts: bool = True
) -> dict[str, Rows]:
    """Per graded question nDCG@10 and Recall@10, and Success@3 of grade 2 over those that have one."""
    lexicon = None if concepts else make_lexicon([])
    index = build_index(test_set.documents, vectors=vectors, adaptation=adaptation, lexicon=lexicon)
    gained, recalled, right = [], [], []
    for query, text in test_set.queries:
        grades = test_set.grades.get(query, {})
        if not grades:
            continue
        found = [candidate.document.id for candidate in rank(index, text, RERANKED).candidates]
        gained.append(ndcg(found, grades))
        recalled.append(recall(found, grades))
        if 2 in grades.values():
            right.append(success(found, grades, 3))
    return {"ndcg": np.array(gained), "recall": np.array(recalled), "right": np.array(right)}


def chance(whole: Rows, without: Rows) -> float:
    """The share of bootstrap samples in which the part makes no difference for the better."""
    differences = whole - without
    random = np.random.default_rng(0)
    samples = random.choice(differences, (SAMPLES, len(differences))).mean(axis=1)
    return float((samples <= 0).mean())


def variants(test_set: TestSet, vectors: Vectors) -> Iterator[tuple[str, Callable[[], dict[str, Rows]]]]:
    adaptation = learn(test_set.documents, vectors)

    def run(
        *changes: tuple[object, str, object],
        known: Vectors = vectors,
        adapted: Adaptation | None = adaptation,
        relearn: bool = False,
        concepts: bool = True,
    ) -> Callable[[], dict[str, Rows]]:
        def measure() -> dict[str, Rows]:
            with changed(*changes):
                learned = learn(test_set.documents, known) if relearn else adapted
                return measured(test_set, known, learned, concepts=concepts)

        return measure

    yield "すべて", run()
    yield "学習なし", run(adapted=None)
    yield "学習を1回だけ（4回の平均のかわり）", run((learning, "RUNS", 1), relearn=True)
    yield "漢字と読みの部品なし", run((encoder, "PART_SHARE", 0.0), relearn=True)
    yield "意味の近さ（ベクトルの和）なし", run((ranker, "ADAPTED_WEIGHT", 0.0))
    yield "近い語での広げなし", run((understanding, "NEIGHBOUR_WEIGHT", 0.0))
    yield "同義語なし", run(concepts=False)
    yield "上位20件の並べ直しなし", run((Figures, "weight", lambda _self: 0.0))
    yield "質問のまわりの話も同じ重み", run((understanding, "STORY_WEIGHT", 1.0))
    yield "質問のまわりの話を読まない", run((understanding, "STORY_WEIGHT", 0.0))
    yield "かなの読み取りなし", run((KanaModel, "hear", lambda _self, _tokens: None))
    yield "語のベクトルなし（学習も）", run(known=NO_VECTORS, adapted=None)
    yield (
        "語だけ（BM25、広げなし）",
        run(
            (understanding, "NEIGHBOUR_WEIGHT", 0.0),
            (ranker, "SUM_WEIGHT", 0.0),
            (Figures, "weight", lambda _self: 0.0),
            adapted=None,
            concepts=False,
        ),
    )


def subsets(test_set: TestSet, vectors: Vectors, size: int, rounds: int = 5) -> tuple[Rows, Rows]:
    """nDCG@10 without and with learning on small knowledge bases drawn from the whole, a row a question."""
    random = np.random.default_rng(size)
    before: list[float] = []
    after: list[float] = []
    asked = {query: grades for query, grades in test_set.grades.items() if grades}
    for _ in range(rounds):
        few = random.choice(sorted(asked), max(size // 5, 1), replace=False)
        needed = {name for query in few for name in asked[str(query)]}
        others = [document for document in test_set.documents if document.id not in needed]
        filled: list[Document] = [document for document in test_set.documents if document.id in needed][:size]
        filled += [others[int(place)] for place in random.permutation(len(others))[: size - len(filled)]]
        kept = {document.id for document in filled}
        small = replace(
            test_set,
            documents=tuple(filled),
            grades={
                str(query): {name: grade for name, grade in asked[str(query)].items() if name in kept} for query in few
            },
        )
        before += measured(small, vectors, None)["ndcg"].tolist()
        after += measured(small, vectors, learn(filled, vectors))["ndcg"].tolist()
    return np.array(before), np.array(after)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/bench/localgovfaq")
    if not (folder / "corpus.jsonl").exists():
        Console().print(f"{folder} は手元にないので、測りません")
        return
    threadpool_limits(1, "blas")
    test_set, vectors = read_test_set(folder), open_vectors(VECTORS)
    table = Table("", "nDCG@10", "Recall@10", "Success@3", "nDCG の差", "p")
    whole: dict[str, Rows] | None = None
    for name, measure in track(list(variants(test_set, vectors)), "部品を一つずつ外しています"):
        found = measure()
        whole = whole or found
        loss = float((found["ndcg"] - whole["ndcg"]).mean())
        table.add_row(
            name,
            *(f"{found[key].mean():.3f}" for key in ("ndcg", "recall", "right")),
            f"{loss:+.3f}",
            f"{chance(whole['ndcg'], found['ndcg']):.3f}" if found is not whole else "",
        )
    small = Table("件数", "学習なし", "学習あり", "差", "p", title="小さなナレッジ（本物から抜き出したもの）の nDCG@10")
    for size in (100, 300, 1000):
        before, after = subsets(test_set, vectors, size)
        small.add_row(
            str(size),
            f"{before.mean():.3f}",
            f"{after.mean():.3f}",
            f"{(after - before).mean():+.3f}",
            f"{chance(after, before):.3f}",
        )
    Console().print(table)
    Console().print(small)


if __name__ == "__main__":
    main()
