"""The recent questions: each text once, with how often; one municipality's own; the latest first."""

from __future__ import annotations

import datetime as dt

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.ledger import NotedQuestion, note
from knowledge.query_log import AskedQuestion, record
from knowledge.recent_questions import RecentQuestion, recent_questions

CODE = "242047"
DAY = dt.date(2026, 11, 20)


def log(database: Database, *asked: tuple[str | None, int], code: str = CODE) -> None:
    """Each a text, and how many days before DAY it was asked."""
    with database.writing() as session:
        for number, (text, days) in enumerate(asked):
            moment = dt.datetime.combine(DAY - dt.timedelta(days), dt.time(12), JST)
            row = AskedQuestion(
                code,
                f"web:{code}{number}",
                "web",
                moment,
                text,
                False,
                None,
                None,
                "ja",
                "none",
                None,
                None,
                None,
                None,
                (),
                1,
                1.0,
            )
            record(session, row)


def test_each_text_comes_once_with_how_often_and_when_last(database: Database) -> None:
    log(database, ("住民票", 3), ("ごみ", 1), ("住民票", 0), ("ごみ", 2), ("住民票", 1))
    log(database, ("住民票", 0), ("戸籍", 0), code="222232")
    with database.reading() as session:
        assert recent_questions(session, CODE) == [
            RecentQuestion("住民票", 3, DAY),
            RecentQuestion("ごみ", 2, DAY - dt.timedelta(1)),
        ]


def test_a_message_that_was_taken_back_is_not_asked(database: Database) -> None:
    log(database, (None, 0))
    with database.reading() as session:
        assert recent_questions(session, CODE) == []


def test_only_the_days_given_and_the_latest_rows_are_looked_at(database: Database) -> None:
    log(database, ("十日前", 10), ("三日前", 3), ("今日", 0))
    with database.reading() as session:
        month = recent_questions(session, CODE, since=DAY - dt.timedelta(5), until=DAY - dt.timedelta(1))
        latest = recent_questions(session, CODE, most_rows=2)
    assert [one.text for one in month] == ["三日前"]
    assert [one.text for one in latest] == ["今日", "三日前"]


def test_what_staff_noted_is_nothing_that_a_changed_answer_would_change(database: Database) -> None:
    log(database, ("住民票", 0))
    moment = dt.datetime.combine(DAY, dt.time(12), JST)
    with database.writing() as session:
        note(session, NotedQuestion(CODE, "staff:1", "phone", moment, None, "電話で聞かれたこと", "answer"), "1")
    with database.reading() as session:
        assert [one.text for one in recent_questions(session, CODE)] == ["住民票"]
