"""How common words are in what the municipalities are asked."""

from __future__ import annotations

from sqlalchemy import update

from knowledge.db import Database
from knowledge.models import Entry
from knowledge.needs import usual_words


def test_the_usual_words_are_those_of_all_published_wordings(loaded_database: Database) -> None:
    found = usual_words(loaded_database)
    assert found.texts > 5000
    assert found.frequencies["計画"] > found.frequencies["ドローン"] > 0


def test_what_is_not_published_counts_for_nothing(loaded_database: Database) -> None:
    with loaded_database.writing() as session:
        session.execute(update(Entry).values(state="draft"))
    assert usual_words(loaded_database).texts == 0


def test_an_empty_database_knows_no_usual_words(database: Database) -> None:
    assert usual_words(database).texts == 0
