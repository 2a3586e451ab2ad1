"""穴埋めシート: filled in on the page or by a sheet, looked at first, refused with the remedy."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import AuditLine, Municipality
from knowledge.roles import Role
from knowledge.slot_values import slot_values
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import OutSheet
from tests.support.staff import Colleague, signed_in

CODE = "222232"
PATH = f"/staff/{CODE}/slots"


@pytest.fixture(autouse=True)
def alone(office_database: Database) -> None:
    """One person decides here; where nobody approves their own, test_changes tells."""
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE)


def _form(page: str) -> dict[str, str]:
    """The fields as they stand on the page."""
    found = re.findall(r'<input type="text" id="(value-[^"]+)" name="[^"]+" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def _values(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return slot_values(session, CODE)


def test_a_value_is_looked_at_before_it_is_written(office_database: Database, chief: Colleague) -> None:
    form = _form(chief.get(PATH).text) | {"value-counter-fee": "１９０円"}
    assert "が空なので、この文は出しません" in chief.get(PATH).text
    looked = chief.post(PATH, {**form, "look": "1"}, status=200).text
    assert "まだ保存していません" in looked
    assert "窓口の手数料は、1通190円です。" in looked
    assert _values(office_database).get("counter-fee") != "190"
    chief.post(PATH, form)
    assert _values(office_database)["counter-fee"] == "190"
    assert "1項目を保存しました" in chief.get(PATH).text
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "slots_changed")).one()
        assert line.details["slots"]["counter-fee"][1] == "190"


@pytest.mark.parametrize(
    ("slot", "value", "said"),
    [
        ("convenience-fee", "高い", "金額だけを"),
        ("convenience-hours", "朝から", "24時間の形"),
        ("telephone-certificates", "電話", "市外局番から"),
        ("office-certificates", "{x}", "使えません"),
    ],
)
def test_what_does_not_fit_is_said_with_an_example(chief: Colleague, slot: str, value: str, said: str) -> None:
    form = _form(chief.get(PATH).text) | {f"value-{slot}": value}
    page = chief.post(PATH, form, status=422).text
    assert said in page
    assert "（例: " in page
    assert f'href="#value-{slot}"' in page


def test_the_sheet_goes_out_and_comes_back(chief: Colleague, office_database: Database, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    out.write_bytes(chief.get(f"{PATH}/sheet.xlsx").data)
    (sheet,) = read_tables(out)
    headings, *rows = [tuple(row.text(place) for place in range(6)) for row in sheet.rows]
    changed = [(*row[:3], "250円", "", row[5]) if row[0] == "窓口の手数料" else row for row in rows]
    # As 無害化 gives it back: without styles, under another name.
    back = tmp_path / "back.xlsx"
    write_tables(back, [], [OutSheet("Sheet1", headings, (10,) * 6, frozenset(), changed)])
    page = chief.post(
        f"{PATH}/import", {"file": (io.BytesIO(back.read_bytes()), "x.xlsx")}, 200, content_type="multipart/form-data"
    ).text
    assert "1項目が変わります" in page
    assert "250円" in page
    assert _values(office_database).get("counter-fee") != "250"
    token = re.search(r'name="carried" value="([^"]+)"', page)
    assert token is not None
    chief.post(f"{PATH}/import", {"carried": token[1]})
    assert _values(office_database)["counter-fee"] == "250"
    chief.post(f"{PATH}/import", {"carried": f"{token[1]}x"}, status=422)


def test_a_sheet_with_a_fault_names_its_row(chief: Colleague) -> None:
    text = "項目,説明,記入例,値,確認した日,使う答え\n窓口の手数料,,,高い,,\nない項目,,,1,,\n"
    page = chief.post(
        f"{PATH}/import", {"file": (io.BytesIO(text.encode()), "x.csv")}, 422, content_type="multipart/form-data"
    ).text
    assert "2行目 D列「値」" in page
    assert "3行目 A列「項目」" in page


def test_whoever_may_not_write_only_reads(office: Flask) -> None:
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert "承認を依頼する" not in viewer.get(PATH).text
    viewer.post(PATH, {"value-counter-fee": "1円"}, status=403)
    own = signed_in(office, [Role.APPROVER], CODE, department="dep-some")
    assert "承認を依頼する" not in own.get(PATH).text
    own.post(PATH, {"value-counter-fee": "1円"}, status=404)
