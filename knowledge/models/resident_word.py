"""住民のことば: words that residents use, with the office's, as they were counted last, and what staff said of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models.base import Base


class ResidentWord(Base):
    """A word counted.  ``entry_id``: the answer that its questions led to; empty where they led nowhere.

    ``official``: what the answer calls it, where a word of its title is near enough.  ``known``: why it is not
    proposed as a synonym.  ``sources``: by which ways it led there, spaces between.  ``in_answers`` and ``need``: of
    a word that led nowhere, whether answers hold it, and the card that most of its questions belong to.
    """

    __tablename__ = "resident_words"
    __table_args__ = (Index(None, "municipality_code", "entry_id"),)

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(60), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    official: Mapped[str] = mapped_column(String(60))
    questions: Mapped[int]
    askers: Mapped[int]
    months: Mapped[int]
    score: Mapped[float]
    known: Mapped[str] = mapped_column(String(8))
    sources: Mapped[str] = mapped_column(String(60))
    in_answers: Mapped[bool]
    need: Mapped[int | None]
    counted_at: Mapped[dt.datetime]


class ResidentWordChoice(Base):
    """What staff said of a pair: ``refused``, or ``editors`` (for the editors of the home page alone)."""

    __tablename__ = "resident_word_choices"

    municipality_code: Mapped[str] = mapped_column(
        String(6), ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(60), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    choice: Mapped[str] = mapped_column(String(8))
    chosen_by: Mapped[str] = mapped_column(String(60))
    chosen_name: Mapped[str] = mapped_column(String(80))
    chosen_at: Mapped[dt.datetime]
