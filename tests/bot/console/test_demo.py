"""What is invented is said to be on every page of its municipality, and an administrator can have it removed."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import delete, select

from bot.demo_evidence import write_evidence
from bot.demo_jobs import DEMO_REMOVAL, make_year, remove_all
from bot.jobs import work
from bot.services import Services
from knowledge.audit import BY_COMMAND
from knowledge.calendar import fiscal_year_of, today
from knowledge.db import Database
from knowledge.demo_data import NOTICE, WRITER
from knowledge.demo_wordings import subjects
from knowledge.demo_year import Year
from knowledge.models import AuditLine, DemoData, FigureEvent, Job, LoggedQuestion
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE, OTHER = "242047", "122106"
PATH = f"/staff/{CODE}/demo"
PAGES = (
    *("", "demo", "answers", "needs", "log", "settings", "retention", "notice"),
    *("figures", "figures/hours", "counts", "counts/hours", "measures", "online"),
)


@pytest.fixture(autouse=True)
def clean(office_database: Database) -> None:
    with office_database.writing() as session:
        for table in (LoggedQuestion, DemoData, Job):
            session.execute(delete(table))
        session.execute(delete(FigureEvent).where(FigureEvent.written_by == WRITER))


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, tuple(Role), None)


@pytest.fixture
def made(office: Flask) -> int:
    kit: Services = office.extensions["kotae"]
    wasps = [subject for subject in subjects() if subject.id == "wasp-nest"]
    return make_year(kit, CODE, Year(today() - dt.timedelta(days=1), 60, 1), asked=wasps)


def jobs(office_database: Database) -> list[Job]:
    with office_database.reading() as session:
        return list(session.scalars(select(Job).where(Job.kind == DEMO_REMOVAL)))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_municipality_says_that_its_data_is_invented(chief: Colleague, made: int, page: str) -> None:
    assert NOTICE in chief.get(f"/staff/{CODE}/{page}").text
    assert NOTICE not in chief.get(f"/staff/{OTHER}/{page}").text


@pytest.mark.parametrize("page", PAGES)
def test_without_invented_data_no_page_says_so(chief: Colleague, page: str) -> None:
    assert NOTICE not in chief.get(f"/staff/{CODE}/{page}").text


def test_a_page_tells_what_is_invented_and_how_it_goes(chief: Colleague, made: int) -> None:
    page = chief.get(PATH).text
    assert f"質問{made:,}件" in page
    assert f"demo remove --municipality {CODE}" in page
    assert "見本のデータを消す" in page
    assert "見本のデータは入っていません" in chief.get(f"/staff/{OTHER}/demo").text


def test_what_stays_empty_says_what_would_fill_it(chief: Colleague, made: int) -> None:
    told = "見本のデータは、住民への返事を変えないように"
    for page in ("online", "needs?gap=impossible"):
        assert told in chief.get(f"/staff/{CODE}/{page}").text
        assert told not in chief.get(f"/staff/{OTHER}/{page}").text
    assert told not in chief.get(f"/staff/{CODE}/needs").text


def test_invented_facts_of_a_year_are_said_to_be_so(office: Flask, chief: Colleague, made: int) -> None:
    path = f"/staff/{CODE}/reports/facts?year={fiscal_year_of(today() - dt.timedelta(days=1))}"
    told = "見本の値が入っています"
    assert told not in chief.get(path).text
    write_evidence(office.extensions["kotae"], CODE)
    assert told in chief.get(path).text
    sheet = f"/staff/{CODE}/reports/assembly?year={fiscal_year_of(today() - dt.timedelta(days=1))}"
    assert told in chief.get(sheet).text
    remove_all(office.extensions["kotae"], CODE, BY_COMMAND)
    assert told not in chief.get(path).text


def test_it_is_removed_only_by_who_has_made_sure(chief: Colleague, made: int, office_database: Database) -> None:
    page = chief.post(f"{PATH}/remove", status=422).text
    assert "印を付けてください" in page
    assert jobs(office_database) == []


def test_an_administrator_has_it_removed_by_the_jobs_process(
    office: Flask, chief: Colleague, made: int, office_database: Database
) -> None:
    for _ in range(2):
        chief.post(f"{PATH}/remove", {"sure": "1"})
    assert len(jobs(office_database)) == 1, "pressed twice, it is done once"
    waiting = chief.get(PATH)
    assert "順番を待っています" in waiting.text
    assert waiting.headers["Refresh"], "the page follows the work by itself"
    assert 'name="sure"' not in waiting.text
    work(office.extensions["kotae"], threading.Event(), once=True)
    page = chief.get(PATH).text
    assert "見本のデータは入っていません" in page
    assert NOTICE not in page
    with office_database.reading() as session:
        assert session.scalars(select(LoggedQuestion)).all() == []
        line = session.scalars(select(AuditLine).where(AuditLine.action == "demo_removed")).all()[-1]
        assert (line.login, line.account_id) == (chief.login, chief.account_id)
    assert "見本のデータの消去" in chief.get("/staff/audit").text


def test_of_nothing_there_is_nothing_to_remove(chief: Colleague, office_database: Database) -> None:
    chief.post(f"{PATH}/remove", {"sure": "1"})
    assert "見本のデータは入っていません。" in chief.get(PATH).text
    assert jobs(office_database) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_others_read_it_and_cannot_remove_it(office: Flask, made: int, role: Role) -> None:
    colleague = signed_in(office, (role,), CODE)
    page = colleague.get(PATH).text
    assert NOTICE in page
    assert "「管理」の役割" in page
    assert "見本のデータを消す" not in page
    colleague.post(f"{PATH}/remove", {"sure": "1"}, status=403)
