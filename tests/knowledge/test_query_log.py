"""The log of questions: one row an event, counted by the day in Japan, and erasable."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.db import Database
from knowledge.models import LoggedQuestion
from knowledge.query_log import (
    AskedQuestion,
    forget_dialogue,
    keep_dialogue,
    load_dialogue,
    log_id,
    note_contact,
    note_feedback,
    note_more,
    note_tap,
    record,
)
from knowledge.residents_data import forget_message

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = MOMENT + dt.timedelta(seconds=1)
CODE = "242047"
ASKED = AskedQuestion(
    municipality_code=CODE,
    event_key="line:01EVENT",
    channel="line",
    asked_at=MOMENT,
    text="住民票 コンビニ",
    personal_data=False,
    asker="0" * 32,
    message_id="5001",
    language="ja",
    decision="suggest",
    entry_id=None,
    entry_version=None,
    department=None,
    score=0.41,
    candidates=[{"entry_id": "juki", "score": 0.4}],
    index_version=3,
    elapsed_ms=2.5,
)


def put(database: Database, *asked: AskedQuestion) -> None:
    with database.writing() as session:
        for each in asked:
            record(session, each)


def rows(database: Database) -> list[LoggedQuestion]:
    with database.reading() as session:
        return list(session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.event_key)))


def dialogue(database: Database, key: str = "w:1") -> dict[str, Any]:
    with database.reading() as session:
        return load_dialogue(session, CODE, key)


def keep(database: Database, state: dict[str, Any], moment: dt.datetime, key: str = "w:1") -> None:
    with database.writing() as session:
        keep_dialogue(session, CODE, key, state, moment)


def test_an_event_is_logged_once_however_often_it_comes(database: Database) -> None:
    put(database, ASKED)
    put(database, replace(ASKED, text="もう一度", asked_at=LATER))
    (row,) = rows(database)
    assert (row.text, row.asked_at, row.id) == ("住民票 コンビニ", MOMENT, log_id(CODE, "line:01EVENT"))
    assert row.candidates == [{"entry_id": "juki", "score": 0.4}]


def test_an_event_that_comes_to_four_at_once_is_logged_once(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(put, database, ASKED) for _ in range(4)]:
            done.result()
    assert len(rows(database)) == 1


def test_the_same_event_id_at_two_municipalities_is_two_questions(database: Database) -> None:
    put(database, ASKED, replace(ASKED, municipality_code="222232"))
    assert len(rows(database)) == 2
    assert log_id(CODE, "line:01EVENT") != log_id("222232", "line:01EVENT")


@pytest.mark.parametrize(
    ("moment", "date", "hour", "weekday"),
    [
        pytest.param("2026-11-21T14:59:59Z", "2026-11-21", 23, 5, id="a second before midnight in Japan"),
        pytest.param("2026-11-21T15:00:00Z", "2026-11-22", 0, 6, id="midnight in Japan"),
        pytest.param("2026-12-31T15:00:00Z", "2027-01-01", 0, 4, id="New Year in Japan"),
        pytest.param("2027-03-31T15:00:00Z", "2027-04-01", 0, 3, id="the fiscal year's first moment"),
        pytest.param("2026-11-22T23:00:00Z", "2026-11-23", 8, 0, id="Monday morning in Japan"),
    ],
)
def test_day_hour_and_weekday_are_those_in_japan(
    database: Database, moment: str, date: str, hour: int, weekday: int
) -> None:
    put(database, replace(ASKED, asked_at=dt.datetime.fromisoformat(moment)))
    (row,) = rows(database)
    assert (row.jst_date.isoformat(), row.jst_hour, row.jst_weekday) == (date, hour, weekday)
    assert row.asked_at == dt.datetime.fromisoformat(moment)


MARKS: dict[str, tuple[Callable[[Session, str], None], dict[str, Any]]] = {
    "a choice": (lambda s, i: note_tap(s, CODE, i, "juki", LATER), {"tapped_entry_id": "juki", "tapped_at": LATER}),
    "none of these": (lambda s, i: note_tap(s, CODE, i, None, LATER), {"tapped_entry_id": "", "tapped_at": LATER}),
    "solved": (lambda s, i: note_feedback(s, CODE, i, True, LATER), {"feedback": "solved", "feedback_at": LATER}),
    "unsolved": (lambda s, i: note_feedback(s, CODE, i, False, LATER), {"feedback": "unsolved"}),
    "more": (lambda s, i: note_more(s, CODE, i, LATER), {"more_at": LATER}),
    "contact": (lambda s, i: note_contact(s, CODE, i, LATER), {"contact_at": LATER}),
}


@pytest.mark.parametrize("mark", MARKS)
def test_what_was_tapped_stands_beside_its_question(database: Database, mark: str) -> None:
    note, expected = MARKS[mark]
    other = replace(ASKED, event_key="line:02EVENT")
    put(database, ASKED, other)
    with database.writing() as session:
        note(session, ASKED.id)
    first, second = rows(database)
    assert {name: getattr(first, name) for name in expected} == expected
    assert (second.tapped_at, second.feedback, second.more_at, second.contact_at) == (None, None, None, None)


def test_a_tap_of_another_municipality_marks_nothing(database: Database) -> None:
    put(database, ASKED)
    with database.writing() as session:
        note_feedback(session, "222232", ASKED.id, True, LATER)
        note_tap(session, CODE, "no-such-row", "juki", LATER)
    assert rows(database)[0].feedback is None


def test_a_message_taken_back_loses_its_words_and_keeps_its_count(database: Database) -> None:
    other = replace(ASKED, event_key="line:02EVENT", message_id="5002")
    elsewhere = replace(ASKED, municipality_code="222232")
    put(database, ASKED, other, elsewhere)
    with database.writing() as session:
        forget_message(session, CODE, "5001", MOMENT)
    texts = {(row.municipality_code, row.event_key): row.text for row in rows(database)}
    assert texts == {
        (CODE, "line:01EVENT"): None,
        (CODE, "line:02EVENT"): "住民票 コンビニ",
        ("222232", "line:01EVENT"): "住民票 コンビニ",
    }


def test_a_new_dialogue_is_about_nothing(database: Database) -> None:
    assert dialogue(database) == {}


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        pytest.param(LATER, {"entry_id": "new"}, id="newer"),
        pytest.param(MOMENT, {"entry_id": "new"}, id="of the same moment"),
        pytest.param(MOMENT - dt.timedelta(microseconds=1), {"entry_id": "old"}, id="older"),
    ],
)
def test_a_dialogue_follows_the_newest_message_whatever_the_order(
    database: Database, second: dt.datetime, kept: dict[str, Any]
) -> None:
    keep(database, {"entry_id": "old"}, MOMENT)
    keep(database, {"entry_id": "new"}, second)
    assert dialogue(database) == kept


def test_the_newest_of_many_at_once_is_what_stays(database: Database) -> None:
    moments = [MOMENT + dt.timedelta(milliseconds=number) for number in range(24)]
    with ThreadPoolExecutor(4) as pool:
        order = moments[1::2] + moments[::2]
        for done in [pool.submit(keep, database, {"n": moments.index(moment)}, moment) for moment in order]:
            done.result()
    assert dialogue(database) == {"n": 23}


def test_two_first_messages_at_once_leave_the_newer(database: Database) -> None:
    together = threading.Barrier(2)

    def first(number: int, key: str) -> None:
        together.wait(30)
        keep(database, {"n": number}, MOMENT + dt.timedelta(seconds=number), key)

    with ThreadPoolExecutor(2) as pool:
        for key in (f"w:{number}" for number in range(20)):
            for done in [pool.submit(first, number, key) for number in (0, 1)]:
                done.result()
    assert [dialogue(database, f"w:{number}") for number in range(20)] == [{"n": 1}] * 20


def test_a_dialogue_is_one_municipalitys_and_one_persons(database: Database) -> None:
    keep(database, {"entry_id": "a"}, MOMENT)
    keep(database, {"entry_id": "b"}, MOMENT, key="w:2")
    assert dialogue(database, "w:2") == {"entry_id": "b"}
    with database.reading() as session:
        assert load_dialogue(session, "222232", "w:1") == {}


def test_a_forgotten_dialogue_is_gone_and_nothing_older_brings_it_back(database: Database) -> None:
    keep(database, {"entry_id": "a"}, MOMENT)
    with database.writing() as session:
        forget_dialogue(session, CODE, "w:1", MOMENT)
        forget_dialogue(session, CODE, "w:never", MOMENT)
    assert dialogue(database) == {}
    keep(database, {"entry_id": "a"}, MOMENT - dt.timedelta(seconds=1))
    assert dialogue(database) == {}
