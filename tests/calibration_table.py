"""How far the score can be believed on the gold questions, and on those that nothing was tuned to.

``python -m tests.calibration_table [BEIR folder]``.  Right is a reply that holds the required fact,
or, where the plan is silent, says so.  The weights of the score were found on the gold questions
together with the benchmark: given its folder, that is done anew, four fifths at a time, for both.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.calibration_report import REFITTED_NOTE, WEIGHED, error_row, error_table, reliability_tables
from intents.calibration import (
    FOLD_SEEDS,
    Case,
    calibration,
    cross_validated,
    fit,
    refitted,
    reliability,
    rescored,
    right_of,
    rows_of,
)
from intents.decision import POLICIES
from intents.evaluation import TestSetError, first_candidates, read_test_set, run
from intents.vectors import Vectors, open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.caution import LEVELS
from knowledge.corpus import Corpus
from knowledge.db import migrate, open_database
from knowledge.lessons import learn_next
from knowledge.loading import load_bundle
from tests.support.gold import GOLD, HELD_OUT
from tests.support.gold_cases import GoldCase, gold_cases, not_weighed, weighed

ROOT = Path(__file__).parent.parent
SETS = {"用意した質問（gold。調整に使った）": GOLD, "調整に使わない質問（gold_heldout。測るだけ）": HELD_OUT}
console = Console(width=110)


def gold_sets(folder: Path, vectors: Vectors) -> list[list[GoldCase]]:
    """Both sets of questions, asked of the bundled content as set-up leaves it."""
    database = open_database(f"sqlite:///{folder / 'kotae.db'}")
    try:
        migrate(database)
        for content in content_folders():
            load_bundle(database, read_bundle(content), now())
        while learn_next(database, Corpus(database, vectors), vectors) is not None:
            pass
        return [gold_cases(Corpus(database, vectors), gold) for gold in SETS.values()]
    finally:
        database.dispose()


def directly(found: Sequence[GoldCase]) -> Table:
    """What the levels make of the questions that an entry covers, and of those that none does."""
    table = Table("段階", "答えのある質問に正しく答える", "答えのない質問に別の答えを返す", title="直接答える質問")
    for name in POLICIES:
        cells = [(sum(one), len(one)) for one in (_got(found, name, "answer", True), _got(found, name, "none", False))]
        table.add_row(LEVELS[name], *(f"{count} / {total}（{count / total:.0%}）" for count, total in cells))
    return table


def _got(found: Sequence[GoldCase], level: str, expect: str, right: bool) -> list[bool]:
    """Of each question that expects ``expect``, whether ``level`` answers it, ``right`` or not."""
    asked = [gold.case for gold in found if gold.expect == expect]
    return [case is not None and level in case.answered_at and case.right is right for case in asked]


def together(bench: Sequence[Case], gold: Sequence[Case], held_out: Sequence[Case]) -> Table:
    """Weights made anew as those in use were: on the benchmark and the gold questions at once."""
    both = [*bench, *gold]
    scores = [cross_validated(both, seed) for seed in FOLD_SEEDS]
    table = error_table("二つの質問集を合わせて重みを決め直す")
    parts = (("localgovFAQ", bench, slice(len(bench))), ("gold", gold, slice(len(bench), None)))
    for name, cases, part in parts:
        found = refitted([calibration(one[part], right_of(cases)) for one in scores])
        table.add_row(*error_row(f"{name}（5分の4で決め、残りで測る）", found))
    weights = fit(rows_of(both), right_of(both))
    unseen = calibration(rescored(held_out, weights), right_of(held_out))
    table.add_row(*error_row("gold_heldout（両方すべてで決める）", unseen))
    shown = "、".join(f"{name} {weight:+.2f}" for name, weight in zip(WEIGHED, weights, strict=True))
    table.caption = f"{REFITTED_NOTE}両方すべてで決めると、{shown}。"
    return table


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?")
    given = arguments.parse_args()
    threadpool_limits(1, "blas")
    vectors = open_vectors(ROOT / "instance" / "vectors")
    with tempfile.TemporaryDirectory() as scratch:
        sets = gold_sets(Path(scratch), vectors)
    for name, found in zip(SETS, sets, strict=True):
        console.rule(name)
        console.print(*reliability_tables(reliability(weighed(found))), directly(found), sep="\n")
        console.print(f"項目を比べずに答えた質問（上の表には入らない）: {dict(not_weighed(found))}")
    if given.folder is None or not given.folder.is_dir():
        console.print("localgovFAQ のフォルダーを渡されていないので、合わせて決め直す表は作りませんでした。")
        return 0
    try:
        test_set = read_test_set(given.folder)
    except TestSetError as error:
        console.print(str(error))
        return 1
    console.rule("localgovFAQ と gold を合わせて")
    bench = first_candidates(test_set, run(test_set, vectors))
    console.print(together(bench, *map(weighed, sets)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
