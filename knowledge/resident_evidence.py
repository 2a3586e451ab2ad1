"""Which questions that were not answered at once led to an answer later, and which led nowhere: read from the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from intents.grouping import Background, text_key
from intents.resident_words import Failed, Led
from knowledge.accuracy_draw import OWN, QUESTIONS
from knowledge.models import Entry, LoggedQuestion, NeedCard

LOOK_BACK = dt.timedelta(days=365)
SOON = dt.timedelta(minutes=3)
"""Within that the same person's next question is the same need in other words."""
MOST_ROWS = 200_000
"""Questions without an answer that are looked at, the latest."""
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "card": "ニーズ票から書いた答え",
        "wording": "言い方に加えた質問",
        "tap": "選択肢からえらんだ",
        "again": "言いかえて答えが出た",
    }
)
"""How a question led to an answer, as staff read it."""


@dataclass(frozen=True)
class Evidence:
    """``usual``: how common words are in all that was asked in the time."""

    led: tuple[Led, ...]
    failed: tuple[Failed, ...]
    usual: Background


@dataclass(frozen=True)
class _Row:
    id: str
    asker: str | None
    asked_at: dt.datetime
    day: dt.date
    text: str
    decision: str
    signal: str | None
    entry_id: str | None
    tapped: str | None
    need: int | None

    @property
    def led_to(self) -> str | None:
        """The answer that this question itself came to, and that nobody called no help."""
        if self.signal is not None:
            return None
        return self.tapped or (self.entry_id if self.decision == "answer" else None)


def evidence_of(session: Session, code: str, day: dt.date, go_on: Callable[[], None] = lambda: None) -> Evidence:
    """What the log of the year before ``day`` tells.  ``go_on`` may raise to stop."""
    cards = _answered_cards(session, code)
    wordings = _wordings(session, code)
    led: list[Led] = []
    failed: list[Failed] = []
    keys: dict[str, str] = {}
    usual: dict[str, int] = {}
    total = 0
    for row, later in _with_next(_rows(session, code, day - LOOK_BACK, day)):
        total += 1
        if total % 1_000 == 0:
            go_on()
        for word in dict.fromkeys(row.words.split()):
            usual[word] = usual.get(word, 0) + 1
        found = _led(row.row, later, cards, wordings, keys)
        if found is not None:
            led.append(found)
        elif row.row.signal is not None:
            failed.append(Failed(row.row.text, row.row.asker, row.row.day, row.row.need))
    return Evidence(tuple(led[-MOST_ROWS:]), tuple(failed[-MOST_ROWS:]), Background(total, usual))


@dataclass(frozen=True)
class _Read:
    row: _Row
    words: str


def _rows(session: Session, code: str, first: dt.date, last: dt.date) -> Iterator[_Read]:
    """The bot's own questions with a text, by who asked and when."""
    log = LoggedQuestion
    columns = (log.id, log.asker, log.asked_at, log.jst_date, log.text, log.decision, log.need_signal, log.entry_id)
    rows = session.execute(
        select(*columns, log.tapped_entry_id, log.need, log.words)
        .where(log.municipality_code == code, log.jst_date >= first, log.jst_date <= last)
        .where(log.text.is_not(None), log.channel.in_(OWN), log.decision.in_(QUESTIONS), log.language == "ja")
        .order_by(log.asker, log.asked_at, log.id)
        .execution_options(yield_per=5_000)
    )
    for *told, words in rows:
        yield _Read(_Row(*told), words or "")


def _with_next(rows: Iterator[_Read]) -> Iterator[tuple[_Read, _Row | None]]:
    """Each with the next of the same person, where it came soon."""
    before: _Read | None = None
    for one in rows:
        if before is not None:
            same = before.row.asker is not None and before.row.asker == one.row.asker
            soon = same and one.row.asked_at - before.row.asked_at <= SOON
            yield before, one.row if soon else None
        before = one
    if before is not None:
        yield before, None


def _led(
    row: _Row, later: _Row | None, cards: Mapping[int, str], wordings: Mapping[str, str], keys: dict[str, str]
) -> Led | None:
    """By the surest way: what staff did about it, then what its own choices came to, then what was asked next."""
    if row.signal is None:
        if row.decision == "suggest" and row.tapped:
            return Led(row.text, row.asker, row.day, row.tapped, "tap")
        return None
    if row.need is not None and row.need in cards:
        return Led(row.text, row.asker, row.day, cards[row.need], "card")
    if wordings:
        key = keys.get(row.text) or keys.setdefault(row.text, text_key(row.text))
        if key in wordings:
            return Led(row.text, row.asker, row.day, wordings[key], "wording")
    if later is not None and later.led_to is not None and later.text != row.text:
        return Led(row.text, row.asker, row.day, later.led_to, "again")
    return None


def _answered_cards(session: Session, code: str) -> dict[int, str]:
    """The cards whose answer is published: number -> answer."""
    wanted = select(NeedCard.number, NeedCard.answer_id).where(
        NeedCard.municipality_code == code, NeedCard.answer_id.is_not(None), NeedCard.published_at.is_not(None)
    )
    return {number: answer for number, answer in session.execute(wanted) if answer}


def _wordings(session: Session, code: str) -> dict[str, str]:
    """What staff took into an entry as a phrasing: the key of its text -> the entry; of two entries neither."""
    rows = session.execute(
        select(Entry.entry_id, Entry.phrasings).where(
            Entry.municipality_code == code, Entry.state == "published", Entry.by_staff.is_(True)
        )
    )
    found: dict[str, str] = {}
    twice = set()
    for entry_id, phrasings in rows:
        for phrasing in phrasings or ():
            key = text_key(phrasing)
            if found.setdefault(key, entry_id) != entry_id:
                twice.add(key)
    return {key: entry_id for key, entry_id in found.items() if key not in twice}
