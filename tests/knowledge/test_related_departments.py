"""関係課: kept with an answer wherever it goes, told to staff and to no resident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from intents.vectors import NO_VECTORS
from knowledge.approval import Step
from knowledge.archives import erase, export_all, restore
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.comparison import comparison, comparison_workbook
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.entry_checks import EntryFaultsError
from knowledge.entry_lists import Filters, listed
from knowledge.entry_versions import Author
from knowledge.exports import about, exported
from knowledge.imports import ImportPlan
from knowledge.loading import load_bundle
from knowledge.models import Department, StaffAccount
from knowledge.organisation import MERGE, RENAME, Entered, enter_change
from knowledge.organisation_settling import settle_due
from knowledge.preview import Previews
from knowledge.related_departments import related_colleagues
from knowledge.roles import Grant, Role
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.staff import add_account
from knowledge.taken_imports import imported
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk, faults_of, wait_for_previews

TODAY = MOMENT.astimezone(JST).date()
NAMES = {"dep-it": "情報政策課", "dep-life": "市民課", "dep-tax": "税務課"}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        old = session.get_one(Department, (CODE, "dep-it"))
        session.add_all(
            Department(
                municipality_code=CODE, entry_id=entry_id, name=NAMES[entry_id], aliases=[], phrasings=[],
                source_plan=old.source_plan, source_section=old.source_section, checked_on=TODAY, updated_at=MOMENT,
            )
            for entry_id in ("dep-life", "dep-tax")
        )  # fmt: skip
    return Desk(database)


@pytest.fixture
def previews(desk: Desk) -> Iterator[Previews]:
    yield Previews(desk.database, NO_VECTORS)
    wait_for_previews()


def related(desk: Desk, *departments: str, entry_id: str = "juki") -> int:
    """A published version of an answer that concerns these 課, too."""
    content = desk.content(entry_id, related_departments=list(departments))
    number = desk.write(desk.row(entry_id).version, entry_id=entry_id, content=content)
    desk.take(Step.REQUEST, WRITER, number, entry_id)
    desk.take(Step.APPROVE, APPROVER, number, entry_id)
    return number


def file_of(desk: Desk, path: Path) -> Path:
    with desk.database.reading() as session:
        sheets = exported(session, CODE)
        if path.suffix == ".csv":
            sheets = {"entries": sheets["entries"]}
        write_tables(path, about(session, CODE, sheets, MOMENT), list(sheets.values()))
    return path


def taken_in(desk: Desk, path: Path) -> ImportPlan:
    return imported(desk.database, CODE, read_tables(path), desk.moment)


def test_they_are_kept_in_the_versions_and_told_by_name_in_the_comparison(desk: Desk) -> None:
    number = related(desk, "dep-life", "dep-tax")
    assert desk.row("juki").related_departments == ["dep-life", "dep-tax"]
    assert faults_of(desk, "juki") == []
    old, new = desk.version(1, "juki"), desk.version(number, "juki")
    (found,) = comparison(old, new, NAMES)
    assert (found.field, found.old_text, found.new_text) == ("関係課", "", "市民課\n税務課")
    assert comparison_workbook("小さい市", old, new, NAMES)[:2] == b"PK"


@pytest.mark.parametrize(
    ("departments", "said"),
    [
        (["dep-nowhere"], "なくなった課"),
        (["dep-life", "dep-life"], "二度"),
        (["dep-it"], "担当課があります"),
    ],
)
def test_what_they_cannot_be_is_said(desk: Desk, departments: list[str], said: str) -> None:
    with pytest.raises(EntryFaultsError, match=said):
        related(desk, *departments)


@pytest.mark.parametrize("name", ["town.xlsx", "town.csv"])
def test_a_file_brings_them_back_as_they_were(desk: Desk, tmp_path: Path, name: str) -> None:
    related(desk, "dep-life", "dep-tax")
    path = file_of(desk, tmp_path / name)
    cells = [cell for sheet in read_tables(path) for row in sheet.rows for cell in row.cells]
    assert "市民課\n税務課" in cells
    assert {row.action for row in taken_in(desk, path).rows} == {"unchanged"}
    assert desk.row("juki").related_departments == ["dep-life", "dep-tax"]


def test_a_sheet_names_them_in_one_line_or_several_and_is_told_of_a_wrong_name(desk: Desk, tmp_path: Path) -> None:
    related(desk, "dep-life")
    sheets = read_tables(file_of(desk, tmp_path / "town.xlsx"))
    (entries,) = (sheet for sheet in sheets if sheet.name == "よくある質問")
    place = next(row.cells.index("関係課") for row in entries.rows if "関係課" in row.cells)

    def written(cell: str) -> ImportPlan:
        rows = tuple(
            type(row)(row.number, (*row.cells[:place], cell, *row.cells[place + 1 :])) if row.text(0) == "juki" else row
            for row in entries.rows
        )
        return imported(desk.database, CODE, [type(entries)(entries.name, rows)], desk.moment)

    with pytest.raises(ImportFaultsError, match="「火星課」はシート「担当課」にありません"):
        written("市民課\n火星課")
    written("税務課、市民課")
    assert desk.row("juki").related_departments == ["dep-tax", "dep-life"]


def test_an_archive_brings_them_back(desk: Desk, tmp_path: Path) -> None:
    related(desk, "dep-life")
    export_all(desk.database, CODE, tmp_path / "town.zip", MOMENT, "test")
    erase(desk.database, CODE, None)
    restore(desk.database, tmp_path / "town.zip")
    assert desk.row("juki").related_departments == ["dep-life"]


def test_the_list_finds_by_them_and_shows_them_to_their_colleagues(desk: Desk, previews: Previews) -> None:
    related(desk, "dep-life")

    def ids(filters: Filters) -> list[str]:
        with desk.database.reading() as session:
            return [line.entry_id for line in listed(session, previews, CODE, filters, TODAY).lines]

    assert ids(Filters(related="dep-life")) == ["juki"]
    assert ids(Filters(related="dep-tax")) == []
    assert ids(Filters(departments=("dep-life",))) == ["juki"]
    assert ids(Filters(departments=("dep-tax",))) == []


def test_their_colleagues_of_today_are_those_to_tell(desk: Desk) -> None:
    with desk.database.writing() as session:
        for login, department, ends in (
            ("a-1", "dep-life", None),
            ("a-2", "dep-tax", dt.date(2026, 3, 31)),
            ("a-3", "dep-it", None),
            ("a-4", "dep-life", None),
        ):
            grants = [Grant(role, CODE, department, None, ends) for role in (Role.VIEWER, Role.EDITOR)]
            add_account(session, login, f"{login}さん", grants, MOMENT)
        session.flush()
        session.scalars(select(StaffAccount).where(StaffAccount.login == "a-4")).one().disabled = True
    with desk.database.reading() as session:
        found = related_colleagues(session, CODE, ["dep-life", "dep-tax"], MOMENT)
        assert related_colleagues(session, CODE, [], MOMENT) == []
    assert found == [("dep-life", ["a-1さん"]), ("dep-tax", [])]


def test_residents_see_nothing_of_them(desk: Desk) -> None:
    before = Corpus(desk.database, NO_VECTORS, lambda: TODAY).current(CODE).answers["juki"]
    related(desk, "dep-life")
    after = Corpus(desk.database, NO_VECTORS, lambda: TODAY).current(CODE).answers["juki"]
    assert (after.text, after.facts, after.office, after.document()) == (
        before.text,
        before.facts,
        before.office,
        before.document(),
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(
            Entered(RENAME, TODAY, ["dep-life"], new=[{"課名": "窓口課"}], at_once=True), ["窓口課"], id="renamed"
        ),
        pytest.param(
            Entered(MERGE, TODAY, ["dep-life"], existing=["dep-it"], at_once=True), [], id="merged with the 担当課"
        ),
    ],
)
def test_they_follow_a_change_of_the_organisation(desk: Desk, given: Entered, kept: list[str]) -> None:
    related(desk, "dep-life")
    with desk.database.writing() as session:
        enter_change(session, CODE, given, Author("総務 太郎", "9"), MOMENT)
    settle_due(desk.database, TODAY, desk.moment)
    with desk.database.reading() as session:
        names = [session.get_one(Department, (CODE, one)).name for one in desk.row("juki").related_departments]
    assert names == kept
    assert faults_of(desk, "juki") == []


def test_the_bundled_content_takes_them_from_nobody(desk: Desk, tmp_path: Path) -> None:
    related(desk, "dep-life")
    changed = {"entries.yaml": ("はい、取れます。", "はい、取れますよ。")}
    load_bundle(desk.database, read_bundle(write_town(tmp_path / "again", changed)), desk.moment)
    assert desk.row("juki").related_departments == ["dep-life"]
