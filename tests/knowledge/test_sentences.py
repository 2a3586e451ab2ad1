"""Sentences made from published facts by a fixed pattern: indicators, schedules, offices, terms."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from knowledge.answers import Answer, Office, SourcePlan, Surroundings, entry_answer
from knowledge.indicators import indicator_answer
from knowledge.models import Department, Entry, Indicator, ScheduleItem, Term
from knowledge.models.base import CuratedColumns
from knowledge.offices import AskedFirst, office_answer
from knowledge.schedules import schedule_answer
from knowledge.terms import term_answer

PLAN = SourcePlan("plan", "小さい市デジタル計画", "デジタル計画", False, "令和4年度から", False, None)
NOBODY = AskedFirst(None, None, None, None)
AROUND = Surroundings({"plan": PLAN}, {"dep-it": Office("情報政策課", "011-222-3333")}, {"1-1": "窓口を楽にする"})
COMMON: dict[str, Any] = {
    "municipality_code": "011002",
    "entry_id": "x",
    "version": 3,
    "phrasings": ["言い回し"],
    "department": "dep-it",
    "source_plan": "plan",
    "source_section": "第3章",
    "checked_on": dt.date(2026, 11, 21),
}


def indicator(**values: Any) -> Answer:
    given = {
        "name": "申請の数",
        "unit": "件",
        "measure": "1-1",
        "baseline": None,
        "interim": [],
        "target": None,
        "breaks": [],
    }
    return indicator_answer(Indicator(**COMMON, **(given | values)), AROUND)


def schedule(**values: Any) -> Answer:
    return schedule_answer(ScheduleItem(**COMMON, **({"name": "書かない窓口", "steps": []} | values)), AROUND)


def department(**values: Any) -> Answer:
    return office_answer(Department(**COMMON, **({"name": "情報政策課", "aliases": []} | values)), AROUND, NOBODY)


def term(**values: Any) -> Answer:
    given = {"term": "DX", "aliases": [], "meaning": "デジタルの力で良くすることです。"}
    return term_answer(Term(**COMMON, **(given | values)), AROUND)


GOAL = {"value": "100", "fiscal_year": 2025}
NO_GOAL = "「申請の数」の目標は、計画に数値が書かれていません。"
GOAL_IS = "「申請の数」の目標は、"
TO_100 = "「申請の数」の目標は、令和7年度（2025年度）に100件です。"
NO_PAST = "計画を作ったときの値は、計画に書かれていません。"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param(
            {"target": GOAL, "baseline": {"value": "10", "fiscal_year": 2020}},
            f"{TO_100}\n計画を作ったときの値は、令和2年度（2020年度）で10件でした。",
            id="both",
        ),
        pytest.param({"target": GOAL}, f"{TO_100}\n{NO_PAST}", id="goal alone"),
        pytest.param(
            {"baseline": {"value": "10"}}, f"{NO_GOAL}\n計画を作ったときの値は、10件でした。", id="past alone"
        ),
        pytest.param({}, f"{NO_GOAL}\n{NO_PAST}", id="neither"),
        pytest.param({"target": {"value": None}, "baseline": {"value": None}}, f"{NO_GOAL}\n{NO_PAST}", id="empty"),
        pytest.param({"target": {"value": "0"}}, f"{GOAL_IS}0件です。\n{NO_PAST}", id="goal of nought"),
        pytest.param(
            {"target": {"value": "100", "as_of": "2026-03"}},
            f"{GOAL_IS}令和8年3月時点に100件です。\n{NO_PAST}",
            id="by a month",
        ),
        pytest.param(
            {"target": {"value": "100", "note": "累計"}}, f"{GOAL_IS}100件です（累計）。\n{NO_PAST}", id="note"
        ),
        pytest.param({"unit": "%", "target": {"value": "83%"}}, f"{GOAL_IS}83%です。\n{NO_PAST}", id="unit once"),
        pytest.param(
            {"unit": "", "target": {"value": "100%"}}, f"{GOAL_IS}100%です。\n{NO_PAST}", id="unit in the figure"
        ),
        pytest.param(
            {"target": GOAL, "interim": [{"value": "50", "fiscal_year": 2023}, {"value": "70", "fiscal_year": 2024}]},
            f"{TO_100}\n{NO_PAST}\n途中の目標は、令和5年度（2023年度）50件、令和6年度（2024年度）70件です。",
            id="on the way",
        ),
        pytest.param(
            {"target": GOAL, "interim": [{"value": None, "fiscal_year": 2023}]},
            f"{TO_100}\n{NO_PAST}",
            id="on the way, left empty",
        ),
        pytest.param(
            {"target": GOAL, "definition": "1年の申請の件数です。", "note": "電話は含みません。"},
            f"{TO_100}\n{NO_PAST}\n1年の申請の件数です。\n電話は含みません。",
            id="definition and note",
        ),
        pytest.param(
            {"target": GOAL, "breaks": [{"fiscal_year": 2024, "text": "電話も数える"}], "note": "速報です。"},
            f"{TO_100}\n{NO_PAST}\n令和6年度（2024年度）から数え方が変わりました（電話も数える）。"
            "前の年度の値とは、そのままくらべられません。\n速報です。",
            id="counted otherwise from a year on",
        ),
    ],
)
def test_an_indicator_is_said_from_its_figures(given: dict[str, Any], text: str) -> None:
    assert indicator(**given).text == text


def test_an_indicators_figures_are_rows_too() -> None:
    found = indicator(target=GOAL, baseline={"value": "10", "as_of": "2020-07-31"})
    assert found.facts == (("現状", "10件（令和2年7月31日時点）"), ("目標", "100件（令和7年度（2025年度））"))
    assert (found.title, found.measure_title) == ("「申請の数」の目標と現状", "窓口を楽にする")


def test_an_indicator_without_a_unit_is_not_asked_for_by_one() -> None:
    assert all(wording.strip("？") != "申請の数は何" for wording in indicator(unit="").wordings)


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        pytest.param(
            [{"fiscal_years": [2022], "text": "調査"}],
            "計画の工程表では、書かない窓口は、令和4年度の欄に「調査」として載っています。今の状況は担当にお確かめください。",
            id="one year",
        ),
        pytest.param(
            [{"fiscal_years": [2022, 2023], "text": "準備"}, {"fiscal_years": [2024, 2025, 2026], "text": "運用"}],
            "計画の工程表では、書かない窓口は、令和4年度と令和5年度の欄に「準備」、"
            "令和6年度から令和8年度までの欄に「運用」として載っています。今の状況は担当にお確かめください。",
            id="two steps",
        ),
        pytest.param([], "「書かない窓口」は計画の工程表にありますが、いつ行うかは読み取れません。", id="no years"),
    ],
)
def test_a_schedule_is_said_as_it_stands_in_its_columns_and_not_as_done(steps: list[dict[str, Any]], text: str) -> None:
    assert schedule(steps=steps).text == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param(
            {"role": "計画をまとめます。", "telephone": "011-222-3333"},
            "情報政策課は、計画をまとめます。\n電話は 011-222-3333 です（計画書に載っている番号）。",
            id="role and telephone",
        ),
        pytest.param(
            {"role": "情報政策課は、計画をまとめます。", "telephone": "011-222-3333", "extension": "12"},
            "情報政策課は、計画をまとめます。\n電話は 011-222-3333（内線 12） です（計画書に載っている番号）。",
            id="name said already, extension",
        ),
        pytest.param(
            {},
            "情報政策課は、計画に名前が出てきますが、役割は書かれていません。",
            id="name alone",
        ),
    ],
)
def test_an_office_is_said_with_what_the_plan_prints(given: dict[str, Any], text: str) -> None:
    assert department(**given).text == text


def test_an_office_shows_only_the_ways_to_reach_it_that_it_has() -> None:
    assert department(telephone="011-222-3333", email="it@city.example").facts == (
        ("電話", "011-222-3333"),
        ("メール", "it@city.example"),
    )


@pytest.mark.parametrize(
    ("meaning", "text"),
    [
        pytest.param(
            "デジタルの力で良くすることです。", "DXとは、デジタルの力で良くすることです。", id="name put before"
        ),
        pytest.param("DXは、良くすることです。", "DXは、良くすることです。", id="name there already"),
    ],
)
def test_a_term_is_said_with_its_name(meaning: str, text: str) -> None:
    assert term(meaning=meaning).text == text


def test_a_term_is_found_by_its_reading_and_other_names() -> None:
    found = term(reading="ディーエックス", aliases=["デジタル変革"])
    assert "デジタル変革とは" in found.wordings
    assert "ディーエックス" in found.searched


def test_an_entry_is_shown_word_for_word_and_empty_facets_are_left_out() -> None:
    entry = Entry(
        **COMMON,
        kind="procedure",
        category="その他",
        question="取れますか？",
        answer="はい。\n取れます。",
        facets={"fee": "200円", "bring": None, "target": "市民", "online": ""},
        links=[{"label": "市", "url": "https://city.example/"}],
        measure=None,
    )
    found = entry_answer(entry, AROUND)
    assert (found.title, found.text) == ("取れますか？", "はい。\n取れます。")
    assert found.facts == (("対象になる人", "市民"), ("手数料", "200円"))
    assert (found.links, found.measure_title, found.version) == ((("市", "https://city.example/"),), "", 3)


@pytest.mark.parametrize("make", [indicator, schedule, department, term], ids=lambda make: make.__name__)
def test_every_kind_keeps_where_it_comes_from_and_whose_it_is(make: Any) -> None:
    found: Answer = make()
    assert (found.plan, found.section, found.checked_on) == (PLAN, "第3章", dt.date(2026, 11, 21))
    assert (found.office, found.department_id) == (AROUND.offices["dep-it"], "dep-it")
    assert found.wordings[0] == "言い回し"
    assert len(set(found.wordings)) == len(found.wordings)


def test_a_department_that_is_no_longer_published_leaves_the_answer_without_an_office() -> None:
    gone = Surroundings({"plan": PLAN}, {}, {})
    assert term_answer(Term(**COMMON, term="DX", aliases=[], meaning="良くすること。"), gone).office is None
    assert issubclass(Term, CuratedColumns)


def test_a_mark_of_a_table_is_told_as_a_mark() -> None:
    steps = [{"fiscal_years": [2027], "text": "印（この年度から）"}, {"fiscal_years": [2028], "text": "開始"}]
    said = schedule(steps=steps).text
    assert "令和9年度の欄に印（この年度から）、令和10年度の欄に「開始」があります。" in said
    assert "「印」" not in schedule(steps=steps[:1]).text


@pytest.mark.parametrize(
    ("meaning", "text"),
    [
        ("デジタルの力で良くすることです。", "DXとは、デジタルの力で良くすることです。"),
        ("DXは、良くすることです（令和4年）。", "DXは、良くすることです（令和4年）。"),
        (
            "デジタルの力で良くすること。",
            "計画書では、「DX」を次のように説明しています。\nデジタルの力で良くすること。",
        ),
    ],
)
def test_a_meaning_is_a_sentence_or_the_words_of_the_plan(meaning: str, text: str) -> None:
    assert term(meaning=meaning).text == text
