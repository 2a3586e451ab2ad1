"""利用の数字 on screen: what was counted, in words that a section chief reads; events; the months' closing."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select

from bot.figure_jobs import FIGURES, count_figures
from bot.jobs import work
from bot.services import Services
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.jobs import latest_job
from knowledge.models import (
    AuditLine,
    CountedPeriod,
    Entry,
    FigureEvent,
    Job,
    LoggedQuestion,
    OpeningPlaceRow,
    PeriodCorrection,
    PeriodCount,
)
from knowledge.roles import Role
from tests.support.questions import question_row
from tests.support.staff import Colleague, signed_in

CODE = "242047"
FIGURES_PAGE = f"/staff/{CODE}/figures"
TODAY = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
NOVEMBER, OCTOBER = f"{FIGURES_PAGE}?day=2026-11-01", f"{FIGURES_PAGE}?day=2026-10-01"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


def japan(day: str, clock: str = "10:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JST)


@pytest.fixture(autouse=True)
def asked(clock: None, office_database: Database, kit: Services) -> None:
    """In October 40 questions of 20 people, 30 answered; in November 12 at night; by telephone 3."""
    with office_database.writing() as session:
        for table in (PeriodCount, PeriodCorrection, CountedPeriod, FigureEvent, LoggedQuestion, OpeningPlaceRow, Job):
            session.execute(delete(table))
        week = [["08:30", "17:15"]] * 5 + [None, None]
        session.add(OpeningPlaceRow(municipality_code=CODE, number=1, name="本庁", also_called=[], week=week, closed_on_holidays=True, closed_at_new_year=True))  # fmt: skip
        for number in range(40):
            answered = number < 30
            session.add(
                question_row(
                    CODE, number, japan(f"2026-10-{number % 28 + 1:02}"), asker=f"{number % 20:032}",
                    decision="answer" if answered else "none", entry_id="online-procedures" if answered else None,
                    feedback="solved" if number < 8 else "unsolved" if number < 10 else None,
                    need_signal="unsolved" if 8 <= number < 10 else None if answered else "none",
                )
            )  # fmt: skip
        for number in range(12):
            session.add(question_row(CODE, 100 + number, japan("2026-11-03", "22:10"), decision="none", entry_id=None))
        for number in range(3):
            session.add(question_row(CODE, 200 + number, japan("2026-11-04"), channel="phone", asker=None))
    count_figures(kit, CODE, {}, lambda _: None)


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="承認 花子")


def read(colleague: Colleague, address: str) -> str:
    """A page as it is read: tags gone, white space one."""
    page = colleague.get(address)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_a_month_is_told_with_how_sure_it_is(chief: Colleague) -> None:
    page = read(chief, OCTOBER)
    assert "利用の数字：令和8年10月" in page
    assert "確定" in page
    assert "質問 40件 数えていません" in page, "nobody asked before October"
    assert "人数 20人" in page
    assert "答えを示した 30件 75.0%（100件中およそ59〜86件）" in page
    assert "解決率（回答による） 80.0% 10件中8件。100件中およそ49〜95件" in page
    assert "答えが示された30件のうち10件、33.3%" in page
    assert "解決率（推定） 93.3% 30件中28件。" in page
    assert "市民全体の割合ではありません" in page


def test_what_runs_is_a_first_figure(chief: Colleague) -> None:
    page = read(chief, NOVEMBER)
    assert "速報" in page
    assert "期間の途中です" in page
    assert "質問 12件 40件" in page  # the column before it counts 40
    assert "受付時間の外 12件 100.0%" in page


def test_the_telephone_stays_apart(chief: Colleague) -> None:
    assert "電話 5未満 分からない" in read(chief, NOVEMBER)
    noted = read(chief, f"{NOVEMBER}&channel=noted")
    assert "質問 3件" in noted
    assert "解決率" not in noted
    assert "その場で答えた 3件 少なくて判断できません" in noted


@pytest.mark.parametrize("kind", ["week", "month", "quarter", "year"])
@pytest.mark.parametrize("page", ["", "/breakdown", "/movers", "/hours"])
def test_every_page_opens_for_every_kind_of_period_and_for_one_without_questions(
    chief: Colleague, kind: str, page: str
) -> None:
    for day in ("2026-11-22", "2026-10-01", "2020-01-01", "2099-01-01", "rubbish"):
        assert chief.get(f"{FIGURES_PAGE}{page}?kind={kind}&day={day}&channel=rubbish&by=rubbish").status_code == 200


def test_a_period_that_was_not_counted_says_so(chief: Colleague) -> None:
    page = read(chief, f"{FIGURES_PAGE}?day=2020-01-01")
    assert "記録なし（LINE・ウェブなどの最初の質問は令和8年10月1日）" in page
    assert "まだ数えていません" in read(chief, f"{FIGURES_PAGE}?day=2020-01-01&channel=noted")


def test_one_department_alone(chief: Colleague, office_database: Database, kit: Services) -> None:
    with office_database.writing() as session:
        for row in session.scalars(select(LoggedQuestion).where(LoggedQuestion.id < f"{CODE}-00000006")):
            row.department = "dep-x"
        session.execute(delete(CountedPeriod))
    count_figures(kit, CODE, {}, lambda _: None)
    assert "質問 6件" in read(chief, f"{OCTOBER}&department=dep-x")


def test_the_parts_are_told_by_name(chief: Colleague, office_database: Database) -> None:
    with office_database.reading() as session:
        title = session.get_one(Entry, (CODE, "online-procedures")).question
    parts = read(chief, f"{FIGURES_PAGE}/breakdown?day=2026-10-01&by=category")
    assert "オンライン手続き 30 20 80.0% 5未満 93.3% 5未満" in parts
    assert "（なし・分からない） 10 10 — — — —" in parts
    assert f"{title} 30 20" in read(chief, f"{FIGURES_PAGE}/breakdown?day=2026-10-01&by=entry")
    assert "日本語 40" in read(chief, f"{FIGURES_PAGE}/breakdown?day=2026-10-01&by=language")


@pytest.mark.parametrize("by", ["category", "measure", "entry"])
def test_what_is_so_by_its_very_rule_is_no_figure(chief: Colleague, by: str) -> None:
    """A question in vain has no answer, and so no 分類: of each that there is all were answered."""
    page = read(chief, f"{FIGURES_PAGE}/breakdown?day=2026-10-01&by={by}")
    assert "「答えを示した」が100%になってしまう" in page
    head = page[page.index("質問の多い順") :]
    assert "答えを示した" not in head
    assert "答えられなかった" not in head
    assert "解決しなかった" in head
    assert "答えのあとに失敗のしるし" in head
    assert "答えを示した 答えられなかった" in read(chief, f"{FIGURES_PAGE}/breakdown?day=2026-10-01&by=language")


def test_a_period_before_that_was_not_counted_is_not_nobody(chief: Colleague) -> None:
    page = read(chief, f"{FIGURES_PAGE}/movers?day=2026-10-01")
    assert "前の期間は、数えられていません" in page
    assert "オンライン手続き 数えていません 30件 くらべられません" in page
    assert " 0件" not in page
    assert "数えていません" not in read(chief, f"{FIGURES_PAGE}/movers?day=2026-11-01")


def test_a_period_that_was_counted_in_part_is_compared_by_the_days_that_were(
    chief: Colleague, office_database: Database
) -> None:
    """From the 5th to the 12th of October 8 were asked in vain; 12 in November, on 21 days."""
    with office_database.writing() as session:
        for table in (CountedPeriod, PeriodCount):
            session.execute(delete(table).where(table.kind == "day", table.first < dt.date(2026, 10, 5)))
    page = read(chief, f"{FIGURES_PAGE}/movers?day=2026-11-01")
    assert "前の期間は、21日のうち17日だけ数えられています" in page
    assert f"（なし・分からない） 8件 12件 {12 / 21 / (8 / 17):.1f}倍" in page


def test_what_moved_is_compared_by_the_day_and_in_words(chief: Colleague) -> None:
    page = read(chief, f"{FIGURES_PAGE}/movers?day=2026-11-01")
    assert "令和8年10月1日から令和8年10月21日まで（21日間）と、令和8年11月1日から令和8年11月21日まで（21日間）" in page
    assert "へりました" in page
    assert "令和8年11月3日：12件" in page
    assert "何があったかを書く" in page


def test_the_hours_show_the_share_outside_of_them(chief: Colleague) -> None:
    page = read(chief, f"{FIGURES_PAGE}/hours?day=2026-11-01")
    assert "受付時間の外（本庁）に届いたのは 12件 、100.0%" in page
    assert "休みの日は、今日までに8日" in page
    assert "22時台 0 12 0" in page


def test_few_questions_at_an_hour_are_too_few_to_tell(chief: Colleague) -> None:
    page = read(chief, f"{FIGURES_PAGE}/hours?day=2026-11-04&channel=noted")
    assert "10時台 0 0 5未満 0" in page


def test_an_event_is_noted_compared_and_taken_back(chief: Colleague, office_database: Database) -> None:
    events = f"{FIGURES_PAGE}/events"
    said = chief.post(
        events,
        data={"kind": "outage", "name": "全システム停止", "first": "令和8年11月3日", "last": "", "topic": ""},
        status=303,
    )
    assert said
    page = read(chief, events)
    assert "令和8年11月3日： 全システム停止" in page
    assert "その間（前の4週間の同じ曜日とくらべて）" in page
    assert "全システム停止" in read(chief, NOVEMBER)
    assert chief.post(f"{events}/1/remove", status=303)
    with office_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FigureEvent)) == 0
        acts = set(session.scalars(select(AuditLine.action)))
    assert {"figure_event_noted", "figure_event_removed"} <= acts


def test_a_notice_of_an_outage_is_an_event_by_itself_and_ends_with_it(chief: Colleague, office: Flask) -> None:
    notice = {"text": "システムが止まっています。", "hours": "72"}
    chief.post(f"/staff/{CODE}/notice", data=notice)
    assert "令和8年11月22日から令和8年11月25日： システムが止まっています。" in read(chief, f"{FIGURES_PAGE}/events")
    with time_machine.travel(TODAY + dt.timedelta(days=1)):
        later = signed_in(office, [Role.APPROVER], CODE)
        later.post(f"/staff/{CODE}/notice/end")
        page = read(later, f"{FIGURES_PAGE}/events")
    assert "令和8年11月22日から令和8年11月23日： システムが止まっています。" in page
    assert "「障害・災害モード」のお知らせから" in page


def test_a_drill_moves_no_figures(chief: Colleague, office_database: Database) -> None:
    chief.post(f"/staff/{CODE}/notice", data={"text": "訓練です。", "hours": "1", "drill": "1"})
    chief.post(f"/staff/{CODE}/notice/end")
    with office_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FigureEvent)) == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "何があったかを書いてください"),
        ({"first": ""}, "いつのことかを書いてください"),
        ({"first": "きのう"}, "日付は 2026-04-01 か"),
        ({"last": "2026-11-01"}, "それよりあとの日にしてください"),
        ({"last": "2027-11-01"}, "92日までの長さ"),
        ({"kind": "rubbish"}, "種類をえらんでください"),
        ({"topic": "department:none-such"}, "一覧からえらんでください"),
        ({"first": "1900-01-01"}, "2011年から、一年先までの日"),
        ({"first": "9999-12-31"}, "2011年から、一年先までの日"),
    ],
)
def test_an_event_that_cannot_be_is_told_where_and_why(
    chief: Colleague, office_database: Database, given: dict[str, str], sentence: str
) -> None:
    whole = {"kind": "outage", "name": "停止", "first": "2026-11-03", "last": "", "topic": ""}
    said = chief.post(f"{FIGURES_PAGE}/events", data=whole | given, status=422)
    assert sentence in said.text
    with office_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FigureEvent)) == 0


def test_a_correction_is_shown_and_explained(
    chief: Colleague, office: Flask, office_database: Database, kit: Services
) -> None:
    with office_database.writing() as session:
        session.add(question_row(CODE, 300, japan("2026-10-05"), channel="counter", asker=None))
    with time_machine.travel(TODAY + dt.timedelta(days=1)):
        chief = signed_in(office, [Role.APPROVER], CODE, name="承認 花子")
        count_figures(kit, CODE, {}, lambda _: None)
        closings = f"{FIGURES_PAGE}/closings"
        page = read(chief, closings)
        assert "令和8年10月（令和8年11月23日" in page
        assert "窓口の質問：0→1" in page
        address = f"{closings}/month/2026-10-01/1"
        assert "訂正の理由を書いてください" in chief.post(address, data={"reason": " "}, status=422).text
        assert chief.post(address, data={"reason": "窓口の分をあとから書いた"}, status=303)
        assert "窓口の分をあとから書いた （承認 花子）" in read(chief, closings)
        assert "窓口の分をあとから書いた" in read(chief, OCTOBER)
        assert chief.post(f"{closings}/month/2026-09-01/1", data={"reason": "x"}, status=404)
        assert chief.post(f"{closings}/month/september/1", data={"reason": "x"}, status=404)


def test_at_a_click_the_jobs_process_counts_what_is_new(
    chief: Colleague, office_database: Database, kit: Services
) -> None:
    with office_database.writing() as session:
        session.add(question_row(CODE, 400, japan("2026-11-22", "11:00"), decision="none", entry_id=None))
    assert chief.post(f"{FIGURES_PAGE}/count", status=303)
    with office_database.reading() as session:
        job = latest_job(session, CODE, FIGURES)
    assert job is not None
    assert "順番を待っています" in read(chief, NOVEMBER)
    kit_work(kit)
    assert "質問 13件" in read(chief, NOVEMBER)


def kit_work(kit: Services) -> None:
    """The jobs process, until nothing is left to do of what staff asked for."""
    work(kit, threading.Event(), once=True)
