"""質問の記録を CSV に: asked for, written by the jobs process, watched, stopped, taken by nobody else."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from bot import jobs, log_file_jobs
from bot.services import Services
from knowledge.calendar import now, today
from knowledge.db import Database
from knowledge.jobs import StopAskedError, ask_for, claim_job, report_progress, stop_job
from knowledge.log_files import filter_as_json
from knowledge.log_lists import LogFilter
from knowledge.models import AuditLine, Department, Job, LogFilePart, LoggedQuestion
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
LOG, FILE = f"/staff/{CODE}/log", f"/staff/{CODE}/log-file"


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture(autouse=True)
def _nothing_left(office_database: Database) -> Iterator[None]:
    yield
    with office_database.writing() as session:
        for table in (LoggedQuestion, LogFilePart, Job):
            session.execute(delete(table))


@pytest.fixture
def asked(office: Flask) -> None:
    for question in ("ペンギンの餌やりは何時？", "090-1234-5678に電話して、住民票は？", "ごみの日はいつ"):
        office.test_client().post(f"/api/v1/{CODE}/ask", json={"question": question, "conversation": question[:3]})


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def work(kit: Services) -> None:
    jobs.work(kit, threading.Event(), once=True)


def parts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LogFilePart)) or 0


def test_the_questions_of_a_page_become_a_file(
    office: Flask, kit: Services, editor: Colleague, office_database: Database, asked: None
) -> None:
    page = editor.get(f"{LOG}?channel=api").text
    form = re.search(rf'action="{FILE}".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    del fields["csrf_token"]
    assert fields == {"first": fields["first"], "last": today().isoformat(), "channel": "api"}
    watch = editor.post(FILE, fields).location
    assert editor.post(FILE, fields).location == watch, "the same is not written twice"
    page = editor.get(watch)
    assert page.headers["Refresh"]
    assert "書き出すのを止める" in page.text
    editor.post(f"{watch}/take", status=404)
    work(kit)
    assert "3件を書き出しました" in editor.get(watch).text
    taken = editor.post(f"{watch}/take", status=200)
    assert taken.mimetype == "text/csv"
    assert taken.is_streamed
    assert "attachment" in taken.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(taken.data.decode("utf-8-sig"))))
    assert [row["質問（伏せ字）"] for row in rows] == [
        "ペンギンの餌やりは何時？",
        rows[1]["質問（伏せ字）"],
        "ごみの日はいつ",
    ]
    assert "090-1234-5678" not in taken.text
    assert {row["受けた方法"] for row in rows} == {"API"}
    with office_database.reading() as session:
        own = (AuditLine.action.in_(["log_file_asked", "log_file_taken"]), AuditLine.login == editor.login)
        lines = session.scalars(select(AuditLine).where(*own).order_by(AuditLine.number)).all()
    assert [line.action for line in lines] == ["log_file_asked", "log_file_taken"]
    assert lines[1].details["lines"] == 3
    other = signed_in(office, [Role.EDITOR], CODE)
    assert watch in editor.get(LOG).text
    assert watch not in other.get(LOG).text
    other.get(watch, 404)
    other.post(f"{watch}/take", status=404)


def test_who_works_for_one_office_takes_its_questions_alone(
    office: Flask, kit: Services, office_database: Database, asked: None
) -> None:
    with office_database.reading() as session:
        office_id = session.scalars(select(Department.entry_id).where(Department.municipality_code == CODE)).first()
    narrow = signed_in(office, [Role.EDITOR], CODE, department=office_id)
    with office_database.writing() as session:
        first = session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.asked_at)).first()
        assert first is not None
        first.department = office_id
        first.subject = None
    watch = narrow.post(FILE, {}).location
    work(kit)
    rows = list(csv.DictReader(io.StringIO(narrow.post(f"{watch}/take", status=200).data.decode("utf-8-sig"))))
    everything = signed_in(office, [Role.EDITOR], CODE)
    watch = everything.post(FILE, {}).location
    work(kit)
    whole = list(csv.DictReader(io.StringIO(everything.post(f"{watch}/take", status=200).data.decode("utf-8-sig"))))
    assert len(whole) == 3
    assert len(rows) < len(whole)
    assert all(row["担当課"] for row in rows)


def test_it_can_be_stopped_and_leaves_nothing(
    kit: Services, editor: Colleague, office_database: Database, asked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = editor.post(FILE, {}).location
    editor.post(f"{watch}/stop")
    assert "止めました" in editor.get(watch).text or "やめ" in editor.get(watch).text
    work(kit)
    assert parts(office_database) == 0
    told = {"filter": filter_as_json(LogFilter(today(), today())), "file": "f"}
    with office_database.writing() as session:
        job_id = ask_for(session, CODE, log_file_jobs.LOG_FILE, told, now(), str(editor.account_id))
    claimed = claim_job(office_database, [log_file_jobs.LOG_FILE], now())
    assert claimed is not None
    with office_database.writing() as session:
        stop_job(session, CODE, job_id, now())
    monkeypatch.setattr(log_file_jobs, "_PART", 1)
    shares: list[float] = []

    def progress(share: float) -> None:
        shares.append(share)
        if len(shares) > 1:
            report_progress(office_database, claimed, share, now())

    with pytest.raises(StopAskedError):
        log_file_jobs.write_log_file(kit, CODE, told, progress)
    assert shares == [0.0, 0.5]
    assert parts(office_database) == 0


def test_days_in_the_wrong_order_lead_back_to_the_page(editor: Colleague) -> None:
    back = editor.post(FILE, {"first": "2026-11-20", "last": "2026-11-01"}).location
    assert back.startswith(f"{LOG}?")
    assert "より後になっています" in editor.get(back).text
    editor.get(f"{FILE}/no-such-work", 404)


def test_who_only_reads_is_not_shown_the_button(office: Flask, asked: None) -> None:
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert FILE not in viewer.get(LOG).text
    viewer.post(FILE, {}, status=403)
