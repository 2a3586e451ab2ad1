"""指標・予定・課・用語: listed, changed a row at a time, and what an indicator has reached year by year."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select

from bot.indicator_chart import indicator_chart
from knowledge.db import Database
from knowledge.indicator_values import Point, history, number_of, planned_points, values_by_year
from knowledge.models import AuditLine, Department, Indicator, Measure, Municipality, Plan, Term
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/tables"
KINDS = ["indicators", "schedule", "departments", "terms", "plans", "measures"]


@pytest.fixture(autouse=True)
def alone(office_database: Database) -> None:
    """One person decides here; where nobody approves their own, test_changes tells."""
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE)


def _first(page: str, kind: str) -> str:
    found = re.search(rf'<th scope="row"><a href="({PATH}/{kind}/[^"]+)"', page)
    assert found is not None
    return found[1]


def _form(page: str) -> dict[str, str]:
    """The fields of the row's form as they stand on the page."""
    rest = page[page.index('name="version"') - 60 :]
    found = dict(re.findall(r'<input type="(?:text|hidden)"(?: id="[^"]*")? name="([^"]+)" value="([^"]*)"', rest))
    found |= dict(re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', rest))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', rest, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf_token"}


def _place(page: str, heading: str) -> str:
    found = re.search(rf'<label for="(cell-\d+)">{heading}', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_unchanged_stays_as_it_is(chief: Colleague, kind: str) -> None:
    row = _first(chief.get(f"{PATH}/{kind}").text, kind)
    page = chief.get(row).text
    chief.post(row, _form(page))
    assert "変わったところはありません" in chief.get(f"{PATH}/{kind}").text


def test_a_row_is_changed_and_noted(chief: Colleague, office_database: Database) -> None:
    row = _first(chief.get(f"{PATH}/terms").text, "terms")
    page = chief.get(row).text
    form = _form(page) | {_place(page, "意味"): "画面で直した意味です。"}
    chief.post(row, form)
    key = row.rpartition("/")[2]
    with office_database.reading() as session:
        assert session.get_one(Term, (CODE, key)).meaning == "画面で直した意味です。"
        line = session.scalars(select(AuditLine).where(AuditLine.action == "row_changed")).all()[-1]
        assert [cell[0] for cell in line.details["cells"]] == ["意味"]
    # The version of the page is old now: nobody's change is lost.
    again = chief.post(row, form | {_place(page, "意味"): "別の人の意味です。"}, status=422).text
    assert "ほかの人が先に変えました" in again
    assert "別の人の意味です。" in again


@pytest.mark.parametrize(
    ("kind", "heading", "value", "said"),
    [
        ("indicators", "現状の年度", "きのう", "年度は 2025 か"),
        ("indicators", "出典のページ", "最後", "数字で書いて"),
        ("departments", "電話", "598530000", "先頭の 0 がありません"),
        ("terms", "意味", "", "空です"),
        ("schedule", "年度ごとの内容", "来年やる", "年度・コロン"),
        ("terms", "確認した日", "きのう", "日付は"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(chief: Colleague, kind: str, heading: str, value: str, said: str) -> None:
    row = _first(chief.get(f"{PATH}/{kind}").text, kind)
    page = chief.get(row).text
    name = _place(page, heading)
    wrong = chief.post(row, _form(page) | {name: value}, status=422).text
    assert re.search(rf'id="{name}-error"[^\n]*{said}', wrong), wrong[wrong.find("errors") : wrong.find("errors") + 600]


def test_a_row_is_added_as_a_draft_by_whoever_edits(office: Flask, office_database: Database) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE)
    page = editor.get(f"{PATH}/terms/add").text
    source = _place(page, "出典の計画書")
    options = re.search(rf'<select id="{source}".*?</select>', page, re.DOTALL)
    assert options is not None
    chosen = re.findall(r'<option value="([^"]+)"', options[0])[0]
    form = _form(page) | {
        _place(page, "用語"): "かわうそ",
        _place(page, "意味"): "川にすむ生きものです。",
        source: chosen,
        _place(page, "出典の箇所"): "用語集",
        _place(page, "確認した日"): "令和8年4月1日",
    }
    published = editor.post(f"{PATH}/terms/add", form | {"state": "公開"}, status=422).text
    assert "「承認」の役割を持つ人" in published
    where = editor.post(f"{PATH}/terms/add", form).location
    assert "かわうそ" in editor.get(where).text
    with office_database.reading() as session:
        found = session.get_one(Term, (CODE, where.rpartition("/")[2]))
        assert (found.state, found.by_staff) == ("draft", True)
    assert "かわうそ" in editor.get(f"{PATH}/terms?words=かわうそ").text


def test_somebody_of_one_department_sees_and_changes_only_its_rows(office: Flask, office_database: Database) -> None:
    with office_database.writing() as session:
        own, other = session.scalars(select(Indicator).where(Indicator.municipality_code == CODE).limit(2))
        offices = session.scalars(select(Department.entry_id).where(Department.municipality_code == CODE)).all()
        own.department, other.department = offices[0], offices[1]
    editor = signed_in(office, [Role.APPROVER], CODE, department=own.department)
    listed = editor.get(f"/staff/{CODE}/indicators").text
    assert html.escape(own.name) in listed
    assert f"/{other.entry_id}" not in listed
    editor.get(f"{PATH}/indicators/{other.entry_id}", 404)
    editor.post(f"/staff/{CODE}/indicators/{other.entry_id}/values", {"year": "2026", "value": "1"}, status=404)
    mine = f"{PATH}/indicators/{own.entry_id}"
    page = editor.get(mine).text
    # Nor may they give a row away to another 課: nothing of it is kept.
    editor.post(mine, _form(page) | {_place(page, "担当課"): other.department or ""}, status=404)
    with office_database.reading() as session:
        assert session.get_one(Indicator, (CODE, own.entry_id)).department == own.department


def test_what_was_reached_is_written_drawn_and_kept(chief: Colleague, office_database: Database) -> None:
    with office_database.writing() as session:
        found = session.scalars(
            select(Indicator).where(Indicator.municipality_code == CODE, Indicator.state == "published")
        ).first()
        assert found is not None
        found.unit, found.interim = "件", []
        found.baseline = {"value": "10", "fiscal_year": 2023, "as_of": None, "note": None}
        found.target = {"value": "100", "fiscal_year": 2027, "as_of": None, "note": None}
    row, values = f"{PATH}/indicators/{found.entry_id}", f"/staff/{CODE}/indicators/{found.entry_id}/values"
    for year, value in (("2024", "30"), ("2025", "55"), ("2025", "50件"), ("2024", "")):
        chief.post(values, {"year": year, "value": value, "note": "数え方を変えた"})
    page = chief.get(row).text
    assert "令和7年度" in page
    assert "書き直した記録（4件）" in page
    with office_database.reading() as session:
        assert [(one.fiscal_year, one.value) for one in values_by_year(session, CODE, found.entry_id)] == [
            (2025, "50件")
        ]
        assert len(history(session, CODE, found.entry_id)) == 4
    drawn = chief.get(_picture(page))
    assert drawn.mimetype == "image/svg+xml"
    told = ET.fromstring(drawn.data).findtext("{http://www.w3.org/2000/svg}desc")
    assert "実績は、令和7年度に50件。" in (told or "")
    wrong = chief.post(values, {"year": "1800", "value": "1" * 41, "note": "x" * 201}, status=422).text
    for said in ("年度を一覧から", "実績値は40字まで", "注記は200字まで"):
        assert said in wrong


@pytest.mark.parametrize(
    ("shown", "unit", "number"),
    [
        ("1,234件", "件", 1234.0),
        ("約５０％", "%", 50.0),
        ("12.5", "", 12.5),
        ("80%以上", "%", 80.0),
        ("策定済み", "", None),
        ("10〜20", "件", None),
        ("3校中2校", "校", None),
        ("（記載なし）", "", None),
    ],
)
def test_only_what_is_a_number_is_drawn(shown: str, unit: str, number: float | None) -> None:
    assert number_of(shown, unit) == number


def test_a_drawing_needs_two_values_and_leads_from_year_to_year() -> None:
    assert indicator_chart("件数", [Point(2023, 10, "10")], [], "件", {}) is None
    chart = indicator_chart("件数", [Point(2023, 10, "10"), Point(2027, 90, "約90")], [Point(2025, 40, "40")], "件", {})
    assert chart is not None
    assert chart.labels == ("令和5年度", "令和6年度", "令和7年度", "令和8年度", "令和9年度")
    actual, planned = chart.series
    assert (actual.name, actual.values) == ("実績", (None, None, 40, None, None))
    assert (planned.values, planned.joined) == ((10, None, None, None, 90), True)
    assert planned.shown[-1] == "約90"
    assert indicator_chart("件数", [Point(2023, 0, "0"), Point(2024, 0, "0")], [], "", {}) is not None


def _picture(page: str) -> str:
    """The address of the chart on a page."""
    return next(part.split('"')[0] for part in page.split('src="') if "/pictures/" in part.split('"')[0])


def test_what_is_not_there_is_not_found(chief: Colleague) -> None:
    for path in ("entries", "indicators/nothing", "plans/nothing", "entries/add", "municipality"):
        chief.get(f"{PATH}/{path}", 404)


def _indicator(database: Database, **values: object) -> str:
    """One that is published, with ``values``."""
    given = {"unit": "件", "interim": [], "breaks": [], "baseline": None, "target": None} | values
    with database.writing() as session:
        found = session.scalars(
            select(Indicator).where(Indicator.municipality_code == CODE, Indicator.state == "published")
        ).all()[-1]
        for name, value in given.items():
            setattr(found, name, value)
        return found.entry_id


def test_where_the_way_of_counting_changed_is_written_shown_and_parts_the_lines(
    chief: Colleague, office_database: Database
) -> None:
    entry_id = _indicator(office_database, target={"value": "100", "fiscal_year": 2026, "as_of": None, "note": None})
    row, values = f"{PATH}/indicators/{entry_id}", f"/staff/{CODE}/indicators/{entry_id}/values"
    for year, value in (("2022", "10"), ("2023", "20"), ("2024", "55"), ("2025", "60")):
        chief.post(values, {"year": year, "value": value})
    page = chief.get(row).text
    wrong = chief.post(row, _form(page) | {_place(page, "定義の変わり目"): "去年から電話も"}, status=422).text
    assert "変わった年度・コロン・内容" in wrong
    chief.post(row, _form(page) | {_place(page, "定義の変わり目"): "令和6年度：電話の申請も数える"})
    page = chief.get(row).text
    assert "2024：電話の申請も数える" in page
    assert "令和6年度（2024年度）から数え方が変わりました" in page
    before, after = page.index("令和5年度（2023年度）</th>"), page.index("令和6年度（2024年度）</th>")
    assert before < page.index("電話の申請も数える<div") < after
    # No line leads from one way of counting to the other: the drawing says where it changed, and so does the table.
    assert "令和6年度から数え方が変わった（電話の申請も数える）" in page
    assert "ここから数え方がちがう：電話の申請も数える" in page
    assert "┆電話の申請も数える" in chief.get(_picture(page)).text


def test_a_year_is_counted_otherwise_once(chief: Colleague, office_database: Database) -> None:
    row = f"{PATH}/indicators/{_indicator(office_database)}"
    page = chief.get(row).text
    told = chief.post(row, _form(page) | {_place(page, "定義の変わり目"): "2024：一つ\n2024：二つ"}, status=422).text
    assert "同じ年度を二度" in told


def test_the_value_of_a_month_is_drawn_in_its_fiscal_year() -> None:
    of_march = {"value": "40", "fiscal_year": None, "as_of": "2022-03", "note": None}
    goal = {"value": "300", "fiscal_year": 2026, "as_of": None, "note": None}
    found = planned_points(Indicator(unit="件", baseline=of_march, interim=[], target=goal))
    assert [(one.year, one.value) for one in found] == [(2021, 40.0), (2026, 300.0)]


def test_what_no_drawing_can_show_is_told_under_it(chief: Colleague, office_database: Database) -> None:
    entry_id = _indicator(office_database)
    for year, value in (("2024", "集計中"), ("2025", "約50％"), ("2026", "３０")):
        chief.post(f"/staff/{CODE}/indicators/{entry_id}/values", {"year": year, "value": value})
    page = chief.get(f"{PATH}/indicators/{entry_id}").text
    told = re.search("数として読めない値（(.*?)）は、図に出ません", page)
    assert told is not None
    assert ("集計中" in told[1], "約50％" in told[1], "３０" in told[1]) == (True, True, False)


def test_writing_what_holds_already_leaves_no_trace(chief: Colleague, office_database: Database) -> None:
    entry_id = _indicator(office_database)
    values = f"/staff/{CODE}/indicators/{entry_id}/values"
    chief.post(values, {"year": "2020", "value": "5"})
    for again in ({"year": "2020", "value": "5"}, {"year": "2019", "value": ""}):
        chief.post(values, again)
        assert "変わったところはありません" in chief.get(f"{PATH}/indicators/{entry_id}").text
    with office_database.reading() as session:
        written = history(session, CODE, entry_id)
    assert [one.value for one in written if one.fiscal_year in (2019, 2020)] == ["5"]


def test_a_plan_that_was_decided_loses_its_mark_of_a_draft(chief: Colleague, office_database: Database) -> None:
    listed = chief.get(f"{PATH}/plans").text
    assert "全国共通の案内" not in listed
    row = _first(listed, "plans")
    page = chief.get(row).text
    form = _form(page)
    name = _place(page, "案")
    assert form[name] == "はい"
    chief.post(row, form | {name: "いいえ"})
    with office_database.reading() as session:
        plan = session.get_one(Plan, (CODE, row.rpartition("/")[2]))
        assert (plan.draft, plan.by_staff) == (False, True)
        line = session.scalars(select(AuditLine).where(AuditLine.action == "row_changed")).all()[-1]
        assert (line.details["kind"], line.details["cells"]) == ("plans", [["案", "はい", "いいえ"]])
    again = chief.post(row, form | {_place(page, "略称"): "別の人の計画"}, status=422).text
    assert "ほかの人が先に変えました" in again


def test_what_all_municipalities_share_is_not_changed_here(chief: Colleague, office_database: Database) -> None:
    with office_database.reading() as session:
        shared = session.scalars(
            select(Plan.plan_id).where(Plan.municipality_code == CODE, Plan.plan_id.startswith("common"))
        ).all()
    assert shared
    chief.get(f"{PATH}/plans/{shared[0]}", 404)


def test_a_plan_and_a_measure_are_added(chief: Colleague, office_database: Database) -> None:
    page = chief.get(f"{PATH}/plans/add").text
    title = "新しい総合計画"
    form = _form(page) | {_place(page, "計画書名"): title, _place(page, "略称"): "総合計画"}
    form |= {
        _place(page, "資料の種類"): "計画",
        _place(page, "案"): "いいえ",
        _place(page, "期間の始まり"): "2027-04-01",
    }
    form |= {_place(page, "期間の終わり"): "2032-03-31", _place(page, "期間の書き方"): "令和9年度から令和13年度まで"}
    there = chief.post(f"{PATH}/plans/add", form).location
    assert title in chief.get(there).text
    page = chief.get(f"{PATH}/measures/add").text
    source = _place(page, "出典の計画書")
    form = _form(page) | {_place(page, "施策番号"): "9-9", _place(page, "施策名"): "新しい取組"}
    form |= {source: "総合計画", _place(page, "出典の箇所"): "第1章"}
    options = re.search(rf'<select id="{source}".*?</select>', page, re.DOTALL)
    assert options is not None
    form[source] = re.findall(r'<option value="([^"]+)"', options[0])[0]
    assert "新しい取組" in chief.get(chief.post(f"{PATH}/measures/add", form).location).text
    with office_database.reading() as session:
        assert session.get_one(Measure, (CODE, "9-9")).by_staff
    assert "新しい取組" in chief.get(f"{PATH}/measures").text


def test_a_plan_is_the_business_of_the_whole_municipality(office: Flask, office_database: Database) -> None:
    with office_database.reading() as session:
        department = session.scalars(select(Department.entry_id).where(Department.municipality_code == CODE)).first()
        plan = session.scalars(
            select(Plan.plan_id).where(Plan.municipality_code == CODE, Plan.plan_id.not_like("common%"))
        ).first()
    own = signed_in(office, [Role.APPROVER], CODE, department=department)
    assert f"/tables/plans/{plan}" not in own.get(f"{PATH}/plans").text
    own.get(f"{PATH}/plans/{plan}", 404)
    own.post(f"{PATH}/plans/{plan}", {"ask": "1"}, status=404)


def test_where_two_decide_a_plan_is_changed_by_asking(office: Flask, office_database: Database) -> None:
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = True
    editor = signed_in(office, [Role.EDITOR], CODE)
    row = _first(editor.get(f"{PATH}/plans").text, "plans")
    page = editor.get(row).text
    form = _form(page) | {_place(page, "略称"): "名を変えた計画"}
    assert "「承認を依頼する」を押" in editor.post(row, form, status=422).text
    there = editor.post(row, form | {"ask": "1"}).location
    approver = signed_in(office, [Role.APPROVER], CODE, name="承認 する人")
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', approver.get(there).text)
    assert shown is not None
    approver.post(f"{there}/approve", {"shown": shown[1]})
    with office_database.reading() as session:
        assert session.get_one(Plan, (CODE, row.rpartition("/")[2])).short_title == "名を変えた計画"


def test_who_only_reads_is_told_names_and_no_ids(office: Flask) -> None:
    reader = signed_in(office, [Role.VIEWER], CODE)
    page = reader.get(_first(reader.get(f"/staff/{CODE}/indicators").text, "indicators")).text
    assert '<dd class="written">dx-plan</dd>' not in page
    assert "<dt>出典の計画書</dt>" in page


def test_what_kind_of_year_is_wanted_is_said_beside_the_field(office: Flask) -> None:
    page = signed_in(office, [Role.EDITOR], CODE).get(f"{PATH}/indicators/add").text
    assert "年度。2025 か 令和7年度 のように書きます" in page
