"""What stands in documents beside the questions: 正答率, the offices' counts, indicators, cost, the year before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.report_charts import month_course
from knowledge.assembly_sheet import UNKNOWN, Item, YearTold, items
from knowledge.breakdowns import FEW, KEPT_BACK
from knowledge.calendar import JST
from knowledge.computed_values import SUM, Formula
from knowledge.db import Database
from knowledge.indicator_formulas import write_formula
from knowledge.models import AccuracyItem, AccuracySample, Indicator, IndicatorValue, Measure
from knowledge.office_counts import APPLICATIONS, CERTIFICATES, TOTAL, CountKey, write_counts
from knowledge.overview import accuracy_words, office_words
from knowledge.period_closing import count_due
from knowledge.periods import Period, PeriodKind
from knowledge.report_documents import change_words, monthly_report
from knowledge.report_figures import months_alike, period_figures, years_figures
from knowledge.report_tables import ReportTable
from knowledge.year_end_sheet import check_tables, measure_lines
from knowledge.year_facts import write_facts
from tests.knowledge.test_open_data import CODE, write_town
from tests.support.questions import any_rows, question_row

MOMENT = dt.datetime(2026, 11, 22, 12, tzinfo=JST)
OCTOBER = Period(dt.date(2026, 10, 1), PeriodKind.MONTH)
YEAR = Period(dt.date(2026, 4, 1), PeriodKind.YEAR)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def town(database: Database) -> Database:
    """Questions from 20 November 2025 on: of the year before there is a part alone."""
    write_town(database)
    days = [dt.datetime(*day, tzinfo=JST) for day in ((2025, 11, 20), (2026, 11, 21))]
    with database.writing() as session:
        session.add_all(any_rows(CODE, 400, days[0], days[1]))
        session.add(question_row(CODE, 9000, days[0]))
    count(database, MOMENT)
    return database


def count(database: Database, moment: dt.datetime) -> None:
    months = [Period(dt.date(2026, 11, 1), PeriodKind.MONTH)]
    while months[-1].first > dt.date(2025, 11, 1):
        months.append(months[-1].previous)
    day = Period(dt.date(2025, 11, 20), PeriodKind.DAY)
    assert list(count_due(database, CODE, [day, *months, YEAR.previous, YEAR], {}, moment))


def sample(
    session: Session, month: int, labels: dict[str, int], *, closed: bool = True, invented: bool = False
) -> None:
    first = dt.date(2026, month, 1)
    drawn = sum(labels.values())
    session.add(
        AccuracySample(
            municipality_code=CODE, month=first, size=drawn, lot="x" * 64, asked=900, delicate=3, textless=0,
            invented=invented, drawn_at=MOMENT, closed_at=MOMENT if closed else None,
        )
    )  # fmt: skip
    session.flush()
    finals = [label for label, count in labels.items() for _ in range(count)]
    for place, final in enumerate(finals, 1):
        decision = "none" if final == "silent" else "answer"
        session.add(
            AccuracyItem(
                municipality_code=CODE, month=first, place=place, row_id=f"{month}-{place}", decision=decision,
                channel="line", language="ja", final=final if closed else None,
            )
        )  # fmt: skip


def table(session: Session, period: Period, title: str) -> ReportTable:
    report = monthly_report(period_figures(session, CODE, period), lambda _, value: value)
    return next(one for one in report.tables if one.title.startswith(title))


def sheet(database: Database, year: int, opened_on: dt.date | None = None) -> dict[str, Item]:
    with database.reading() as session:
        found, facts, before = years_figures(session, CODE, year)
        alike = months_alike(session, CODE, found, opened_on or found.begun)
        told = YearTold(found, facts, before, lambda _, value: value, opened_on, tuple(alike))
        return {one.question.partition("。")[0]: one for one in items(told)}


# --- 電話 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("month", "この年度40件（1か月平均）。差は-10件（-20.0%）。"),
        ("year", "この年度40件（1年間）。減ったかどうかは分かりません。年度が終わっていないので"),
        ("", "この年度40件（期間の記録なし）。減ったかどうかは分かりません。年度の記録に"),
    ],
)
def test_calls_are_compared_only_where_both_numbers_are_of_the_same_length(
    town: Database, span: str, told: str
) -> None:
    with town.writing() as session:
        given = {"calls_before": "50", "calls_after": "40", "calls_span": span or None}
        write_facts(session, CODE, 2026, given, "職員", MOMENT)
    assert told in sheet(town, 2026)["電話は減ったのか"].answer


# --- 正答率 ------------------------------------------------------------------------------------------------------


def test_a_month_is_told_with_its_rate_its_bounds_and_all_that_was_drawn(town: Database) -> None:
    with town.writing() as session:
        sample(session, 10, {"right": 36, "silent": 6, "wrong": 8})
        sample(session, 9, {"right": 40, "wrong": 10})
    with town.reading() as session:
        october, september = (table(session, one, "正答率") for one in (OCTOBER, OCTOBER.previous))
        line = accuracy_words(period_figures(session, CODE, OCTOBER))
    # 42 of 50 by Wilson: 71.5 to 91.7 %.
    assert october.rows == (
        ("令和8年10月", "84.0%（100件中およそ71〜92件）", "42", "50", "81.8%（100件中およそ68〜91件）", "100.0%（100件中およそ60〜100件）"),
    )  # fmt: skip
    assert [row[0] for row in september.rows] == ["令和8年9月"]
    assert line == "正答率：令和8年10月は84.0%（くじで引いた50件中42件。100件中およそ71〜92件）。"
    told = sheet(town, 2026)["答えは正しいのか（正答率）"]
    assert told.answer.startswith("令和8年10月は84.0%（くじで引いた50件中42件。")
    assert "ほかの月：令和8年9月は80.0%" in told.answer


def test_what_was_not_judged_says_so_and_what_to_do(town: Database) -> None:
    with town.reading() as session:
        found = table(session, OCTOBER, "正答率")
        running = table(session, OCTOBER.next, "正答率")
        line = accuracy_words(period_figures(session, CODE, OCTOBER))
    assert found.rows == ()
    assert "まだ確かめていません" in found.empty
    assert "確定すると出ます" in found.empty
    assert "月が終わってから" in running.empty
    assert "まだ確かめていません" in line
    assert not sheet(town, 2026)["答えは正しいのか（正答率）"].known
    with town.writing() as session:
        sample(session, 10, {"right": 10}, closed=False)
    with town.reading() as session:
        [row] = table(session, OCTOBER, "正答率").rows
    assert row[1] == "確かめているところです（10件のうち0件）"
    assert "%" not in "".join(row)


def test_a_rate_of_an_invented_month_is_marked(town: Database) -> None:
    with town.writing() as session:
        sample(session, 10, {"right": 50}, invented=True)
    with town.reading() as session:
        assert "見本のデータ" in table(session, OCTOBER, "正答率").note
        assert "【見本】" in accuracy_words(period_figures(session, CODE, OCTOBER))


# --- 課の件数 ----------------------------------------------------------------------------------------------------


def certificates(month: int, name: str, **ways: int) -> dict[CountKey, int | None]:
    first = dt.date(2026, month, 1)
    return {CountKey(CERTIFICATES, first, "dep-it", name, way): number for way, number in ways.items()}


def applications(month: int, name: str, number: int) -> dict[CountKey, int | None]:
    return {CountKey(APPLICATIONS, dt.date(2026, month, 1), "", name, TOTAL): number}


@pytest.fixture
def counted(town: Database) -> Database:
    wanted = {
        **certificates(9, "住民票の写し", counter=900, store=90, mail=40),
        **certificates(10, "住民票の写し", counter=1_000, store=150, mail=50),
        **certificates(10, "戸籍", counter=30, store=20, mail=2),
        **applications(9, "犬の登録", 12),
        **applications(10, "犬の登録", 15),
        **applications(10, "粗大ごみ", 40),
        **applications(10, "めずらしい手続", 3),
    }
    with town.writing() as session:
        write_counts(session, CODE, wanted, "職員", MOMENT)
    return town


def test_certificates_are_told_by_kind_and_way_and_the_few_are_kept_back(counted: Database) -> None:
    with counted.reading() as session:
        found = table(session, OCTOBER, "証明書")
        line = office_words(period_figures(session, CODE, OCTOBER))
        wanted = "SELECT name, cell, SUM(count) FROM office_counts WHERE series = 'certificate' AND month = '2026-10-01' GROUP BY name, cell"  # fmt: skip
        raw = {(row[0], row[1]): int(row[2]) for row in session.execute(text(wanted))}
    assert found.headings == (
        "種類",
        "課",
        "窓口（件）",
        "コンビニ（件）",
        "郵送（件）",
        "合計（件）",
        "コンビニの割合",
    )
    assert found.rows == (
        ("住民票の写し", "dep-it", "1,000", "150", "50", "1,200", "12.5%"),
        ("戸籍", "dep-it", KEPT_BACK, "20", FEW, "52", "38.5%"),
    )
    assert raw["住民票の写し", "counter"] == 1_000
    total, store = sum(raw.values()), sum(number for (_, way), number in raw.items() if way == "store")
    assert f"証明書の発行{total:,}件（うちコンビニ{store / total * 100:.1f}%）" in line
    assert "電子申請58件" in line


def test_applications_are_told_by_procedure_and_the_few_are_kept_back(counted: Database) -> None:
    with counted.reading() as session:
        found = table(session, OCTOBER, "電子申請")
    assert found.rows == (("粗大ごみ", "40"), ("めずらしい手続", FEW), ("犬の登録", KEPT_BACK)), "58 in all are told"


def test_a_year_says_which_months_are_in_it_and_never_takes_the_others_for_nothing(counted: Database) -> None:
    with counted.reading() as session:
        found, _, _ = years_figures(session, CODE, 2026)
        tables = check_tables(measure_lines(session, CODE, found, 2026, MOMENT.date()), found, str)
    told = tables[2]
    assert told.rows[0][2:6] == ("1,900", "240", "90", "2,230")
    koseki = told.rows[1]
    assert "9月は分からない" in koseki[3]
    assert koseki[6] == "分からない", "no share of what is known in part"
    assert "9〜10月の件数です。4〜8月、11〜3月は、入っていません（0件とは数えていません）。" in told.note
    answer = sheet(counted, 2026)["証明書のコンビニ交付や電子申請は、どれだけ使われているか"].answer
    assert "証明書の発行2,282件（コンビニの割合は分からない" in answer
    assert "電子申請70件。9〜10月の件数です" in answer


def test_where_no_office_counted_it_says_so_and_what_to_do(town: Database) -> None:
    with town.reading() as session:
        for title in ("証明書", "電子申請"):
            found = table(session, OCTOBER, title)
            assert found.rows == ()
            assert "0件という意味ではありません" in found.empty
            assert "「課の件数」" in found.empty
        assert "まだ入っていません" in office_words(period_figures(session, CODE, OCTOBER))
    assert not sheet(town, 2026)["証明書のコンビニ交付や電子申請は、どれだけ使われているか"].known


# --- 年度末チェックシート -----------------------------------------------------------------------------------------


def test_an_indicator_that_counts_give_stands_below_what_staff_wrote(counted: Database) -> None:
    with counted.writing() as session:
        source = {"source_plan": "p", "source_section": "1"}
        session.add(Measure(municipality_code=CODE, number="1-1", title="電子申請", position=0, **source))
        row = Indicator(
            municipality_code=CODE, entry_id="kpi", name="電子申請の件数", unit="件", measure="1-1", interim=[],
            baseline={"value": "10", "fiscal_year": 2024}, target={"value": "100", "fiscal_year": 2027},
            state="published", phrasings=[], checked_on=MOMENT.date(), updated_at=MOMENT, **source,
        )  # fmt: skip
        session.add(row)
        session.flush()
        write_formula(session, row, Formula(SUM), "職員", MOMENT)

    def told() -> str:
        with counted.reading() as session:
            found, _, _ = years_figures(session, CODE, 2026)
            [line] = measure_lines(session, CODE, found, 2026, MOMENT.date())
            return line.indicators[0]

    assert "実績 （まだ書かれていません）\n　計算：70件（課の件数から。令和8年度 9〜10月" in told()
    assert "途中の値" in told()
    assert "4〜9月に分からない件数がある" in told()
    assert "計画と同じ数え方かは確かめていない" in told()
    with counted.writing() as session:
        session.add(
            IndicatorValue(
                municipality_code=CODE, entry_id="kpi", fiscal_year=2026, number=1, value="65",
                written_by="山田", written_at=MOMENT,
            )
        )  # fmt: skip
        write_formula(session, session.get_one(Indicator, (CODE, "kpi")), Formula(SUM, as_planned=True), "職員", MOMENT)
    assert "実績 65件\n　計算：70件" in told()
    assert "計画と同じ数え方かは" not in told()


# --- 議会想定問答シート -------------------------------------------------------------------------------------------

COST = "年間の経費はいくらか"
LAST_YEAR = "昨年度とくらべてどうか"


@pytest.fixture
def paid(town: Database) -> Database:
    with town.writing() as session:
        for year, cost in ((2025, "400000"), (2026, "500000")):
            write_facts(session, CODE, year, {"cost": cost}, "職員", MOMENT)
    return town


def test_a_years_cost_is_not_divided_by_a_part_of_its_questions(paid: Database) -> None:
    running = sheet(paid, 2026)[COST]
    assert running.answer == f"500,000円。1件あたりは、まだ{UNKNOWN}。"
    assert "年度が終わると出ます" in running.basis
    unknown = sheet(paid, 2025)[COST]
    assert unknown.answer == f"400,000円。1件あたりは、まだ{UNKNOWN}。"
    assert "令和7年11月20日からしかなく" in unknown.basis
    opened = sheet(paid, 2025, dt.date(2025, 11, 20))[COST]
    with paid.reading() as session:
        asked = period_figures(session, CODE, YEAR.previous).now.asked
    assert f"質問1件あたり{400_000 / asked:,.0f}円" in opened.answer
    assert "令和7年11月20日にはじめたので、それからの数です" in opened.basis


def test_a_part_of_a_year_is_held_against_no_other_year(paid: Database) -> None:
    told = sheet(paid, 2026)[LAST_YEAR]
    assert not told.known
    assert "前の年度の記録は令和7年11月20日からで、一年分ではありません" in told.basis
    assert "この年度は途中で" in told.basis
    count(paid, dt.datetime(2027, 4, 10, tzinfo=JST))
    over = sheet(paid, 2026)[LAST_YEAR]
    assert "→" not in over.answer or "前の年の同じ月どうし" in over.answer
    whole = sheet(paid, 2026, dt.date(2024, 4, 1))[LAST_YEAR]
    assert "経費400,000円→500,000円" in whole.answer
    assert whole.basis == "同じ数え方の、前の年度の数字。"


def test_months_that_both_years_have_whole_are_held_against_each_other(town: Database) -> None:
    with town.reading() as session:
        found, _, _ = years_figures(session, CODE, 2026)
        assert months_alike(session, CODE, found, found.begun) == []
        later = replace(found, stands=replace(found.stands, counted_at=dt.datetime(2027, 1, 9, tzinfo=JST)) if found.stands else None)  # fmt: skip
        assert months_alike(session, CODE, later, found.begun) == [], "December was not counted"
        november = months_alike(session, CODE, later, dt.date(2025, 11, 1))
    assert [one.month.first for one in november] == [dt.date(2026, 11, 1)]


def test_a_month_that_was_counted_in_part_is_marked_and_neither_compared_nor_drawn(town: Database) -> None:
    november, december = (Period(dt.date(2025, month, 1), PeriodKind.MONTH) for month in (11, 12))
    with town.reading() as session:
        assert "途中からの記録しかない" in change_words(period_figures(session, CODE, december))
        found = period_figures(session, CODE, OCTOBER.next)
    chart = month_course(found, [])
    assert chart is not None
    assert (chart.labels[0], chart.labels[-1]) == (november.next.short_name, OCTOBER.short_name)
    rows = monthly_report(found, lambda _, value: value)
    course = next(one for one in rows.tables if one.title.startswith("月ごとの動き")).rows
    assert course[0][0] == "令和7年11月（11月20日から）"
    assert course[-1][0] == "令和8年11月（途中）"
    assert rows.tables[0].headings[4] == "前の年の同じ期間（11月20日から）"
