"""``knowledge common`` and ``knowledge slots``, as staff type them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from bot.services import Services
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.loading import load_bundle
from knowledge.models import Entry
from knowledge.slot_sheet import SHEET
from tests.bot.test_commands import run

TOWN = "242047"
ENTRY = "common-convenience-where"
FEE = next(place for place, slot in enumerate(common_content().slots, 2) if slot == "convenience-fee")


@pytest.fixture
def kit(site: Flask) -> Services:
    found: Services = site.extensions["kotae"]
    return found


@pytest.fixture
def update(kit: Services) -> Iterator[str]:
    """An update that waits: the municipality's text is older than the bundled one."""
    with kit.database.writing() as session:
        row = session.get_one(Entry, (TOWN, ENTRY))
        kept = row.answer, row.bundled_digest
        row.answer, row.bundled_digest = "前の文です。", "older"
    from knowledge.bundle import CONTENT_ROOT, read_bundle

    load_bundle(kit.database, read_bundle(CONTENT_ROOT / TOWN), now(), common_content())
    yield ENTRY
    with kit.database.writing() as session:
        row = session.get_one(Entry, (TOWN, ENTRY))
        row.answer, row.bundled_digest = kept


def test_an_update_is_listed_shown_and_adopted(runner: FlaskCliRunner, update: str) -> None:
    at = ("--municipality", TOWN)
    assert f"更新あり\t{update}" in run(runner, "knowledge", "common", "list", *at)
    shown = run(runner, "knowledge", "common", "show", *at, update)
    assert "共通回答の更新" in shown
    assert "前の文です。" in shown
    assert "コンビニ交付は" in shown
    assert "採用しました" in run(runner, "knowledge", "common", "adopt", *at, update)
    assert "更新はありません" in run(runner, "knowledge", "common", "show", *at)
    assert "コンビニ交付は、証明書を出す機械" in run(runner, "ask", *at, "コンビニ交付はどの店で使えますか？")


def test_an_update_is_passed_over(runner: FlaskCliRunner, update: str) -> None:
    assert "見送りました" in run(runner, "knowledge", "common", "skip", "--municipality", TOWN, update)
    assert "更新はありません" in run(runner, "knowledge", "common", "show", "--municipality", TOWN)


def test_a_common_entry_is_switched_off_and_on(runner: FlaskCliRunner) -> None:
    at = ("--municipality", TOWN, "common-certificate-names")
    run(runner, "knowledge", "common", "off", *at)
    listed = run(runner, "knowledge", "common", "list", "--municipality", TOWN)
    assert "使わない\tcommon-certificate-names" in listed
    run(runner, "knowledge", "common", "on", *at)
    assert "使用中\tcommon-certificate-names" in run(runner, "knowledge", "common", "list", "--municipality", TOWN)


def test_what_is_not_there_is_told(runner: FlaskCliRunner, tmp_path: Path) -> None:
    sheet = str(tmp_path / "a.xlsx")
    for words in (("common", "list"), ("common", "show"), ("slots", "export", sheet)):
        assert "999999 がありません" in run(runner, "knowledge", *words, "--municipality", "999999", status=1)
    told = run(runner, "knowledge", "common", "adopt", "--municipality", TOWN, "nothing", status=1)
    assert "nothing" in told


def test_a_filled_sheet_is_tried_taken_in_and_answered(runner: FlaskCliRunner, tmp_path: Path) -> None:
    sheet, at = tmp_path / "穴埋め.xlsx", ("--municipality", "222232")
    run(runner, "knowledge", "slots", "export", str(sheet), *at)
    book = openpyxl.load_workbook(sheet)
    counter = next(place for place, slot in enumerate(common_content().slots, 2) if slot == "counter-fee")
    book[SHEET][f"D{counter}"] = "330円"
    book.save(sheet)
    tried = run(runner, "knowledge", "slots", "import", str(sheet), *at, "--dry-run")
    assert "窓口の手数料: （空） → 330円" in tried
    question = "窓口で証明書を取るときの手数料はいくらですか？"
    assert "330円" not in run(runner, "ask", *at, question)
    assert "変えたところ: 1項目" in run(runner, "knowledge", "slots", "import", str(sheet), *at)
    assert "窓口の手数料は、1通330円です。" in run(runner, "ask", *at, question)
    assert "変えたところ: 0項目" in run(runner, "knowledge", "slots", "import", str(sheet), *at)


def test_one_fault_in_a_sheet_and_nothing_is_taken_in(runner: FlaskCliRunner, tmp_path: Path) -> None:
    sheet, at = tmp_path / "穴埋め.xlsx", ("--municipality", TOWN)
    run(runner, "knowledge", "slots", "export", str(sheet), *at)
    book = openpyxl.load_workbook(sheet)
    book[SHEET][f"D{FEE}"], book[SHEET]["D3"] = "200円", "電話なし"
    book.save(sheet)
    told = run(runner, "knowledge", "slots", "import", str(sheet), *at, status=1)
    assert "3行目 D列" in told
    run(runner, "knowledge", "slots", "export", str(sheet), *at)
    assert openpyxl.load_workbook(sheet)[SHEET][f"D{FEE}"].value is None
