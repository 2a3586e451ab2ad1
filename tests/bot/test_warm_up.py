"""What is ready before the first resident asks."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bot.warm_up import warm_up
from intents.subjects import all_subjects
from intents.vectors import Vectors
from knowledge.corpus import Corpus
from knowledge.db import Database


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_every_municipality_that_fits_is_open(loaded_database: Database, vectors: Vectors) -> None:
    corpus = Corpus(loaded_database, vectors)
    warm_up(corpus)
    assert corpus.size == len(corpus.towns()) == 5
    assert gc.get_freeze_count() > 0


def test_the_table_of_subjects_is_read(loaded_database: Database, vectors: Vectors) -> None:
    all_subjects.cache_clear()
    warm_up(Corpus(loaded_database, vectors))
    assert all_subjects.cache_info().currsize == 1


def test_no_more_are_opened_than_are_kept(loaded_database: Database, vectors: Vectors) -> None:
    corpus = Corpus(loaded_database, vectors, most_answers=500)
    warm_up(corpus)
    assert corpus.is_full
    assert corpus.size < 5


def test_an_empty_database_is_no_fault(database: Database, vectors: Vectors) -> None:
    corpus = Corpus(database, vectors)
    warm_up(corpus)
    assert corpus.size == 0
