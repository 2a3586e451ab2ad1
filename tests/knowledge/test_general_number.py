"""The hall's own number is one, wherever the municipality has written it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import answer
from bot.replies import plain_text
from intents.vectors import Vectors
from knowledge.calendar import now, today
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.general_number import general_number, with_general_number
from knowledge.index_files import IndexFiles
from knowledge.models import Municipality, SlotValue, SubjectOffice
from knowledge.subject_offices import NOTHING_KNOWN
from knowledge.subject_offices import SubjectOffice as Shown

CODE = "242047"
NUMBER, OTHER = "0598-53-4321", "0598-53-0000"
ROW, SLOT = "general", "office-telephone"
PAGE = Shown("総務課", None, "https://www.example.jp/")


@pytest.mark.parametrize(
    ("subjects", "values", "in_table", "in_slot"),
    [
        ({}, {}, None, None),
        ({ROW: Shown(None, NUMBER, None)}, {}, NUMBER, NUMBER),
        ({}, {SLOT: NUMBER}, NUMBER, NUMBER),
        ({ROW: PAGE}, {SLOT: NUMBER}, NUMBER, NUMBER),
        ({ROW: Shown(None, NUMBER, None)}, {SLOT: OTHER}, NUMBER, OTHER),
    ],
)
def test_the_one_that_lacks_it_takes_it_from_the_other(
    subjects: dict[str, Shown], values: dict[str, str], in_table: str | None, in_slot: str | None
) -> None:
    shown, told = with_general_number(subjects, values)
    assert (shown.get(ROW, NOTHING_KNOWN).telephone, told.get(SLOT)) == (in_table, in_slot)
    before = subjects.get(ROW)
    assert before is None or (shown[ROW].department, shown[ROW].url) == (before.department, before.url)


@pytest.mark.parametrize(
    "row",
    [
        SubjectOffice(municipality_code=CODE, subject=ROW, telephone=NUMBER, by_staff=True, updated_at=now()),
        SlotValue(municipality_code=CODE, slot=SLOT, value=NUMBER, checked_on=today(), by_staff=True, updated_at=now()),
    ],
    ids=["in the table", "in the slot"],
)
def test_residents_are_given_it_wherever_it_stands(
    loaded_database: Database, vectors: Vectors, indexes_folder: Path, row: SubjectOffice | SlotValue
) -> None:
    with loaded_database.writing() as session:
        session.merge(row)
        session.get_one(Municipality, CODE).knowledge_version += 1
    with loaded_database.reading() as session:
        assert general_number(session, CODE) == NUMBER
    knowledge = Corpus(loaded_database, vectors, index_files=IndexFiles(indexes_folder)).current(CODE)
    assert knowledge.directory.hall.telephone == NUMBER
    assert NUMBER in plain_text(answer(knowledge, "市役所の電話番号は何番ですか").reply)
    hall = knowledge.directory.hall.department
    of_the_hall = [one.office for one in knowledge.answers.values() if one.office and one.office.department == hall]
    assert {office.telephone for office in of_the_hall} == {NUMBER}
    assert knowledge.contact.telephone == NUMBER, "who is asked where nothing is answered has it, too"
    own = [one.office for one in knowledge.answers.values() if one.office and one.office == knowledge.contact]
    assert own
