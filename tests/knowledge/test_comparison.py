"""Two versions side by side."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.comparison import Part, comparison, comparison_workbook
from knowledge.models import EntryVersion
from knowledge.workbooks import read_workbook
from tests.knowledge.version_desk import MOMENT


def version(number: int, **given: object) -> EntryVersion:
    content = {
        "id": "fee",
        "kind": "plan",
        "category": "その他",
        "question": "手数料はいくらですか？",
        "answer": "1通300円です。",
        "phrasings": ["手数料"],
        "links": [],
        "facets": None,
        "term": None,
        "translations": {},
        "department": None,
        "measure": None,
        "source": {"plan": "plan", "section": "表", "page": None},
        "checked_on": "2026-11-21",
        "recheck_on": None,
        "valid_from": None,
        "valid_until": None,
    }
    with_it = {name: given.pop(name) for name in ("audience", "document_number", "decided_on", "staff_note") if name in given}  # fmt: skip
    return EntryVersion(municipality_code="011002", entry_id="fee", number=number, state="published", content=content | given, author_name="情報 一郎", created_at=MOMENT, live_from=MOMENT, **({"audience": "public", "staff_note": "", "deputy": False} | with_it))  # fmt: skip


def test_only_what_differs_is_listed_and_a_figure_changes_as_a_whole() -> None:
    (found,) = comparison(version(1), version(2, answer="1通1,300円です。"))
    assert found.field == "答え"
    assert [part for part in found.old if part.changed] == [Part("300", True)]
    assert found.changes == (("300", "1,300"),)
    assert (found.old_text, found.new_text) == ("1通300円です。", "1通1,300円です。")


def test_lists_days_audience_and_translations_are_compared_by_their_headings() -> None:
    new = version(
        2,
        phrasings=["手数料", "いくら"],
        valid_until="2027-03-31",
        audience="staff",
        translations={"en": {"title": "How much is it?", "answer": "300 yen.", "reviewed": False}},
    )
    found = {one.field: one.new_text for one in comparison(version(1), new)}
    assert found["言い回し"] == "手数料\nいくら"
    assert found["公開を終える日"] == "2027-03-31"
    assert found["公開範囲"] == "職員のみ"
    assert found["英語の答え"] == "300 yen."


def test_the_staff_note_is_in_no_table() -> None:
    assert comparison(version(1), version(2, staff_note="覚え")) == []


def test_the_table_for_the_file_tells_number_day_and_what_changed_and_runs_nothing(tmp_path: Path) -> None:
    new = version(2, answer="=1+1", document_number="情第12号", decided_on=dt.date(2027, 3, 25), question="手数料は？")
    path = tmp_path / "t.xlsx"
    path.write_bytes(comparison_workbook("小さい市", version(1), new))
    about, table = read_workbook(path)
    told = {row.text(0): row.text(1) for row in about.rows}
    assert (told["文書番号"], told["決裁日"]) == ("情第12号", "令和9年3月25日")
    assert told["旧"] == "第1版（公開）　令和8年11月21日 12:00から公開"
    assert [row.text(0) for row in table.rows] == ["項目", "質問", "答え"]
    assert table.rows[1].text(3) == "「いくらですか」を削る"
    assert table.rows[2].text(2) == "=1+1"
    from openpyxl import load_workbook

    cell = load_workbook(path)["新旧対照表"]["C3"]
    assert (cell.value, cell.data_type) == ("'=1+1", "s")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param("窓口です。", "本庁の窓口です。", (("", "本庁の"),), id="added"),
        pytest.param("本庁の窓口です。", "窓口です。", (("本庁の", ""),), id="taken out"),
        pytest.param("令和7年度", "令和8年度", (("7", "8"),), id="a year"),
    ],
)
def test_what_became_what_is_told(old: str, new: str, told: tuple[tuple[str, str], ...]) -> None:
    (found,) = comparison(version(1, answer=old), version(2, answer=new))
    assert found.changes == told
