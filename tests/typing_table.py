"""How much of the ranking's quality is left when questions are typed as people type them.

``python -m tests.typing_table <BEIR folder> [--only 名前]``.  The index is built once, as it is
published: with what it learns from its own entries.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from intents.evaluation import TestSet, TestSetError, ndcg, read_test_set
from intents.index import Index, build_index
from intents.learning import learn
from intents.ranker import rank
from intents.vectors import open_vectors
from tests.support.typing import BY_CHANCE, Variant, variants

ROOT = Path(__file__).parent.parent
SEEDS = range(5)
DEPTH = 100

Ranker = Callable[[str], Sequence[str]]


def quality(test_set: TestSet, ranked: Ranker, variant: Variant, seed: int) -> float:
    """The mean nDCG@10 over the graded queries, each typed as ``variant`` types it."""
    graded = [(text, test_set.grades[query]) for query, text in test_set.queries if test_set.grades.get(query)]
    return fmean(ndcg(ranked(variant(text, seed)), grades) for text, grades in graded)


def ranker_of(index: Index) -> Ranker:
    def ranked(text: str) -> list[str]:
        return [candidate.document.id for candidate in rank(index, text, DEPTH).candidates]

    return ranked


def table_of(test_set: TestSet, ranked: Ranker, chosen: Sequence[str]) -> Table:
    """A row per variant: what is left, and its share of the clean questions' figure."""
    table = Table("打ち方", "nDCG@10", "もとの質問との比", "種ごと", title="打ち方による nDCG@10 の変化")
    clean = quality(test_set, ranked, lambda text, _: text, 0)
    table.add_row("もとの質問", f"{clean:.3f}", "100.0 %", "")
    for name, variant in variants().items():
        if chosen and name not in chosen:
            continue
        seeds = SEEDS if name in BY_CHANCE else SEEDS[:1]
        found = [quality(test_set, ranked, variant, seed) for seed in seeds]
        by_seed = " ".join(f"{one:.3f}" for one in found) if len(found) > 1 else ""
        table.add_row(name, f"{fmean(found):.3f}", f"{fmean(found) / clean:.1%}", by_seed)
    return table


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--only", nargs="*", default=[], metavar="NAME", help="of the variants only these")
    given = arguments.parse_args()
    console = Console(width=100)
    if not given.folder.is_dir():
        console.print(f"{given.folder} がないため、打ち方の表は作りませんでした。")
        return 0
    try:
        test_set = read_test_set(given.folder)
    except TestSetError as error:
        console.print(str(error))
        return 1
    vectors = open_vectors(ROOT / "instance" / "vectors")
    index = build_index(test_set.documents, vectors=vectors, adaptation=learn(test_set.documents, vectors))
    console.print(table_of(test_set, ranker_of(index), given.only))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
