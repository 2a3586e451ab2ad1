"""Indexes as files: made once for all processes of a machine, never outdated, never in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from intents.ranker import rank
from intents.vectors import Vectors
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database, open_database
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def town(database_url_maker: Callable[[str], str], tmp_path: Path) -> Database:
    database = open_database(database_url_maker("sqlite"))
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


@pytest.fixture
def opened(town: Database, vectors: Vectors, tmp_path: Path) -> Callable[[], Corpus]:
    """A process's own corpus, over the database and the files of one machine."""
    return lambda: Corpus(town, vectors, index_files=IndexFiles(tmp_path / "indexes"))


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "indexes" / CODE).glob("*.index"), key=lambda path: path.stat().st_mtime_ns)


def publish(database: Database, answer: str) -> None:
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == "goal").values(answer=answer))
        session.execute(update(Municipality).values(knowledge_version=Municipality.knowledge_version + 1))


def test_the_second_process_opens_what_the_first_made(opened: Callable[[], Corpus], tmp_path: Path) -> None:
    first = opened().current(CODE)
    (made,) = files(tmp_path)
    written = made.stat().st_mtime_ns
    second = opened().current(CODE)
    assert files(tmp_path) == [made]
    assert made.stat().st_mtime_ns == written
    question = "目標は何ですか"
    assert rank(second.index, question) == rank(first.index, question)


def test_a_published_change_makes_a_file_of_its_own(
    opened: Callable[[], Corpus], town: Database, tmp_path: Path
) -> None:
    corpus = opened()
    before = corpus.current(CODE)
    publish(town, "ペンギンを飼います。")
    assert rank(corpus.current(CODE).index, "ペンギン").candidates[0].document.id == "goal"
    assert len(files(tmp_path)) == 2
    assert rank(before.index, "目標は何ですか").candidates, "what is still in use goes on answering"


def test_no_more_than_two_files_of_a_municipality_are_kept(
    opened: Callable[[], Corpus], town: Database, tmp_path: Path
) -> None:
    corpus = opened()
    for number in range(4):
        publish(town, f"{number}番目の答え。")
        corpus.current(CODE)
    assert len(files(tmp_path)) == 2


def test_what_is_published_back_is_not_taken_from_an_older_state(
    opened: Callable[[], Corpus], town: Database, tmp_path: Path
) -> None:
    """A restored backup has an old version number, and may have other contents under it."""
    opened().current(CODE)
    with town.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == "goal").values(answer="キリンを飼います。"))
    assert rank(opened().current(CODE).index, "キリン").candidates[0].document.id == "goal"


@pytest.mark.parametrize("damage", [b"", b"kotae index 1\n"])
def test_a_damaged_file_is_made_anew(opened: Callable[[], Corpus], tmp_path: Path, damage: bytes) -> None:
    opened().current(CODE)
    (made,) = files(tmp_path)
    whole = made.read_bytes()
    made.unlink()
    made.write_bytes(damage)
    assert rank(opened().current(CODE).index, "目標は何ですか").candidates
    assert made.read_bytes() == whole


def test_where_no_file_can_be_written_residents_are_answered_all_the_same(
    town: Database, vectors: Vectors, tmp_path: Path
) -> None:
    (tmp_path / "occupied").write_text("not a folder")
    corpus = Corpus(town, vectors, index_files=IndexFiles(tmp_path / "occupied"))
    with capture_logs() as said:
        assert rank(corpus.current(CODE).index, "目標は何ですか").candidates
    assert [line["event"] for line in said] == ["index_not_kept"]


def test_of_many_municipalities_those_asked_for_last_are_kept(town: Database, vectors: Vectors, tmp_path: Path) -> None:
    load_bundle(
        town,
        read_bundle(write_town(tmp_path / "other", {"municipality.yaml": ("011002", "012025")}, code="012025")),
        MOMENT,
    )
    corpus = Corpus(town, vectors, index_files=IndexFiles(tmp_path / "indexes"), most_answers=1)
    first = corpus.current(CODE)
    assert corpus.current(CODE) is first
    assert corpus.current("012025").town.code == "012025"
    again = corpus.current(CODE)
    assert again is not first, "it had to make room"
    assert rank(again.index, "目標は何ですか") == rank(first.index, "目標は何ですか")
    assert corpus.is_full
