"""What residents get when questions are typed as people type them.

``python -m tests.typing_replies``.  The gold questions that are answered rightly as they stand,
asked of the bundled content in every way of typing.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.conversation import answer
from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.corpus import Corpus
from knowledge.db import migrate, open_database
from knowledge.lessons import learn_next
from knowledge.loading import load_bundle
from tests.support.gold import GOLD, judged, questions
from tests.support.typing import BY_CHANCE, Variant, variants
from tests.typing_table import ROOT, SEEDS

Asked = tuple[str, dict[str, Any]]
OUTCOMES = {
    "right": "正しく答えた",
    "offered": "選択肢に入れた",
    "offered others": "ほかの選択肢",
    "none": "お答えできません",
}


def answered_rightly(corpus: Corpus) -> list[Asked]:
    asked = [(code, item) for code, item in questions(GOLD) if item["expect"] == "answer"]
    return [(code, item) for code, item in asked if _outcome(corpus, code, item, item["question"]) == "right"]


def typed(corpus: Corpus, asked: Sequence[Asked], name: str, variant: Variant) -> Counter[str]:
    """What becomes of the questions; slips fall where chance wills, so they are drawn several times."""
    return Counter(_outcomes(corpus, asked, variant, SEEDS if name in BY_CHANCE else SEEDS[:1]))


def _outcomes(corpus: Corpus, asked: Sequence[Asked], variant: Variant, seeds: Sequence[int]) -> Iterator[str]:
    for seed in seeds:
        for code, item in asked:
            yield _outcome(corpus, code, item, variant(item["question"], seed))


def _outcome(corpus: Corpus, code: str, item: dict[str, Any], text: str) -> str:
    return judged(corpus.current(code), answer(corpus.current(code), text), item)


def table_of(corpus: Corpus) -> Table:
    asked = answered_rightly(corpus)
    title = f"そのままなら正しく直接答える{len(asked)}問を、別の打ち方でたずねる"
    table = Table("打ち方", *OUTCOMES.values(), "ほかの答え", title=title)
    for name, variant in variants().items():
        found = typed(corpus, asked, name, variant)
        shares = [found[outcome] / found.total() for outcome in OUTCOMES]
        table.add_row(name, *(f"{share:.0%}" for share in (*shares, 1 - sum(shares))))
    return table


def main() -> None:
    threadpool_limits(1, "blas")
    vectors = open_vectors(ROOT / "instance" / "vectors")
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'kotae.db'}")
        migrate(database)
        for content in content_folders():
            load_bundle(database, read_bundle(content), now())
        while learn_next(database, Corpus(database, vectors), vectors) is not None:
            pass
        Console(width=110).print(table_of(Corpus(database, vectors)))
        database.dispose()


if __name__ == "__main__":
    main()
