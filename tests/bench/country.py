"""All municipalities of Japan on one machine: made on demand, opened from files, memory bounded."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.conversation import answer
from bot.warm_up import warm_up
from intents.counts import Document
from intents.vectors import open_vectors
from knowledge.corpus import MOST_ANSWERS, Corpus
from knowledge.db import Database, migrate, open_database
from knowledge.index_files import IndexFiles
from knowledge.models import Entry, Municipality, Plan
from tests.bench.material import VECTORS, Material
from tests.bench.memory import Memory, memory_of
from tests.bench.timing import milliseconds, times_of

MUNICIPALITIES = 1_741
ENTRIES = 300
QUESTIONS = 4_000
_LETTERS = "あいうえおかきくけこさしすせそたちつてと"
_MOMENT = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Asked:
    """``kept``: milliseconds where the municipality was in memory; ``opened``: where its index was opened first."""

    kept: list[float]
    opened: list[float]
    towns_kept: int
    memory: Memory


def code_of(number: int) -> str:
    return f"{900_000 + number}"


def name_of(number: int) -> str:
    """An invented name, another for each: あいう町."""
    size = len(_LETTERS)
    return f"{_LETTERS[number // size // size % size]}{_LETTERS[number // size % size]}{_LETTERS[number % size]}町"


def fill(database: Database, documents: Sequence[Document], towns: int, entries: int = ENTRIES) -> None:
    """Each municipality with another choice of as many ``entries`` of ``documents``."""
    for number in track(range(towns), "自治体を入れる", transient=True):
        code, choose = code_of(number), random.Random(number)
        with database.writing() as session:
            session.add(
                Municipality(
                    code=code, name=name_of(number), kana=name_of(number), prefecture="三重県", aliases=[],
                    contact_department="総務課", contact_telephone=None, sample=False, examples=[], knowledge_version=1,
                )
            )  # fmt: skip
            session.flush()
            session.add(_plan(code))
            chosen = choose.sample(list(documents), min(entries, len(documents)))
            session.add_all(entry_of(code, f"e{at}", document) for at, document in enumerate(chosen))


def _plan(code: str) -> Plan:
    return Plan(
        municipality_code=code, plan_id="plan", kind="plan", title="計画", short_title="計画", draft=False, published=None,
        period_from=None, period_until=dt.date(2030, 3, 31), period_text="令和11年度まで", url=None,
    )  # fmt: skip


def entry_of(code: str, entry_id: str, document: Document) -> Entry:
    return Entry(
        municipality_code=code, entry_id=entry_id, kind="plan", category="手続き", question=document.question[:80],
        answer=document.answer, facets=None, links=[], measure=None, translations={}, phrasings=[],
        source_plan="plan", source_section="一", source_page=1, checked_on=_MOMENT.date(), valid_from=None,
        valid_until=None, updated_at=_MOMENT, department=None, bundled_digest=None,
    )  # fmt: skip


def corpus_of(folder: Path) -> Corpus:
    files = IndexFiles(folder / "indexes")
    return Corpus(open_database(f"sqlite:///{folder}/country.db"), open_vectors(VECTORS), index_files=files)


def make(work: tuple[Path, int]) -> float:
    """Milliseconds to make one municipality's index, as the first question to it waits for it."""
    folder, number = work
    threadpool_limits(1, "blas")
    corpus = corpus_of(folder)
    return milliseconds(lambda: corpus.current(code_of(number)))


def ask(work: tuple[Path, int, tuple[str, ...]]) -> Asked:
    """Ask in a process of its own, any municipality as likely as any other."""
    folder, towns, questions = work
    threadpool_limits(1, "blas")
    corpus, choose = corpus_of(folder), random.Random(0)
    warm_up(corpus)
    kept, opened = [], []
    for code, question in _asked(choose, towns, questions):
        is_kept = corpus.keeps(code)
        spent = milliseconds(partial(_answered, corpus, code, question))
        (kept if is_kept else opened).append(spent)
    return Asked(kept, opened, corpus.size, memory_of())


def _answered(corpus: Corpus, code: str, question: str) -> None:
    answer(corpus.current(code), question)


def _asked(choose: random.Random, towns: int, questions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Now and then a second question to the same municipality, as a conversation has it."""
    code = code_of(0)
    for _ in range(QUESTIONS):
        if choose.random() < 0.5:
            code = code_of(choose.randrange(towns))
        yield code, choose.choice(questions)


def measure_country(material: Material, console: Console, towns: int) -> None:
    """Prints what it takes to make all indexes, and to answer from them."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = open_database(f"sqlite:///{folder}/country.db")
        migrate(database)
        fill(database, material.documents, towns)
        database.dispose()
        with spawn.Pool(2) as pool:
            tasks = [(folder, number) for number in range(towns)]
            made = list(track(pool.imap(make, tasks, 4), "索引を作る", towns, transient=True))
        with spawn.Pool(1) as pool:
            asked = pool.apply(ask, ((folder, towns, material.questions),))
        size = sum(path.stat().st_size for path in (folder / "indexes").rglob("*.index"))
        console.print(_table(material.name, towns, made, asked, size))


def _table(name: str, towns: int, made: Sequence[float], asked: Asked, size: int) -> Table:
    title = f"{towns:,}自治体、各{ENTRIES}件（{name}）、{QUESTIONS:,}問（どの自治体も同じ割合で）"
    table = Table("", "回数", "p50 ms", "p99 ms", title=title)
    rows = [
        ("初めての質問で索引を作る（2プロセス並行）", made),
        ("質問から返事まで（すべて）", [*asked.kept, *asked.opened]),
        ("　メモリーにある自治体", asked.kept),
        ("　ファイルから開いた自治体", asked.opened),
    ]
    for label, spent in rows:
        if spent:
            found = times_of(spent)
            table.add_row(label, f"{len(spent):,}", f"{found.p50:.1f}", f"{found.p99:.1f}")
    table.caption = (
        f"メモリーに{asked.towns_kept}自治体（{MOST_ANSWERS:,}件まで）、{asked.memory}。"
        f"索引のファイル {size / 1e9:.2f} GB"
    )
    return table
