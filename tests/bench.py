"""How fast questions are understood, beside what others would do with the same questions, in one run.

``make bench``.  Times are wall-clock on the machine at hand: compare within a run, not between runs.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.conversation import answer
from intents.counts import Document
from intents.evaluation import read_test_set
from intents.index import build_index
from intents.ranker import rank
from intents.tokenizer import tokenize
from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.corpus import Corpus
from knowledge.db import migrate, open_database
from knowledge.loading import load_bundle

ROOT = Path(__file__).parent.parent
PUBLIC_SET = ROOT.parent / "shared" / "bench" / "localgovfaq"
ROUNDS = 3


def timed(work: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """(p50, p99) in ms of the best of three rounds over all questions."""
    best: list[float] = []
    for _ in range(ROUNDS):
        times = []
        for question in questions:
            begun = time.perf_counter()
            work(question)
            times.append((time.perf_counter() - begun) * 1000)
        times.sort()
        if not best or times[len(times) // 2] < best[len(best) // 2]:
            best = times
    return best[len(best) // 2], best[min(len(best) - 1, int(len(best) * 0.99))]


def full_text(documents: Iterable[Document]) -> Callable[[str], object]:
    """SQLite's FTS5 over trigrams: what a site search does."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE faq USING fts5(title, body, tokenize='trigram')")
    database.executemany("INSERT INTO faq VALUES (?, ?)", [(d.question, d.answer) for d in documents])

    def search(question: str) -> object:
        grams = {question[start : start + 3].replace('"', '""') for start in range(len(question) - 2)}
        terms = " OR ".join(f'"{gram}"' for gram in grams) or '"なし"'
        return database.execute("SELECT rowid FROM faq WHERE faq MATCH ? ORDER BY rank LIMIT 10", (terms,)).fetchall()

    return search


def compare(name: str, documents: Sequence[Document], questions: Sequence[str]) -> None:
    vectors = open_vectors(ROOT / "instance" / "vectors")
    begun = time.perf_counter()
    index = build_index(documents, vectors=vectors)
    seconds = time.perf_counter() - begun
    titles = [document.question for document in documents]
    table = Table("", "p50 ms", "p99 ms", title=f"{name}: {len(documents):,} documents, {len(questions)} questions")
    ways: list[tuple[str, Callable[[str], object]]] = [
        ("intents: understand and rank", lambda question: rank(index, question)),
        ("Sudachi: tokenize only", tokenize),
        ("SQLite FTS5, trigrams", full_text(documents)),
        ("RapidFuzz process.extract on titles", lambda q: process.extract(q, titles, scorer=fuzz.ratio, limit=10)),
    ]
    for label, work in ways:
        p50, p99 = timed(work, questions)
        table.add_row(label, f"{p50:.2f}", f"{p99:.2f}")
    table.caption = f"index built in {seconds:.1f} s"
    Console().print(table)


def whole_way() -> None:
    """From the words to the finished reply, over the bundled knowledge."""
    gold = ROOT / "tests" / "data" / "gold"
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        migrate(database)
        for path in content_folders():
            load_bundle(database, read_bundle(path), now())
        corpus = Corpus(database, open_vectors(ROOT / "instance" / "vectors"))
        table = Table("municipality", "answers", "p50 ms", "p99 ms", title="conversation.answer, gold questions")
        for town in corpus.towns():
            knowledge = corpus.current(town.code)
            rows = yaml.safe_load((gold / f"{town.code}.yaml").read_text(encoding="utf-8"))
            questions = [str(row["question"]) for row in rows]
            p50, p99 = timed(lambda question, known=knowledge: answer(known, question), questions)  # type: ignore[misc]
            table.add_row(town.name, f"{len(knowledge.answers):,}", f"{p50:.2f}", f"{p99:.2f}")
        Console().print(table)
        database.dispose()


def main() -> None:
    threadpool_limits(1, "blas")  # as the service sets it
    whole_way()
    if PUBLIC_SET.exists():
        public = read_test_set(PUBLIC_SET)
        compare("localgovFAQ", public.documents, [text for _, text in public.queries])
    else:
        Console().print("localgovFAQ is not at hand (../shared/bench): the comparison with peers is left out")


if __name__ == "__main__":
    main()
