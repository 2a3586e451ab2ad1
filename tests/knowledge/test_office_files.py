"""Files as they come from offices: what programs and people make of a sheet is read right, or told in its place."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from knowledge.bundle import read_bundle
from knowledge.csv_files import read_csv
from knowledge.db import Database
from knowledge.exports import about, exported
from knowledge.import_items import ImportPlan
from knowledge.imports import planned
from knowledge.loading import load_bundle
from knowledge.models import Entry, Indicator, Municipality, Plan
from knowledge.sheet_places import ImportFaultsError, filled_down
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import BadCell, Row, Sheet
from knowledge.taken_imports import imported
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path / "town")), MOMENT)
    return database


@pytest.fixture
def file(town: Database, tmp_path: Path) -> Path:
    path = tmp_path / "town.xlsx"
    with town.reading() as session:
        out = exported(session, CODE)
        write_tables(path, about(session, CODE, out, MOMENT), list(out.values()))
    return path


def edited(path: Path, sheet: str, **cells: object) -> Path:
    """The file with cells changed, by heading and row: ``電話_2=598534321``."""
    book = load_workbook(path)
    page = book[sheet]
    place = {cell.value: cell.column for cell in page[1]}
    for name, value in cells.items():
        heading, _, row = name.rpartition("_")
        page.cell(int(row), place[heading]).value = value
    book.save(path)
    return path


def plan_of(database: Database, path: Path, **options: bool) -> ImportPlan:
    with database.reading() as session:
        return planned(session, CODE, read_tables(path), **options)


def faults(database: Database, path: Path) -> list[str]:
    with database.reading() as session:
        before = session.get_one(Municipality, CODE).knowledge_version
    with pytest.raises(ImportFaultsError) as caught:
        imported(database, CODE, read_tables(path), MOMENT)
    with database.reading() as session:
        assert session.get_one(Municipality, CODE).knowledge_version == before
    return list(caught.value.faults)


def crafted(path: Path, sheet: str, *, strings: str = "", styles: str = "", book: str = "") -> Path:
    """A small .xlsx with just these parts, as other programs write them."""
    names = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {NS} xmlns:r="r">{book}<sheets><sheet name="表" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="b" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
        '<Relationship Id="c" Type="x/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f"<sst {NS}>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet {NS}>{styles}</styleSheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in names.items():
            package.writestr(name, text)
    path.write_bytes(stream.getvalue())
    return path


def test_texts_lose_their_readings_and_keep_their_runs_and_elements_may_have_a_prefix(tmp_path: Path) -> None:
    strings = (
        "<si><t>住民票</t><rPh sb='0' eb='3'><t>ジュウミンヒョウ</t></rPh></si>"
        "<si><r><t xml:space='preserve'>市 </t></r><r><t>役所</t></r></si><si><t/></si>"
    )
    row = '<x:row r="3"><x:c r="A3" t="s"><x:v>0</x:v></x:c><x:c r="C3" t="s"><x:v>1</x:v></x:c><x:c t="s"><x:v>2</x:v></x:c></x:row>'
    sheet = f'<x:worksheet {NS.replace("xmlns", "xmlns:x")}>\n<x:sheetData>\n{row}\n<x:row r="9"><x:c r="A9" s="1"/></x:row></x:sheetData></x:worksheet>'
    (found,) = read_tables(crafted(tmp_path / "a.xlsx", sheet, strings=strings))
    assert found.rows == (Row(3, ("住民票", "", "市 役所")),)


FORMATS = "<numFmts><numFmt numFmtId='170' formatCode='[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;'/><numFmt numFmtId='171' formatCode='yyyy&quot;年&quot;m&quot;月&quot;'/></numFmts>"


@pytest.mark.parametrize(
    ("number_format", "value", "shown"),
    [
        pytest.param(14, "46113", "2026-04-01", id="a day"),
        pytest.param(31, "46113", "2026-04-01", id="Japanese Excel's own day, by number only"),
        pytest.param(57, "46113", "2026-04-01", id="an era"),
        pytest.param(55, "46113", "2026-04", id="a month"),
        pytest.param(170, "46113", "2026-04-01", id="an era, spelt out"),
        pytest.param(171, "46113", "2026-04", id="a month, spelt out"),
        pytest.param(0, "1.0", "1", id="a whole number"),
        pytest.param(0, "0.1", "0.1", id="a fraction"),
        pytest.param(9, "0.625", "62.5%", id="a percentage"),
        pytest.param(0, "598534321", "598534321", id="a long number"),
    ],
)
def test_numbers_are_read_as_they_are_shown(tmp_path: Path, number_format: int, value: str, shown: str) -> None:
    styles = f"{FORMATS}<cellXfs><xf numFmtId='0'/><xf numFmtId='{number_format}'/></cellXfs>"
    sheet = f'<worksheet {NS}><sheetData><row r="1"><c r="A1" s="1"><v>{value}</v></c></row></sheetData></worksheet>'
    (found,) = read_tables(crafted(tmp_path / "a.xlsx", sheet, styles=styles))
    assert found.rows[0].cells == (shown,)


def test_a_formula_is_refused_even_with_the_value_it_last_had(tmp_path: Path) -> None:
    sheet = f'<worksheet {NS}><sheetData><row r="1"><c r="A1"><f aca="false">1+1</f><v>2</v></c></row></sheetData></worksheet>'
    (found,) = read_tables(crafted(tmp_path / "a.xlsx", sheet))
    assert isinstance(found.rows[0].cells[0], BadCell)


WRONG = [
    pytest.param("担当課", {"電話_2": 222223333}, "電話」: 先頭の 0 が消えています（222223333）", id="a telephone number made a number"),
    pytest.param("施策", {"施策番号_2": dt.date(2026, 1, 1)}, "施策番号」: Excel が番号を日付に変えています（2026-01-01）", id="a measure made a day"),
    pytest.param("よくある質問", {"答え_1": "回答"}, "シート「よくある質問」1行目 G列: 見出しを「答え」に戻してください", id="a renamed heading by which it is known"),
    pytest.param("よくある質問", {"担当課_1": "所管課"}, "「所管課」という見出しはありません。「担当課」の列なら見出しを戻し", id="another renamed heading"),
    pytest.param("市町村", {"コード_2": "242047"}, "この表は 242047 のものです", id="another municipality"),
    pytest.param("市町村", {"慎重さ_2": "大胆"}, "「慎重さ」: 次のどれかにしてください", id="no such caution"),
    pytest.param("市町村", {"返事の言葉_2": "英語\nドイツ語"}, "「返事の言葉」: 次のどれかにしてください", id="no such language"),
    pytest.param("市町村", {"質問の例_2": "nothing"}, "「質問の例」: 「nothing」はシート「よくある質問」にありません", id="no such example"),
    pytest.param("市町村", {"問い合わせ先の課_2": "ない課"}, "「問い合わせ先の課」: 「ない課」はシート「担当課」にありません", id="no such office"),
    pytest.param("よくある質問", {"受付の初日_2": "2026-04-01"}, "「受付の初日」: 「受付の初日」と「受付前の文」は、両方を", id="half a term"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "cells", "said"), WRONG)
def test_what_excel_or_people_spoil_is_told_in_its_place(
    town: Database, file: Path, sheet: str, cells: dict[str, object], said: str
) -> None:
    found = faults(town, edited(file, sheet, **cells))
    assert any(said in fault for fault in found), found


def test_joined_cells_are_refused_and_hidden_ones_read_and_told(town: Database, file: Path) -> None:
    book = load_workbook(file)
    page = book["よくある質問"]
    page.row_dimensions[2].hidden = True
    book["用語"].sheet_state = "hidden"
    book.save(file)
    notices = plan_of(town, file).notices
    assert "シート「よくある質問」: 非表示の行（1行）も読み込みます" in notices
    assert any("シート「用語」は非表示ですが" in notice for notice in notices)
    page.merge_cells("H2:H3")
    book.save(file)
    assert "シート「よくある質問」2行目 H列: セルが結合されています（H2:H3）。結合を解除し" in faults(town, file)[0]


def test_headings_of_full_width_titles_above_and_blank_rows_below_do_no_harm(town: Database, file: Path) -> None:
    book = load_workbook(file)
    page = book["よくある質問"]
    page["A1"].value = "ＩＤ"
    page.insert_rows(1)
    page["A1"].value = "令和8年度 よくある質問"
    for row in range(page.max_row + 1, page.max_row + 200):
        page.cell(row, 3).value = "　"
    book.save(file)
    assert not plan_of(town, file).changes


def test_a_term_a_recheck_and_the_municipality_itself_come_in_from_their_columns(town: Database, file: Path) -> None:
    edited(file, "市町村", 返事の言葉_2="英語\n中国語", 慎重さ_2="慎重", 別の呼び名_2="ちいさい町")
    edited(
        file,
        "よくある質問",
        受付の初日_2=dt.date(2026, 12, 1),
        受付前の文_2="受付はまだ始まっていません。",
        再確認日_2="令和9年4月1日",
    )
    plan = plan_of(town, file)
    told = {cell[0]: cell[2] for row in plan.rows for cell in row.cells}
    assert told["返事の言葉"] == "英語\n中国語"
    imported(town, CODE, read_tables(file), MOMENT)
    with town.reading() as session:
        row = session.get_one(Municipality, CODE)
        assert (row.reply_languages, row.caution, row.aliases) == (["en", "zh"], "cautious", ["ちいさい町"])
        entry = session.get_one(Entry, (CODE, plan.rows[1].key))
        assert entry.term is not None
        assert (entry.term["from"], entry.recheck_on) == ("2026-12-01", dt.date(2027, 4, 1))
    assert any(
        "ほかの人が変えています" in fault for fault in faults(town, edited(file, "市町村", 別の呼び名_2="別の町"))
    )


def test_what_staff_wrote_of_the_municipality_outlives_a_changed_bundle(
    town: Database, file: Path, tmp_path: Path
) -> None:
    edited(file, "市町村", 別の呼び名_2="ちいさい町")
    imported(town, CODE, read_tables(file), MOMENT)
    bundled = read_bundle(tmp_path / "town" / CODE)
    changed = bundled.municipality.model_copy(update={"aliases": ["おおきい町"]})
    load_bundle(town, replace(bundled, municipality=changed), MOMENT)
    with town.reading() as session:
        row = session.get_one(Municipality, CODE)
        assert (row.aliases, row.version) == (["ちいさい町"], 2)


def test_a_draft_stays_one_until_its_publication_is_asked_for_twice(town: Database, file: Path) -> None:
    with town.writing() as session:
        session.get_one(Entry, (CODE, "goal")).state = "draft"
        session.get_one(Indicator, (CODE, "kpi")).state = "draft"
        session.get_one(Plan, (CODE, "plan")).state = "draft"
    with town.reading() as session:
        out = exported(session, CODE)
        write_tables(file, [], list(out.values()))
    page = load_workbook(file)["目標値"]
    assert page["C2"].value == "下書き"
    edited(file, "目標値", 担当課_2="情報政策課", 施策番号_2="1-1", 状態_2=None)
    imported(town, CODE, read_tables(file), MOMENT)
    with town.reading() as session:
        row = session.get_one(Indicator, (CODE, "kpi"))
        assert (row.state, row.department, row.measure) == ("draft", "dep-it", "1-1")
        write_tables(file, [], list(exported(session, CODE).values()))
    edited(file, "目標値", 状態_2="公開")
    assert "「状態」: 下書きが「公開」になっています。" in faults(town, file)[0]
    imported(town, CODE, read_tables(file), MOMENT, publish=True)
    with town.reading() as session:
        assert session.get_one(Indicator, (CODE, "kpi")).state == "published"
        assert session.get_one(Plan, (CODE, "plan")).state == "published"
        assert session.get_one(Entry, (CODE, "goal")).state == "draft"


def test_new_rows_of_a_sheet_without_the_column_of_states_are_drafts(town: Database) -> None:
    head = ("ID", "用語", "意味", "出典の計画書", "出典の箇所", "確認した日")
    row = ("", "新語", "新しいことばの意味です。", "plan", "用語", "2026-11-01")
    plan = imported(town, CODE, [Sheet("用語", (Row(1, head), Row(2, row)))], MOMENT)
    assert "シート「用語」: 「状態」の列がないので、足した行は下書きになります" in plan.notices
    with town.reading() as session:
        (made,) = (sheet for name, sheet in exported(session, CODE).items() if name == "terms")
    assert ("新語", "下書き") in [(row[3], row[2]) for row in made.rows]


@pytest.mark.parametrize(("mark", "codec"), [(",", "cp932"), ("\t", "utf-16"), (";", "utf-8-sig"), (";", "cp932")])
def test_csv_of_old_systems_is_read(tmp_path: Path, mark: str, codec: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f'質問{mark}答え\r\n①㈱髙{mark}"一、二\r\n三"\r\n'.encode(codec))
    (sheet,) = read_csv(path)
    assert [row.cells for row in sheet.rows] == [("質問", "答え"), ("①㈱髙", "一、二\n三")]


def test_cells_joined_downwards_are_filled_for_lists() -> None:
    sheet = Sheet(
        "一覧",
        (Row(1, ("分類", "質問")), Row(2, ("ごみ", "a")), Row(3, ("", "b")), Row(5, ("", "c"))),
        ("A2:A3", "A5:B5"),
    )
    assert [row.text(0) for row in filled_down(sheet).rows] == ["分類", "ごみ", "ごみ", ""]


def test_a_table_at_the_limit_is_read_within_the_time_that_a_file_may_take(tmp_path: Path) -> None:
    strings = "".join(f"<si><t>文{number}</t></si>" for number in range(1000))
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(50))
    rows = f"<row>{cells}</row>" * 20_000
    sheet = f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>"
    path = crafted(tmp_path / "a.xlsx", sheet, strings=strings)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    varied = "".join(
        "<row>" + "".join(f"<c t='s'><v>{(row * 7 + place) % 1000}</v></c>" for place in range(50)) + "</row>"
        for row in range(20_000)
    )
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet {NS}><sheetData>{varied}</sheetData></worksheet>".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    (found,) = read_tables(path)
    assert (len(found.rows), found.rows[-1].number, len(found.rows[-1].cells)) == (20_000, 20_000, 50)


def test_a_sheet_that_other_programs_write_comes_back_whole(town: Database, tmp_path: Path) -> None:
    """As after 無害化: no styles, no names of sheets, columns in another order."""
    with town.reading() as session:
        out = exported(session, CODE)
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, sheet in enumerate(out.values(), 1):
        page = book.create_sheet(f"Sheet{number}")
        for row in (sheet.headings, *sheet.rows):
            page.append([cell or None for cell in reversed(row)])
    book.save(tmp_path / "a.xlsx")
    assert not plan_of(town, tmp_path / "a.xlsx").changes
