"""What staff change in a sheet: told row by row, checked by the bundle's rules, taken whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from knowledge.bundle import read_bundle
from knowledge.cells import armed, disarmed
from knowledge.csv_files import UnwritableError, csv_bytes, read_csv
from knowledge.db import Database
from knowledge.exports import about, exported
from knowledge.import_items import ImportPlan
from knowledge.imports import planned
from knowledge.loading import load_bundle
from knowledge.models import Entry, Indicator, Measure, Municipality, Plan, ScheduleItem
from knowledge.sheet_kinds import KINDS
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import OutSheet, Row, Sheet
from knowledge.taken_imports import imported
from knowledge.workbooks import TooLongForExcelError, workbook_bytes
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.town_sheets import sheets, with_row

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = MOMENT + dt.timedelta(days=1)

Edit = Callable[[Mapping[str, Sheet]], Mapping[str, Sheet]]


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path / "town")), MOMENT)
    return database


def differences(plan: ImportPlan) -> list[tuple[str, str, tuple[tuple[str, str, str], ...]]]:
    return [(row.key, row.action, row.cells) for row in plan.rows if row.action != "unchanged"]


def faults(database: Database, given: list[Sheet], *, end_missing: bool = False) -> list[str]:
    """What is said of ``given``; and nothing may have changed by it."""
    with database.reading() as session:
        before = session.get_one(Municipality, CODE).knowledge_version
    with pytest.raises(ImportFaultsError) as caught:
        imported(database, CODE, given, LATER, end_missing=end_missing)
    with database.reading() as session:
        assert session.get_one(Municipality, CODE).knowledge_version == before
    return list(caught.value.faults)


def entry(database: Database, key: str) -> Entry:
    with database.reading() as session:
        return session.get_one(Entry, (CODE, key))


def test_a_changed_cell_is_told_with_old_and_new_and_makes_the_row_staffs(town: Database, tmp_path: Path) -> None:
    given = sheets(town, juki__答え="はい、コンビニで取れます。")
    with town.reading() as session:
        plan = planned(session, CODE, given)
    old = "はい、取れます。マイナンバーカードを使います。"
    assert differences(plan) == [("juki", "changed", (("答え", old, "はい、コンビニで取れます。"),))]
    assert entry(town, "juki").answer == old
    assert imported(town, CODE, given, LATER) == plan
    row = entry(town, "juki")
    assert (row.answer, row.version, row.by_staff, row.updated_at) == ("はい、コンビニで取れます。", 2, True, LATER)
    assert (entry(town, "goal").version, entry(town, "goal").by_staff) == (1, False)
    changed = read_bundle(write_town(tmp_path / "new", {"entries.yaml": ("はい、取れます。", "はい、今は取れます。")}))
    assert load_bundle(town, changed, LATER).left_to_staff == 1
    assert entry(town, "juki").answer == "はい、コンビニで取れます。"


NEW = {
    "質問": "図書館は何時までですか？", "答え": "図書館は夜7時までです。", "種類": "計画の内容", "分類": "その他",
    "出典の計画書": "plan", "出典の箇所": "はじめに", "確認した日": "2026-11-21",
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "state", "shown"), [("", "draft", "下書き"), (" ", "draft", "下書き"), ("公開", "published", "公開")]
)
def test_a_new_row_is_read_by_residents_only_where_its_state_says_so(
    town: Database, written: str, state: str, shown: str
) -> None:
    given = with_row(sheets(town), "よくある質問", **NEW, 状態=written)
    with town.reading() as session:
        plan = planned(session, CODE, given)
    (row,) = plan.changed
    assert row.cells[0] == ("状態", "", shown)
    assert row.public == (state == "published")
    told = [one for one in plan.notices if "空なので、下書きになります" in one]
    assert bool(told) == (state == "draft")
    assert all(one.startswith("シート「よくある質問」99行目 C列「状態」: ") for one in told)
    imported(town, CODE, given, LATER)
    assert entry(town, row.key).state == state


def test_a_published_row_of_an_office_that_is_still_a_draft_is_told(town: Database) -> None:
    office = {"課名": "図書館課", "出典の計画書": "plan", "出典の箇所": "体制", "確認した日": "2026-11-21"}
    given = with_row(with_row(sheets(town), "担当課", **office), "よくある質問", **NEW, 状態="公開", 担当課="図書館課")
    with town.reading() as session:
        assert any("まだ下書きなので" in notice for notice in planned(session, CODE, given).notices)
    given = with_row(with_row(sheets(town), "担当課", **office, 状態="公開"), "よくある質問", **NEW, 状態="公開", 担当課="図書館課")  # fmt: skip
    with town.reading() as session:
        assert not any("まだ下書きなので" in notice for notice in planned(session, CODE, given).notices)


def test_the_version_moves_once_and_only_for_a_change(town: Database) -> None:
    def version() -> int:
        with town.reading() as session:
            return session.get_one(Municipality, CODE).knowledge_version

    imported(town, CODE, sheets(town), LATER)
    assert version() == 1
    imported(
        town,
        CODE,
        sheets(town, juki__質問="住民票はどこで取れますか？", goal__答え="だれもが使える市をめざします。"),
        LATER,
    )
    assert version() == 2


def test_a_new_row_needs_no_id_and_no_phrasings(town: Database) -> None:
    new = {
        "種類": "計画の内容",
        "分類": "その他",
        "質問": "駐車場はありますか？",
        "答え": "あります。",
        "確認した日": "令和8年11月1日",
    }
    given = with_row(
        sheets(town), "よくある質問", 出典の計画書="デジタル計画", 出典の箇所="案内", 担当課="情報政策課", **new
    )
    (change,) = differences(imported(town, CODE, given, LATER))
    row = entry(town, change[0])
    assert (row.question, row.department, row.source_plan, row.checked_on) == (
        "駐車場はありますか？",
        "dep-it",
        "plan",
        dt.date(2026, 11, 1),
    )
    assert differences(imported(town, CODE, given, LATER)) == []


def test_a_row_that_is_missing_ends_only_when_asked(town: Database) -> None:
    given = sheets(town, without_goal="x")
    assert differences(imported(town, CODE, given, LATER)) == []
    assert differences(imported(town, CODE, given, LATER, end_missing=True)) == [("goal", "ended", ())]
    assert (entry(town, "goal").state, entry(town, "goal").by_staff) == ("ended", True)


def test_a_sheet_or_column_that_is_missing_changes_nothing(town: Database) -> None:
    (given,) = [
        sheet
        for sheet in sheets(town, juki__答え="はい、できます。使うのはカードです。")
        if sheet.name == "よくある質問"
    ]
    kept = [place for place, heading in enumerate(given.rows[0].cells) if heading in ("ID", "版", "質問", "答え")]
    narrow = Sheet("Sheet1", tuple(Row(row.number, tuple(row.cells[place] for place in kept)) for row in given.rows))
    plan = imported(town, CODE, [narrow], LATER, end_missing=True)
    assert [(key, action) for key, action, _ in differences(plan)] == [("juki", "changed")]
    facets = entry(town, "juki").facets
    assert facets is not None
    assert facets["bring"] == "マイナンバーカード"


def test_what_somebody_else_changed_since_the_export_is_not_overwritten(town: Database) -> None:
    mine, theirs = (
        sheets(town, juki__答え="わたしの答えです。これにします。"),
        sheets(town, juki__答え="ほかの人の答えです。どうぞ。"),
    )
    imported(town, CODE, theirs, LATER)
    (said,) = faults(town, mine)
    assert "「版」: 書き出したあとに、ほかの人が変えています（この表は版 1、いまは版 2）" in said
    assert entry(town, "juki").answer == "ほかの人の答えです。どうぞ。"


WRONG = [
    pytest.param({"juki__質問": ""}, "シート「よくある質問」3行目 F列「質問」: 空です。書いてください", id="empty"),
    pytest.param({"juki__質問": "あ" * 81}, "「質問」: 長すぎます（80字まで）", id="too long"),
    pytest.param({"juki__種類": "てつづき"}, "「種類」: 次のどれかにしてください: 手続き、計画の内容、計画に記載なし", id="no such kind"),
    pytest.param({"juki__分類": "ごみ"}, "「分類」: 次のどれかにしてください", id="no such category"),
    pytest.param({"juki__確認した日": "きのう"}, "「確認した日」: 日付は 2026-04-01 のように書きます: きのう", id="no date"),
    pytest.param({"juki__担当課": "税務課"}, "「担当課」: 「税務課」はシート「担当課」にありません", id="no such department"),
    pytest.param({"juki__施策番号": "9-9"}, "「施策番号」: 「9-9」はシート「施策」にありません", id="no such measure"),
    pytest.param({"juki__出典のページ": "三"}, "「出典のページ」: 数字で書いてください: 三", id="no number"),
    pytest.param({"kpi__目標の年度": "来年"}, "「目標の年度」: 年度は 2025 か 令和7年度 のように書きます: 来年", id="no fiscal year"),
    pytest.param({"juki__種類": "計画の内容"}, "手続きの列（対象になる人〜届くまで） は 種類「手続き」 のときに書き", id="facets"),
    pytest.param({"juki__リンク1のURL": "example.jp", "juki__リンク1の名前": "市"}, "「リンク1のURL」: https:// で始まるアドレスを書いてください: example.jp", id="no address"),
    pytest.param({"juki__答え": "はい、\x01取れます。"}, "「答え」: 使えない文字（U+0001）があります。消してください", id="control character"),
    pytest.param({"juki__状態": "公開中"}, "「状態」: 次のどれかにしてください: 公開、下書き、職員のみ、終了、削除", id="no such state"),
    pytest.param({"juki__版": ""}, "「版」: 「juki」はすでにあります（版 1）", id="an id that is taken"),
    pytest.param({"juki__質問": "計画の目標は何ですか？"}, "「質問」: 「計画の目標は何ですか？」は「goal」にもあります", id="the same question twice"),
    pytest.param({"goal__ID": "juki"}, "シート「よくある質問」2行目と同じです: juki", id="the same id twice"),
    pytest.param({"goal__ID": "kpi", "goal__版": ""}, "この ID はシート「目標値」で使われています", id="an id of another sheet"),
    pytest.param({"dep_it__電話": "２２２３３３３"}, "シート「担当課」2行目", id="telephone"),
    pytest.param({"step__年度ごとの内容": "来年：準備"}, "「年度ごとの内容」: 「2024,2025：準備」のように", id="step"),
    pytest.param({"plan__期間の終わり": "2020-01-32"}, "シート「計画書」2行目", id="a day that does not exist"),
    pytest.param({"dep_it__状態": "終了"}, "「dep-it」は問い合わせ先なので終了できません", id="the contact"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_a_mistake_is_told_by_sheet_row_and_column_with_the_remedy(
    town: Database, changes: dict[str, str], said: str
) -> None:
    assert any(said in fault for fault in faults(town, sheets(town, **changes))), faults(town, sheets(town, **changes))


@pytest.mark.parametrize("written", ["2027", "２０２７年度", "令和9年度", "R9", "令和９"])
def test_a_fiscal_year_is_read_however_officials_write_it(town: Database, written: str) -> None:
    given = sheets(town, kpi__目標の年度=written, step__年度ごとの内容=f"令和6年度〜R8、{written}：準備")
    imported(town, CODE, given, LATER)
    with town.reading() as session:
        assert session.get_one(Indicator, (CODE, "kpi")).target["fiscal_year"] == 2027
        steps = session.get_one(ScheduleItem, (CODE, "step")).steps
    assert steps == [{"fiscal_years": [2024, 2025, 2026, 2027], "text": "準備"}]


def test_all_mistakes_are_told_at_once_up_to_a_hundred(town: Database) -> None:
    given = sheets(town)
    for number in range(120):
        given = with_row(given, "用語", 用語=f"語{number}", 意味="短い")
    said = faults(town, given)
    assert len(said) == 101
    assert said[-1].startswith("ほかに ")


def test_a_translation_that_lost_a_figure_is_refused_in_its_own_row(town: Database) -> None:
    row = {"ID": "juki", "言葉": "英語", "質問の訳": "Can I get it?", "答えの訳": "Yes, with your card."}
    imported(town, CODE, with_row(sheets(town), "翻訳", **row), LATER)
    assert entry(town, "juki").translations["en"] == {
        "title": "Can I get it?",
        "answer": "Yes, with your card.",
        "reviewed": False,
    }
    (said,) = faults(town, sheets(town, juki__答え="はい、300円で取れます。カードを使います。"))
    assert "英語の訳 に、元の文の数字がありません: 300" in said


def test_an_import_that_fails_late_leaves_everything_as_it_was(town: Database) -> None:
    def refuse(*_: object) -> None:
        raise IntegrityError("", {}, Exception("a row that does not fit"))

    event.listen(Municipality, "before_update", refuse)
    try:
        with pytest.raises(IntegrityError):
            imported(town, CODE, sheets(town, juki__答え="はい、コンビニで取れます。"), LATER)
    finally:
        event.remove(Municipality, "before_update", refuse)
    assert entry(town, "juki").version == 1


def test_plans_and_measures_that_staff_changed_survive_a_new_bundle(town: Database, tmp_path: Path) -> None:
    given = with_row(
        sheets(town, plan__略称="市の計画"),
        "施策",
        施策番号="2-1",
        施策名="学ぶ",
        出典の計画書="plan",
        出典の箇所="施策2",
    )
    imported(town, CODE, given, LATER)
    newer = {
        "plans.yaml": ("デジタル計画\n", "デジタル計画（改訂）\n"),
        "measures.yaml": ("窓口を楽にする", "窓口を速くする"),
    }
    load_bundle(town, read_bundle(write_town(tmp_path / "newer", newer)), LATER)
    with town.reading() as session:
        assert session.get_one(Plan, (CODE, "plan")).short_title == "市の計画"
        assert session.get_one(Measure, (CODE, "2-1")).title == "学ぶ"
        assert session.get_one(Measure, (CODE, "1-1")).title == "窓口を速くする"


def test_a_table_of_another_municipality_is_refused(town: Database) -> None:
    first = Sheet("はじめに", (Row(1, ("ほかの市のナレッジ", "")), Row(2, ("コード", "242047"))))
    assert "この表は 242047 のものです" in faults(town, [first, *sheets(town)])[0]


def test_a_workbook_that_lost_its_styles_and_sheet_names_is_known_by_its_headings(
    town: Database, tmp_path: Path
) -> None:
    book = Workbook()
    del book["Sheet"]
    for number, sheet in enumerate(sheets(town, juki__答え="はい、コンビニで取れます。"), 1):
        page = book.create_sheet(f"Sheet{number}")
        page.append(["無害化済み"])
        for row in sheet.rows:
            page.append([None if cell == "" else disarmed(str(cell)) for cell in row.cells])
    path = tmp_path / "cleaned.xlsx"
    book.save(path)
    assert [key for key, _, _ in differences(imported(town, CODE, read_tables(path), LATER))] == ["juki"]


def test_excel_opens_an_export_as_it_was_meant(town: Database, tmp_path: Path) -> None:
    path = tmp_path / "town.xlsx"
    with town.reading() as session:
        out = exported(session, CODE)
        write_tables(path, about(session, CODE, out, MOMENT), list(out.values()))
    book = load_workbook(path)
    assert book.sheetnames == [
        "はじめに", "市町村", "よくある質問", "翻訳", "目標値", "工程", "担当課", "用語", "施策", "計画書", "共通の答え", "穴埋めシート", "主題と担当課", "計画書の章節"
    ]  # fmt: skip
    page = book["よくある質問"]
    assert page.freeze_panes == "C2"
    assert page["G3"].alignment.wrap_text
    assert page.column_dimensions["G"].width == 60
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s", "n"}


NASTY = st.one_of(
    st.sampled_from(["=cmd|'/c calc'!A0", "+81", "-5", "@SUM(A1)", "＝1+1", " =1", "'=1", "''-", "\t=1", "\r=1", "0123", "1-1", "2022-03", "1e5", "TRUE", "００１２", "髙﨑𠮷", "👨‍👩‍👧", "_x0041_", "あ" * 32_000, "a\nb\r\nc", "a\\nb｜c：d", "\x00\x01", "  前後  ", '"', ","]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30),
)  # fmt: skip


@given(st.lists(NASTY, min_size=2, max_size=2))
def test_a_cell_comes_back_whatever_it_holds(texts: list[str]) -> None:
    assert [armed(disarmed(text)) for text in texts] == texts
    for text in texts:
        shown = disarmed(text).lstrip(" \u3000")
        assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"))


def test_nasty_cells_come_back_from_real_files(tmp_path: Path) -> None:
    texts = ["=cmd|'/c calc'!A0", "-5", "＝1+1", "'=1", "\t=1", "\r=1", "0123", "1-1", "2022-03", "髙﨑𠮷", "👨‍👩‍👧", "_x0041_", "あ" * 32_000, "a\nb\r\nc", "\x01", "  前後  ", '",']  # fmt: skip
    out = OutSheet(
        "表", ("番号", "文"), (8, 40), frozenset({0}), [(str(number), text) for number, text in enumerate(texts)]
    )
    (tmp_path / "a.xlsx").write_bytes(workbook_bytes([("説明", "")], [out]))
    (tmp_path / "a.csv").write_bytes(csv_bytes(out))
    for name in ("a.xlsx", "a.csv"):
        *_, sheet = read_tables(tmp_path / name)
        assert [row.text(1) for row in sheet.rows[1:]] == texts


def test_a_text_that_no_cell_of_excel_holds_is_told_before_anything_is_written() -> None:
    out = OutSheet("表", ("文",), (40,), frozenset(), [("あ" * 32_768,)])
    with pytest.raises(TooLongForExcelError, match=r"シート「表」2行目「文」.*CSV で書き出してください"):
        workbook_bytes([], [out])


def lines(*texts: str) -> str:
    return "\n".join(texts)


WORDS = st.text(alphabet=st.sampled_from("あいう漢字=+-@'\\｜：,0 九\t"), min_size=1, max_size=12).map(
    lambda text: f"語{text}語"
)
READING = st.fixed_dictionaries(
    {"value": st.one_of(st.none(), WORDS), "fiscal_year": st.one_of(st.none(), st.integers(1989, 2100)), "as_of": st.sampled_from([None, "2022-03", "2022-03-31"]), "note": st.one_of(st.none(), WORDS)}
)  # fmt: skip


@given(
    phrasings=st.lists(WORDS, unique=True, max_size=4),
    interim=st.lists(READING, max_size=3),
    baseline=st.one_of(st.none(), READING),
    steps=st.lists(st.fixed_dictionaries({"fiscal_years": st.lists(st.integers(1989, 2100), min_size=1, max_size=3), "text": WORDS}), max_size=3),
)  # fmt: skip
def test_lists_readings_and_steps_come_back_from_their_cells(**values: object) -> None:
    from knowledge.sheet_rows import cells_of, closed, put

    for name in ("indicators", "schedule"):
        kind = KINDS[name]
        cells = cells_of(kind, dict(values))
        back: dict[str, object] = {}
        for column in kind.columns:
            if column.path[0] in values:
                put(back, column, armed(disarmed(cells[column.heading])))
        closed(kind, back)
        shown = {column.path[0] for column in kind.columns}
        expected = {key: value for key, value in values.items() if key in shown}
        baseline = expected.get("baseline")
        if isinstance(baseline, dict) and not any(baseline.values()):
            assert cells["現状値"] == "（記載なし）"
        assert back == expected


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_csv_is_read_in_the_encodings_that_offices_have(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('質問,答え\r\n髙い①～,"一\n二"\r\n'.encode(codec))
    (sheet,) = read_csv(path)
    assert [row.cells for row in sheet.rows] == [("質問", "答え"), ("髙い①～", "一\n二")]


def test_shift_jis_names_every_character_it_lacks_before_anything_is_written(tmp_path: Path) -> None:
    out = OutSheet("用語", ("ID", "意味"), (8, 8), frozenset(), [("a", "だいじょうぶ"), ("b", "9時〜5時 👍")])
    with pytest.raises(UnwritableError) as caught:
        write_tables(tmp_path / "x.csv", [], [out], "shift_jis")
    assert caught.value.problems == ("用語 3行目 B列「意味」: Shift_JIS にない文字があります: 〜 👍",)
    assert list(tmp_path.iterdir()) == []
