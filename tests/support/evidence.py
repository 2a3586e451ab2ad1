"""Samples and words of a municipality in every state, for tests that go over all pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from intents.resident_words import Pair, Unknown
from knowledge.accuracy_draw import drawn, keep, seed_of
from knowledge.accuracy_labelling import close, put_label, standings
from knowledge.accuracy_labels import labels_for
from knowledge.calendar import JST, now
from knowledge.periods import Period, PeriodKind
from knowledge.query_log import AskedQuestion, record
from knowledge.resident_words import REFUSED, choose, keep_words

OPEN, CLOSED, OLDER = (Period(dt.date(2026, month, 1), PeriodKind.MONTH) for month in (3, 2, 1))
"""A month that is still judged, and two with a rate."""
_USUAL = AskedQuestion(
    *("", "", "line", now(), "", False, None, None, "ja", "answer"),
    *("online-procedures", 1, None, 0.4, (), 1, 1.0),
)


def plant_samples(session: Session, code: str, texts: Sequence[str], labeller: str) -> None:
    """Three months of questions with ``texts``; one of the open month was judged by ``labeller`` and by another."""
    for month in (OPEN, CLOSED, OLDER):
        for number in range(12):
            decision = ("answer", "suggest", "none")[number % 3]
            choices = [{"entry_id": "online-procedures", "score": 0.5}] if decision == "suggest" else []
            told = {
                "municipality_code": code,
                "event_key": f"sample:{month.first}:{number}",
                "asked_at": dt.datetime.combine(month.first, dt.time(9, number), JST),
                "text": texts[number % len(texts)],
                "asker": "f" * 32,
                "decision": decision,
                "candidates": choices,
                "entry_id": "online-procedures" if decision == "answer" else None,
                "entry_version": 1 if decision == "answer" else None,
            }
            record(session, replace(_USUAL, **told))
        session.flush()
        seed = seed_of(b"", code, month)
        keep(session, code, month, seed, 50, drawn(session, code, month, seed, 50), now(), None)
        session.flush()
        for one in standings(session, code, month.first):
            label = "wrong" if one.item.decision == "answer" else labels_for(one.item.decision)[0].id
            if month != OPEN:
                put_label(session, code, month.first, one.item.place, labeller, label, now())
            session.flush()
        if month != OPEN:
            close(session, code, month.first, labeller, texts[0][:60], now())
    for account, label in (("another", "unclear"), ("third", "unclear")):
        put_label(session, code, OPEN.first, 1, account, label, now())
    first = standings(session, code, OPEN.first)[1].item
    put_label(session, code, OPEN.first, 2, "another", "unclear", now())
    put_label(session, code, OPEN.first, 2, "third", labels_for(first.decision)[0].id, now())
    session.flush()


def plant_words(session: Session, code: str, words: Sequence[str]) -> None:
    """Words of every kind: proposed, for the editors alone, refused, laid down already, of questions that led nowhere."""
    texts = [word[:20] for word in words]
    pairs = [
        Pair(f"{text}{number}", official, "online-procedures", 9, 5, 3, 4.2, ("tap", "again"), known)
        for number, (text, official, known) in enumerate(
            zip(texts * 4, ("申請", "", "手続き", "窓口"), ("", "", "synonym", ""), strict=False)
        )
    ]
    unknown = [Unknown(f"{text}の語{number}", 8, 4, 2, bool(number % 2), 1) for number, text in enumerate(texts)]
    keep_words(session, code, pairs, unknown, now())
    session.flush()
    choose(session, code, pairs[-1].word, "online-procedures", REFUSED, "1", texts[0], now())
