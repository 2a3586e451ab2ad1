"""What asks for a list, and what only sounds like it."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from intents.comparisons import Measure
from intents.list_requests import ListRequest, Order, Subject, list_from_json, list_request, next_figure, order_asked

GOALS = ListRequest(Subject.INDICATORS)
YEAR = ListRequest(Subject.SCHEDULE, years=(2024,))


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        pytest.param("目標値を全部", GOALS, id="all goals"),
        pytest.param("目標を一覧で見たい", GOALS, id="goals as a list"),
        pytest.param("KPIの一覧を見せてください", GOALS, id="KPI"),
        pytest.param("ほかの目標は？", GOALS, id="the other goals"),
        pytest.param("現状値を一覧で", ListRequest(Subject.INDICATORS, current=True), id="what was"),
        pytest.param("オンライン化の指標一覧", ListRequest(Subject.INDICATORS, "オンライン化"), id="about a topic"),
        pytest.param("テレワークの目標を全部", ListRequest(Subject.INDICATORS, "テレワーク"), id="another topic"),
        pytest.param("60%とは", ListRequest(Subject.FIGURE, figure="60", unit="%"), id="what a figure means"),
        pytest.param("一番高い目標は？", ListRequest(Subject.INDICATORS, order=Order.HIGHEST), id="highest"),
        pytest.param(
            "一番高い割合の目標は", ListRequest(Subject.INDICATORS, order=Order.HIGHEST), id="highest of the shares"
        ),
        pytest.param(
            "100%をめざす指標は？", ListRequest(Subject.FIGURE, figure="100", unit="%", goals=True), id="aimed at"
        ),
        pytest.param("目標がいちばん低いのは", ListRequest(Subject.INDICATORS, order=Order.LOWEST), id="lowest"),
        pytest.param("令和6年度の目標値は", ListRequest(Subject.INDICATORS, years=(2024,)), id="of a year"),
        pytest.param("令和6年度に何をする？", YEAR, id="what in a year"),
        pytest.param("2024年度にやることは", YEAR, id="to do in a year"),
        pytest.param("R6の予定", YEAR, id="plans of a year"),
        pytest.param("来年度は何をするの", ListRequest(Subject.SCHEDULE, years=(2027,)), id="next year"),
        pytest.param(
            "令和7年度に始まるものは", ListRequest(Subject.SCHEDULE, years=(2025,), starting=True), id="what begins"
        ),
        pytest.param(
            "令和5年度と6年度の違い", ListRequest(Subject.SCHEDULE, years=(2023, 2024), change=True), id="what differs"
        ),
        pytest.param("工程表を一覧で", ListRequest(Subject.SCHEDULE), id="the schedule"),
        pytest.param("用語一覧", ListRequest(Subject.TERMS), id="words"),
        pytest.param("用語集を見せて", ListRequest(Subject.TERMS), id="the glossary"),
        pytest.param("担当課一覧", ListRequest(Subject.OFFICES), id="offices"),
        pytest.param("課の電話番号をすべて", ListRequest(Subject.OFFICES, telephones=True), id="telephones"),
        pytest.param("60%って何の数字？", ListRequest(Subject.FIGURE, figure="60", unit="%"), id="a share"),
        pytest.param(
            "100%が目標のものは？",
            ListRequest(Subject.FIGURE, figure="100", unit="%", goals=True),
            id="goals of a value",
        ),
        pytest.param(
            "カードとテレワークの目標を比べて",
            ListRequest(Subject.COMPARISON, "カード/テレワーク", compared=Measure.ANY),
            id="two side by side",
        ),
        pytest.param(
            "R3とR8の値を比べて", ListRequest(Subject.INDICATORS, years=(2021, 2026), beside=True), id="values of years"
        ),
        pytest.param(
            "松阪ナビのダウンロード数のR3とR8の値",
            ListRequest(Subject.INDICATORS, "松阪ナビダウンロード数", years=(2021, 2026), beside=True),
            id="one's values of years",
        ),
        pytest.param("前と後でどう変わる？", ListRequest(Subject.INDICATORS, beside=True), id="before and after"),
        pytest.param("現状と目標を比べて", ListRequest(Subject.INDICATORS, beside=True), id="was and shall be"),
        pytest.param(
            "令和3年度に終わるものは？",
            ListRequest(Subject.SCHEDULE, years=(2021,), ending=True),
            id="what ends",
        ),
        pytest.param("平成30年に何があった？", ListRequest(Subject.FIGURE, years=(2018,)), id="what was in a year"),
        pytest.param("この60%って何の数字？", ListRequest(Subject.FIGURE, figure="60", unit="%"), id="pointed at"),
        pytest.param("333名は何の人数？", ListRequest(Subject.FIGURE, figure="333", unit="名"), id="of people"),
        pytest.param("12カ所って何", ListRequest(Subject.FIGURE, figure="12", unit="カ所"), id="of places"),
        pytest.param("1,000って何の数？", ListRequest(Subject.FIGURE, figure="1000"), id="a bare number"),
        pytest.param("８３パーセントは何の数字", ListRequest(Subject.FIGURE, figure="83", unit="%"), id="in words"),
    ],
)
def test_a_list_is_asked_for(text: str, request_: ListRequest) -> None:
    assert list_request(text, 2026) == request_


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("オンライン申請の目標は何件？", id="one goal"),
        pytest.param("指標は全部でいくつありますか", id="how many"),
        pytest.param("令和6年度のコンビニ交付の目標は", id="a year and a topic"),
        pytest.param("令和42年の人口は何人", id="a year of something"),
        pytest.param("令和5年度にコンビニ交付で何をした", id="a year's doings about a topic"),
        pytest.param("市役所の手続きを全部ネットでできる？", id="all, but of nothing listed"),
        pytest.param("一番高い山は", id="highest of nothing listed"),
        pytest.param("コンビニ交付って何", id="a meaning"),
        pytest.param("計画は令和7年度に終わりますか", id="the plan's own end"),
        pytest.param("手続きの一覧はどこで見られる", id="where a list is"),
        pytest.param("住民票", id="a topic"),
        pytest.param("", id="nothing"),
    ],
)
def test_anything_else_is_a_question_like_any_other(text: str) -> None:
    assert list_request(text, 2026) is None


def test_after_a_figure_another_may_be_named_alone() -> None:
    assert next_figure("じゃあ83%は？") == ListRequest(Subject.FIGURE, figure="83", unit="%")
    assert next_figure("コンビニは？") is None
    assert list_request("27は？", 2026) is None


def test_after_goals_the_other_end_may_be_asked() -> None:
    assert order_asked("じゃあ一番低いのは？") is Order.LOWEST
    assert order_asked("テレワークは？") is None


@pytest.mark.parametrize("request_", [GOALS, YEAR, ListRequest(Subject.FIGURE, figure="60", unit="%")])
def test_a_request_survives_being_kept(request_: ListRequest) -> None:
    assert list_from_json(asdict(request_)) == request_
    assert list_from_json(None) is None


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("2022年7月に何が始まった", 2022, 7),
        ("令和4年の7月に何が始まった？", 2022, 7),
        ("平成30年1月に始まったこと", 2018, 1),
        ("令和3年3月に何があった？", 2021, 3),
    ],
)
def test_a_month_that_is_named_is_asked_for_alone(text: str, year: int, month: int) -> None:
    found = list_request(text, 2026)
    assert found == ListRequest(Subject.FIGURE, years=(year,), month=month)


@pytest.mark.parametrize(
    "text", ["令和6年9月に何をする？", "2022年7月に松阪ナビで何が始まった", "令和4年7月の人口は？"]
)
def test_a_month_with_anything_else_is_a_question_like_any_other(text: str) -> None:
    assert list_request(text, 2026) is None
