"""The table of subjects as it is loaded and changed, and the offices by name that come of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from intents.contacts import side_of_contact
from intents.text import normalize
from knowledge.answers import Office
from knowledge.bundle import Bundle, read_bundle
from knowledge.content_places import NoContentError, folders_to_load
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.directory import make_directory
from knowledge.loading import load_bundle
from knowledge.subject_offices import Change, SubjectRow, apply_changes, load_subjects, subject_table
from knowledge.subject_offices import SubjectOffice as Known
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
WASTE = "- {subject: waste, department: 環境課, telephone: 011-222-4444, url: https://www.example.jp/gomi/}\n"
WATER = "- {subject: water, department: dep-it}\n"


def bundle(folder: Path, table: str) -> Bundle:
    found = write_town(folder)
    (found / "subjects.yaml").write_text(table or "[]\n", encoding="utf-8")
    return read_bundle(found)


@pytest.fixture
def town(tmp_path: Path) -> Bundle:
    return bundle(tmp_path / "first", WASTE + WATER)


def shown(database: Database) -> dict[str, tuple[str | None, str | None, str | None]]:
    """The filled lines as officials see them."""
    with database.reading() as session:
        return {row.subject: row.values for row in subject_table(session, CODE) if any(row.values)}


def loaded(database: Database, town: Bundle) -> bool:
    with database.writing() as session:
        return load_subjects(session, town, MOMENT)


def test_loading_follows_the_bundle_and_says_whether_anything_moved(
    database: Database, town: Bundle, tmp_path: Path
) -> None:
    load_bundle(database, town, MOMENT)
    assert shown(database) == {
        "waste": ("環境課", "011-222-4444", "https://www.example.jp/gomi/"),
        "water": ("情報政策課", None, None),
    }
    assert loaded(database, town) is False
    assert loaded(database, bundle(tmp_path / "second", WATER)) is True
    assert shown(database) == {"water": ("情報政策課", None, None)}


@pytest.mark.parametrize("left", ["", WASTE], ids=["gone from the bundle", "still in the bundle"])
def test_a_line_that_staff_have_changed_is_theirs(database: Database, town: Bundle, tmp_path: Path, left: str) -> None:
    load_bundle(database, town, MOMENT)
    ours = SubjectRow("waste", "ごみ対策課", None, None)
    with database.writing() as session:
        before = next(row for row in subject_table(session, CODE) if row.subject == "waste")
        apply_changes(session, CODE, [Change(before, ours)], MOMENT)
    loaded(database, bundle(tmp_path / "second", left))
    assert shown(database)["waste"] == ("ごみ対策課", None, None)


def test_without_a_folder_the_bundled_ones_and_a_services_own_are_loaded(tmp_path: Path) -> None:
    own = write_town(tmp_path, code="242047")
    found = {folder.name: folder for folder in folders_to_load([], tmp_path)}
    assert found["242047"] == own
    assert len(found) == len(folders_to_load([], tmp_path / "nowhere")) >= 5


def test_a_folder_is_one_municipality_or_holds_several_and_none_comes_twice(tmp_path: Path) -> None:
    one, other = write_town(tmp_path), write_town(tmp_path, code="242047")
    assert folders_to_load([one], tmp_path) == [one.resolve()]
    assert folders_to_load([one, tmp_path], tmp_path) == [one.resolve(), other.resolve()]


@pytest.mark.parametrize("name", ["empty", "nowhere"])
def test_a_folder_without_a_municipality_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoContentError, match=name):
        folders_to_load([tmp_path / name], tmp_path)


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
def test_every_name_of_every_office_is_known(corpus: Corpus, code: str) -> None:
    knowledge = corpus.current(code)
    offices = [one for one in knowledge.answers.values() if one.kind == "office"]
    every = {normalize(word): one.name for one in offices for word in one.wordings if len(word) > 1}
    names = {word: name for word, name in every.items() if side_of_contact(word) is None}
    assert dict(knowledge.directory.names.names) == names
    assert {name: dict(knowledge.directory.ways[name]) for name in knowledge.directory.entries} == {
        one.name: dict(one.facts) for one in offices
    }


def with_table(knowledge: Knowledge, **table: Known) -> Knowledge:
    return replace(knowledge, subjects=table)


def test_an_office_of_the_table_is_known_by_name_and_has_a_number_only_where_there_is_one(corpus: Corpus) -> None:
    table = {
        "waste": Known("環境課", "011-222-4444", None),
        "noise": Known("環境課", "011-222-5555", None),
        "water": Known("水道課", "011-222-6666", None),
        "tax": Known("税務課", None, None),
    }
    directory = make_directory((), "企画課", table, Office("小さい市役所", None))
    assert [directory.office(name).telephone for name in ("環境課", "水道課", "税務課")] == [None, "011-222-6666", None]
    assert set(directory.names.names.values()) == {"環境課", "水道課", "税務課"}
