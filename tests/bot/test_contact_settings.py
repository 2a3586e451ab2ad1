"""What the settings tell of the office to ask holds wherever that office is named, and answers who asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from bot.conversation import answer
from bot.replies import plain_text
from intents.vectors import Vectors
from knowledge.calendar import now
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.index_files import IndexFiles
from knowledge.models import Municipality, SubjectOffice

SILENT, PRINTING = "242047", "222232"
"""A municipality whose plan prints no number of the office to ask, and one whose plan prints all."""
TELEPHONE, FAX, EMAIL, GENERAL = "0598-53-0000", "0598-22-0000", "soudan@city.example.jp", "0598-53-4321"
SETTINGS = {"contact_telephone": TELEPHONE, "contact_fax": FAX, "contact_email": EMAIL}
PRINTED = {"電話": "0537-85-1127", "FAX": "0537-85-1137", "メール": "zaisei@city.omaezaki.shizuoka.jp"}


@pytest.fixture
def town(
    loaded_database: Database, vectors: Vectors, indexes_folder: Path, request: pytest.FixtureRequest
) -> Knowledge:
    """The first municipality with its settings filled in; with 代表電話, too, where a test says so."""
    with loaded_database.writing() as session:
        session.execute(update(Municipality).values(**SETTINGS, knowledge_version=Municipality.knowledge_version + 1))
        if getattr(request, "param", None):
            row = SubjectOffice(municipality_code=SILENT, subject="general", telephone=GENERAL)
            row.by_staff, row.updated_at = True, now()
            session.merge(row)
    return Corpus(loaded_database, vectors, index_files=IndexFiles(indexes_folder)).current(SILENT)


def said(knowledge: Knowledge, question: str) -> str:
    return plain_text(answer(knowledge, question).reply)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("電話したい", f"市政改革課の電話番号は {TELEPHONE} です。"),
        ("市役所の電話番号は", f"市政改革課の電話番号は {TELEPHONE} です。"),
        ("市政改革課の電話番号", f"市政改革課の電話番号は {TELEPHONE} です。"),
        ("メールありますか", f"市政改革課のメールアドレスは {EMAIL} です。"),
        ("FAX番号は", f"市政改革課のFAXの番号は {FAX} です。"),
    ],
)
def test_who_asks_for_what_the_settings_tell_is_told_it_first(town: Knowledge, question: str, first: str) -> None:
    text = said(town, question)
    assert text.startswith(first)
    assert "記載がありません" not in text
    assert "載って" not in text


@pytest.mark.parametrize("town", [True], indirect=True)
@pytest.mark.parametrize("question", ["電話したい", "市役所の電話番号は", "電話番号は"])
def test_the_halls_own_number_comes_before_that_of_the_office_to_ask(town: Knowledge, question: str) -> None:
    assert said(town, question).startswith(f"松阪市役所の電話番号は {GENERAL} です。")


def test_the_office_to_ask_has_one_number_wherever_it_is_named(town: Knowledge) -> None:
    name = town.contact.department
    named = {one.office for one in town.answers.values() if one.office and one.office.department == name}
    assert {office.telephone for office in (*named, town.contact, town.directory.office(name))} == {TELEPHONE}
    (entry,) = [one for one in town.answers.values() if one.kind == "office" and one.name == name]
    assert dict(entry.facts) == {"電話": TELEPHONE, "FAX": FAX, "メール": EMAIL}
    assert "計画書に載っている番号" not in entry.text


def test_what_an_offices_own_row_tells_stays(
    loaded_database: Database, vectors: Vectors, indexes_folder: Path, town: Knowledge
) -> None:
    printing = Corpus(loaded_database, vectors, index_files=IndexFiles(indexes_folder)).current(PRINTING)
    assert printing.contact.telephone == PRINTED["電話"]
    assert PRINTED.items() <= dict(printing.directory.ways[printing.contact.department]).items()
    assert TELEPHONE not in said(printing, "市役所の電話番号は")
