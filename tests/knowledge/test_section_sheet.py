"""The sections of an imported plan in the sheets: all of them go out, their state alone comes back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from intents.vectors import NO_VECTORS
from knowledge.attached_texts import attach_text
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.exports import exported
from knowledge.imports import planned
from knowledge.loading import load_bundle
from knowledge.models import PlanSection
from knowledge.plan_contents import read_contents
from knowledge.plan_documents.document import Line, PlanDocument
from knowledge.plan_import import PlanDetails, import_plan
from knowledge.section_sheet import LONGEST_TEXT, SHEET
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import Row, Sheet
from knowledge.taken_imports import imported
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
DETAILS = PlanDetails(
    "own-plan", "小さい市みどり計画", "みどり計画", False, None, dt.date(2030, 3, 31), "令和11年度まで"
)
LINES = [
    "第1章 公園",
    "駅前の公園に、木を百本植えます。\t=1+1",
    "第2章 川",
    "川の\x0bかわうその巣箱を、両岸に十か所置きます。",
    "第3章 見出しだけ",
    "第4章 長い章",
    "木を植えます。" * 6000,
]


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path / "town")), MOMENT)
    document = PlanDocument("text", tuple(map(Line, LINES)))
    with database.writing() as session:
        import_plan(session, CODE, DETAILS, read_contents(document), MOMENT, DAY)
        attach_text(session, CODE, "plan", PlanDocument("text", (Line("第1章 照らすだけ"), Line("文。"))), MOMENT)
    return database


def sheet(database: Database, changes: dict[str, dict[str, str]] | None = None) -> Sheet:
    """As it goes out, with cells changed by heading: {"公園": {"状態": "見送り"}}."""
    with database.reading() as session:
        out = exported(session, CODE)["sections"]
    rows = [Row(1, out.headings)]
    for number, cells in enumerate(out.rows, 2):
        named = dict(zip(out.headings, cells, strict=True))
        for name, new in (changes or {}).items():
            if named["見出し"].endswith(name):
                named |= new
        rows.append(Row(number, tuple(named.values())))
    return Sheet(SHEET, tuple(rows))


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.scalars(select(PlanSection).where(PlanSection.plan_id == "own-plan"))
        return {row.path[-1]: row.state for row in rows}


def quoted(database: Database, question: str) -> str | None:
    found = Corpus(database, NO_VECTORS, lambda: DAY).current(CODE).quotable.quotation(question)
    return found.text if found else None


def faults(database: Database, changes: dict[str, dict[str, str]]) -> list[str]:
    before = states(database)
    with pytest.raises(ImportFaultsError) as caught:
        imported(database, CODE, [sheet(database, changes)], MOMENT)
    assert states(database) == before
    return list(caught.value.faults)


def test_every_section_goes_out_and_the_text_for_checks_alone_does_not(town: Database) -> None:
    rows = sheet(town).rows
    assert [row.text(4) for row in rows[1:]] == ["第1章 公園", "第2章 川", "第3章 見出しだけ", "第4章 長い章"]
    assert {row.text(2) for row in rows[1:]} == {"下書き"}
    assert "十か所置きます" in rows[2].text(5)
    assert len(rows[4].text(5)) <= LONGEST_TEXT + 10


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip", "folder"])
def test_what_went_out_comes_back_and_changes_nothing(town: Database, tmp_path: Path, name: str) -> None:
    with town.reading() as session:
        write_tables(tmp_path / name, [], list(exported(session, CODE).values()))
        plan = planned(session, CODE, read_tables(tmp_path / name))
    assert not plan.changes


def test_a_state_approves_and_takes_back_what_residents_are_quoted(town: Database) -> None:
    question = "かわうその巣箱はどこに置きますか"
    assert quoted(town, question) is None
    given = [sheet(town, {"川": {"状態": "引用してよい"}, "公園": {"状態": "見送り"}})]
    with town.reading() as session:
        plan = planned(session, CODE, given)
    assert [(row.label, row.public, row.cells) for row in plan.changed] == [
        ("第1章 公園", True, (("状態", "下書き", "見送り"),)),
        ("第2章 川", True, (("状態", "下書き", "引用してよい"),)),
    ]
    assert imported(town, CODE, given, MOMENT) == plan
    assert states(town) == {
        "第1章 公園": "discarded",
        "第2章 川": "approved",
        "第3章 見出しだけ": "draft",
        "第4章 長い章": "draft",
    }
    assert "十か所" in (quoted(town, question) or "")
    imported(town, CODE, [sheet(town, {"川": {"状態": "下書き"}})], MOMENT)
    assert quoted(town, question) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"本文": "木を二百本植えます。"}, "2行目 F列「本文」: 計画書の文は直せません"),
        ({"見出し": "第9章 公園"}, "2行目 E列「見出し」: 計画書の文は直せません"),
        ({"状態": "公開"}, "2行目 C列「状態」: 次のどれかにしてください: 下書き、引用してよい、見送り（今は「公開」）"),
        ({"状態": ""}, "2行目 C列「状態」: 次のどれかに"),
        ({"状態": "見送り", "版": "7"}, "2行目 B列「版」: 書き出したあとに、ほかの人が変えています（いまは版 1）"),
        ({"章節の ID": ""}, "2行目 A列「章節の ID」: 章節にない ID です: （空）"),
        ({"章節の ID": "own-other-s-1"}, "表では足せません"),
    ],
)
def test_what_may_not_be_written_is_told_at_its_place_and_nothing_changes(
    town: Database, change: dict[str, str], told: str
) -> None:
    (fault,) = faults(town, {"公園": change})
    assert fault.startswith(f"シート「{SHEET}」")
    assert told in fault


def test_a_heading_alone_is_no_text_to_quote(town: Database) -> None:
    assert "見出しだけで本文がない" in faults(town, {"見出しだけ": {"状態": "引用してよい"}})[0]


def test_a_row_twice_is_told_and_a_row_that_is_gone_changes_nothing(town: Database) -> None:
    whole = sheet(town, {"川": {"状態": "引用してよい"}})
    twice = Sheet(SHEET, (*whole.rows, Row(9, whole.rows[2].cells)))
    with pytest.raises(ImportFaultsError, match="3行目と同じ ID です"):
        imported(town, CODE, [twice], MOMENT)
    imported(town, CODE, [Sheet(SHEET, whole.rows[:3])], MOMENT)
    assert list(states(town).values()).count("draft") == 3


def test_blanks_and_line_ends_that_a_spreadsheet_program_changes_are_no_change(town: Database) -> None:
    changed = [
        Row(row.number, tuple(str(cell).replace("\n", "\r\n").replace("\t", "  ") for cell in row.cells))
        for row in sheet(town).rows
    ]
    with town.reading() as session:
        assert not planned(session, CODE, [Sheet(SHEET, tuple(changed))]).changes
