"""Figures that say the same, however they are written; and those that do not."""

from __future__ import annotations

import pytest

from knowledge.figures import figures


def said(text: str) -> list[tuple[str, tuple[object, ...]]]:
    return [(one.kind, one.value) for one in figures(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("令和7年度", "2025年度", id="和暦と西暦"),
        pytest.param("令和7年度", "R7", id="R7"),
        pytest.param("令和元年", "2019年", id="元年"),
        pytest.param("平成30年1月", "2018年1月", id="平成"),
        pytest.param("令和 4 年 3 月", "2022年3月", id="空白"),
        pytest.param("令和４年", "令和4年", id="全角"),
        pytest.param("二〇二五年", "2025年", id="漢数字の西暦"),
        pytest.param("2022年9月2日", "2022.9.2", id="点の日付"),
        pytest.param("2021年12月", "2021年（令和3年）12月", id="かっこの和暦"),
        pytest.param("1,000件", "1000件", id="桁区切り"),
        pytest.param("３３万枚", "330,000枚", id="万"),
        pytest.param("十七課", "17課", id="漢数字"),
        pytest.param("三つの柱", "3つの柱", id="漢数字のつ"),
        pytest.param("70％", "7割", id="割"),
        pytest.param("約60%", "およそ60パーセント", id="約"),
        pytest.param("午後5時15分", "17:15", id="時刻"),
        pytest.param("8時30分", "8時半", id="半"),
        pytest.param("0475-20-1519", "TEL0475(20)1519", id="電話のかっこ"),
        pytest.param("27手続", "27の手続き", id="単位の書き方"),
        pytest.param("300人", "300名", id="人と名"),
        pytest.param("5年間", "5か年", id="年間とか年"),
    ],
)
def test_two_ways_of_writing_say_the_same(one: str, other: str) -> None:
    wanted = figures(one)[0]
    assert any(found.stands_for(wanted) for found in figures(other)), (figures(one), figures(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("令和7年度", "令和6年度", id="年"),
        pytest.param("2022年9月2日", "2022年9月3日", id="日"),
        pytest.param("60%", "60件", id="割合と件数"),
        pytest.param("5年間", "5人", id="年間と人"),
        pytest.param("10か月", "10年間", id="月と年"),
        pytest.param("38.56%", "38.65%", id="小数"),
        pytest.param("0475-20-1519", "0475-20-1602", id="電話"),
        pytest.param("8:30", "8:15", id="時刻"),
        pytest.param("330,000枚", "33枚", id="万を落とす"),
    ],
)
def test_two_figures_differ(one: str, other: str) -> None:
    wanted = figures(one)[0]
    assert not any(found.stands_for(wanted) for found in figures(other))


def test_a_year_after_a_year_of_an_era_is_of_the_same_era() -> None:
    assert said("令和3年度から7年度まで") == [("年", (2021, None, None)), ("年", (2025, None, None))]


def test_a_day_after_a_date_is_of_the_same_month() -> None:
    assert said("8月18日・24日")[1] == ("日付", (None, 8, 24))


def test_a_length_of_time_is_no_year() -> None:
    assert said("平成25年6月。5年ほどで") == [("日付", (2013, 6, None)), ("数", (5.0, "年間"))]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("① 窓口 ⑵ 会議", id="丸とかっこの番号"),
        pytest.param("・(2) 新しい価値", id="箇条書きの番号"),
        pytest.param("Society5.0", id="名前の一部"),
        pytest.param("一部の人", id="一部"),
        pytest.param("十分に", id="十分"),
    ],
)
def test_marks_and_words_are_no_figures(text: str) -> None:
    assert figures(text) == ()
