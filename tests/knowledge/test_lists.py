"""Lists made from published facts: what stands in them, and what they do not claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from intents.comparisons import Measure
from intents.list_requests import ListRequest, Order, Subject
from knowledge.answers import Answer, Figure, SourcePlan, Step
from knowledge.corpus import Corpus, Knowledge
from knowledge.lists import Listing, Row, make_listing

PLAN = SourcePlan("plan", "小さい市デジタル計画", "デジタル計画", False, "令和4年度から令和8年度まで", False, None)
GOALS = ListRequest(Subject.INDICATORS)


def answer(entry_id: str, kind: str, name: str, text: str = "", **values: Any) -> Answer:
    made = Answer(
        entry_id=entry_id, version=1, kind=kind, title=f"「{name}」", text=text or f"{name}です。", facts=(), links=(),
        plan=PLAN, section="第3章", measure=None, measure_title="", checked_on=dt.date(2026, 11, 21),
        department_id=None, office=None, category="", wordings=(), searched="", name=name,
    )  # fmt: skip
    return replace(made, **values)


def indicator(entry_id: str, name: str, value: str | None, unit: str = "", year: int = 2026, **values: Any) -> Answer:
    figures = (Figure("目標", value, unit, f"令和{year - 2018}年度", year),) if value is not None else ()
    return answer(entry_id, "indicator", name, figures=figures, **values)


def row_of_schedule(entry_id: str, name: str, *steps: tuple[tuple[int, ...], str], text: str = "") -> Answer:
    return answer(entry_id, "schedule", name, text, steps=tuple(Step(years, told) for years, told in steps))


@pytest.fixture
def town(corpus: Corpus) -> Knowledge:
    """A municipality with nothing to answer yet."""
    return replace(corpus.current("242047"), answers={}, plans=(PLAN,), measures={"2": "あと", "1": "さき"})


def listing(town: Knowledge, request: ListRequest, *answers: Answer) -> Listing | None:
    return make_listing(replace(town, answers={one.entry_id: one for one in answers}), request)


def made(town: Knowledge, request: ListRequest, *answers: Answer) -> Listing:
    found = listing(town, request, *answers)
    assert found is not None
    return found


def shown(found: Listing) -> list[tuple[str, str]]:
    return [(row.name, row.value) for row in found.rows]


def test_goals_come_in_the_plans_order_with_their_year_said_once(town: Knowledge) -> None:
    found = made(
        town,
        GOALS,
        indicator("a", "申請の数", "300", "件", measure="1"),
        indicator("b", "申請の割合", "60", "%", measure="2"),
        indicator("c", "事故", None),
    )
    assert shown(found) == [("申請の割合", "60%"), ("申請の数", "300件"), ("事故", "数値は計画に書かれていません")]
    assert (found.id, found.key) == ("list-indicators", "list_goals_of_year")
    assert found.values == {"year": "令和8年度", "count": 2, "others": 1}
    assert found.also == "list_others_without"


def test_goals_of_several_years_each_say_their_own(town: Knowledge) -> None:
    found = made(town, GOALS, indicator("a", "申請の数", "300", "件"), indicator("b", "カード", "83", "%", 2024))
    assert shown(found) == [("申請の数", "300件（令和8年度）"), ("カード", "83%（令和6年度）")]
    assert found.key == "list_goals"


def test_a_plan_without_goals_says_so(town: Knowledge) -> None:
    assert made(town, GOALS) == Listing("list-indicators", "list_goals_none", (), {"count": 0})
    named_only = made(town, GOALS, indicator("a", "申請の数", None))
    assert named_only.key == "list_goals_without_figures"


def test_goals_of_a_year_that_has_none_are_said_to_be_missing_and_the_others_shown(town: Knowledge) -> None:
    request = ListRequest(Subject.INDICATORS, years=(2024,))
    found = made(town, request, indicator("a", "申請の数", "300", "件"))
    assert (found.key, found.values["other"]) == ("list_goals_of_other_year", "令和8年度")
    assert found.values["year"] == "令和6年度（2024年度）"
    assert shown(found) == [("申請の数", "300件")]


def test_goals_on_the_way_belong_to_their_year(town: Knowledge) -> None:
    figures = (Figure("途中の目標", "50", "件", "令和6年度", 2024), Figure("目標", "300", "件", "令和8年度", 2026))
    found = made(
        town, ListRequest(Subject.INDICATORS, years=(2024,)), answer("a", "indicator", "申請の数", figures=figures)
    )
    assert (found.key, shown(found)) == ("list_goals_of_year", [("申請の数", "50件")])


def test_what_was_when_the_plan_was_made_is_a_list_of_its_own(town: Knowledge) -> None:
    figures = (Figure("現状", "40", "件", "令和4年7月時点", None), Figure("目標", "300", "件", "令和8年度", 2026))
    found = made(town, replace(GOALS, current=True), answer("a", "indicator", "申請の数", figures=figures))
    assert (found.key, shown(found)) == ("list_currents", [("申請の数", "40件（令和4年7月時点）")])
    none = made(town, replace(GOALS, current=True), indicator("a", "申請の数", "300", "件"))
    assert none.key == "list_currents_none"


def test_the_highest_goal_is_found_among_percentages_only(town: Knowledge) -> None:
    answers = (
        indicator("a", "申請の数", "30,000", "件"),
        indicator("b", "申請の割合", "60", "%"),
        indicator("c", "会議", "100％"),
        indicator("d", "手続", "27手続以上"),
        indicator("e", "研修", "100", "%"),
    )
    highest = made(town, ListRequest(Subject.INDICATORS, order=Order.HIGHEST), *answers)
    assert [row.name for row in highest.rows] == ["会議", "研修"]
    assert highest.values["count"] == 3
    assert highest.note == "list_goals_one_unit"
    lowest = made(town, ListRequest(Subject.INDICATORS, order=Order.LOWEST), *answers)
    assert [row.name for row in lowest.rows] == ["申請の割合"]


def test_without_percentages_the_commonest_unit_is_compared(town: Knowledge) -> None:
    found = made(
        town,
        ListRequest(Subject.INDICATORS, order=Order.HIGHEST),
        indicator("a", "申請の数", "300", "件"),
        indicator("b", "苦情", "0", "件"),
        indicator("c", "研修", "5,000", "人"),
    )
    assert [row.name for row in found.rows] == ["申請の数"]


def test_goals_that_are_no_plain_numbers_are_not_compared(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.INDICATORS, order=Order.HIGHEST), indicator("a", "手続", "27手続以上"))
    assert (found.key, found.rows) == ("list_goals_not_comparable", ())


def test_a_topic_narrows_a_list_and_where_nothing_is_left_it_is_no_list(town: Knowledge) -> None:
    answers = (indicator("a", "オンライン申請の数", "300", "件"), indicator("b", "カード", "83", "%"))
    assert [row.name for row in made(town, replace(GOALS, topic="オンライン"), *answers).rows] == ["オンライン申請の数"]
    assert listing(town, replace(GOALS, topic="ごみ"), *answers) is None


UNSURE = "工程表のしるしは令和4年度の欄に一つだけあります。ほかの年度も行うかどうかは、読み取れません。"
SCHEDULE = (
    row_of_schedule("a", "手続きの抽出", ((2022, 2023, 2024), "抽出")),
    row_of_schedule("b", "タブレット議会", ((2022,), "研究"), ((2023,), "導入"), ((2024, 2025), "運用")),
    row_of_schedule("c", "カードの周知", ((2022,), "周知"), text=UNSURE),
    row_of_schedule("d", "システムの移行"),
)


def test_a_year_brings_what_stands_in_its_column_and_owns_up_to_what_cannot_be_read(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.SCHEDULE, years=(2024,)), *SCHEDULE)
    assert shown(found) == [("手続きの抽出", "令和4年度から令和6年度まで"), ("タブレット議会", "運用")]
    assert (found.key, found.values["count"]) == ("list_year", 2)
    assert (found.note, found.note_values) == ("list_unreadable", {"count": 2})


def test_the_goals_of_a_year_stand_after_its_doings(town: Knowledge) -> None:
    goal = indicator("z", "会議の割合", "90", "%", 2025)
    found = made(town, ListRequest(Subject.SCHEDULE, years=(2025,)), *SCHEDULE, goal)
    assert shown(found)[-1] == ("会議の割合", "目標 90%")
    alone = made(town, ListRequest(Subject.SCHEDULE, years=(2025,)), goal)
    assert alone.key == "list_year_goals"


def test_a_year_with_nothing_in_it_says_so_with_the_plans_period(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.SCHEDULE, years=(2030,)), *SCHEDULE)
    assert (found.key, found.rows) == ("list_year_none", ())
    assert found.values["period"] == PLAN.period_text


def test_a_year_of_which_the_table_is_damaged_is_not_said_to_bring_nothing(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.SCHEDULE, years=(2026,)), SCHEDULE[3])
    assert (found.key, found.rows, found.note) == ("list_year_unreadable", (), "list_unreadable")
    before = made(town, ListRequest(Subject.SCHEDULE, years=(2019,)), SCHEDULE[3])
    assert before.key == "list_year_none"


@pytest.mark.parametrize(
    ("year", "told"),
    [
        pytest.param(2021, [], id="before it begins"),
        pytest.param(2022, ["検討"], id="its first step"),
        pytest.param(2023, ["拡大（令和5年度から）"], id="the year from which it goes on"),
        pytest.param(2026, ["拡大（令和5年度から）"], id="a later year of the plan"),
        pytest.param(2027, [], id="after the plan"),
    ],
)
def test_what_began_earlier_and_has_no_end_goes_on_to_the_end_of_the_plan(
    town: Knowledge, year: int, told: list[str]
) -> None:
    row = row_of_schedule("a", "電子申請", ((2022,), "検討"), ((2023,), "拡大（この年度から）"))
    found = made(town, ListRequest(Subject.SCHEDULE, years=(year,)), row)
    assert [row.value for row in found.rows] == told


def test_what_begins_in_a_year_is_not_what_goes_on_in_it(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.SCHEDULE, years=(2024,), starting=True), *SCHEDULE)
    assert shown(found) == [("タブレット議会", "運用")]
    none = made(town, ListRequest(Subject.SCHEDULE, years=(2026,), starting=True), *SCHEDULE)
    assert none.key == "list_year_starting_none"


def test_two_years_differ_where_the_columns_do_and_a_damaged_row_claims_nothing(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.SCHEDULE, years=(2022, 2023), change=True), *SCHEDULE)
    assert shown(found) == [("タブレット議会", "研究 → 導入")]
    same = made(town, ListRequest(Subject.SCHEDULE, years=(2024, 2025), change=True), *SCHEDULE[2:])
    assert (same.key, same.rows) == ("list_changes_none", ())


def test_the_whole_schedule_shows_the_rows_whose_years_can_be_read(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.SCHEDULE), *SCHEDULE)
    assert ("タブレット議会", "令和4年度 研究、令和5年度 導入、令和6年度と令和7年度 運用") in shown(found)
    assert [row.name for row in found.rows] == ["手続きの抽出", "タブレット議会", "カードの周知"]


def test_words_are_listed_with_their_meaning(town: Knowledge) -> None:
    found = made(
        town,
        ListRequest(Subject.TERMS),
        answer("b", "term", "RPA", "RPAとは、決まった作業を任せるしくみです。人の手が空きます。"),
        answer("a", "term", "AI", f"AIとは、{'長' * 80}です。"),
    )
    assert shown(found)[1] == ("RPA", "決まった作業を任せるしくみです。")
    assert found.rows[0].value.endswith("…")
    assert made(town, ListRequest(Subject.TERMS)).key == "list_terms_none"


def test_only_printed_telephone_numbers_are_listed(town: Knowledge) -> None:
    request = ListRequest(Subject.OFFICES, telephones=True)
    general = answer("a", "office", "総務課", facts=(("電話", "0475-20-1519"),))
    found = made(town, request, general, answer("b", "office", "市民課"))
    assert (shown(found), found.note) == ([("総務課", "0475-20-1519")], "list_telephones_others")
    assert made(town, request, answer("b", "office", "市民課")).key == "list_telephones_none"
    assert [row.name for row in made(town, ListRequest(Subject.OFFICES), general).rows] == ["総務課"]


FIGURES = (
    indicator("a", "オンライン申請率", "60", "%"),
    answer("b", "plan", "調査", "市の調査では、60％の方が「使いたい」と答えました。600人に聞きました。"),
    answer("c", "plan", "目標", "オンライン申請率は60％が目標です。"),
    answer("d", "plan", "時", "令和4年60月ではありません。160％や60.5％でもありません。"),
)


def test_a_figure_is_traced_to_every_place_that_holds_it(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.FIGURE, figure="60", unit="%"), *FIGURES)
    assert [row.entry_id for row in found.rows] == ["a", "b"]
    assert found.rows[0].value == "目標 60%（令和8年度）"
    assert found.values == {"figure": "60%", "count": 2}


@pytest.mark.parametrize(
    ("asked", "unit", "written"),
    [
        ("333", "名", "職員333人が答えました。"),
        ("115", "人", "市民115名が答えました。"),
        ("12", "箇所", "電波は12か所で使えます。"),
        ("12", "カ所", "電波は12か所で使えます。"),
    ],
)
def test_a_figure_is_found_under_another_word_for_its_unit(
    town: Knowledge, asked: str, unit: str, written: str
) -> None:
    found = made(town, ListRequest(Subject.FIGURE, figure=asked, unit=unit), answer("a", "plan", "", written))
    assert [row.value for row in found.rows] == [written]


def test_a_past_year_is_traced_to_every_sentence_that_names_it(town: Knowledge) -> None:
    texts = ("平成30年1月に始まりました。", "2018年に決めました。", "平成31年に作りました。", "12018年ではありません。")
    told = [answer(str(place), "plan", "", text) for place, text in enumerate(texts)]
    found = made(town, ListRequest(Subject.FIGURE, years=(2018,)), *told)
    assert sorted(row.entry_id for row in found.rows) == ["0", "1"]
    assert found.values == {"figure": "平成30年", "count": 2}


def test_a_share_is_not_found_in_a_number_of_people(town: Knowledge) -> None:
    people = answer("a", "plan", "", "講座には60人が来ました。")
    assert made(town, ListRequest(Subject.FIGURE, figure="60", unit="%"), people).rows == ()


def test_commas_and_decimals_do_not_hide_a_figure(town: Knowledge) -> None:
    hours = indicator("a", "減らす時間", "3,600", "時間")
    rate = indicator("b", "交付率", "38.56", "％")
    assert [row.entry_id for row in made(town, ListRequest(Subject.FIGURE, figure="3600"), hours, rate).rows] == ["a"]
    found = made(town, ListRequest(Subject.FIGURE, figure="38.56", unit="%"), hours, rate)
    assert [row.entry_id for row in found.rows] == ["b"]


def test_a_figure_that_stands_nowhere_is_said_to(town: Knowledge) -> None:
    found = made(town, ListRequest(Subject.FIGURE, figure="999"), *FIGURES)
    assert (found.key, found.rows) == ("list_figure_none", ())


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159"])
@pytest.mark.parametrize(
    "request_",
    [
        GOALS,
        ListRequest(Subject.SCHEDULE),
        ListRequest(Subject.SCHEDULE, years=(2024,)),
        ListRequest(Subject.SCHEDULE, years=(2023, 2024), change=True),
        ListRequest(Subject.TERMS),
        ListRequest(Subject.OFFICES),
        ListRequest(Subject.OFFICES, telephones=True),
        ListRequest(Subject.FIGURE, figure="100", unit="%"),
    ],
    ids=lambda request: f"{request.subject}{request.years or ''}",
)
def test_every_row_of_the_bundled_content_comes_from_a_published_answer(
    corpus: Corpus, code: str, request_: ListRequest
) -> None:
    knowledge = corpus.current(code)
    found = make_listing(knowledge, request_)
    assert found is not None
    assert all(isinstance(row, Row) and row.entry_id in knowledge.answers and row.value for row in found.rows)


COMPARED = ListRequest(Subject.COMPARISON, compared=Measure.LARGER)


def test_the_larger_of_two_goals_is_named_only_in_one_unit(town: Knowledge) -> None:
    share, other, count = (
        indicator("a", "配る割合", "30%"),
        indicator("b", "使う割合", "9%"),
        indicator("c", "件数", "5件"),
    )
    found = made(town, replace(COMPARED, topic="配る/使う"), share, other, count)
    assert found.key == "list_goal_largest"
    assert found.values == {"name": "配る割合", "value": "30%"}
    assert made(town, replace(COMPARED, topic="配る/件数"), share, other, count).key == "list_units_differ"


def test_equal_goals_are_said_to_be_equal(town: Knowledge) -> None:
    found = made(town, replace(COMPARED, topic="あ/い"), indicator("a", "あ", "5%"), indicator("b", "い", "5%"))
    assert (found.key, dict(found.values)) == ("list_goals_equal", {"value": "5%"})


def test_a_side_that_nothing_tells_of_leaves_a_question_like_any_other(town: Knowledge) -> None:
    assert listing(town, replace(COMPARED, topic="あ/う"), indicator("a", "あ", "5%")) is None
    assert listing(town, replace(COMPARED, topic="あ/割合"), indicator("a", "あの割合", "5%")) is None


def test_what_begins_first_is_told_by_the_schedule(town: Knowledge) -> None:
    early, late = row_of_schedule("a", "道", ((2022,), "導入")), row_of_schedule("b", "橋", ((2024,), "導入"))
    first = made(town, replace(COMPARED, topic="道/橋", compared=Measure.EARLIER), early, late)
    assert (first.key, first.values["name"]) == ("list_begins_first", "道")
    last = made(town, replace(COMPARED, topic="道/橋", compared=Measure.LATER), early, late)
    assert last.values["name"] == "橋"


def test_a_step_ends_where_another_follows_or_the_row_has_an_end(town: Knowledge) -> None:
    request = ListRequest(Subject.SCHEDULE, years=(2022,), ending=True)
    found = made(
        town, request,
        row_of_schedule("a", "道", ((2022,), "研究"), ((2023,), "導入")),
        row_of_schedule("b", "橋", ((2022,), "修理")),
        row_of_schedule("c", "川", ((2022,), "監視"), text="終わりの年度は読み取れません。"),
        row_of_schedule("d", "山", ((2022,), "調査（この年度から）")),
        row_of_schedule("e", "森", ((2022, 2023), "手入れ")),
    )  # fmt: skip
    assert shown(found) == [("道", "研究 → 導入"), ("橋", "修理")]
