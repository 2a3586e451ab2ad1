"""正答率の確かめ on screen: drawn by the jobs process, judged one at a time and blind, closed, shown, taken away."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from bot import jobs
from bot.effect_jobs import JobFaultError
from bot.sample_jobs import SAMPLE, ask_for_samples, draw_sample, month_key, month_of
from bot.services import Services
from knowledge.calendar import JST, now, today
from knowledge.db import Database
from knowledge.jobs import claim_job
from knowledge.models import (
    AccuracyItem,
    AccuracyLabel,
    AccuracySample,
    AccuracySetting,
    AuditLine,
    Job,
    LoggedQuestion,
)
from knowledge.periods import PeriodKind, period_of
from knowledge.query_log import AskedQuestion, record
from knowledge.roles import Role
from tests.knowledge.test_accuracy import tables
from tests.support.staff import Colleague, signed_in

CODE = "242047"
MONTH = period_of(PeriodKind.MONTH, today()).previous
KEY = month_key(MONTH)
HERE = f"/staff/{CODE}/accuracy"
USUAL = AskedQuestion(
    CODE, "", "line", dt.datetime.combine(MONTH.first, dt.time(9), JST), "", False, None, None, "ja", "answer",
    "online-procedures", 1, None, 0.4321, (), 1, 1.0,
)  # fmt: skip
HOSTILE = '七夕"><img src=x onerror=alert(1)>飾り'
QUESTIONS = 25


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture(autouse=True)
def asked(office_database: Database) -> None:
    """25 questions of last month: answered, with choices, in vain; all were rated."""
    with office_database.writing() as session:
        for table in (AccuracySample, AccuracySetting, LoggedQuestion, Job):
            session.execute(delete(table))
        for number in range(QUESTIONS):
            text = HOSTILE if number == 0 else f"質問その{number}"
            row = replace(USUAL, event_key=f"a:{number}", text=text, asker=f"{number:032}")
            if number % 5 == 1:
                row = replace(row, decision="none", entry_id=None, entry_version=None)
            if number % 5 == 2:
                choices = [{"entry_id": "online-procedures", "score": 0.5}]
                row = replace(row, decision="suggest", entry_id=None, entry_version=None, candidates=choices)
            record(session, row)
        session.execute(update(LoggedQuestion).values(feedback="unsolved", reason="outdated"))


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="承認 花子")


@pytest.fixture
def writer(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE, name="編集 一郎")


def draw(kit: Services) -> dict[str, object]:
    return draw_sample(kit, CODE, {"month": KEY}, lambda _: None)


def opened(colleague: Colleague, address: str, status: int = 200) -> str:
    return unescape(colleague.get(address, status).text)


def judge_all(colleague: Colleague, answer: str = "") -> int:
    """Press the first button (or ``answer``, where it is there) of every question, as the page gives them."""
    for done in range(QUESTIONS + 1):
        response = colleague.client.get(f"{HERE}/{KEY}/label", headers={"Host": "127.0.0.1"})
        if response.status_code == 303:
            return done
        place = re.search(r'name="place" value="(\d+)"', response.text)
        labels = re.findall(r'<button name="label" value="(\w+)"', response.text)
        assert place is not None
        said = answer if answer in labels else labels[0]
        colleague.post(f"{HERE}/{KEY}/label", {"place": place[1], "label": said})
    raise AssertionError("it never ends")


def test_after_the_months_end_the_draw_is_asked_for_once_and_done_by_the_jobs_process(
    kit: Services, chief: Colleague
) -> None:
    assert ask_for_samples(kit, now()) == [CODE]
    assert ask_for_samples(kit, now()) == [CODE], "it still waits"
    claimed = claim_job(kit.database, jobs.WORKS, now())
    assert claimed is not None
    assert (claimed.kind, claimed.payload) == (SAMPLE, {"month": KEY})
    jobs._do(kit, claimed, lambda: None)
    assert claim_job(kit.database, jobs.WORKS, now()) is None
    assert ask_for_samples(kit, now()) == []
    page = opened(chief, HERE)
    assert MONTH.name in page
    assert f"付けている途中です（0／{QUESTIONS}）" in page
    with kit.database.reading() as session:
        assert session.scalars(select(AuditLine).where(AuditLine.action == "accuracy_drawn")).first() is not None


def test_a_month_that_goes_on_or_has_nothing_is_not_drawn(kit: Services, chief: Colleague) -> None:
    this = month_key(period_of(PeriodKind.MONTH, today()))
    with pytest.raises(JobFaultError, match="終わって"):
        draw_sample(kit, CODE, {"month": this}, lambda _: None)
    with pytest.raises(JobFaultError, match="質問がありません"):
        draw_sample(kit, CODE, {"month": "2020-02"}, lambda _: None)
    for month in (this, "", "2026-13", "x"):
        assert "終わった月" in unescape(chief.post(f"{HERE}/draw", {"month": month}, 422).text)
    assert draw(kit) == {"drawn": QUESTIONS}
    assert draw(kit) == {"drawn": 0}, "once for good"
    assert month_of("２０２６-10") is None


def test_a_click_asks_for_the_draw_and_the_size_is_set(kit: Services, chief: Colleague) -> None:
    for size in ("19", "201", "", "五十", "-5"):
        assert "20から200まで" in unescape(chief.post(f"{HERE}/size", {"size": size}, 422).text)
    chief.post(f"{HERE}/size", {"size": "20"})
    chief.post(f"{HERE}/draw", {"month": KEY})
    claimed = claim_job(kit.database, jobs.WORKS, now())
    assert claimed is not None
    jobs._do(kit, claimed, lambda: None)
    with kit.database.reading() as session:
        sample = session.scalars(select(AccuracySample)).one()
        assert (sample.size, sample.asked, sample.drawn_by) == (20, QUESTIONS, str(chief.account_id))
    page = opened(chief, f"{HERE}/{KEY}")
    assert "20件" in page


def test_whoever_judges_sees_the_question_and_the_answer_but_no_score_rating_or_label(
    kit: Services, writer: Colleague, office: Flask
) -> None:
    draw(kit)
    other = signed_in(office, [Role.EDITOR], CODE)
    judge_all(other, "unclear")
    with kit.database.reading() as session:
        items = {item.place: item for item in session.scalars(select(AccuracyItem))}
        texts = {row.id: row.text for row in session.scalars(select(LoggedQuestion))}
    for place, item in items.items():
        raw = writer.get(f"{HERE}/{KEY}/label/{place}").text
        page = unescape(raw)
        assert str(texts[item.row_id]) in page
        assert "<img src=x" not in raw
        for hidden in ("0.43", "解決", "古い）", "いまのしるし", "unsolved"):
            assert hidden not in page, hidden
        assert ("「分かりません」で正しい" in page) == (item.decision == "none")
        assert ("示した選択肢" in page) == (item.decision == "suggest")


def test_a_sample_is_judged_to_its_end_closed_and_shown(
    kit: Services, writer: Colleague, chief: Colleague, office: Flask, tmp_path: Path
) -> None:
    draw(kit)
    opened(writer, f"{HERE}/{KEY}/label")
    writer.post(f"{HERE}/{KEY}/label", {"place": "1", "label": "nothing"}, 422)
    assert "25件" in unescape(chief.post(f"{HERE}/{KEY}/close", {}, 422).text)
    assert judge_all(writer) == QUESTIONS
    page = opened(writer, f"{HERE}/{KEY}")
    assert "正答率は出しません" in page
    assert "あなたは全部に付けました" in page
    second = signed_in(office, [Role.EDITOR], CODE)
    second.post(f"{HERE}/{KEY}/label", {"place": "1", "label": "unclear"})
    assert "先に、自分のしるし" in opened_after(second, f"{HERE}/{KEY}/settle")
    judge_all(second)
    page = opened(chief, f"{HERE}/{KEY}/settle")
    assert "あと1件" in page
    assert "一つえらんで" in unescape(chief.post(f"{HERE}/{KEY}/settle", {"place": "1", "label": "x"}, 422).text)
    chief.post(f"{HERE}/{KEY}/settle", {"place": "1", "label": "unclear"})
    chief.post(f"{HERE}/{KEY}/close", {})
    page = opened(chief, f"{HERE}/{KEY}")
    assert "25件中24件" in page
    assert "100件中およそ80〜100件" in page
    assert "κ" in page
    assert "判断できなかったものも" in page
    assert "25件中" in page
    assert "96.0%" in opened(chief, HERE)
    with kit.database.reading() as session:
        assert {item.final for item in session.scalars(select(AccuracyItem))} == {"right", "silent", "unclear"}
    writer.post(f"{HERE}/{KEY}/label", {"place": "2", "label": "unclear"}, 303, check=False)
    book = chief.get(f"{HERE}.xlsx")
    (sheet,) = [one for one in tables(book.data, tmp_path) if one.name == "正答率"]
    assert [sheet.rows[1].text(place) for place in (0, 4, 5, 6)] == [MONTH.name, "25", "24", "96.0%"]


def opened_after(colleague: Colleague, address: str) -> str:
    """The page that one is sent to."""
    response = colleague.get(address, 303)
    return opened(colleague, response.headers["Location"])


def test_what_was_wrong_leads_to_its_sheet(kit: Services, writer: Colleague) -> None:
    draw(kit)
    judge_all(writer, "wrong")
    page = writer.get(f"{HERE}/{KEY}").text
    assert f"/staff/{CODE}/answers/online-procedures/misguidance" in page
    assert opened(writer, f"/staff/{CODE}/answers/online-procedures/misguidance")


def test_one_goes_on_where_one_stopped_and_goes_back_to_change(kit: Services, writer: Colleague) -> None:
    draw(kit)
    page = opened(writer, f"{HERE}/{KEY}/label")
    assert "0／25" in page
    writer.post(f"{HERE}/{KEY}/label", {"place": "1", "label": "unclear"})
    page = opened(writer, f"{HERE}/{KEY}/label")
    assert "1／25" in page
    assert 'name="place" value="2"' in page
    assert f"{HERE}/{KEY}/label/1" in page
    assert "（いまのしるし）" in opened(writer, f"{HERE}/{KEY}/label/1")
    with kit.database.writing() as session:
        item = session.get_one(AccuracyItem, (CODE, MONTH.first, 2))
        session.execute(update(LoggedQuestion).where(LoggedQuestion.id == item.row_id).values(text=None))
    page = opened(writer, f"{HERE}/{KEY}/label")
    assert 'name="place" value="3"' in page
    assert "1／24" in page


def test_of_another_month_or_town_there_is_nothing(kit: Services, writer: Colleague) -> None:
    draw(kit)
    for month in ("2020-01", "x", "2026-99", "'"):
        writer.get(f"{HERE}/{month}", 404)
        writer.get(f"{HERE}/{month}/label", 404)
    writer.get(f"{HERE}/{KEY}/label/999", 404)
    writer.get(f"/staff/382159/accuracy/{KEY}", 404)
    with kit.database.reading() as session:
        assert session.scalars(select(AccuracyLabel)).all() == []
