"""確認用の質問: laid down by staff, out as a table and in again, one municipality's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest

from knowledge.bundle import read_bundle
from knowledge.check_question_sheet import HEADINGS, check_sheet, take_in
from knowledge.check_questions import (
    CheckQuestion,
    CheckQuestionError,
    check_questions,
    end_check_question,
    keep_check_question,
    new_check_question,
)
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
QUESTION = new_check_question("住民票はコンビニで取れますか", "answer", ["juki"], note="問い合わせが多い")


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


def keep(database: Database, *questions: CheckQuestion) -> list[bool]:
    with database.writing() as session:
        return [keep_check_question(session, CODE, question, MOMENT, "h.yamada") for question in questions]


def kept(database: Database, code: str = CODE) -> list[CheckQuestion]:
    with database.reading() as session:
        return check_questions(session, code)


def test_what_is_kept_is_read_again_and_the_same_words_are_the_same_question(town: Database) -> None:
    assert keep(town, QUESTION, QUESTION) == [True, False]
    changed = new_check_question("住民票はコンビニで取れますか", "suggest", ["juki", "goal"])
    assert keep(town, changed) == [True]
    assert kept(town) == [changed]
    assert kept(town, "242047") == []


def test_a_question_that_is_ended_is_asked_no_more_and_may_come_back(town: Database) -> None:
    keep(town, QUESTION)
    with town.writing() as session:
        assert end_check_question(session, CODE, QUESTION.id, MOMENT)
        assert not end_check_question(session, CODE, QUESTION.id, MOMENT)
        assert not end_check_question(session, "242047", QUESTION.id, MOMENT)
    assert kept(town) == []
    assert keep(town, QUESTION) == [True]
    assert kept(town) == [QUESTION]


def test_personal_data_is_masked_as_in_the_log() -> None:
    found = new_check_question("電話は090-1234-5678です。住民票は？", "answer")
    assert "1234" not in found.text
    assert "〔" in found.text


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (new_check_question(" ", "answer"), "text"),
        (new_check_question("住民票", "perhaps"), "decision"),
        (new_check_question("住民票", "answer", ["nobody"]), "entry_ids"),
        (new_check_question("こんにちは", "smalltalk", ["juki"]), "entry_ids"),
        (new_check_question("住民票", "answer", note="あ" * 201), "note"),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_remedy(town: Database, question: CheckQuestion, field: str) -> None:
    with pytest.raises(CheckQuestionError) as raised:
        keep(town, question)
    assert raised.value.field == field
    assert kept(town) == []


def test_an_unknown_municipality_keeps_nothing(town: Database) -> None:
    with town.writing() as session, pytest.raises(LookupError):
        keep_check_question(session, "999999", QUESTION, MOMENT)


@pytest.mark.parametrize("name", ["checks.xlsx", "checks.csv"])
def test_a_table_comes_back_as_it_went_out(town: Database, tmp_path: Path, name: str) -> None:
    keep(town, QUESTION, new_check_question("おすすめは？", "none"), new_check_question("=1+1", "none"))
    before = kept(town)
    write_tables(tmp_path / name, [], [check_sheet(before)])
    with town.writing() as session:
        done = take_in(session, CODE, read_tables(tmp_path / name), MOMENT)
    assert (done.kept, done.unchanged, done.ended) == (0, 3, 0)
    assert kept(town) == before


def table(path: Path, lines: Iterable[Iterable[str]]) -> Path:
    path.write_text("\n".join(",".join(line) for line in (HEADINGS, *lines)), encoding="utf-8")
    return path


def test_what_a_table_lacks_is_ended_only_where_that_is_asked(town: Database, tmp_path: Path) -> None:
    keep(town, QUESTION)
    sheet = read_tables(table(tmp_path / "a.csv", [("計画の目標は", "答える", "goal", "", "")]))
    with town.writing() as session:
        assert take_in(session, CODE, sheet, MOMENT).ended == 0
        assert take_in(session, CODE, sheet, MOMENT, end_missing=True).ended == 1
    assert [one.text for one in kept(town)] == ["計画の目標は"]


def test_every_fault_of_a_table_is_told_in_its_place_and_nothing_is_kept(town: Database, tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        [
            ("住民票", "答える", "juki", "", ""),
            ("住民票", "たぶん", "juki", "", ""),
            ("戸籍", "答える", "nobody", "", ""),
            ("", "答える", "", "", ""),
        ],
    )
    with town.writing() as session, pytest.raises(ImportFaultsError) as raised:
        take_in(session, CODE, read_tables(path), MOMENT)
    told = "\n".join(raised.value.faults)
    assert "3行目 B列「正しい対応」" in told
    assert "4行目 C列「答えの番号」: nobody" in told
    assert "5行目 A列「質問」" in told
    assert kept(town) == []
