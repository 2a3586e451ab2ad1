"""What staff noted of earlier days counts no day for the bot: before its first question nothing is known, and no 0."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import delete

from bot.figure_jobs import count_figures
from bot.report_charts import month_course
from bot.services import Services
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import CountedPeriod, FigureEvent, LoggedQuestion, PeriodCorrection, PeriodCount
from knowledge.open_data import open_data
from knowledge.periods import Period, PeriodKind
from knowledge.report_figures import period_figures
from knowledge.report_settings import set_reporting
from knowledge.roles import Role
from knowledge.tallies import begins, first_asked
from tests.support.questions import question_row
from tests.support.staff import Colleague, signed_in

CODE = "242047"
HERE = f"/staff/{CODE}"
FIGURES_PAGE, REPORTS = f"{HERE}/figures", f"{HERE}/reports"
TODAY = dt.datetime(2026, 12, 8, 3, tzinfo=dt.UTC)
FIRST = dt.date(2026, 11, 23)
FIRST_NAME = "LINE・ウェブなどの最初の質問は令和8年11月23日"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


def japan(day: str, clock: str = "10:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JST)


def count(office: Flask) -> None:
    kit: Services = office.extensions["kotae"]
    count_figures(kit, CODE, {"now": True}, lambda _: None)


@pytest.fixture(autouse=True)
def asked(clock: None, office: Flask, office_database: Database) -> None:
    """A call of 31 March, noted in November; from 23 November on questions through the API, of nobody knows whom."""
    with office_database.writing() as session:
        for table in (PeriodCount, PeriodCorrection, CountedPeriod, FigureEvent, LoggedQuestion):
            session.execute(delete(table))
        session.add(question_row(CODE, 1, japan("2026-03-31"), channel="phone", asker=None, entry_id=None))
        for number in range(7):
            session.add(question_row(CODE, 10 + number, japan("2026-11-23"), channel="api", asker=None, department="dep-x"))  # fmt: skip
        for number in range(3):
            row = question_row(CODE, 20 + number, japan("2026-12-02"), decision="none", entry_id=None, department="dep-x")  # fmt: skip
            session.add(row)
    count(office)


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="承認 花子")


def plain(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def read(colleague: Colleague, address: str) -> str:
    return plain(colleague.get(address).text)


@pytest.mark.parametrize("page", ["", "/breakdown", "/hours", "/movers"])
@pytest.mark.parametrize("channel", ["bot", "line", "web", "api"])
@pytest.mark.parametrize(("kind", "day"), [("month", "2026-06-01"), ("quarter", "2026-06-01"), ("year", "2026-03-01")])
def test_no_page_tells_a_nought_of_the_time_before_the_first_question(
    chief: Colleague, page: str, channel: str, kind: str, day: str
) -> None:
    told = read(chief, f"{FIGURES_PAGE}{page}?kind={kind}&day={day}&channel={channel}")
    assert f"記録なし（{FIRST_NAME}）" in told
    assert " 0件" not in told
    assert "確定" not in told


def test_what_staff_noted_keeps_its_own_figures(chief: Colleague) -> None:
    told = read(chief, f"{FIGURES_PAGE}?day=2026-03-01&channel=noted")
    assert "確定" in told
    assert "質問 1件" in told
    assert "質問 0件 1件" in read(chief, f"{FIGURES_PAGE}?day=2026-04-01&channel=noted")


def test_the_course_and_the_period_before_begin_with_the_first_question(chief: Colleague) -> None:
    told = read(chief, f"{FIGURES_PAGE}?day=2026-11-01")
    assert "質問 7件 100件中" not in told
    assert "質問 7件 数えていません" in told
    assert FIRST_NAME in told
    course = told[told.index("期間ごと") :]
    assert "令和8年11月 （途中、11月23日から） 7" in course
    assert "令和8年10月 数えていません" in course
    assert course.count("数えていません") == 12


def test_what_is_told_in_part_is_marked_in_table_and_picture(chief: Colleague) -> None:
    told = read(chief, f"{FIGURES_PAGE}?day=2026-12-01")
    assert "この期間（途中） 割合とその幅 前の期間（途中、11月23日から）" in told
    assert "令和8年12月 （途中） 3" in told
    assert "R8.11（途中） 7" in told
    assert "R8.12（途中） 3" in told


def test_what_moved_is_held_against_no_day_before_the_first(chief: Colleague) -> None:
    told = read(chief, f"{FIGURES_PAGE}/movers?day=2026-06-01")
    assert "どちらの期間も、数えられていません。" in told
    assert "届いた質問はありません" not in told
    told = read(chief, f"{FIGURES_PAGE}/movers?day=2026-11-01")
    assert "前の期間は、数えられていません" in told
    assert "30日のうち8日だけ数えられています" in told
    chief.post(f"{FIGURES_PAGE}/events", data={"kind": "start", "name": "開始", "first": "2026-11-23", "last": "", "topic": ""}, status=303)  # fmt: skip
    events = read(chief, f"{FIGURES_PAGE}/events")
    assert "数えられていません 7.0件（7件÷1日） くらべられません" in events


def test_the_closing_of_a_month_before_it_is_no_nought(chief: Colleague) -> None:
    told = read(chief, f"{FIGURES_PAGE}/closings")
    assert re.search(r"令和8年3月 確定（[^）]*） 記録なし 1 ", told)
    assert re.search(r"令和8年11月 確定（[^）]*） 7 0 ", told)


def test_reports_and_the_sheet_for_the_assembly_tell_no_nought(chief: Colleague) -> None:
    told = read(chief, f"{REPORTS}/monthly?month=2026-03")
    assert f"この期間の数字はありません（{FIRST_NAME}）" in told
    assert " 0件" not in told
    assert re.search(r"LINE （記録がない） （記録がない）", told)
    assert "電話 " in told, "what staff noted stands"
    assert "この期間の数字はありません" in read(chief, f"{REPORTS}/overview?month=2026-06")
    november = read(chief, f"{REPORTS}/monthly?month=2026-11")
    assert "前の期間の記録がないため" in november
    assert "令和8年11月（11月23日から）" in november
    assert "令和8年10月" not in november[november.index("月ごとの動き") :]
    told = read(chief, f"{REPORTS}/assembly?year=2025")
    assert "0件、" not in told
    assert "この年度の数字の記録がないため" in told
    assert "記録があるのは令和8年11月23日から" in read(chief, f"{REPORTS}/assembly?year=2026")
    chief.get(f"{REPORTS}/year-end?year=2025")


def test_pictures_of_a_report_begin_with_the_first_question(office_database: Database) -> None:
    with office_database.reading() as session:
        found = period_figures(session, CODE, Period(dt.date(2026, 12, 1), PeriodKind.MONTH))
    assert [one for _, one in found.course[:-2]] == [None] * 11
    assert month_course(found, []) is None, "two months in part are no course"


def test_open_data_has_no_row_of_the_bot_before_its_first_month(office_database: Database) -> None:
    with office_database.writing() as session:
        set_reporting(session, CODE, title="", body="", open_data=True, licence="CC-BY-4.0")
        found = open_data(session, CODE, "市")
        set_reporting(session, CODE, title="", body="", open_data=False, licence="CC-BY-4.0")
    assert found is not None
    rows = {(table.name, row[0]) for table in found.tables for row in table.rows if "職員が書きとめた質問" not in row}
    assert {month for _, month in rows} == {"2026-11"}
    (questions,) = (table for table in found.tables if table.name == "questions")
    assert "2026-03" in {row[0] for row in questions.rows if row[1] == "職員が書きとめた質問"}


def test_sheets_of_evidence_say_that_nothing_is_known(chief: Colleague) -> None:
    for page in ("measures", "online"):
        told = read(chief, f"{HERE}/{page}?period=quarter-2026-07-01")
        assert f"質問の数字は 記録なし（{FIRST_NAME}）" in told
        assert "質問の数字は 速報" in read(chief, f"{HERE}/{page}?period=quarter-2026-10-01")


def test_the_first_day_outlives_the_log_and_goes_with_what_is_put_aside(
    office: Flask, office_database: Database
) -> None:
    with office_database.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.jst_date <= FIRST))
    count(office)
    with office_database.writing() as session:
        assert first_asked(session, CODE) == FIRST
        assert begins(session, CODE, "phone") == dt.date.min
        session.execute(delete(CountedPeriod).where(CountedPeriod.kind == "day"))
        assert first_asked(session, CODE) == dt.date(2026, 11, 23), "the week, where no day is kept"
        session.execute(delete(CountedPeriod))
        assert (first_asked(session, CODE), begins(session, CODE)) == (None, dt.date.max)


# --- People ----------------------------------------------------------------------------------------------------


def test_people_of_whom_none_is_known_are_no_nought_anywhere(chief: Colleague) -> None:
    monthly = read(chief, f"{REPORTS}/monthly?month=2026-11")
    assert "API 7 分からない" in monthly
    assert "（11月23日から） 7 分からない" in monthly
    assert "人数 分からない だれか分からない質問が7件" in monthly
    book = load_workbook(io.BytesIO(chief.get(f"{REPORTS}/monthly.xlsx?month=2026-11").data))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert cells.count("分からない") >= 3
    overview = read(chief, f"{REPORTS}/overview?month=2026-11")
    assert "0人" not in overview
    assert "分からない だれか分からない質問 7件" in overview
    assert "0人" not in monthly


def test_the_assembly_is_told_that_people_are_not_known(
    chief: Colleague, office: Flask, office_database: Database
) -> None:
    with office_database.writing() as session:
        session.execute(delete(LoggedQuestion).where(LoggedQuestion.jst_date > FIRST))
    count(office)
    told = read(chief, f"{REPORTS}/assembly?year=2026")
    assert "7件、人数は分からない。だれか分からない質問が7件。" in told
    assert "0人" not in told


# --- A 課 ------------------------------------------------------------------------------------------------------


def test_of_one_office_no_share_of_the_answered_is_told(chief: Colleague) -> None:
    told = read(chief, f"{FIGURES_PAGE}?kind=quarter&day=2026-12-01&department=dep-x")
    assert "答えを示した 7件 割合は出しません（答えられなかった質問の多くは、担当課が分からず入っていないため）" in told
    assert "70.0%" not in told[: told.index("期間ごと")]
    assert "この中にない」0件" not in told
    assert "選択肢から選ばれた 0件" in told
    assert "こたえ（LINE・ウェブ・API） 10 " in told
    assert " — — " in told[told.index("受けた方法ごと") :]


def test_this_week_names_what_it_counts(chief: Colleague) -> None:
    told = read(chief, f"{HERE}/")
    assert "LINE・ウェブ・API の質問を" in told
    with time_machine.travel(dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC)):
        assert "その前の7日間 記録なし（最初の質問は令和8年11月23日）" in read(chief, f"{HERE}/")
