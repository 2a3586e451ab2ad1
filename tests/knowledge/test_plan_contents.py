"""What is recognised in a plan's text: tables of indicators, schedules, words explained, the period."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.plan_contents import PlanContents, read_contents
from knowledge.plan_documents.document import CONTINUED, Line, PlanDocument
from knowledge.plan_glossaries import terms
from knowledge.plan_indicators import indicators
from knowledge.plan_period import plan_period
from knowledge.plan_schedules import BEGINS_ONLY, SHIFTED, UNREADABLE, schedules


@pytest.mark.parametrize(
    ("table", "unit", "baseline", "target"),
    [
        pytest.param(["指標\t現況(令和7年度)\t最終(令和13年度)\t単位", "件数\t12\t60\t件"], "件", {"value": "12", "fiscal_year": 2025}, {"value": "60", "fiscal_year": 2031}, id="no word for a target but the last year"),
        pytest.param(["KPI① 件数", "基準値：12.5％（令和6年度）", "目標値：50％（令和11年度）"], "%", {"value": "12.5", "fiscal_year": 2024}, {"value": "50", "fiscal_year": 2029}, id="a name behind KPI, values below"),
        pytest.param(["■成果指標", "・件数：60件（令和6年度）→80件（令和11年度）"], "件", {"value": "60", "fiscal_year": 2024}, {"value": "80", "fiscal_year": 2029}, id="an arrow"),
        pytest.param(["成果指標\t現状値(R3)\t目標値(R8)", "件数\t40件(令和4年7月時点)\t300件"], "件", {"value": "40", "as_of": "2022-07"}, {"value": "300", "fiscal_year": 2026}, id="years in the head, a day in brackets"),
        pytest.param(["指標名\t現状(令和3年度)\t目標値(令和7年度)", "件数\tなし\t1,000件"], "", {"value": "「なし」", "fiscal_year": 2021}, {"value": "1,000件", "fiscal_year": 2025}, id="nothing yet"),
        pytest.param(["指標名\t単位\t基準値\t目標値", "件数\t件\t12\t30"], "件", {"value": "12"}, {"value": "30"}, id="a column of units"),
        pytest.param(["KPI\t現状値\t目標値", "", "指標名\t現状値\t目標値", "件数\t—\t60%"], "%", {"value": None}, {"value": "60"}, id="a dash is no value"),
        pytest.param(["指標\t現状値\t目標値", "\t令和5年度\t令和10年度", "件数\t3回\t5回"], "回", {"value": "3", "fiscal_year": 2023}, {"value": "5", "fiscal_year": 2028}, id="years in a row of their own"),
        pytest.param(["指標名\t現状値\t目標値", "件数\t1手続\t27手続以上"], "", {"value": "1手続"}, {"value": "27手続以上"}, id="values that are more than an amount stay whole"),
        pytest.param(["施策\tKPI\t現状値\t目標値", "窓口\t件数\t1件\t2件"], "件", {"value": "1"}, {"value": "2"}, id="the indicator in the second column"),
        pytest.param(["重点項目\t主な取組\tKGI", "件数\t見直し\t2025年度（令和7年度）末までに、すべての手続きをオンラインでできるようにします。"], "", None, {"value": None, "fiscal_year": 2025}, id="a goal told in a sentence"),
        pytest.param(["数値目標\t基準値(R6)\t目標値(R9)\t単位", "件数\t4\t15\t件"], "件", {"value": "4", "fiscal_year": 2024}, {"value": "15", "fiscal_year": 2027}, id="a head that says target over the names"),
        pytest.param(["指標名：件数", "現状値（令和5年度）：3件", "目標値（令和9年度）：9件"], "件", {"value": "3", "fiscal_year": 2023}, {"value": "9", "fiscal_year": 2027}, id="one below the other"),
        pytest.param(["【進み方を測るための指標】", "", "- ・件数", "", "次の話です。"], "", None, None, id="names alone"),
    ],
)  # fmt: skip
def test_an_indicator_is_recognised(table: list[str], unit: str, baseline: object, target: object) -> None:
    (found,) = indicators(table)
    assert (found.name, found.unit, found.baseline, found.target) == ("件数", unit, baseline, target)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["基本目標\t施策", "1 便利な市\t窓口"], id="aims are no indicators"),
        pytest.param(["取組\t令和4年度\t令和5年度", "窓口\t検討\t導入"], id="a schedule"),
        pytest.param(["エビデンス\t政策立案の方向性", "利用状況\t分析する"], id="another table"),
        pytest.param(["1. 指標と目標\t12"], id="the table of contents"),
        pytest.param(["目標値は、指標ごとに決めます。"], id="a sentence"),
    ],
)
def test_what_is_no_indicator_is_not_taken_for_one(lines: list[str]) -> None:
    assert indicators(lines) == ()


def test_a_column_for_every_year_between_is_a_goal_on_the_way_and_a_few_are_not() -> None:
    (found,) = indicators(["指標名\tR6(実績)\tR7\tR8\tR9(目標)", "回数\t10\t12\t14\t20"])
    assert [(one["value"], one["fiscal_year"]) for one in found.interim] == [("12", 2025), ("14", 2026)]
    (found,) = indicators(["指標名\t基準値(R1)\tR2\tR3\t目標値(R7)", "回数\t10\t12\t14\t20"])
    assert found.interim == ()


def test_goals_on_the_way_are_kept_in_their_order() -> None:
    (found,) = indicators(["指標名\t現状値(R5)\t令和7年度目標\t令和9年度目標", "件数\t1件\t5件\t9件"])
    assert found.interim == ({"value": "5", "fiscal_year": 2025},)
    assert found.target == {"value": "9", "fiscal_year": 2027}


def test_a_target_over_several_years_is_one_for_each() -> None:
    (found,) = indicators(["指標名\t現状値\t目標値\t\t\t備考", "\tR5\tR7\tR8\tR9\t", "件数\t1件\t3件\t5件\t9件\t済"])
    assert found.interim == ({"value": "3", "fiscal_year": 2025}, {"value": "5", "fiscal_year": 2026})
    assert found.target == {"value": "9", "fiscal_year": 2027}


HEAD = "取組\t令和4年度\t令和5年度\t令和6年度"


@pytest.mark.parametrize(
    ("lines", "kind", "found"),
    [
        pytest.param([HEAD, "窓口\t検討\t導入\t運用"], "text", [("窓口", [((2022,), "検討"), ((2023,), "導入"), ((2024,), "運用")], None)], id="words"),
        pytest.param([HEAD, "窓口\t→\t→\t"], "text", [("窓口", [((2022, 2023), "矢印")], None)], id="arrows"),
        pytest.param([HEAD, "窓口\t[Progress bar from R4 to R5]\t\t"], "text", [("窓口", [((2022, 2023), "矢印")], None)], id="a bar drawn"),
        pytest.param([HEAD, "窓口\t\t\t"], "text", [("窓口", [], UNREADABLE)], id="nothing left of the arrows"),
        pytest.param(["工程\tR4\tR5", "\t準備\t移行"], "text", [("", [((2022,), "準備"), ((2023,), "移行")], None)], id="no name in the table"),
        pytest.param(["取組\t\tR4\tR5\t", "窓口\t書かない窓口\t受付\t検討\t導入"], "text", [("受付", [], f"{SHIFTED}（窓口 / 書かない窓口 / 受付 / 検討 / 導入）")], id="columns that may have shifted"),
        pytest.param(["取組\t事業\tR4\tR5", "窓口\t書かない窓口\t検討\t導入", "\t\t\t運用"], "docx", [("書かない窓口", [((2022,), "検討"), ((2023,), "導入"), ((2023,), "運用")], None)], id="a drawn table is believed"),
        pytest.param(["分野\t取組\tR4\tR5", "窓口\t書かない窓口\t検討\t導入", "\t予約\t検討\t", "公開\t検討\t導入\t"], "text", [("書かない窓口", [((2022,), "検討"), ((2023,), "導入")], None), ("予約", [((2022,), "検討")], BEGINS_ONLY), ("公開", [], f"{SHIFTED}（公開 / 検討 / 導入）")], id="of two names, the rows that have lost no cell"),
        pytest.param(["工程\tR4\tR5\tR6", "検討\t\t運用\t"], "text", [("", [], f"{SHIFTED}（検討 / 運用）")], id="a stage where no name can be"),
        pytest.param([HEAD, "窓口\t検討\t\t"], "text", [("窓口", [((2022,), "検討")], BEGINS_ONLY)], id="a bar that may go on"),
        pytest.param([HEAD, "窓口\t●\t\t"], "text", [("窓口", [((2022,), "印")], None)], id="a dot is no bar"),
        pytest.param([HEAD, "窓口\t→\t\t"], "docx", [("窓口", [((2022,), "矢印")], None)], id="a drawn table tells the ends"),
        pytest.param([f"取組\tR4\t{CONTINUED}\tR5\t{CONTINUED}", "\t上期\t下期\t上期\t下期", f"窓口\t\t準備\t導入\t{CONTINUED}", "公開\t検討\t検討\t\t"], "docx", [("窓口", [((2022,), "準備"), ((2023,), "導入")], None), ("公開", [((2022,), "検討")], None)], id="years of two halves"),
        pytest.param([HEAD, "窓口\t導入"], "pdf", [("窓口", [], f"{SHIFTED}（窓口 / 導入）")], id="a PDF has no empty cells"),
        pytest.param(["指標名\t現状値\t目標値", "\tR6\tR9", "件数\t1\t2"], "docx", [], id="indicators with years below their head"),
        pytest.param(["年\t人口", "令和2年\t100人"], "text", [], id="no schedule"),
        pytest.param(["指標名\t令和4年度\t令和5年度目標", "件数\t1\t2"], "text", [], id="indicators"),
    ],
)  # fmt: skip
def test_a_schedule_is_recognised(lines: list[str], kind: str, found: object) -> None:
    assert [(one.name, list(one.steps), one.note) for one in schedules(lines, kind)] == found


@pytest.mark.parametrize(
    ("line", "term", "aliases", "meaning"),
    [
        ("※1)AI(Artificial Intelligence)…人の知的な働きをまねる技術。", "AI", ("Artificial Intelligence",), "人の知的な働きをまねる技術。"),
        ("(※)Wi-Fi…ネットワークにつながる無線のこと。", "Wi-Fi", (), "ネットワークにつながる無線のこと。"),
        ("(※)基幹系業務・・・住民基本台帳などの業務。", "基幹系業務", (), "住民基本台帳などの業務。"),
        ("＊CIO：情報の責任者のこと。", "CIO", (), "情報の責任者のこと。"),
        ("※KGI（目標達成指標）とは、最後の目標を示す指標のこと", "KGI", ("目標達成指標",), "最後の目標を示す指標のこと"),
        ("12 情報セキュリティポリシー…情報を守る方針をまとめたもの。", "情報セキュリティポリシー", (), "情報を守る方針をまとめたもの。"),
    ],
)  # fmt: skip
def test_a_footnote_explains_a_word(line: str, term: str, aliases: tuple[str, ...], meaning: str) -> None:
    (found,) = terms(["前の文です。", line, ""])
    assert (found.term, found.aliases, found.meaning, found.line) == (term, aliases, meaning, 2)


@pytest.mark.parametrize(
    "line",
    [
        "※参考：次のページの図をごらんください。",
        "※17業務内訳：児童手当、就学など",
        "※令和元年の調査は、設計が違います。",
        "時期：2020年10月19日～30日",
    ],
)
def test_a_remark_explains_no_word(line: str) -> None:
    assert terms([line]) == ()


def test_a_glossary_is_read_from_its_table_and_from_its_lines() -> None:
    table = ["用語\t用語の略・解説", "電子申請\tインターネットで申請すること。"]
    assert [one.term for one in terms(table)] == ["電子申請"]
    document = PlanDocument(
        "text",
        tuple(map(Line, ["用語集", "・電子申請：インターネットで申請する", "　こと。", "窓口…人に会う場所のこと。"])),
    )
    assert [(one.term, one.meaning) for one in read_contents(document).terms] == [
        ("電子申請", "インターネットで申請すること。"),
        ("窓口", "人に会う場所のこと。"),
    ]


def test_a_long_meaning_ends_with_a_whole_sentence() -> None:
    (found,) = terms(["用語\t解説", f"長い語\t{'とても長い説明です。' * 40}"])
    assert found.meaning.endswith("。")
    assert len(found.meaning) <= 240


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("計画期間は令和4年度から令和8年度までの5年間とします。", dt.date(2022, 4, 1), dt.date(2027, 3, 31)),
        (
            "本計画の期間は、2021年度（令和3年度）から2025年度（令和7年度）までの5年間とします。",
            dt.date(2021, 4, 1),
            dt.date(2026, 3, 31),
        ),
        ("本計画の期間は、令和3年度から7年度までの5年間とします。", dt.date(2021, 4, 1), dt.date(2026, 3, 31)),
        ("本計画の期間は、令和4年4月1日から令和7年3月31日までとします。", dt.date(2022, 4, 1), dt.date(2025, 3, 31)),
        ("計画の期間：令和9年度～令和13年度", dt.date(2027, 4, 1), dt.date(2032, 3, 31)),
        ("計画期間は令和8年4月から令和13年3月までです。", dt.date(2026, 4, 1), dt.date(2031, 3, 31)),
        ("計画期間は、2026年10月～2029年9月です。", dt.date(2026, 10, 1), dt.date(2029, 9, 30)),
        ("計画期間は令和6年2月から令和10年2月までです。", dt.date(2024, 2, 1), dt.date(2028, 2, 29)),
        ("計画期間は令和8（2026）年度から令和12（2030）年度まで", dt.date(2026, 4, 1), dt.date(2031, 3, 31)),
        ("計画期間は、令和3年度から5年間とします。", dt.date(2021, 4, 1), dt.date(2026, 3, 31)),
        ("計画期間は2026年度からの5か年です。", dt.date(2026, 4, 1), dt.date(2031, 3, 31)),
        ("基本方針の目標年次は、令和7年度(2025年度)とします。", None, dt.date(2026, 3, 31)),
    ],
)
def test_the_period_is_read(text: str, begins: dt.date | None, ends: dt.date) -> None:
    found = plan_period(["第1章 はじめに", text])
    assert found is not None
    assert (found.begins, found.ends) == (begins, ends)


def test_a_plan_that_names_no_period_has_none() -> None:
    assert plan_period(["令和4年度から令和8年度に、人口が減りました。"]) is None


def contents_of(*lines: Line, pages: int | None = None) -> PlanContents:
    return read_contents(PlanDocument("pdf" if pages else "docx", lines, pages))


def test_sections_follow_the_headings_that_the_file_marks() -> None:
    found = contents_of(
        Line("まえがき"),
        Line("1 章", level=1),
        Line("本文"),
        Line("節", level=2),
        Line("別の章", level=1),
        Line("終わり"),
    )
    assert [(one.path, one.text) for one in found.outline.sections] == [
        ((), "まえがき"),
        (("1 章",), "本文"),
        (("1 章", "節"), ""),
        (("別の章",), "終わり"),
    ]


def test_labels_in_brackets_part_the_sections_that_the_file_marks() -> None:
    found = contents_of(
        Line("取組", level=1), Line("【現状】"), Line("本文"), Line("【目標】"), Line("表"), Line("体制", level=1)
    )
    assert [(one.path, one.text) for one in found.outline.sections] == [
        (("取組",), ""),
        (("取組", "【現状】"), "本文"),
        (("取組", "【目標】"), "表"),
        (("体制",), ""),
    ]


def test_a_picture_of_the_periods_of_plans_is_no_schedule() -> None:
    table = [Line("計画\tR4\tR5"), Line("この計画\t→\t→")]
    assert contents_of(Line("計画期間", level=1), *table, Line("工程", level=1), *table).schedules[0].line == 6


def test_sections_of_a_pdf_tell_its_pages_and_flow_over_its_lines() -> None:
    lines = [
        Line("第1章 はじめに", 3),
        Line("この計画は、みんなが使いやすい窓口をつくるための、大切な", 3),
        Line("計画です。", 3),
        Line("・窓口を減らすこと", 4),
        Line("第2章 おわりに", 5),
    ]
    first, second = contents_of(*lines, pages=5).outline.sections
    assert first.text == "この計画は、みんなが使いやすい窓口をつくるための、大切な計画です。\n・窓口を減らすこと"
    assert (first.page, second.page) == (3, 5)


def test_a_row_of_a_table_is_no_heading() -> None:
    found = read_contents(
        PlanDocument("text", tuple(map(Line, ["第1章 目標", "指標名\t現状値\t目標値", "①回答の割合\t65%\t100%"])))
    )
    assert [one.heading for one in found.outline.sections] == ["第1章 目標"]
    assert found.outline.sections[0].text.endswith("①回答の割合\t65%\t100%")
