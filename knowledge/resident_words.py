"""住民のことば as they are kept: counted by a job, chosen by staff, listed for synonyms and for editors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intents.resident_words import Pair, Unknown
from intents.text import normalize
from knowledge.models import LoggedQuestion, NeedCard, ResidentWord, ResidentWordChoice
from knowledge.small_counts import is_small, ranked_count
from knowledge.staff_words import LONGEST, SYNONYM, Word, faults_of

REFUSED, EDITORS = "refused", "editors"
CHOICES: Mapping[str, str] = MappingProxyType({REFUSED: "使わない", EDITORS: "編集者むけの一覧だけに残す"})
KNOWN: Mapping[str, str] = MappingProxyType(
    {"synonym": "同じ意味の語として、もう結んであります", "wording": "答えの言い回しに、もうあります"}
)
MOST_PAIRS, MOST_UNKNOWN = 500, 200
"""Kept of each: nobody reads on."""


@dataclass(frozen=True)
class Listed:
    """A word with what staff said of it; ``choice`` None: nothing yet."""

    row: ResidentWord
    choice: ResidentWordChoice | None

    @property
    def may_be_synonym(self) -> bool:
        return self.choice is None and not self.row.known and bool(self.row.official)

    @property
    def is_for_editors(self) -> bool:
        return self.choice is None or self.choice.choice == EDITORS


def keep_words(session: Session, code: str, pairs: Sequence[Pair], unknown: Sequence[Unknown], at: dt.datetime) -> None:
    """In the place of those counted before."""
    session.execute(delete(ResidentWord).where(ResidentWord.municipality_code == code))
    kept: set[tuple[str, str]] = set()
    for pair in pairs[:MOST_PAIRS]:
        if (pair.word, pair.entry_id) in kept or len(pair.word) > LONGEST:
            continue
        kept.add((pair.word, pair.entry_id))
        session.add(
            ResidentWord(
                municipality_code=code,
                word=pair.word,
                entry_id=pair.entry_id,
                official=pair.official if _may_be_kept(pair) else "",
                questions=pair.questions,
                askers=pair.askers,
                months=pair.months,
                score=pair.score,
                known=pair.known,
                sources=" ".join(pair.sources),
                in_answers=True,
                need=None,
                counted_at=at,
            )
        )
    for one in unknown[:MOST_UNKNOWN]:
        if (one.word, "") in kept or len(one.word) > LONGEST:
            continue
        kept.add((one.word, ""))
        session.add(
            ResidentWord(
                municipality_code=code,
                word=one.word,
                entry_id="",
                official="",
                questions=one.questions,
                askers=one.askers,
                months=one.months,
                score=0.0,
                known="",
                sources="",
                in_answers=one.in_answers,
                need=one.need,
                counted_at=at,
            )
        )


def _may_be_kept(pair: Pair) -> bool:
    """Whether the page of the words would take it."""
    return not any(faults_of(Word(SYNONYM, pair.word, pair.official)))


def pairs_of(session: Session, code: str, laid_down: Iterable[Word]) -> list[Listed]:
    """The pairs, the surest first; after them those of few people, by their words.

    ``laid_down``: the words of now, some of which are newer than the count.
    """
    choices = _choices(session, code)
    own = {normalize(one.word) for one in laid_down if one.kind != "ignored"}
    wanted = (ResidentWord.municipality_code == code, ResidentWord.entry_id != "")
    rows = session.scalars(
        select(ResidentWord).where(*wanted).order_by(ResidentWord.score.desc(), ResidentWord.word)
    ).all()
    found = []
    for row in rows:
        session.expunge(row)
        if normalize(row.word) in own:
            row.known = "synonym"
        found.append(Listed(row, choices.get((row.word, row.entry_id))))
    return sorted(found, key=lambda one: (is_small(one.row.askers), one.row.word if is_small(one.row.askers) else ""))


def unknown_of(session: Session, code: str) -> list[tuple[ResidentWord, NeedCard | None]]:
    """The words that led nowhere, those in no answer first, each with the card that most of its questions belong to."""
    wanted = (ResidentWord.municipality_code == code, ResidentWord.entry_id == "")
    rows = session.scalars(select(ResidentWord).where(*wanted).order_by(ResidentWord.word)).all()
    rows = sorted(rows, key=lambda row: (row.in_answers, -ranked_count(row.askers)))
    numbers = [row.need for row in rows if row.need is not None]
    cards = {
        card.number: card
        for card in session.scalars(
            select(NeedCard).where(NeedCard.municipality_code == code, NeedCard.number.in_(numbers))
        )
    }
    return [(row, cards.get(row.need) if row.need is not None else None) for row in rows]


def months_text(row: ResidentWord) -> str:
    """In how many months; of a few questions it would tell how many there are at least."""
    return "" if is_small(row.questions) else str(row.months)


def choose(
    session: Session, code: str, word: str, entry_id: str, choice: str | None, by: str, name: str, at: dt.datetime
) -> bool:
    """Note what staff say of a pair, None: take it back; whether there is such a pair, or was."""
    key = (code, word, entry_id)
    row = session.get(ResidentWordChoice, key, with_for_update=True)
    if row is None and session.get(ResidentWord, key) is None:
        return False
    if choice is None:
        if row is not None:
            session.delete(row)
        return True
    if row is None:
        row = ResidentWordChoice(municipality_code=code, word=word, entry_id=entry_id)
        session.add(row)
    row.choice, row.chosen_by, row.chosen_name, row.chosen_at = choice, by, name, at
    return True


def forget_words(session: Session, code: str, since: dt.datetime) -> bool:
    """Take away what was counted since a moment, and what staff chose of it; whether anything was.

    A choice stays where somebody has really asked with that word: the log has nothing invented any more.
    """
    log, chosen = LoggedQuestion, ResidentWordChoice
    counted = session.scalars(
        delete(ResidentWord)
        .where(ResidentWord.municipality_code == code, ResidentWord.counted_at >= since)
        .returning(ResidentWord.word)
    ).all()
    for row in session.scalars(select(chosen).where(chosen.municipality_code == code, chosen.chosen_at >= since)):
        held = log.text.contains(row.word, autoescape=True)
        if session.scalar(select(log.id).where(log.municipality_code == code, held).limit(1)) is None:
            session.delete(row)
    return bool(counted)


def counted_at(session: Session, code: str) -> dt.datetime | None:
    wanted = select(ResidentWord.counted_at).where(ResidentWord.municipality_code == code)
    return session.scalar(wanted.limit(1))


def _choices(session: Session, code: str) -> dict[tuple[str, str], ResidentWordChoice]:
    wanted = select(ResidentWordChoice).where(ResidentWordChoice.municipality_code == code)
    return {(one.word, one.entry_id): one for one in session.scalars(wanted)}
