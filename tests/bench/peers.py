"""Understanding and ranking, beside what others do with the same questions, in one run."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence

import bm25s
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from intents.counts import Document
from intents.index import build_index
from intents.learning import learn
from intents.ranker import rank
from intents.tokenizer import content_tokens, tokenize
from intents.vectors import Vectors
from tests.bench.material import Material
from tests.bench.timing import timed

Search = Callable[[str], object]


def full_text(documents: Iterable[Document]) -> Search:
    """SQLite's FTS5 over trigrams: what a site search does."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE faq USING fts5(title, body, tokenize='trigram')")
    database.executemany("INSERT INTO faq VALUES (?, ?)", [(d.question, d.answer) for d in documents])

    def search(question: str) -> object:
        grams = {question[start : start + 3].replace('"', '""') for start in range(len(question) - 2)}
        terms = " OR ".join(f'"{gram}"' for gram in grams) or '"なし"'
        return database.execute("SELECT rowid FROM faq WHERE faq MATCH ? ORDER BY rank LIMIT 10", (terms,)).fetchall()

    return search


def words(text: str) -> list[str]:
    return [token.normalized for token in content_tokens(text)]


def plain_bm25(documents: Sequence[Document]) -> Search:
    """bm25s over the same words: its tokenizing of the question is Sudachi's, as ours."""
    index = bm25s.BM25()
    index.index([words(f"{d.question}\n{d.answer}") for d in documents], show_progress=False)
    return lambda question: index.retrieve([words(question)], k=10, show_progress=False)


def compare(material: Material, vectors: Vectors, console: Console) -> None:
    """Prints the table of times, and what it took to learn and to lay out the index."""
    documents, questions = material.documents, material.questions
    begun = time.perf_counter()
    adaptation = learn(documents, vectors)
    learning = time.perf_counter() - begun
    begun = time.perf_counter()
    index = build_index(documents, vectors=vectors, adaptation=adaptation)
    seconds = time.perf_counter() - begun
    titles = [document.question for document in documents]
    ways: list[tuple[str, Search]] = [
        ("こたえ（intents: 読み取りから順位まで）", lambda question: rank(index, question)),
        ("Sudachi の分割だけ", tokenize),
        ("bm25s（Sudachi の語で）", plain_bm25(documents)),
        ("SQLite FTS5（3文字ずつ）", full_text(documents)),
        ("RapidFuzz process.extract（題名）", lambda q: process.extract(q, titles, scorer=fuzz.ratio, limit=10)),
    ]
    table = Table("", "p50 ms", "p99 ms", title=f"{material.name}：{len(documents):,}件、{len(questions)}問")
    for label, work in ways:
        found = timed(work, questions)
        table.add_row(label, f"{found.p50:.2f}", f"{found.p99:.2f}")
    table.caption = f"索引 {seconds:.1f} 秒、学習 {learning:.1f} 秒"
    console.print(table)
