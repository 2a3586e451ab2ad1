"""An import that is taken back whole: what it changed is as before; what somebody changed since stays, and is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.bundle import read_bundle
from knowledge.db import Database
from knowledge.entry_versions import Author, revised, versions_of
from knowledge.exports import exported
from knowledge.loading import load_bundle
from knowledge.models import Department, Entry, Measure, Municipality, SlotValue, SubjectOffice, TakenImport
from knowledge.tabular import OutSheet
from knowledge.taken_imports import (
    KEPT,
    MOST_KEPT,
    AlreadyTakenBackError,
    Taken,
    TakenBack,
    forget_old,
    imported,
    kept,
    recent,
    take_back,
)
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.town_sheets import sheets, with_row

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER, STILL_LATER = MOMENT + dt.timedelta(days=1), MOMENT + dt.timedelta(days=1, hours=1)
WHO = Author("承認 花子", "7")
ENTRY = {
    "質問": "図書館は何時までですか？", "答え": "図書館は夜7時までです。", "種類": "計画の内容", "分類": "その他",
    "出典の計画書": "plan", "出典の箇所": "はじめに", "確認した日": "2026-11-21", "状態": "公開",
}  # fmt: skip
OFFICE = {
    "ID": "dep-lib", "課名": "図書館課", "電話": "011-222-4444",
    "出典の計画書": "plan", "出典の箇所": "体制", "確認した日": "2026-11-21", "状態": "公開",
}  # fmt: skip
MEASURE = {
    "施策番号": "1-2", "施策名": "図書館を便利にする", "出典の計画書": "plan", "出典の箇所": "施策1",
}  # fmt: skip


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path / "town")), MOMENT)
    return database


def contents(database: Database) -> dict[str, OutSheet]:
    """All that a municipality has, without the versions and what has ended."""
    with database.reading() as session:
        return {
            name: OutSheet(
                sheet.name,
                sheet.headings,
                sheet.widths,
                sheet.numbers,
                [
                    tuple(cell for cell, heading in zip(row, sheet.headings, strict=True) if heading != "版")
                    for row in sheet.rows
                    if "終了" not in row
                ],
                sheet.frozen,
            )
            for name, sheet in exported(session, CODE).items()
        }


def listed(database: Database, moment: dt.datetime = STILL_LATER) -> list[Taken]:
    with database.reading() as session:
        return recent(session, CODE, moment)


def back(database: Database, taken: str | None = None, moment: dt.datetime = STILL_LATER) -> TakenBack:
    with database.writing() as session:
        return take_back(session, CODE, taken or recent(session, CODE, moment)[0].id, moment, WHO)


def entry(database: Database, key: str = "juki") -> Entry:
    with database.reading() as session:
        return session.get_one(Entry, (CODE, key))


def test_all_that_an_import_changed_added_and_ended_is_as_before(town: Database) -> None:
    before = contents(town)
    given = sheets(town, juki__答え="まちがった答えです。", dep_it__電話="011-999-9999", goal__状態="終了")
    given = with_row(with_row(with_row(given, "よくある質問", **ENTRY), "担当課", **OFFICE), "施策", **MEASURE)
    plan = imported(town, CODE, given, LATER)
    assert {row.action for row in plan.changed} == {"added", "changed"}
    assert contents(town) != before
    with town.reading() as session:
        version = session.get_one(Municipality, CODE).knowledge_version
    done = back(town)
    assert (done.stayed, done.done) == ((), len(plan.changed))
    assert contents(town) == before
    with town.reading() as session:
        assert session.get_one(Municipality, CODE).knowledge_version == version + 1, "all processes read it anew"
        assert session.get(Measure, (CODE, "1-2")) is None
        assert session.get_one(Department, (CODE, "dep-lib")).state == "ended"
        # Nothing that residents were answered from is gone: its versions tell.
        kept = versions_of(session, CODE, "juki")
        assert [one.content["answer"][:4] for one in kept] == ["はい、取", "まちがっ", "はい、取"]
        assert (kept[-1].author_name, kept[-1].author) == ("承認 花子", "7")
        assert (kept[-1].state, kept[-1].number) == ("published", entry(town).version)


def test_rows_that_ended_by_their_absence_come_back_and_so_does_a_measure(town: Database) -> None:
    before = contents(town)
    given = [
        type(one)(one.name, one.rows[:1]) if one.name == "施策" else one
        for one in sheets(town, without_juki="yes", juki__施策番号="")
        if one.name in ("施策", "よくある質問")
    ]
    given = [
        type(one)(one.name, tuple(row for row in one.rows if row.text(0) != "goal")) if one.name != "施策" else one
        for one in given
    ]
    plan = imported(town, CODE, given, LATER, end_missing=True)
    assert "ended" in {row.action for row in plan.changed}
    with town.reading() as session:
        assert session.scalars(select(Measure)).all() == []
    assert back(town).stayed == ()
    assert contents(town) == before


def test_a_row_that_somebody_changed_since_stays_and_is_told(town: Database) -> None:
    imported(town, CODE, sheets(town, juki__答え="まちがった答えです。", goal__答え="目標もまちがい。"), LATER)
    with town.writing() as session:
        row = session.get_one(Entry, (CODE, "juki"))
        with revised(session, row, LATER + dt.timedelta(minutes=1), WHO):
            row.answer = "職員が直した答えです。"
    done = back(town)
    assert done.done == 1
    assert done.stayed == ("住民票はコンビニで取れますか？（そのあとに変わりました）",)
    assert entry(town).answer == "職員が直した答えです。"
    assert entry(town, "goal").answer != "目標もまちがい。"


def test_an_office_that_others_came_to_use_stays(town: Database) -> None:
    imported(town, CODE, with_row(sheets(town), "担当課", **OFFICE), LATER)
    with town.writing() as session:
        session.get_one(Entry, (CODE, "goal")).department = "dep-lib"
    assert back(town).stayed == ("図書館課（ほかで使われています）",)
    with town.reading() as session:
        assert session.get_one(Department, (CODE, "dep-lib")).state == "published"


def test_values_of_slots_and_subjects_go_back_too(town: Database) -> None:
    def slot(name: str, value: str, moment: dt.datetime) -> SlotValue:
        day = moment.date()
        return SlotValue(municipality_code=CODE, slot=name, value=value, checked_on=day, updated_at=moment)

    def change(session: Session) -> None:
        session.get_one(SlotValue, (CODE, "one")).value = "新しい値"
        session.add(slot("two", "足した値", LATER))
        session.add(SubjectOffice(municipality_code=CODE, subject="税", department="税務課", updated_at=LATER))

    with town.writing() as session:
        session.add(slot("one", "前の値", MOMENT))
    with town.writing() as session:
        kept(session, CODE, lambda: change(session), lambda _: "穴埋めシートの読み込み（2項目）", LATER, WHO)
    assert back(town) == TakenBack("穴埋めシートの読み込み（2項目）", 3, ())
    with town.reading() as session:
        rows = {row.slot: row for row in session.scalars(select(SlotValue).where(SlotValue.municipality_code == CODE))}
        assert {slot: (row.value, row.checked_on) for slot, row in rows.items()} == {"one": ("前の値", MOMENT.date())}
        assert session.scalars(select(SubjectOffice).where(SubjectOffice.subject == "税")).all() == []


def test_what_was_taken_back_can_be_had_again_by_taking_that_back(town: Database) -> None:
    imported(town, CODE, sheets(town, juki__答え="新しい答えです。"), LATER)
    done = back(town)
    first, second = listed(town)
    assert first.title == f"「{done.title}」を取り込む前に戻した"
    assert (second.title, second.taken_back_at) == ("表の取り込み（よくある質問1行）", STILL_LATER)
    with pytest.raises(AlreadyTakenBackError):
        back(town, second.id)
    back(town, first.id, STILL_LATER + dt.timedelta(minutes=1))
    assert entry(town).answer == "新しい答えです。"


def test_an_import_that_changes_nothing_is_nothing_to_take_back(town: Database) -> None:
    imported(town, CODE, sheets(town), LATER)
    assert listed(town) == []


def test_another_municipalitys_import_and_one_of_long_ago_are_not_to_be_found(town: Database) -> None:
    imported(town, CODE, sheets(town, juki__答え="新しい答えです。"), LATER)
    (one,) = listed(town)
    with pytest.raises(LookupError), town.writing() as session:
        take_back(session, "999999", one.id, STILL_LATER, WHO)
    over = LATER + KEPT + dt.timedelta(seconds=1)
    assert listed(town, over) == []
    with pytest.raises(LookupError):
        back(town, one.id, over)
    with town.writing() as session:
        forget_old(session, over)
        assert session.scalars(select(TakenImport)).all() == []


def test_only_the_last_are_kept(town: Database) -> None:
    for number in range(MOST_KEPT + 2):
        moment = LATER + dt.timedelta(minutes=number)
        imported(town, CODE, sheets(town, juki__答え=f"{number}番目の答えです。"), moment)
    moment = LATER + dt.timedelta(hours=2)
    found = listed(town, moment)
    assert len(found) == MOST_KEPT
    for minutes, one in enumerate(found, 1):
        assert back(town, one.id, moment + dt.timedelta(minutes=minutes)).stayed == ()
    assert entry(town).answer == "1番目の答えです。", "as it was before the oldest that is kept"
