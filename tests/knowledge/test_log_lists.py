"""The log as staff read it: found by words, narrowed in every way, and dialogues whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.log_lists import LogFilter, count_questions, dialogue_of, question, questions, ratings_of, titles_of
from knowledge.models import Entry, LoggedQuestion
from knowledge.query_log import AskedQuestion, record
from knowledge.residents_data import forget_message
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 20, 10, 0, tzinfo=JST)
DAY = dt.date(2026, 11, 20)
WEEK = LogFilter(DAY - dt.timedelta(days=6), DAY)
USUAL = AskedQuestion(
    CODE, "line:0", "line", MOMENT, "住民票はコンビニで取れますか", False, "a" * 32, "m0", "ja", "answer", "juki", 1,
    "dep-it", 0.9, (), 1, 1.0,
)  # fmt: skip


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        for number, changed in enumerate(
            (
                {},
                {"text": "粗大ごみの出し方", "decision": "none", "entry_id": None, "department": None, "asker": "b" * 32},
                {"text": "ゴミはいつ？", "channel": "web", "decision": "suggest", "entry_id": None,
                 "candidates": [{"entry_id": "juki", "score": 0.4}], "asked_at": MOMENT + dt.timedelta(minutes=5)},
                {"text": "前の週の質問", "asked_at": MOMENT - dt.timedelta(days=7)},
                {"text": None, "delicate": "illness", "decision": "none", "entry_id": None, "asker": None},
                {"text": "garbage day", "language": "en", "asked_at": MOMENT + dt.timedelta(hours=2)},
            )
        ):  # fmt: skip
            record(session, replace(USUAL, event_key=f"line:{number}", message_id=f"m{number}", **changed))
    return database


def found(database: Database, **narrowed: Any) -> list[str | None]:
    wanted = replace(WEEK, **narrowed)
    with database.reading() as session:
        rows = questions(session, CODE, wanted, 0, 50)
        assert count_questions(session, CODE, wanted) == len(rows)
        return sorted((row.text for row in rows), key=str)


@pytest.mark.parametrize(
    ("narrowed", "texts"),
    [
        ({"words": "ごみ"}, ["ゴミはいつ？", "粗大ごみの出し方"]),
        ({"words": "ゴミ"}, ["ゴミはいつ？", "粗大ごみの出し方"]),
        ({"words": "コンビニ 住民票"}, ["住民票はコンビニで取れますか"]),
        ({"words": "garbage"}, ["garbage day"]),
        ({"words": "無い言葉"}, []),
        ({"words": "100%_"}, []),
        ({"channel": "web"}, ["ゴミはいつ？"]),
        ({"decision": "none"}, [None, "粗大ごみの出し方"]),
        ({"department": "dep-it", "language": "ja", "channel": "line", "decision": "answer"}, ["住民票はコンビニで取れますか"]),
        ({"language": "en"}, ["garbage day"]),
        ({"delicate": True}, [None]),
        ({"first": DAY - dt.timedelta(days=7), "last": DAY - dt.timedelta(days=7)}, ["前の週の質問"]),
        ({"departments": frozenset({"dep-of-nobody"})}, []),
    ],
)  # fmt: skip
def test_each_way_of_narrowing_finds_what_it_says(town: Database, narrowed: dict[str, Any], texts: list[str]) -> None:
    assert found(town, **narrowed) == texts


def test_a_measure_finds_the_questions_on_its_entries(town: Database) -> None:
    with town.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == "juki").values(measure="1-1"))
    assert found(town, measure="1-1") == ["garbage day", "住民票はコンビニで取れますか"]
    assert found(town, measure="9-9") == []


@pytest.mark.parametrize("rating", ["solved", "unsolved", "refused", "more", "contact"])
def test_what_a_resident_said_afterwards_is_found(town: Database, rating: str) -> None:
    marks: dict[str, dict[str, Any]] = {
        "solved": {"feedback": "solved"}, "unsolved": {"feedback": "unsolved"}, "refused": {"tapped_entry_id": ""},
        "more": {"more_at": MOMENT}, "contact": {"contact_at": MOMENT},
    }  # fmt: skip
    assert found(town, rating=rating) == []
    with town.writing() as session:
        session.execute(update(LoggedQuestion).where(LoggedQuestion.language == "en").values(**marks[rating]))
    assert found(town, rating=rating) == ["garbage day"]
    with town.reading() as session:
        (row,) = session.scalars(select(LoggedQuestion).where(LoggedQuestion.language == "en"))
        assert len(ratings_of(row)) == 1


def test_a_dialogue_is_what_one_person_asked_without_a_long_pause(town: Database) -> None:
    with town.reading() as session:
        (first,) = session.scalars(select(LoggedQuestion).where(LoggedQuestion.event_key == "line:0"))
        assert [row.text for row in dialogue_of(session, first, None)] == [
            "住民票はコンビニで取れますか",
            "ゴミはいつ？",
        ]
        (alone,) = session.scalars(select(LoggedQuestion).where(LoggedQuestion.event_key == "line:4"))
        assert dialogue_of(session, alone, None) == [alone]
        turns = dialogue_of(session, first, None)
        assert titles_of(session, CODE, turns).keys() == {"juki"}


def test_one_sees_only_the_questions_of_ones_own_department(town: Database) -> None:
    with town.reading() as session:
        (row,) = session.scalars(select(LoggedQuestion).where(LoggedQuestion.event_key == "line:0"))
        assert question(session, CODE, row.id, frozenset({"dep-it"})) is not None
        assert question(session, CODE, row.id, frozenset({"dep-other"})) is None
        assert question(session, "999999", row.id, None) is None


def test_a_message_taken_back_is_found_no_more(town: Database) -> None:
    with town.writing() as session:
        forget_message(session, CODE, "m1", MOMENT)
    assert found(town, words="粗大ごみ") == []
    with town.reading() as session:
        assert session.scalars(select(LoggedQuestion.words).where(LoggedQuestion.event_key == "line:1")).one() is None
