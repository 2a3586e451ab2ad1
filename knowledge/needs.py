"""What residents need, as their questions show it."""

from __future__ import annotations

from sqlalchemy import select

from intents.grouping import Background, background_of
from knowledge.db import Database
from knowledge.models import Entry


def usual_words(database: Database) -> Background:
    """How common words are where any municipality is asked something: they tell few needs apart."""
    with database.reading() as session:
        rows = session.execute(select(Entry.question, Entry.phrasings).where(Entry.state == "published")).all()
    return background_of(wording for question, phrasings in rows for wording in (question, *phrasings))
