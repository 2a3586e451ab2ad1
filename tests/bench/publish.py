"""How soon a new entry is live: from the commit to the first answer with it, under what was learned before."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.conversation import answer
from intents.counts import Document
from intents.vectors import Vectors
from knowledge.corpus import Corpus
from knowledge.db import Database, migrate, open_database
from knowledge.index_files import IndexFiles
from knowledge.lessons import learn_next
from knowledge.models import Municipality
from tests.bench.country import code_of, entry_of, fill
from tests.bench.material import Material

SIZES = (300, 1_000, 1_786)
NEW = 5
CODE = code_of(0)


def measure_publishing(material: Material, vectors: Vectors, console: Console) -> None:
    table = Table(
        "件数", "中央 秒", "最も遅い 秒", title=f"公開から、その答えが返るまで（学習のあと、1件ずつ{NEW}件を公開）"
    )
    for size in SIZES:
        seconds = sorted(_published_one_by_one(material.documents, vectors, size))
        table.add_row(f"{size:,}", f"{seconds[len(seconds) // 2]:.2f}", f"{seconds[-1]:.2f}")
    console.print(table)


def _published_one_by_one(documents: Sequence[Document], vectors: Vectors, size: int) -> list[float]:
    """Seconds of each of NEW entries that are added to ``size`` others."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/publish.db")
        migrate(database)
        fill(database, documents, 1, size)
        corpus = Corpus(database, vectors, index_files=IndexFiles(Path(folder) / "indexes"))
        learn_next(database, corpus, vectors)
        corpus.current(CODE)
        found = [_published(database, corpus, number) for number in range(NEW)]
        database.dispose()
    return found


def _published(database: Database, corpus: Corpus, number: int) -> float:
    """Seconds until a question that only the new entry answers is answered with it."""
    question = f"あたらしい制度第{number}号の申込みはどこですか"
    document = Document(f"new{number}", question, (), "市役所の窓口で申し込めます。")
    with database.writing() as session:
        session.add(entry_of(CODE, document.id, document))
        session.get_one(Municipality, CODE).knowledge_version += 1
    begun = time.perf_counter()
    reply = answer(corpus.current(CODE), question)
    if reply.entry_id != document.id:
        raise AssertionError(f"{question}: {reply.entry_id}")
    return time.perf_counter() - begun
