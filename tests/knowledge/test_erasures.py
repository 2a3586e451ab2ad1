"""What was erased stays erased: the ledger leaves the database without a word, and erases again after a restore."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from knowledge.db import Database
from knowledge.erasures import (
    LOG_ROW,
    Line,
    lines_since,
    note,
    note_resident,
    repeat_lines,
    replay,
    unsend,
)
from knowledge.models import AuditLine, Conversation, Erasure, LoggedQuestion, Municipality, UnsentMessage
from knowledge.query_log import AskedQuestion, keep_dialogue, log_id, record
from knowledge.residents_data import Resident, erase_resident, erase_rows
from tests.support.every_column import places_of

CODE = "242047"
MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ASKER, OTHER, DIALOGUE = "a" * 32, "b" * 32, "w:" + "c" * 32
USUAL = AskedQuestion(
    CODE, "", "line", MOMENT, "", False, ASKER, None, "ja", "none", None, None, None, 0.1, (), 1, 1.0
)  # fmt: skip
WORDS = ("とりけしのかなりあ", "求めて消したかなりあ", "もう一つのかなりあ", "職員が消したかなりあ")


@pytest.fixture
def restored(database: Database) -> Database:
    """A database as a backup of before the erasing has it."""
    asked = [
        replace(USUAL, event_key="line:1", asker=OTHER, message_id="m1", text=WORDS[0]),
        replace(USUAL, event_key="line:2", message_id="m2", text=WORDS[1]),
        replace(USUAL, event_key="web:3", channel="web", text=WORDS[2]),
        replace(USUAL, event_key="staff:4", asker=None, channel="phone", text=WORDS[3]),
        replace(USUAL, event_key="line:5", asker=OTHER, message_id="m5", text="残る質問"),
        replace(USUAL, event_key="line:6", asked_at=MOMENT + 3 * HOUR, text="消したあとの質問"),
    ]
    with database.writing() as session:
        session.add(
            Municipality(
                code=CODE, name="市", kana="し", prefecture="県", aliases=[], contact_department="c", sample=False,
                examples=[], reply_languages=[],
            )
        )  # fmt: skip
        for one in asked:
            record(session, one)
        keep_dialogue(session, CODE, DIALOGUE, {"topic": "かなりあ"}, MOMENT)
    return database


def ledger(database: Database) -> list[Line]:
    """Erase what a resident took back, what another asked for, and what staff erased; the lines of it."""
    with database.writing() as session:
        unsend(session, CODE, "m1", MOMENT + HOUR)
        who = Resident(ASKER, (DIALOGUE,))
        erase_resident(session, CODE, who, MOMENT + HOUR)
        note_resident(session, CODE, who, MOMENT + HOUR)
        row = log_id(CODE, "staff:4")
        erase_rows(session, CODE, [row], MOMENT + HOUR)
        note(session, CODE, LOG_ROW, row, MOMENT + HOUR)
    with database.reading() as session:
        return list(lines_since(session, MOMENT))


def undo(database: Database) -> None:
    """As a restore of the backup does: the rows are back, the ledger knows nothing."""
    with database.writing() as session:
        for table in (LoggedQuestion, Conversation, Erasure, UnsentMessage):
            session.query(table).delete()
        for number, words in enumerate(WORDS):
            asker = (OTHER, ASKER, ASKER, None)[number]
            key = ("line:1", "line:2", "web:3", "staff:4")[number]
            record(session, replace(USUAL, event_key=key, asker=asker, message_id=f"m{number + 1}", text=words))
        keep_dialogue(session, CODE, DIALOGUE, {"topic": "かなりあ"}, MOMENT)


def test_after_a_restore_what_was_erased_is_erased_again(restored: Database) -> None:
    lines = ledger(restored)
    assert len(lines) == 3
    assert not any("かなりあ" in str(line) for line in lines), "no text in the ledger"
    with restored.reading() as session:
        left = set(session.scalars(select(LoggedQuestion.text)))
    assert left == {None, "残る質問", "消したあとの質問"}
    undo(restored)
    assert places_of(restored, ["かなりあ"])
    for _ in range(2):  # whoever is not sure does it again
        with restored.writing() as session:
            repeat_lines(session, lines, MOMENT + 5 * HOUR)
        assert places_of(restored, ["かなりあ", "カナリア"]) == set()
    with restored.reading() as session:
        assert list(lines_since(session, MOMENT)) == lines, "the ledger is whole again, nothing twice"
        assert session.get(UnsentMessage, (CODE, "m1")) is not None, "it may not come back by a redelivery"
        told = session.scalars(select(AuditLine).where(AuditLine.action == "erasures_repeated")).all()
        assert [line.details["lines"] for line in told] == [3, 3]


def test_what_the_same_person_asked_after_the_erasing_stays(restored: Database) -> None:
    ledger(restored)
    with restored.writing() as session:
        replay(session, MOMENT, MOMENT + 5 * HOUR)
    with restored.reading() as session:
        assert "消したあとの質問" in set(session.scalars(select(LoggedQuestion.text)))
