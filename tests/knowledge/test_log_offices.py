"""The log names the municipality's own 課, also where a common answer was shown."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from sqlalchemy import delete

from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.log_files import HEADINGS, cells, csv_text
from knowledge.log_lists import LogFilter, questions
from knowledge.log_offices import UNSET, UNSET_NAME, log_offices, office_departments
from knowledge.models import SlotValue, SubjectOffice
from tests.knowledge.small_town import CODE, write_town
from tests.support.questions import question_row

MOMENT = dt.datetime(2026, 11, 20, 10, 0, tzinfo=JST)
DAY = MOMENT.date()
OWN, OWN_NAME = "dep-it", "情報政策課"


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    """One question each for its own 課 and for two common offices."""
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        session.execute(delete(SlotValue))
        session.execute(delete(SubjectOffice))
        for number, department in enumerate((OWN, "common-moving", "common-card", None)):
            session.add(question_row(CODE, number, MOMENT, department=department))
    return database


def give(database: Database, slot: str, value: str) -> None:
    with database.writing() as session:
        session.add(SlotValue(municipality_code=CODE, slot=slot, value=value, checked_on=DAY, updated_at=MOMENT))


def told(database: Database, wanted: str, departments: frozenset[str] | None = None) -> list[str | None]:
    with database.reading() as session:
        found = questions(session, CODE, LogFilter(DAY, DAY, department=wanted, departments=departments), 0, 9)
        return sorted(row.department or "" for row in found)


def test_without_a_word_of_the_municipality_it_is_a_common_answer_of_no_office(town: Database) -> None:
    with town.reading() as session:
        offices = log_offices(session, CODE)
    assert offices.name("common-moving") == "共通の答え（転入・転出の担当課が未設定）"
    assert (UNSET, UNSET_NAME) in offices.choices([(OWN, OWN_NAME)])
    assert told(town, UNSET) == ["common-card", "common-moving"]
    assert told(town, OWN) == [OWN]
    assert not any(name.startswith("common-") for name in offices.names.values())


def test_the_name_that_was_given_leads_to_the_office_of_that_name(town: Database) -> None:
    give(town, "office-moving", OWN_NAME)
    with town.reading() as session:
        offices = log_offices(session, CODE)
    assert offices.name("common-moving") == OWN_NAME
    assert told(town, OWN) == ["common-moving", OWN]
    assert told(town, UNSET) == ["common-card"]
    assert told(town, "", frozenset({OWN})) == ["common-moving", OWN], "and whoever works there sees them"
    assert told(town, "", frozenset({"dep-of-others"})) == []


def test_the_table_of_subjects_leads_there_too_unless_a_name_was_given(town: Database) -> None:
    with town.writing() as session:
        for subject, department in (("moving", OWN), ("mynumber", OWN_NAME)):
            session.add(SubjectOffice(municipality_code=CODE, subject=subject, department=department, by_staff=True, updated_at=MOMENT))  # fmt: skip
    give(town, "office-card", "カード交付所")
    with town.reading() as session:
        assert office_departments(session, CODE) == {"common-moving": OWN}
        offices = log_offices(session, CODE)
    assert offices.name("common-card") == "カード交付所"
    assert ("common-card", "カード交付所") in offices.choices([(OWN, OWN_NAME)])
    assert told(town, "common-card") == ["common-card"]


def test_the_file_names_the_same(town: Database) -> None:
    give(town, "office-moving", OWN_NAME)
    with town.reading() as session:
        names = log_offices(session, CODE).names
        rows = [cells(row, {}, names, b"k") for row in questions(session, CODE, LogFilter(DAY, DAY), 0, 9)]
    content = csv_text(rows, head=True).decode("utf-8-sig")
    assert HEADINGS[11] == "担当課"
    found = sorted(row["担当課"] for row in csv.DictReader(io.StringIO(content)))
    assert found == sorted(["", OWN_NAME, OWN_NAME, names["common-card"]])
