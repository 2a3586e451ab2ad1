"""What each part of the ranking gives: added one by one, and left out one by one, on the same questions.

``python -m tests.ablation ../shared/bench/localgovfaq`` (a folder in BEIR layout).  Differences are
paired by question; p is the share of 4,000 bootstrap samples in which a part does not help.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
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
LUCKS = 6
"""Other orders of the lessons that learning is tried with."""
Rows = NDArray[np.float64]
Change = tuple[object, str, object]


@dataclass(frozen=True)
class Setting:
    """What is changed in the program, and what it may use.  ``relearned``: the changes are for learning too."""

    changes: tuple[Change, ...] = ()
    learned: bool = True
    relearned: bool = False
    concepts: bool = True
    vectors: bool = True

    def __and__(self, other: Setting) -> Setting:
        """Both: all changes, and only what both may use."""
        return Setting(
            self.changes + other.changes,
            self.learned and other.learned,
            self.relearned or other.relearned,
            self.concepts and other.concepts,
            self.vectors and other.vectors,
        )


WHOLE = Setting()
NO_NEIGHBOURS = Setting(((understanding, "NEIGHBOUR_WEIGHT", 0.0),))
NO_SUMS = Setting(((ranker, "SUM_WEIGHT", 0.0), (ranker, "ADAPTED_WEIGHT", 0.0)))
NO_PARTS = Setting(((encoder, "PART_SHARE", 0.0),), relearned=True)
NO_LEARNING = Setting(learned=False)
NO_SYNONYMS = Setting(concepts=False)
NO_RERANKING = Setting(((Figures, "weight", lambda _self: 0.0),))
EVEN_STORY = Setting(((understanding, "BEFORE_WEIGHT", 1.0), (understanding, "REST_WEIGHT", 1.0)))
NO_STORY = Setting(((understanding, "BEFORE_WEIGHT", 0.0), (understanding, "REST_WEIGHT", 0.0)))
NO_KANA = Setting(((KanaModel, "hear", lambda _self, _tokens: None),))
NO_SLIPS = Setting(((understanding, "mend", lambda *_: None),))
ONE_RUN = Setting(((learning, "RUNS", 1),), relearned=True)

STEPS = {
    "近い語での広げ": NO_NEIGHBOURS,
    "意味の近さ（ベクトルの和）": NO_SUMS,
    "漢字と読みの部品": NO_PARTS,
    "学習": NO_LEARNING,
    "同義語": NO_SYNONYMS,
    "上位20件の並べ直し": NO_RERANKING,
    "質問のまわりの話を軽くすること": EVEN_STORY,
    "ひらがなの読み取りと打ち間違いの読み替え": NO_KANA & NO_SLIPS,
}
"""What is added to plain BM25, in this order, and how it is left out."""

LEFT_OUT = {
    "学習": NO_LEARNING,
    "学習の4回の平均（1回だけにする）": ONE_RUN,
    "漢字と読みの部品": NO_PARTS,
    "意味の近さ（ベクトルの和）": NO_SUMS,
    "近い語での広げ": NO_NEIGHBOURS,
    "同義語": NO_SYNONYMS,
    "上位20件の並べ直し": NO_RERANKING,
    "質問のまわりの話を軽くすること": EVEN_STORY,
    "質問のまわりの話": NO_STORY,
    "ひらがなの読み取り": NO_KANA,
    "打ち間違いの読み替え": NO_SLIPS,
    "語のベクトル（学習も）": Setting(learned=False, vectors=False),
}


@dataclass(frozen=True)
class Measures:
    """A row per graded question; ``right`` per question with a document of grade 2 (Success@3)."""

    ndcg: Rows
    recall: Rows
    right: Rows

    def shown(self) -> list[str]:
        return [f"{rows.mean():.3f}" for rows in (self.ndcg, self.recall, self.right)]


@contextlib.contextmanager
def changed(changes: tuple[Change, ...]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for owner, name, value in changes:
            stack.enter_context(patch.object(owner, name, value))
        yield


def measured(test_set: TestSet, vectors: Vectors, adaptation: Adaptation | None, *, concepts: bool = True) -> Measures:
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
    return Measures(np.array(gained), np.array(recalled), np.array(right, float))


class Workbench:
    """A test set, measured under any setting; learned once for all that leave learning as it is."""

    def __init__(self, test_set: TestSet, vectors: Vectors) -> None:
        self.test_set, self.vectors = test_set, vectors
        self._adaptation = learn(test_set.documents, vectors)

    def measured(self, setting: Setting) -> Measures:
        known = self.vectors if setting.vectors else NO_VECTORS
        with changed(setting.changes):
            return measured(self.test_set, known, self._learned(setting, known), concepts=setting.concepts)

    def _learned(self, setting: Setting, known: Vectors) -> Adaptation | None:
        if not setting.learned:
            return None
        return learn(self.test_set.documents, known) if setting.relearned else self._adaptation


def chance(whole: Rows, without: Rows) -> float:
    """The share of bootstrap samples in which ``whole`` is no better than ``without``."""
    differences = whole - without
    random = np.random.default_rng(0)
    samples = random.choice(differences, (SAMPLES, len(differences))).mean(axis=1)
    return float((samples <= 0).mean())


def steps_table(bench: Workbench) -> Table:
    """From words alone to the whole; each step compared with the one before."""
    table = _table("一つずつ加える", "加えたもの", "nDCG の前との差")
    names, offs = list(STEPS), list(STEPS.values())
    before: Measures | None = None
    for count in track(range(len(STEPS) + 1), "部品を一つずつ加えています"):
        setting = WHOLE
        for off in offs[count:]:
            setting &= off
        found = bench.measured(setting)
        name = f"＋ {names[count - 1]}" if count else "語だけ（BM25）"
        table.add_row(name, *found.shown(), *(_compared(found, before) if before else ("", "")))
        before = found
    return table


def left_out_table(bench: Workbench) -> Table:
    """The whole, and what is left of it without each part."""
    table = _table("一つずつ外す", "外したもの", "nDCG の差")
    whole = bench.measured(WHOLE)
    table.add_row("なし（すべて）", *whole.shown(), "", "")
    for name, setting in track(LEFT_OUT.items(), "部品を一つずつ外しています"):
        found = bench.measured(setting)
        table.add_row(name, *found.shown(), *_compared(whole, found, sign=-1))
    return table


def luck_table(bench: Workbench) -> Table:
    """The whole with its lessons in other orders: what differs less than these may be luck."""
    table = Table("学習の並び順", "nDCG@10", "Recall@10", "Success@3", title="学習の並び順の運")
    run, found = learning._Run, [bench.measured(WHOLE)]
    for luck in track(range(1, LUCKS + 1), "別の並び順で学んでいます"):
        other = partial(_other_order, run, luck * learning.RUNS)
        found.append(bench.measured(Setting(((learning, "_Run", other),), relearned=True)))
    for number, one in enumerate(found):
        table.add_row(f"別の並び順 {number}" if number else "いつもの並び順", *one.shown())
    figures = np.array([[one.ndcg.mean(), one.recall.mean(), one.right.mean()] for one in found])
    spread = zip(figures.mean(axis=0), figures.std(axis=0, ddof=1), strict=True)
    table.add_row("平均 ± 標準偏差", *(f"{mean:.3f} ± {deviation:.3f}" for mean, deviation in spread))
    return table


def _other_order(
    run: type[learning._Run], offset: int, lessons: learning._Lessons, start: NDArray[np.float32], number: int
) -> learning._Run:
    return run(lessons, start, number + offset)


def subsets_table(bench: Workbench) -> Table:
    """What learning gives to small knowledge bases."""
    table = Table("件数", "学習なし", "学習あり", "差", "p", title="小さなナレッジ（本物から抜き出したもの）の nDCG@10")
    for size in (100, 300, 1000):
        before, after = subsets(bench.test_set, bench.vectors, size)
        table.add_row(
            str(size),
            f"{before.mean():.3f}",
            f"{after.mean():.3f}",
            f"{(after - before).mean():+.3f}",
            f"{chance(after, before):.3f}",
        )
    return table


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
        before += measured(small, vectors, None).ndcg.tolist()
        after += measured(small, vectors, learn(filled, vectors)).ndcg.tolist()
    return np.array(before), np.array(after)


def _table(title: str, part: str, difference: str) -> Table:
    return Table(part, "nDCG@10", "Recall@10", "Success@3", difference, "p", title=title)


def _compared(with_part: Measures, without: Measures, sign: int = 1) -> tuple[str, str]:
    gain = float((with_part.ndcg - without.ndcg).mean())
    return f"{sign * gain:+.3f}", f"{chance(with_part.ndcg, without.ndcg):.3f}"


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/bench/localgovfaq")
    if not (folder / "corpus.jsonl").exists():
        Console().print(f"{folder} は手元にないので、測りません")
        return
    threadpool_limits(1, "blas")
    bench = Workbench(read_test_set(folder), open_vectors(VECTORS))
    for table in (steps_table, left_out_table, luck_table, subsets_table):
        Console(width=110).print(table(bench))


if __name__ == "__main__":
    main()
