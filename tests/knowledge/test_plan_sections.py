"""Headings as plans number them, tables of contents, glossaries, covers and colophons."""

from __future__ import annotations

import pytest

from knowledge.plan_sections import COLOPHON, CONTENTS, COVER, letters, sections, whole_text


def paths(text: str) -> list[tuple[str, ...]]:
    return [one.path for one in sections(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "第1編 位置付け\n第1章 計画\n本文です。\n第2章 期間\n第2編 背景\n",
            [("第1編 位置付け",), ("第1編 位置付け", "第1章 計画"), ("第1編 位置付け", "第2章 期間"), ("第2編 背景",)],
            id="編と章",
        ),
        pytest.param(
            "1. 目的\n(1) 国\n① 一つめ\n話\n② 二つめ\n話\n(2) 県\n2. 期間\n",
            [
                ("1. 目的",),
                ("1. 目的", "(1) 国"),
                ("1. 目的", "(1) 国", "① 一つめ"),
                ("1. 目的", "(1) 国", "② 二つめ"),
                ("1. 目的", "(2) 県"),
                ("2. 期間",),
            ],
            id="1. と (1) と ①",
        ),
        pytest.param(
            "9. 取組\n(1) 市民のため\n(2) 職員のため\n(1)-① 申請\n(2)-① 会議\n",
            [
                ("9. 取組",),
                ("9. 取組", "(1) 市民のため"),
                ("9. 取組", "(2) 職員のため"),
                ("9. 取組", "(1) 市民のため", "(1)-① 申請"),
                ("9. 取組", "(2) 職員のため", "(2)-① 会議"),
            ],
            id="(1)-① はその (1) の下",
        ),
        pytest.param(
            "第3章 施策\n基本目標1 人\n方針1 育てる\n【具体的な施策】\n1-1-1\n研修をする。\n1-1-2\n招く。\n方針2 つなぐ\n",
            [
                ("第3章 施策",),
                ("第3章 施策", "基本目標1 人"),
                ("第3章 施策", "基本目標1 人", "方針1 育てる"),
                ("第3章 施策", "基本目標1 人", "方針1 育てる", "【具体的な施策】"),
                ("第3章 施策", "基本目標1 人", "方針1 育てる", "1-1-1"),
                ("第3章 施策", "基本目標1 人", "方針1 育てる", "1-1-2"),
                ("第3章 施策", "基本目標1 人", "方針2 つなぐ"),
            ],
            id="基本目標・方針・1-1-1",
        ),
        pytest.param(
            "① 窓口\n【指標】\n表です。\n■ 会議録※を作るAI¹の運用\n■情報政策課\n",
            [("① 窓口",), ("① 窓口", "【指標】"), ("① 窓口", "■ 会議録を作るAIの運用"), ("① 窓口", "■ 情報政策課")],
            id="■ と 【】、注の印は見出しに入れない",
        ),
        pytest.param(
            "Ⅰ はじめに\n話\nⅡ 取組\n重点プロジェクト1 窓口\n《ねらい》\n話\n施策2：相談\n話\n",
            [
                ("Ⅰ はじめに",),
                ("Ⅱ 取組",),
                ("Ⅱ 取組", "重点プロジェクト1 窓口"),
                ("Ⅱ 取組", "重点プロジェクト1 窓口", "《ねらい》"),
                ("Ⅱ 取組", "施策2:相談"),
            ],
            id="Ⅰ・施策1・《 》",
        ),
        pytest.param(
            "1. 体制\n〈役割〉\n○副市長\n決めます。\n○各部長\n進めます。\n〔部会〕\n話し合います。\n",
            [
                ("1. 体制",),
                ("1. 体制", "〈役割〉"),
                ("1. 体制", "〈役割〉", "○ 副市長"),
                ("1. 体制", "〈役割〉", "○ 各部長"),
                ("1. 体制", "〔部会〕"),
            ],
            id="〈 〉と ○ と 〔 〕",
        ),
        pytest.param(
            "第1章 柱\n基本理念\n「つながる」\n基本目標\n二つあります。\n■ 国の原則\n原則①：電子で\n話\n",
            [
                ("第1章 柱",),
                ("第1章 柱", "基本理念"),
                ("第1章 柱", "基本目標"),
                ("第1章 柱", "基本目標", "■ 国の原則"),
                ("第1章 柱", "基本目標", "■ 国の原則", "原則①:電子で"),
            ],
            id="番号のない基本理念、原則①",
        ),
        pytest.param(
            "1. 要綱\n(設置)\n\n第1条 本部を置く。\n(任務)\n\n第2条 次のとおりとする。\n(1) 決めること。\n",
            [("1. 要綱",), ("1. 要綱", "(設置)"), ("1. 要綱", "(任務)")],
            id="要綱の条の見出し",
        ),
        pytest.param(
            "1. 経過\n平成20年～\n計画を立てる。\n令和3年～\n見直す。\n",
            [("1. 経過",), ("1. 経過", "平成20年~"), ("1. 経過", "令和3年~")],
            id="年で分けた経過",
        ),
        pytest.param("１．目的\n（１）国の動き\n", [("1.目的",), ("1.目的", "(1) 国の動き")], id="全角の番号"),
    ],
)
def test_the_usual_ways_of_numbering_are_headings(text: str, expected: list[tuple[str, ...]]) -> None:
    assert paths(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("3 年度ごとに見直します。", id="文"),
        pytest.param("令和4年度から始めます", id="年度"),
        pytest.param("10 年後", id="年数"),
        pytest.param("① 窓口\t② 会議", id="表の行"),
        pytest.param("①、③による見直し", id="番号を指す文"),
        pytest.param("7 マイナポータル…国のオンライン窓口", id="注"),
        pytest.param("(たとえば、窓口)", id="条の上にない括弧"),
        pytest.param("<人口の推移>\n（総合計画より引用）", id="図の題"),
        pytest.param("<体制の図>", id="何も続かない図の題"),
        pytest.param("○：主担当　△：補助", id="凡例"),
        pytest.param("施策1つを選びます", id="数"),
        pytest.param("令和3年度～令和7年度", id="期間"),
    ],
)
def test_what_only_begins_with_a_number_is_text(line: str) -> None:
    assert paths(f"1. 目的\n{line}\n") == [("1. 目的",)]


WITH_CONTENTS = """小さい市デジタル計画
令和4年3月
目次
1. はじめに....1
2. 基本方針.....3
(1) デジタル・デバイド対策.....3
(2) 体制........4
<用語集>\t9

1. はじめに
3. 上位の計画から引いた行
(1) 国の動き
2. 基本方針
(1) デジタル・デバインド対策
(3) 表の中の番号
(2) 体制
用語集
用語\t解説
電子申請\tネットで申請すること。
AI\t人工知能のこと。


小さい市 情報政策課
〒000-0000 小さい市1番地
TEL 011-222-3333
"""


HEADINGS = """第１　総則|１）背景|Ⅰ－１ 現状|基本目標Ⅰ 便利なまち|戦略Ⅱ 地域|政策の柱1 窓口|施策の方向1 窓口|主な取組① 申請|Step1 準備|アクション1 申請
Chapter 1 はじめに|１．１ 目的|1.1.1 細目|＜１＞ 方針|❶ 申請|▼ 取組|▶ 目標|★ 重点|別表1|付録A|巻頭言|あとがき|ア 人口|(ア) 人口""".replace(
    "\n", "|"
).split("|")


@pytest.mark.parametrize("heading", HEADINGS)
def test_headings_of_further_makes_are_known(heading: str) -> None:
    found = sections(f"計画書\n\n第1章 はじめ\n文です。\n\n{heading}\nこの節では、考え方を説明しています。\n")
    assert letters(found[-1].heading) == letters(heading)


@pytest.mark.parametrize(
    "line", ["1.5 倍になりました", "3.5 %の増加", "第1 四半期は、多くの人が来ました。", "8) 済みの申請は、ありません。"]
)
def test_figures_and_sentences_of_these_makes_are_text(line: str) -> None:
    found = sections(f"第1章 はじめ\n文です。\n\n{line}\nこの節では、考え方を説明しています。\n")
    assert [one.heading for one in found] == ["第1章 はじめ"]


def test_the_table_of_contents_decides_what_is_a_heading() -> None:
    found = [path for path in paths(WITH_CONTENTS) if path[0] not in (COVER, CONTENTS, COLOPHON)]
    assert found == [
        ("1. はじめに",),
        ("1. はじめに", "(1) 国の動き"),
        ("2. 基本方針",),
        ("2. 基本方針", "(1) デジタル・デバイド対策"),
        ("2. 基本方針", "(2) 体制"),
        ("用語集",),
        ("用語集", "電子申請"),
        ("用語集", "AI"),
    ]


def test_cover_contents_and_colophon_are_sections() -> None:
    found = {one.heading: one.text for one in sections(WITH_CONTENTS)}
    assert "令和4年3月" in found[COVER]
    assert "デバイド" in found[CONTENTS]
    assert "011-222-3333" in found[COLOPHON]


def test_pages_come_from_the_table_of_contents() -> None:
    assert {one.heading: one.page for one in sections(WITH_CONTENTS)}["(2) 体制"] == 4


def test_pages_come_from_form_feeds_where_a_text_has_them() -> None:
    found = sections("1. 目的\n本文\f2. 期間\n本文\f本文\n3. 体制\n")
    assert [(one.heading, one.page) for one in found] == [("1. 目的", 1), ("2. 期間", 2), ("3. 体制", 3)]


def test_a_list_of_contents_within_a_plan_makes_no_sections() -> None:
    assert paths("1. 取組\n(1) 申請\n(2) 会議\n(1) 申請\n本文\n(2) 会議\n本文\n") == [
        ("1. 取組",),
        ("1. 取組", "(1) 申請"),
        ("1. 取組", "(2) 会議"),
    ]


def test_items_without_a_text_are_no_headings() -> None:
    assert paths("1. 取組\n【内容】\n① 端末を置く\n② 入力する\n【目標】\n表です。\n") == [
        ("1. 取組",),
        ("1. 取組", "【内容】"),
        ("1. 取組", "【目標】"),
    ]
    (told,) = sections("1. 視点\n視点1 やさしく\n視点2 守る\n")
    assert told.text == "視点1 やさしく\n視点2 守る"


def test_a_divider_page_that_repeats_headings_makes_no_sections() -> None:
    text = "1. 取組\n(1) 申請\n話\n(2) 会議\n話\n1. 取組\n(1) 申請\n(2) 会議\n(3) 公開\n話\n"
    assert paths(text) == [("1. 取組",), ("1. 取組", "(1) 申請"), ("1. 取組", "(2) 会議"), ("1. 取組", "(3) 公開")]


def test_labels_within_a_picture_are_no_headings() -> None:
    assert paths("第1章 全体\n話\n体系図\n基本理念\n「つながる」\n1 窓口\n第2章 取組\n話\n") == [
        ("第1章 全体",),
        ("第1章 全体", "体系図"),
        ("第2章 取組",),
    ]


def test_a_row_of_the_contents_without_a_number_is_a_heading() -> None:
    text = "目次\nごあいさつ....1\n第1章 今....2\n付録....9\n\nごあいさつ\n話\n第1章 今\n話\n付録\n話\n"
    assert paths(text) == [(CONTENTS,), ("ごあいさつ",), ("第1章 今",), ("付録",)]


def test_the_whole_text_of_a_section_has_its_parts() -> None:
    found = sections("1. 目的\n上\n(1) 国\n中\n2. 期間\n下\n")
    assert whole_text(found, found[0]) == "1. 目的\n上\n(1) 国\n中"


def test_a_text_without_headings_is_one_section() -> None:
    assert paths("ただの文です。\n") == [(COVER,)]


def test_an_empty_text_has_no_sections() -> None:
    assert sections("") == ()
