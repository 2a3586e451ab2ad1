"""施策シート and オンライン化優先度 as pages and as Excel: the period chosen, how its figures stand, what one may see."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import delete, select

from bot.figure_jobs import count_figures
from bot.services import Services
from knowledge.calendar import JST, now, today
from knowledge.computed_values import Formula
from knowledge.db import Database
from knowledge.indicator_formulas import write_formula
from knowledge.models import (
    AuditLine,
    CountedPeriod,
    Entry,
    Indicator,
    IndicatorFormula,
    LoggedQuestion,
    Municipality,
    OfficeCount,
)
from knowledge.office_counts import CERTIFICATES, CountKey, month_after, write_counts
from knowledge.period_closing import forget_counts
from knowledge.periods import PeriodKind, period_of
from knowledge.roles import Role
from tests.support.questions import question_row
from tests.support.staff import Colleague, signed_in

CODE = "122106"
MEASURES, ONLINE = f"/staff/{CODE}/measures", f"/staff/{CODE}/online"


@pytest.fixture(autouse=True)
def _nothing_left(office_database: Database) -> Iterator[None]:
    yield
    with office_database.writing() as session:
        for table in (LoggedQuestion, OfficeCount, IndicatorFormula):
            session.execute(delete(table))
        forget_counts(session, CODE)
        assert session.scalars(select(CountedPeriod)).all() == []


@pytest.fixture
def viewer(office: Flask) -> Colleague:
    return signed_in(office, [Role.VIEWER], CODE)


def a_procedure(database: Database, online: str | None) -> tuple[str, str, str]:
    """Its id, its title and its 課, once its row 「オンライン」 says ``online``."""
    with database.writing() as session:
        wanted = (Entry.municipality_code == CODE, Entry.kind == "procedure", Entry.state == "published")
        entry = session.scalars(
            select(Entry).where(*wanted, Entry.measure.is_not(None)).order_by(Entry.entry_id)
        ).first()
        assert entry is not None
        assert entry.department is not None
        entry.facets = {**(entry.facets or {}), "online": online}
        session.get_one(Municipality, CODE).knowledge_version += 1
        return entry.entry_id, entry.question, entry.department


def ask(office: Flask, database: Database, entry_id: str, times: int) -> None:
    moment = dt.datetime.combine(today(), dt.time(0, 1), JST)
    with database.writing() as session:
        session.add_all(question_row(CODE, number, moment, entry_id=entry_id) for number in range(times))
    kit: Services = office.extensions["kotae"]
    count_figures(kit, CODE, {}, lambda _: None)


def test_before_anything_is_counted_the_pages_say_so(viewer: Colleague) -> None:
    for path in (MEASURES, ONLINE):
        assert "まだ数えていません" in viewer.get(path).text


@pytest.mark.parametrize(
    "query", ["period=x", "period=year-2099-04-01", "period=week-2026-01-01", "measure=x", "page=99"]
)
def test_odd_choices_become_what_there_is(viewer: Colleague, query: str) -> None:
    for path in (MEASURES, ONLINE, f"{MEASURES}.xlsx", f"{ONLINE}.xlsx"):
        viewer.get(f"{path}?{query}")


def test_a_procedure_that_is_asked_for_and_not_online_is_listed_on_the_page_and_in_excel(
    office: Flask, office_database: Database, viewer: Colleague
) -> None:
    entry_id, title, department = a_procedure(office_database, "窓口のみです")
    ask(office, office_database, entry_id, 7)
    page = viewer.get(ONLINE).text
    assert title in page
    assert "オンラインではできない" in page
    assert "速報" in page
    book = load_workbook(io.BytesIO(viewer.get(f"{ONLINE}.xlsx").data))
    first = [cell.value for cell in book["オンライン化優先度"][2]]
    assert (first[0], first[1], first[5], first[6]) == (1, title, 7, 7)
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "online_priority_exported")).all()[-1]
    assert (line.scope, line.details["lines"]) == (CODE, 1)
    month = period_of(PeriodKind.MONTH, today())
    assert month.name in viewer.get(f"{ONLINE}?period=month-{month.first}&order=outside").text
    own = signed_in(office, [Role.VIEWER], CODE, department=department)
    assert title in own.get(ONLINE).text
    other = signed_in(office, [Role.VIEWER], CODE, department="dep-of-others")
    assert title not in other.get(ONLINE).text
    a_procedure(office_database, None)
    assert "「オンライン」の行がない" in viewer.get(ONLINE).text


def test_a_measure_shows_its_questions_beside_what_is_counted_of_its_indicator(
    office: Flask, office_database: Database, viewer: Colleague
) -> None:
    entry_id, _, _ = a_procedure(office_database, "できます")
    ask(office, office_database, entry_id, 7)
    last_month = month_after(today().replace(day=1), -1)
    period = period_of(PeriodKind.YEAR, last_month)
    with office_database.writing() as session:
        counts: dict[CountKey, int | None] = {
            CountKey(CERTIFICATES, last_month, "", "住民票の写し", way): count
            for way, count in (("store", 1), ("counter", 3))
        }
        write_counts(session, CODE, counts, "山田", now())
        indicator = session.get_one(Indicator, (CODE, "ind-convenience-citizens"))
        write_formula(session, indicator, Formula("store_share"), "山田", now())
        measure = session.get_one(Entry, (CODE, entry_id)).measure
    page = viewer.get(f"{MEASURES}?measure=(1)-②&period=year-{period.first}").text
    assert "25.00％" in page
    assert "コンビニ 1件 ÷ すべての取り方 4件。計画と同じ数え方かは確かめていない" in page
    assert "7.86％" in page
    assert "施策シート（令和" in page
    assert ">7</td>" in viewer.get(f"{MEASURES}?measure={measure}").text
    book = load_workbook(io.BytesIO(viewer.get(f"{MEASURES}.xlsx?period=year-{period.first}").data))
    told = [row for row in book["指標"].iter_rows(min_row=2, values_only=True) if row[6]]
    assert [(row[1], str(row[6]).partition("（")[0]) for row in told] == [(indicator.name, "25.00％")]
