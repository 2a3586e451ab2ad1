"""How long an effect check takes, from the changed content to the report: five thousand questions, two sides."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import update

from bot.conversation import answer
from bot.effect_check import Sample, check_effect, prepare, sample
from bot.many_questions import Side, got_of
from bot.reply_memory import ReplyMemory
from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now, today
from knowledge.corpus import Corpus
from knowledge.db import migrate, open_database
from knowledge.index_files import IndexFiles
from knowledge.lessons import learn_next
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality
from knowledge.recent_questions import RecentQuestion
from tests.bench.material import VECTORS, gold_questions

QUESTIONS, ROUNDS, CODE = 5_000, 5, "242047"


def many_questions(corpus: Corpus) -> Sample:
    """Different texts: the gold questions and the wordings of every municipality, in any order."""
    texts = [text for folder in content_folders() for text in gold_questions(folder.name)]
    for town in corpus.towns():
        for found in corpus.current(town.code).answers.values():
            texts += (found.title, *found.wordings)
    choose = random.Random(0)
    distinct = list(dict.fromkeys(texts))
    choose.shuffle(distinct)
    return sample([RecentQuestion(text, choose.randrange(1, 9), today()) for text in distinct], QUESTIONS)


def measure_effect(console: Console) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        migrate(database)
        for path in content_folders():
            load_bundle(database, read_bundle(path), now())
        vectors, files = open_vectors(VECTORS), IndexFiles(Path(folder) / "indexes")
        corpus = Corpus(database, vectors, index_files=files)
        while learn_next(database, corpus, vectors) is not None:
            pass
        asked, old = many_questions(corpus), Side(corpus.current(CODE))
        with database.writing() as session:
            entry = session.get_one(Entry, (CODE, next(iter(old.knowledge.answers))))
            entry.answer = f"改めました。{entry.answer}"
            session.execute(update(Municipality).values(knowledge_version=Municipality.knowledge_version + 1))
        begun = time.perf_counter()
        new = Side(corpus.current(CODE))
        built = time.perf_counter() - begun
        memory = ReplyMemory(Path(folder) / "replies")
        prepare(old, asked, memory=memory)
        ways: dict[str, Callable[[], object]] = {
            "一問ずつ、両方（素朴な方法）": lambda: _naively(old, new, asked),
            "1プロセス、両方": lambda: check_effect(old, new, asked),
            "2プロセス、両方": lambda: check_effect(old, new, asked, processes=2),
            "1プロセス、今の返事は準備ずみ": lambda: check_effect(old, new, asked, memory=memory),
            "2プロセス、今の返事は準備ずみ": lambda: check_effect(old, new, asked, memory=memory, processes=2),
        }
        _show(console, ways, len(asked.questions), built)
        database.dispose()


def _show(console: Console, ways: dict[str, Callable[[], object]], size: int, built: float) -> None:
    """All ways in turn, several times: another process may have been in the way of one."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    table = Table("方法", "最短 s", "中央 s", title=f"公開前の影響確認（{size:,}問、索引作り {built:.2f} s は別）")
    for name, found in seconds.items():
        table.add_row(name, f"{min(found):.2f}", f"{median(found):.2f}")
    console.print(table)


def _naively(old: Side, new: Side, asked: Sample) -> None:
    for question in asked.questions:
        for side in (old, new):
            got_of(answer(side.knowledge, question.text).reply)
