"""The 穴埋めシート: out to the office, back with its values, all or nothing."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from knowledge.common_content import common_content
from knowledge.models import SlotValue
from knowledge.sheet_places import ImportFaultsError
from knowledge.slot_sheet import HEADINGS, SHEET, changes_of, read_sheet, write_sheet
from knowledge.slot_values import SlotChange
from knowledge.upload_limits import UploadError

COMMON = common_content()
TODAY = dt.date(2026, 11, 21)
FEE = next(place for place, slot in enumerate(COMMON.slots, 2) if slot == "convenience-fee")


def stored(**values: str) -> dict[str, SlotValue]:
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return {name: SlotValue(slot=name, value=value, checked_on=TODAY) for name, value in named.items()}


@pytest.fixture
def filled(tmp_path: Path) -> Callable[..., Path]:
    """The sheet as written, with some cells changed: ``filled(D5="200円")``."""

    def make(rows: dict[str, SlotValue] | None = None, **cells: Any) -> Path:
        path = tmp_path / "穴埋め.xlsx"
        write_sheet(path, COMMON, rows or {})
        book = openpyxl.load_workbook(path)
        for cell, value in cells.items():
            book[SHEET][cell] = value
        book.save(path)
        return path

    return make


def taken(path: Path, rows: dict[str, SlotValue] | None = None) -> list[SlotChange]:
    return changes_of(read_sheet(path), COMMON.slots, rows or {}, TODAY)


def faults(path: Path) -> list[str]:
    with pytest.raises(ImportFaultsError) as raised:
        taken(path)
    return list(raised.value.faults)


def test_the_sheet_has_a_row_for_every_slot_and_the_values_of_today(filled: Callable[..., Path]) -> None:
    [sheet] = read_sheet(filled(stored(convenience_fee="200")))
    assert sheet.rows[0].cells == HEADINGS
    assert [row.text(0) for row in sheet.rows[1:]] == [slot.name for slot in COMMON.slots.values()]
    assert sheet.rows[FEE - 1].cells[3:5] == ("200円", TODAY.isoformat())


def test_a_sheet_taken_in_again_changes_nothing(filled: Callable[..., Path]) -> None:
    rows = {
        name: SlotValue(slot=name, value=slot.clean(slot.example), checked_on=TODAY)
        for name, slot in COMMON.slots.items()
    }
    assert taken(filled(rows), rows) == []


@pytest.mark.parametrize(
    ("value", "stored_as"),
    [("200円", "200"), (200, "200"), (200.0, "200"), ("２００円", "200")],
    ids=["words", "a number", "a decimal", "full width"],
)
def test_a_value_is_taken_as_people_type_it(filled: Callable[..., Path], value: object, stored_as: str) -> None:
    assert taken(filled(**{f"D{FEE}": value})) == [SlotChange("convenience-fee", None, stored_as, TODAY)]


def test_the_day_of_checking_is_taken_with_it(filled: Callable[..., Path]) -> None:
    for day in ("2026-04-01", "2026/4/1", "2026年4月1日", dt.datetime(2026, 4, 1)):  # noqa: DTZ001
        [change] = taken(filled(**{f"D{FEE}": "200円", f"E{FEE}": day}))
        assert change.checked_on == dt.date(2026, 4, 1)


def test_an_emptied_value_is_given_up(filled: Callable[..., Path]) -> None:
    rows = stored(convenience_fee="200")
    assert taken(filled(rows, **{f"D{FEE}": None, f"E{FEE}": None}), rows) == [
        SlotChange("convenience-fee", "200", None, None)
    ]


def test_every_fault_is_told_by_row_and_column(filled: Callable[..., Path]) -> None:
    path = filled(
        **{f"D{FEE}": "安い", f"E{FEE}": "きのう", "D3": "電話なし", "A9": "知らない穴", "E7": dt.date(2030, 1, 1)}
    )
    found = faults(path)
    assert [fault.split(":")[0] for fault in found] == [
        "シート「穴埋めシート」3行目 D列「値」",
        f"シート「穴埋めシート」{FEE}行目 D列「値」",
        f"シート「穴埋めシート」{FEE}行目 E列「確認した日」",
        "シート「穴埋めシート」7行目 E列「確認した日」",
        "シート「穴埋めシート」9行目 A列「項目」",
    ]


def test_a_row_twice_and_a_lost_heading_are_faults(filled: Callable[..., Path]) -> None:
    first = next(iter(COMMON.slots.values())).name
    assert "二度あります" in faults(filled(A3=first))[0]
    assert "1行目 D列" in faults(filled(D1="金額"))[0]


def test_a_row_that_was_deleted_leaves_its_slot_alone(filled: Callable[..., Path], tmp_path: Path) -> None:
    rows = stored(convenience_fee="200")
    path = filled(rows)
    book = openpyxl.load_workbook(path)
    book[SHEET].delete_rows(FEE)
    book.save(path)
    assert taken(path, rows) == []


@pytest.mark.parametrize("text", ["=1+1", "+81", "-5", "@cmd"])
def test_a_value_that_looks_like_a_formula_is_disarmed_and_comes_back(filled: Callable[..., Path], text: str) -> None:
    path = filled(stored(card_apply_place=text))
    row = next(place for place, slot in enumerate(COMMON.slots, 2) if slot == "card-apply-place")
    cell = openpyxl.load_workbook(path)[SHEET].cell(row, 4)
    assert (cell.data_type, cell.value) == ("s", f"'{text}")
    assert taken(path, stored(card_apply_place=text)) == []


# --- Files that are no sheet -------------------------------------------------------------------------------------


def test_openpyxl_reads_through_defusedxml() -> None:
    assert openpyxl.DEFUSEDXML


def zipped(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


GOOD = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        pytest.param(GOOD | {"xl/vbaProject.bin": b"x"}, "マクロ", id="macros"),
        pytest.param(GOOD | {"../up.xml": b"x"}, "名前が安全でない", id="a way out"),
        pytest.param(GOOD | {"inner.zip": b"x"}, "圧縮ファイル", id="an archive within"),
        pytest.param(GOOD | {"xl/big.xml": bytes(30_000_000)}, "展開すると大きくなりすぎます", id="a bomb"),
        pytest.param(GOOD | {f"xl/{n}.xml": b"" for n in range(201)}, "多すぎます", id="too many parts"),
        pytest.param({"word/document.xml": b"<w/>"}, "Excel の表ではありません", id="another kind"),
        pytest.param(GOOD, "読めません", id="empty inside"),
    ],
)
def test_a_hostile_or_strange_archive_is_refused(tmp_path: Path, members: dict[str, bytes], told: str) -> None:
    path = tmp_path / "sheet.xlsx"
    zipped(path, members)
    with pytest.raises(UploadError, match=told):
        read_sheet(path)


def test_an_entity_bomb_is_refused(tmp_path: Path, filled: Callable[..., Path]) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><workbook>&x;</workbook>'
    with zipfile.ZipFile(filled()) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "bomb.xlsx"
    zipped(path, members | {"xl/workbook.xml": bomb})
    with pytest.raises(UploadError, match="読めません"):
        read_sheet(path)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        pytest.param("a.xls", b"", "保存し直して", id="an old form"),
        pytest.param("a.xlsm", b"", "保存し直して", id="a form with macros"),
        pytest.param("a.csv", b"", "xlsx", id="no spreadsheet"),
        pytest.param("a.xlsx", b"hello", "中身が .xlsx ではありません", id="a text in disguise"),
        pytest.param("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1"), "パスワード", id="locked"),
        pytest.param("a.xlsx", b"PK\x03\x04" + b"x" * 100, "こわれていて", id="broken"),
        pytest.param("a.xlsx", bytes(10 * 1024 * 1024 + 1), "大きすぎます", id="too large"),
    ],
)
def test_a_file_that_is_no_plain_xlsx_is_refused(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UploadError, match=told):
        read_sheet(tmp_path / name)


def test_a_missing_file_and_another_table_are_told(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="開けません"):
        read_sheet(tmp_path / "nowhere.xlsx")
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(ImportFaultsError, match="表が空です"):
        changes_of(read_sheet(tmp_path / "other.xlsx"), COMMON.slots, {}, TODAY)


def test_a_formula_is_no_value(filled: Callable[..., Path]) -> None:
    path = filled()
    book = openpyxl.load_workbook(path)
    book[SHEET]["D3"] = "=100+100"
    book.save(path)
    assert "3行目 D列「値」: 数式が入っています" in faults(path)[0]
