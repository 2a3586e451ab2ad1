"""Steps of a schedule stand in the columns of their years: read cell by cell, by distance, or not at all."""

from __future__ import annotations

import pytest

from knowledge.plan_schedules import Steps
from knowledge.year_columns import YearFault, check_steps, dated_values, without_heads, year_rows

MARKED = """取組と工程|令和4年度|令和5年度|令和6年度
窓口の見直し（本庁）|▶||
案内の配布|▶|▶|▶
印のない行|||
""".replace("|", "\t")
WORDED = """工程|R3|R4|R5
|道具を選ぶ||道具を使う
""".replace("|", "\t")
SHIFTED = """取組||令和4年度|令和5年度|令和6年度||
くらし|交通|乗り合い|研究|導入|運用|
|窓口|準備|導入|||
""".replace("|", "\t")


@pytest.mark.parametrize(
    ("name", "steps", "table", "reading", "faults"),
    [
        pytest.param("窓口の見直し", (((2022,), "見直し"),), MARKED, "sure", [], id="印の欄"),
        pytest.param(
            "窓口の見直し", (((2023,), "見直し"),), MARKED, "sure", [YearFault((2023,), (2022,))], id="印と違う年度"
        ),
        pytest.param(
            "案内の配布",
            (((2022, 2023), "配布"),),
            MARKED,
            "sure",
            [YearFault((2022, 2023), (2022, 2023, 2024))],
            id="印の一つが抜けている",
        ),
        pytest.param("案内の配布", (), MARKED, "sure", [YearFault((), (2022, 2023, 2024))], id="印があるのに書かない"),
        pytest.param("印のない行", (), MARKED, "unreadable", [], id="印がない"),
        pytest.param("道具", (((2021,), "道具を選ぶ"), ((2023,), "道具を使う")), WORDED, "sure", [], id="言葉の欄"),
        pytest.param(
            "道具", (((2022,), "道具を選ぶ"),), WORDED, "sure", [YearFault((2022,), (2021,))], id="言葉と違う年度"
        ),
        pytest.param(
            "乗り合い",
            (((2022,), "研究"), ((2023,), "導入"), ((2024,), "運用")),
            SHIFTED,
            "shifted",
            [],
            id="ずれた表でも間隔は同じ",
        ),
        pytest.param("窓口", (((2022,), "準備"), ((2023,), "導入")), SHIFTED, "shifted", [], id="ずれていない行"),
        pytest.param("どこにもない取組", (((2022,), "開始"),), MARKED, "unreadable", [], id="行が見つからない"),
        pytest.param("窓口", (((2022,), "開始"),), "表のない節です。", "unreadable", [], id="表がない"),
    ],
)
def test_steps_are_held_against_the_columns(
    name: str, steps: Steps, table: str, reading: str, faults: list[YearFault]
) -> None:
    checked = check_steps(name, steps, table)
    assert (checked.reading, list(checked.faults)) == (reading, faults)


def test_steps_of_a_shifted_table_must_keep_their_distances() -> None:
    checked = check_steps("乗り合い", (((2022,), "研究"), ((2024,), "導入")), SHIFTED)
    assert checked.reading == "shifted"
    assert checked.faults


def test_the_head_of_a_table_proves_no_year() -> None:
    text, unread = without_heads(f"令和9年度の話。\n{MARKED}")
    assert "令和9年度" in text
    assert "令和6年度" not in text
    assert unread == frozenset()


def test_years_of_a_table_that_cannot_be_read_are_told() -> None:
    _, unread = without_heads(SHIFTED)
    assert unread == {2022, 2023, 2024}


def test_rows_tell_the_years_that_are_filled() -> None:
    assert ("案内の配布", (2022, 2023, 2024)) in list(year_rows(MARKED))


def test_values_of_indicators_have_the_year_of_their_column() -> None:
    found = list(dated_values("指標名\t現状(令和3年度)\t目標値(令和7年度)\n利用率\t3%(令和2年度末)\t40%\n"))
    assert [(figure.shown, set(years)) for figure, years in found] == [("3%", {2020}), ("40%", {2025})]
