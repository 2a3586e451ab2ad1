"""What cannot be built, and a database that is away, cost no answer: the version before serves on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from intents.vectors import Vectors
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.models import Municipality
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.test_corpus import MOMENT

RELOADS = 100


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


def publish(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Municipality).values(knowledge_version=Municipality.knowledge_version + 1))


def test_a_version_that_cannot_be_built_leaves_the_one_before_in_service(
    town: Database, vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus(town, vectors)
    before = corpus.current(CODE)
    tried: list[int] = []

    def broken(*_: object) -> None:
        tried.append(1)
        raise ValueError("a word of a resident's")

    with monkeypatch.context() as broken_files:
        broken_files.setattr(IndexFiles, "index", broken)
        publish(town)
        for _ in range(20):
            assert corpus.current(CODE) is before
        assert len(tried) == 1
        (lag,) = corpus.lagging()
        assert (lag.code, lag.serving, lag.wanted, lag.failures) == (CODE, before.version, before.version + 1, 1)
        assert lag.error == "ValueError"
        corpus._again.clear()
        assert corpus.current(CODE) is before
        assert corpus.lagging()[0].failures == 2
        assert corpus.lagging()[0].since == lag.since
        corpus._again.clear()
    assert corpus.current(CODE).version == before.version + 1
    assert corpus.lagging() == []


def test_while_the_database_is_away_what_is_in_memory_serves(
    town: Database, vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus(town, vectors)
    before, towns = corpus.current(CODE), corpus.towns()

    def away() -> None:
        raise OperationalError(None, None, ConnectionError())

    with monkeypatch.context() as outage:
        outage.setattr(town.presence, "check", away)
        assert corpus.current(CODE) is before
        assert corpus.towns() == towns
        with pytest.raises(OperationalError):
            Corpus(town, vectors).current(CODE)
    publish(town)
    assert corpus.current(CODE).version == before.version + 1


def test_a_hundred_reloads_beside_the_answering_cost_no_answer(town: Database, vectors: Vectors) -> None:
    corpus = Corpus(town, vectors)
    first = corpus.current(CODE).version

    def ask(_: int) -> int:
        knowledge = corpus.current(CODE)
        assert knowledge.index.documents
        return knowledge.version

    with ThreadPoolExecutor(3) as pool:
        asking = []
        for number in range(RELOADS):
            publish(town)
            asking += [pool.submit(ask, number) for _ in range(3)]
        versions = [done.result() for done in asking]
    assert min(versions) >= first
    assert corpus.current(CODE).version == first + RELOADS


def test_a_failing_statement_tells_no_parameter(database: Database) -> None:
    with pytest.raises(OperationalError if database.is_sqlite else Exception) as caught, database.writing() as session:
        session.execute(text("SELECT nothing FROM nowhere WHERE words = :words"), {"words": "ひみつの質問"})
    assert "ひみつの質問" not in str(caught.value)
