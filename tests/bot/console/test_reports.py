"""報告書: every page says what the log says, and tells what is not known, and why."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import delete, select, text

from bot import pictures
from bot.services import Services
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import AuditLine, DemoData, Misguidance, PeriodCount, ReportSettings, YearFact
from knowledge.roles import Role
from knowledge.year_facts import TARGETS
from tests.support.report_year import CODE, NEEDS, NOW, forget_year, write_year
from tests.support.staff import HOST, Colleague, signed_in

REPORTS = f"/staff/{CODE}/reports"
BOT = "channel IN ('line','web','api') AND decision <> 'smalltalk'"
OCTOBER = f"{BOT} AND jst_date BETWEEN '2026-10-01' AND '2026-10-31'"
YEAR = f"{BOT} AND jst_date BETWEEN '2026-04-01' AND '2027-03-31'"
LAST_YEAR = f"{BOT} AND jst_date BETWEEN '2025-04-01' AND '2026-03-31'"
SHOWN = "SUM(decision = 'answer' OR (decision = 'suggest' AND tapped_entry_id <> '' AND tapped_entry_id IS NOT NULL))"


@pytest.fixture(scope="module", autouse=True)
def written(office: Flask) -> Iterator[None]:
    kit: Services = office.extensions["kotae"]
    with time_machine.travel(NOW, tick=False):
        write_year(kit)
    yield
    forget_year(kit)


@pytest.fixture(autouse=True)
def _today(office_database: Database) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
    with office_database.writing() as session:
        for table in (YearFact, ReportSettings, Misguidance, DemoData):
            session.execute(delete(table))


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER, Role.ADMIN], CODE)


def number(database: Database, expression: str, where: str = OCTOBER) -> int:
    """What a query over the log gives that knows nothing of how it was counted."""
    with database.reading() as session:
        return int(session.execute(text(f"SELECT {expression} FROM query_log WHERE {where}")).scalar() or 0)


def table(page: str, caption: str) -> list[list[str]]:
    """The rows of a table on a page, as text."""
    found = re.search(rf"<caption>{re.escape(caption)}</caption>(.*?)</table>", page, re.DOTALL)
    assert found is not None, caption
    rows = re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]  # fmt: skip


def sheet(data: bytes, name: str) -> list[list[object]]:
    book = load_workbook(io.BytesIO(data))
    found = next(one for one in book.sheetnames if name in one)
    return [list(row) for row in book[found].iter_rows(values_only=True)]


def test_a_months_figures_are_those_of_the_log(chief: Colleague, office_database: Database) -> None:
    page = chief.get(f"{REPORTS}/monthly?month=2026-10").text
    assert "確定" in page
    lines = {row[0]: row for row in table(page, "主な数字（LINE・ウェブ・API）")}
    asked = number(office_database, "COUNT(*)")
    assert lines["質問"][1] == f"{asked:,}件"
    assert lines["人数"][1] == f"{number(office_database, 'COUNT(DISTINCT asker)')}人"
    answered = number(office_database, "SUM(decision = 'answer')")
    assert lines["答えを示した"][1] == f"{answered}件"
    assert f"{answered / asked * 100:.1f}%" in lines["答えを示した"][2]
    before = number(office_database, "COUNT(*)", OCTOBER.replace("2026-10-31", "2026-09-30").replace("2026-10-01", "2026-09-01"))  # fmt: skip
    ago = number(office_database, "COUNT(*)", OCTOBER.replace("2026-10-31", "2025-10-31").replace("2026-10-01", "2025-10-01"))  # fmt: skip
    assert lines["質問"][3:5] == [f"{before}件", f"{ago}件"]
    channels = {row[0]: row for row in table(page, "受けた方法ごと")}
    line = f"{OCTOBER} AND channel = 'line'"
    assert channels["LINE"][1:3] == [str(number(office_database, one, line)) for one in ("COUNT(*)", "COUNT(DISTINCT asker)")]  # fmt: skip
    needs = table(page, "求められて、かなえられなかったこと")[1:]
    with office_database.reading() as session:
        wanted = "SELECT need, COUNT(*), COUNT(DISTINCT asker) + SUM(asker IS NULL) FROM query_log WHERE need IS NOT NULL AND channel IN ('line','web','api') AND jst_date BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY need ORDER BY 3 DESC, 2 DESC, need"  # fmt: skip
        expected = session.execute(text(wanted)).all()
    told = [tuple("5未満" if count < 5 else str(count) for count in one[1:]) for one in expected]
    assert [(row[1], row[2]) for row in needs] == told
    assert needs[0][0].startswith(f"票{expected[0][0]}")
    course = table(page, "月ごとの動き（LINE・ウェブ・API）")
    assert (course[-1][0], course[-1][1]) == ("令和8年10月", str(asked))
    assert (course[1][0], course[1][1]) == ("令和7年10月", str(ago))
    assert "票回線の障害" in page


def test_the_month_that_runs_is_told_as_such_and_one_that_was_never_counted(chief: Colleague) -> None:
    page = chief.get(f"{REPORTS}/monthly?month=2026-11").text
    assert "速報：令和8年12月5日に締めるまで" in page
    page = chief.get(f"{REPORTS}/monthly?month=2020-01").text
    assert "この期間の数字はありません（LINE・ウェブなどの最初の質問は" in page
    assert "前の期間の記録がないため" in page
    for month in ("nonsense", "2026-12", "2026-13", "1990-01", "2026-10-05"):
        chief.get(f"{REPORTS}/monthly?month={month}", status=404)
    assert "令和8年10月" in chief.get(REPORTS).text


def test_the_workbook_says_the_same_as_the_page_with_numbers_as_numbers(chief: Colleague) -> None:
    page = chief.get(f"{REPORTS}/monthly?month=2026-10").text
    book = chief.get(f"{REPORTS}/monthly.xlsx?month=2026-10")
    assert "getsuji-2026-10.xlsx" in book.headers["Content-Disposition"]
    about = sheet(book.data, "はじめに")
    assert about[0] == ["問い合わせ案内サービス 利用状況", "松阪市　令和8年10月"]
    rows = sheet(book.data, "受けた方法ごと")
    shown = table(page, "受けた方法ごと")
    assert [str(cell) for cell in rows[1]] == shown[1]
    assert isinstance(rows[1][1], int)


def test_what_is_kept_back_stands_beside_the_numbers_of_a_sheet(chief: Colleague) -> None:
    book = chief.get(f"{REPORTS}/monthly.xlsx?month=2026-10").data
    counts = [row[1] for row in sheet(book, "受けた方法ごと")[1:-1]]
    assert {type(one) for one in counts} == {int, str}
    assert {one for one in counts if isinstance(one, str)} == {"伏せています"}
    assert all(one == 0 or one >= 5 for one in counts if isinstance(one, int))
    everything = [str(cell) for name in load_workbook(io.BytesIO(book)).sheetnames for row in sheet(book, name) for cell in row]  # fmt: skip
    assert [cell for cell in everything if cell.startswith("'")] == [], "nothing that a sheet would take for a formula"
    assert any("まだ確かめていません" in str(row[0]) for row in sheet(book, "正答率"))


def test_the_charts_come_as_pictures_or_it_is_said_why_not(chief: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = chief.get(f"{REPORTS}/monthly-charts.zip?month=2026-10")
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        names = archive.namelist()
        assert names[0] == "01-松阪市　月ごとの質問.png"
        assert all(archive.read(name).startswith(b"\x89PNG") for name in names)
    monkeypatch.setattr("bot.console.reports.png_files", lambda _: None)
    back = chief.get(f"{REPORTS}/monthly-charts.zip?month=2026-10", 303).location
    assert "日本語の書体がないため" in chief.get(back).text

    def fails(_: object) -> None:
        raise pictures.DrawingFaultError

    monkeypatch.setattr("bot.console.reports.png_files", fails)
    chief.get(f"{REPORTS}/monthly-charts.zip?month=2026-10", 503)


def test_the_overview_says_the_same_in_a_few_words(chief: Colleague, office_database: Database) -> None:
    page = chief.get(f"{REPORTS}/overview?month=2026-10").text
    asked, shown = number(office_database, "COUNT(*)"), number(office_database, SHOWN)
    assert f"<strong>{asked}件</strong>" in page
    assert f"<strong>{shown / asked * 100:.1f}%</strong>" in page
    assert "受付時間が未設定" in page
    assert page.count("未着手") + page.count("公開済み") == 5


def answers(page: str) -> dict[str, str]:
    found = re.findall(r"<dt>問　(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL)
    return {question: unescape(re.sub(r"<[^>]+>", "", answer)) for question, answer in found}


def test_a_councillors_questions_are_answered_or_it_is_said_why_not(chief: Colleague) -> None:
    page = chief.get(f"{REPORTS}/assembly?year=2026").text
    told = answers(page)
    assert len(told) == 18
    assert "年度の記録」に書くと" in told["年間の経費はいくらか。1件あたりではいくらか。"]
    assert "「受付時間」が入っていないため" in told["役所が閉まっている時間に、どれだけ使われたか。"]
    assert "この年度に書きとめた誤案内はありません" in told["まちがった案内はあったか。どう対応したか。"]
    assert "票回線の障害" in told["止まったことや障害はあったか。"]
    assert "広報" not in told["止まったことや障害はあったか。"]
    unknown = [question for question, answer in told.items() if "分からないもの" in answer]
    assert f"分からないものが{len(unknown)}個あります" in page
    assert all("ため" in told[question] for question in unknown)


FACTS = {
    "cost": "1,200,000", "staff_hours": "120.5", "calls_before": "5000", "calls_after": "４５００", "calls_span": "year",
    "friends": "8000", "friends_on": "2026-10-31", "population": "160000", "population_on": "令和8年4月1日",
    "opened_on": "2025-06-01", "help_old": "スマホ教室を12回", "incidents": "", "target-1-name": "答えを示せた割合",
    "target-1-value": "80%", "target-1-figure": "shown", "target-2-name": "友だち数", "target-2-value": "1万人",
    "target-2-figure": "friends",
}  # fmt: skip


def test_what_the_office_writes_of_a_year_is_told_with_what_was_counted(
    chief: Colleague, office_database: Database
) -> None:
    page = chief.get(f"{REPORTS}/facts?year=2026").text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    chief.post(f"{REPORTS}/facts?year=2026", FACTS | {"seen": seen[1]})
    told = answers(chief.get(f"{REPORTS}/assembly?year=2026").text)
    asked, shown = number(office_database, "COUNT(*)", YEAR), number(office_database, SHOWN, YEAR)
    cost = told["年間の経費はいくらか。1件あたりではいくらか。"]
    assert "1,200,000円。1件あたりは、まだ分かりません" in cost
    assert "令和8年11月22日までの分しかなく" in cost
    assert "年間120.5時間" in told["職員の作業時間はどれだけか。"]
    calls = told["電話は減ったのか。"]
    assert "はじめる前5,000件、この年度4,500件（1年間）。減ったかどうかは分かりません。年度が終わっていない" in calls
    assert "-10.0%" not in calls
    assert "8,000人（令和8年10月31日）" in told["どれだけの住民が登録しているか。"]
    assert "人口160,000人（令和8年4月1日）の5.0%" in told["どれだけの住民が登録しているか。"]
    people, nameless = number(office_database, "COUNT(DISTINCT asker)", YEAR), number(office_database, "SUM(asker IS NULL)", YEAR)  # fmt: skip
    assert (
        f"{asked:,}件、{people}人。ほかに、だれか分からない質問が{nameless}件"
        in told["何件の質問があり、何人が使ったか。"]
    )
    share = told["どれだけ答えられたか。その割合の定義は何か。"]
    assert f"{shown / asked * 100:.1f}%（{asked:,}件中{shown:,}件" in share
    assert "÷すべての質問" in share
    solved, unsolved = (number(office_database, "COUNT(*)", f"{YEAR} AND feedback = '{one}' AND (decision = 'answer' OR tapped_entry_id <> '')") for one in ("solved", "unsolved"))  # fmt: skip
    assert f"（{solved + unsolved:,}件中{solved:,}件" in told["住民の困りごとは解決したのか。"]
    assert f"目標80%、実績{shown / asked * 100:.1f}%" in told["目標に対して、実績はどうか。（答えを示せた割合）"]
    assert "目標1万人、実績8,000人" in told["目標に対して、実績はどうか。（友だち数）"]
    assert "スマホ教室を12回" in told["スマートフォンを使わない高齢の方には、どう配慮しているか。"]
    before = number(office_database, "COUNT(*)", LAST_YEAR)
    compared = told["昨年度とくらべてどうか。"]
    assert f"質問{before:,}件→{asked:,}件" not in compared, "no part of a year is held against another part"
    months = [f"{BOT} AND jst_date BETWEEN '{year}-06-01' AND '{year}-10-31'" for year in (2025, 2026)]
    old, new = (number(office_database, "COUNT(*)", one) for one in months)
    assert f"令和8年6月〜令和8年10月（5か月）と、前の年の同じ月どうしでは、質問{old:,}件→{new:,}件" in compared
    assert "はじめた日（令和7年6月1日）からの数です" in compared
    assert "にはじめたので" not in told["何件の質問があり、何人が使ったか。"]
    assert "令和8年11月22日までの数です" in told["何件の質問があり、何人が使ったか。"]
    last = answers(chief.get(f"{REPORTS}/assembly?year=2025").text)["何件の質問があり、何人が使ったか。"]
    assert "令和7年6月1日にはじめたので、それからの数です" in last
    english = number(office_database, "COUNT(*)", f"{YEAR} AND language = 'en'")
    assert f"英語{english}件" in told["外国人住民には、どう配慮しているか。"]
    improved = told["答えられなかった質問から、何を直したか（三つ）。"]
    assert "①「票" in improved
    assert "③「票" in improved
    unmet = number(office_database, "COUNT(*)", "need = 1 AND channel IN ('line','web','api') AND asked_at >= '2026-09-01 00:00:00'")  # fmt: skip
    juki = "asked_at >= '2026-09-01 00:00:00' AND ((entry_id = 'juki' AND decision = 'answer') OR tapped_entry_id = 'juki') AND (feedback IS NULL OR feedback <> 'unsolved')"  # fmt: skip
    answered = number(office_database, "COUNT(*)", f"{juki} AND channel IN ('line','web','api')")
    assert f"そのあと答えた{answered:,}件、かなわなかった{unmet if unmet >= 5 else '5件未満'}" in improved
    book = sheet(chief.get(f"{REPORTS}/assembly.xlsx?year=2026").data, "議会想定問答シート")
    assert [row[0] for row in book[1:]] == list(told)
    page = chief.get(f"{REPORTS}/facts?year=2026").text
    assert "1,200,000円" in page
    assert "書いた記録（" in page
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "year_fact", AuditLine.login == chief.login)).all()  # fmt: skip
    assert {line.subject for line in lines} == {"cost", "staff_hours", "calls_before", "calls_after", "calls_span", "friends", "friends_on", "population", "population_on", "opened_on", "help_old", "target-1", "target-2"}  # fmt: skip


def test_what_is_taken_back_leaves_its_history_and_nobody_overwrites_another(chief: Colleague) -> None:
    path = f"{REPORTS}/facts?year=2025"
    chief.post(path, {"cost": "100", "seen": "0"})
    stale = chief.post(path, {"cost": "200", "seen": "0"}, status=409).text
    assert "ほかの人が先に書きました" in stale
    assert 'value="200"' in stale
    chief.post(path, {"cost": "", "seen": "1"})
    page = chief.get(path).text
    assert "（取り消し）" in page
    assert "100円" in page
    assert "分かりません" in answers(chief.get(f"{REPORTS}/assembly?year=2025").text)["年間の経費はいくらか。1件あたりではいくらか。"]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cost": "百万円"}, "0以上の数だけ"),
        ({"cost": "-5"}, "0以上の数だけ"),
        ({"friends_on": "きのう"}, "日付は 2026-04-01"),
        ({"help_old": "あ" * 601}, "600字まで"),
        ({"target-1-name": "あ" * 61, "target-1-value": "1"}, "「目標の名前」は60字まで"),
        ({"target-1-name": "目標"}, "名前と値の両方"),
    ],
)
def test_what_cannot_be_read_is_given_back_with_its_remedy(chief: Colleague, given: dict[str, str], said: str) -> None:
    page = chief.post(f"{REPORTS}/facts?year=2026", {"seen": "0", **given}, status=422).text
    assert said in page
    assert chief.get(f"{REPORTS}/facts?year=2026").text.count("書いた記録（") == 0


def test_wrong_answers_are_told_with_what_was_done(chief: Colleague, office_database: Database) -> None:
    with office_database.writing() as session:
        told = {"entry_id": "juki", "question": "住民票は？", "first_version": 1, "last_version": 1, "shown": 12}
        people = {"askers": 9, "nameless": 2, "counted_at": now(), "wrong": "手数料が古い。", "done": "直した。"}
        by = {"author": "1", "author_name": "職員", "written_at": now(), "live_from": now(), "live_until": now()}
        session.add(Misguidance(municipality_code=CODE, number=1, **told, **people, **by))
    said = answers(chief.get(f"{REPORTS}/assembly?year=2026").text)["まちがった案内はあったか。どう対応したか。"]
    assert "1件。「住民票は？」を12回（9人、ほかに2回）示した。手数料が古い。 対応：直した。" in said
    said = answers(chief.get(f"{REPORTS}/assembly?year=2025").text)["まちがった案内はあったか。どう対応したか。"]
    assert "誤案内はありません" in said


@pytest.mark.parametrize(
    ("code", "pillar", "measure"),
    [
        (
            "122106",
            "(1) 住民の多様なニーズに対応した行政サービスの実現",
            "住民票、各種証明書のコンビニ交付等の利用促進",
        ),
        (CODE, "", ""),
    ],
)
def test_the_check_sheet_holds_every_measure_against_its_plan(
    office: Flask, office_database: Database, code: str, pillar: str, measure: str
) -> None:
    everybody = signed_in(office, list(Role), None)
    page = everybody.get(f"/staff/{code}/reports/year-end?year=2025").text
    rows = table(page, "令和7年度 チェックシート")[1:]
    with office_database.reading() as session:
        leaves = "SELECT number FROM measures m WHERE municipality_code = :code AND NOT EXISTS (SELECT 1 FROM measures c WHERE c.municipality_code = m.municipality_code AND c.parent = m.number) ORDER BY position"  # fmt: skip
        numbers = list(session.execute(text(leaves), {"code": code}).scalars())
    assert [row[2] for row in rows] == [one for one in numbers if not one.startswith("common")]
    assert all(row[5:] == [""] * 7 for row in rows), "left to be filled in"
    known = {row[0]: row for row in table(page, "もとになる記録")[1:]}
    if pillar:
        found = next(row for row in rows if row[3] == measure)
        assert found[1] == pillar
        leads = re.search(r"（(\S+) の欄にあります）", known[found[2]][2])
        indicators = known[leads[1] if leads else found[2]][2]
        assert "7.86" in indicators
        assert "30" in indicators
        assert sum("7.86" in row[2] for row in known.values()) == 1, "told once"
    book = everybody.get(f"/staff/{code}/reports/year-end.xlsx?year=2025").data
    filled = sheet(book, "チェックシート")
    assert filled[0][5:8] == ["方針の趣旨に照らして実施されているか", "そのわけ", "進みぐあい"]
    assert len([row for row in filled[1:] if row[2]]) == len(rows)


def test_how_reports_are_headed_is_set_by_an_administrator(
    office: Flask, chief: Colleague, office_database: Database
) -> None:
    path = f"{REPORTS}/settings"
    chief.post(path, {"title": "AIチャット", "body": "松阪市デジタル課", "licence": "CC0-1.0"})
    page = chief.get(f"{REPORTS}/monthly?month=2026-10").text
    assert "AIチャット：令和8年10月" in page
    assert "松阪市デジタル課" in page
    with office_database.reading() as session:
        wanted = (
            select(AuditLine).where(AuditLine.action == "report_settings_changed").order_by(AuditLine.number.desc())
        )
        line = session.scalars(wanted).first()
    assert line is not None
    assert line.details["after"] == {
        "report_title": "AIチャット",
        "report_body": "松阪市デジタル課",
        "licence": "CC0-1.0",
    }
    assert "60字まで" in chief.post(path, {"title": "長" * 61, "licence": "CC0-1.0"}, status=422).text
    assert "一覧からえらんで" in chief.post(path, {"licence": "none"}, status=422).text
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert "変えられるのは" in viewer.get(path).text
    assert "書けるのは" in viewer.get(f"{REPORTS}/facts").text
    viewer.post(f"{REPORTS}/facts", {"cost": "1", "seen": "0"}, status=403)


def test_open_data_is_public_once_it_is_switched_on_and_never_of_what_was_invented(
    office: Flask, chief: Colleague, office_database: Database
) -> None:
    visitor = office.test_client()
    pages = [f"/{CODE}/opendata/{name}" for name in ("", "datapackage.json", "questions.csv")]

    def statuses() -> set[int]:
        return {visitor.get(page, headers={"Host": HOST}).status_code for page in pages}

    assert statuses() == {404}
    chief.post(f"{REPORTS}/settings", {"title": "", "body": "", "open_data": "1", "licence": "CC-BY-4.0"})
    assert statuses() == {200}
    front = visitor.get(pages[0], headers={"Host": HOST})
    assert "Set-Cookie" not in front.headers
    assert "2026-10 まで" in front.text
    package = json.loads(visitor.get(pages[1], headers={"Host": HOST}).text)
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    rows = list(csv.DictReader(io.StringIO(visitor.get(pages[2], headers={"Host": HOST}).data.decode("utf-8-sig"))))
    assert rows
    assert list(rows[0]) == [field["name"] for field in package["resources"][0]["schema"]["fields"]]
    assert "公開しているページを見る" in chief.get(f"{REPORTS}/settings").text
    assert visitor.get(f"/{CODE}/opendata/none.csv", headers={"Host": HOST}).status_code == 404
    assert visitor.get("/999999/opendata/", headers={"Host": HOST}).status_code == 404
    with office_database.writing() as session:
        invented = {"made_at": now(), "first_on": NOW.date(), "last_on": NOW.date(), "variant": 1, "questions": 1}
        session.add(DemoData(municipality_code=CODE, **invented))
    assert statuses() == {404}
    assert "見本のデータが入っているため" in chief.get(f"{REPORTS}/settings").text
    assert "数字は作りもの" in chief.get(f"{REPORTS}/monthly?month=2026-10").text
    assert "数字は作りもの" in chief.get(f"{REPORTS}/assembly?year=2026").text


def test_what_the_reports_rest_on_was_written(office_database: Database) -> None:
    with office_database.reading() as session:
        assert session.scalars(select(PeriodCount).limit(1)).first() is not None
    assert number(office_database, "COUNT(DISTINCT need)", "need IS NOT NULL") == NEEDS
    assert len(TARGETS) == 5


def test_many_mistakes_are_told_as_the_first_of_them_and_fit_into_a_cell(
    chief: Colleague, office_database: Database
) -> None:
    with office_database.writing() as session:
        for number_ in range(60):
            session.add(
                Misguidance(
                    municipality_code=CODE, number=number_ + 1, entry_id="online-procedures", question="質問" * 90,
                    first_version=1, last_version=1, live_from=now(), live_until=now(), shown=1, askers=1, nameless=0,
                    counted_at=now(), wrong="ま" * 1_900, done="直" * 1_900, author=None, author_name="職員",
                    written_at=now(),
                )
            )  # fmt: skip
    assert "ほか50件（「誤案内」の画面にあります）" in chief.get(f"{REPORTS}/assembly?year=2026").text
    assert chief.get(f"{REPORTS}/assembly.xlsx?year=2026").data.startswith(b"PK")


def test_a_month_that_runs_is_held_against_no_whole_month(chief: Colleague) -> None:
    for page in ("monthly", "overview"):
        assert "期間の途中なので、前の期間とはまだくらべません" in chief.get(f"{REPORTS}/{page}?month=2026-11").text


def test_a_year_that_no_calendar_has_is_the_one_that_runs(chief: Colleague) -> None:
    chief.post(f"{REPORTS}/facts", {"year": "9" * 5_000, "cost": "1", "seen": "0"}, status=303)
    for year in ("9" * 2_000, "-1", "令和"):
        assert "令和8年度" in chief.get(f"{REPORTS}/facts?year={year}").text
