"""Learning beside the service: what is due is learned once, kept, and swapped in without anyone waiting."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from sqlalchemy import select, update

from intents.vectors import Vectors
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.index_files import IndexFiles
from knowledge.learned import read_adaptation
from knowledge.lessons import LEASE, ClaimLostError, claim, learn_next
from knowledge.loading import load_bundle
from knowledge.models import Entry, Learned, Municipality
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


LESSONS = [
    ("住民票はどこで取れますか", "市民課の窓口です。"),
    ("印鑑登録には何が要りますか", "はんこと本人確認の書類です。"),
    ("粗大ごみの出し方", "電話で予約します。"),
    ("保育園の申し込みはいつ", "十一月に受け付けます。"),
    ("公民館でWi-Fiは使えますか", "無料で使えます。"),
    ("図書館は何時まで", "午後六時までです。"),
    ("犬を飼い始めた", "環境課で登録します。"),
    ("防災の知らせを受け取りたい", "メールで届きます。"),
]


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    """A database with the small municipality, and enough entries to learn from."""
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        goal = session.get_one(Entry, (CODE, "goal"))
        for number, (asked, answered) in enumerate(LESSONS):
            values = {name: getattr(goal, name) for name in Entry.__table__.columns.keys()}  # noqa: SIM118
            session.add(Entry(**values | {"entry_id": f"e{number}", "question": asked, "answer": answered}))
    return database


@pytest.fixture
def corpus(town: Database, vectors: Vectors) -> Corpus:
    return Corpus(town, vectors)


def learned(database: Database) -> Learned:
    with database.reading() as session:
        found = session.get(Learned, CODE)
        assert found is not None
        return found


def publish(database: Database) -> None:
    """A change as the console will make it."""
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == "goal").values(answer="だれもが使える市をめざします。"))
        session.execute(update(Municipality).values(knowledge_version=Municipality.knowledge_version + 1))


def swapped(corpus: Corpus) -> bool:
    """Whether what was learned is in use, waiting a little for it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if corpus.current(CODE).index.encoder.adapted:
            return True
        time.sleep(0.05)
    return False


def test_what_is_new_is_due_and_once_learned_it_is_due_no_more(
    town: Database, corpus: Corpus, vectors: Vectors
) -> None:
    assert learn_next(town, corpus, vectors) == CODE
    assert learn_next(town, corpus, vectors) is None
    row = learned(town)
    assert (row.knowledge_version, row.progress, row.lease_until) == (1, 1.0, None)
    publish(town)
    assert learn_next(town, corpus, vectors) == CODE
    assert learned(town).knowledge_version == 2


def test_a_published_change_never_waits_for_learning(town: Database, corpus: Corpus, vectors: Vectors) -> None:
    learn_next(town, corpus, vectors)
    assert swapped(corpus)
    publish(town)
    current = corpus.current(CODE)
    assert current.answers["goal"].text == "だれもが使える市をめざします。"
    assert current.index.encoder.adapted, "under what was learned before"


def test_what_was_learned_is_swapped_in_while_the_old_index_still_answers(
    town: Database, corpus: Corpus, vectors: Vectors
) -> None:
    before = corpus.current(CODE)
    learn_next(town, corpus, vectors)
    assert corpus.current(CODE) in (before, corpus.current(CODE))
    assert swapped(corpus)
    assert corpus.current(CODE).answers == before.answers


def test_two_processes_do_not_learn_the_same_at_once(town: Database) -> None:
    assert claim(town, MOMENT) is not None
    assert claim(town, MOMENT) is None
    later = claim(town, MOMENT + LEASE + dt.timedelta(seconds=1))
    assert later is not None
    assert later.fence == 2, "a process that died holds nothing for longer than its lease"


def test_who_lost_the_claim_stores_nothing(town: Database, corpus: Corpus, vectors: Vectors) -> None:
    def overtaken(_code: str, share: float) -> None:
        if share > 0.9:
            claim(town, MOMENT + dt.timedelta(days=1))

    with pytest.raises(ClaimLostError):
        learn_next(town, corpus, vectors, clock=lambda: MOMENT, progress=overtaken)
    assert learned(town).knowledge_version is None


def test_stopped_in_the_middle_it_is_given_back_and_nothing_is_half_done(
    town: Database, corpus: Corpus, vectors: Vectors
) -> None:
    def stop(_code: str, share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_next(town, corpus, vectors, progress=stop)
    assert learned(town).knowledge_version is None
    assert learn_next(town, corpus, vectors) == CODE


def test_what_another_recipe_learned_is_not_used_and_learned_anew(
    town: Database, corpus: Corpus, vectors: Vectors
) -> None:
    learn_next(town, corpus, vectors)
    with town.writing() as session:
        session.execute(update(Learned).values(recipe=0))
    with town.reading() as session:
        assert read_adaptation(session, CODE) is None
    assert learn_next(town, corpus, vectors) == CODE
    with town.reading() as session:
        assert session.scalar(select(Learned.recipe)) != 0
        assert read_adaptation(session, CODE) is not None


def test_what_was_learned_is_laid_out_before_it_is_announced(town: Database, vectors: Vectors, tmp_path: Path) -> None:
    files = IndexFiles(tmp_path / "indexes")
    assert not Corpus(town, vectors, index_files=files).current(CODE).index.encoder.adapted
    learn_next(town, Corpus(town, vectors, index_files=files), vectors)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "indexes" / CODE).glob("*.index")}
    assert len(before) == 2, "one in use, one to come"
    assert Corpus(town, vectors, index_files=files).current(CODE).index.encoder.adapted
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "indexes" / CODE).glob("*.index")}
    assert after == before, "and the one to come was opened"
