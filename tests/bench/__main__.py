"""How fast questions are understood, and what it takes: ``make bench``.

Times are wall-clock on the machine at hand: compare within a run, not between runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.conversation import answer
from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.corpus import Corpus
from knowledge.db import migrate, open_database
from knowledge.loading import load_bundle
from tests.bench.country import MUNICIPALITIES, measure_country
from tests.bench.effect import measure_effect
from tests.bench.material import VECTORS, gold_questions, material
from tests.bench.memory import measure_service
from tests.bench.peers import compare
from tests.bench.publish import measure_publishing
from tests.bench.refusals import measure_refusals
from tests.bench.sizes import SIZES, compare_sizes
from tests.bench.timing import timed

PARTS = ("replies", "refusals", "peers", "sizes", "publish", "memory", "effect", "country")


def whole_way(console: Console) -> None:
    """From the words to the finished reply, over the bundled knowledge."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        migrate(database)
        for path in content_folders():
            load_bundle(database, read_bundle(path), now())
        corpus = Corpus(database, open_vectors(VECTORS))
        table = Table("市", "件数", "p50 ms", "p99 ms", title="質問から返事まで（用意した質問）")
        for town in corpus.towns():
            knowledge = corpus.current(town.code)
            found = timed(partial(answer, knowledge), gold_questions(town.code))
            table.add_row(town.name, f"{len(knowledge.answers):,}", f"{found.p50:.2f}", f"{found.p99:.2f}")
        console.print(table)
        database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench", description="速さとメモリーを測る")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="測るもの（書かなければ country のほかすべて）")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="件数（カンマ区切り）")
    parser.add_argument("--picture", type=Path, help="件数と速さの図（PNG）を書く場所")
    parser.add_argument("--municipalities", type=int, default=MUNICIPALITIES, help="country で作る自治体の数")
    given = parser.parse_args()
    threadpool_limits(1, "blas")  # as the service sets it
    console, vectors, measured_on = Console(), open_vectors(VECTORS), material()
    over: list[str] = []
    for part in given.parts or PARTS[:-1]:
        if part == "replies":
            whole_way(console)
        elif part == "refusals":
            over += measure_refusals(console)
        elif part == "peers":
            compare(measured_on, vectors, console)
        elif part == "sizes":
            compare_sizes(measured_on, vectors, console, [int(size) for size in given.sizes.split(",")], given.picture)
        elif part == "publish":
            measure_publishing(measured_on, vectors, console)
        elif part == "memory":
            measure_service(console)
        elif part == "effect":
            measure_effect(console)
        else:
            measure_country(measured_on, console, given.municipalities)
    if over:
        sys.exit("\n".join(over))


if __name__ == "__main__":
    main()
