"""保存期間: counted before it is kept, within bounds, in the audit log."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import AuditLine
from knowledge.query_log import AskedQuestion, record
from knowledge.retention import KINDS, classes_of, days_kept
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/retention"
DAYS = {kind.id: str(kind.default) for kind in KINDS}


@pytest.fixture
def chief(office: Flask, office_database: Database) -> Colleague:
    at = now() - dt.timedelta(days=100)
    asked = AskedQuestion(
        CODE, "web:old", "web", at, "伏せ字", False, None, None, "ja", "none", None, None, None, None, [], 1, 1.0
    )
    with office_database.writing() as session:
        record(session, asked)
    return signed_in(office, [Role.ADMIN], CODE)


def test_what_a_setting_would_delete_is_counted_before_it_is_kept(chief: Colleague, office_database: Database) -> None:
    assert "0件" in chief.get(PATH).text
    shorter = {**DAYS, "question_text": "90"}
    assert "まだ保存していません" in chief.post(PATH, {**shorter, "count": "1"}, status=200).text
    refused = chief.post(PATH, shorter, status=422).text
    assert "1件" in refused
    assert "印を付けてください" in refused
    chief.post(PATH, {**shorter, "sure": "1"})
    with office_database.reading() as session:
        assert days_kept(session, CODE)["question_text"] == 90
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc())).first()
        assert line is not None
        assert (line.action, line.details) == (
            "retention_changed",
            {"before": {"question_text": 180}, "after": {"question_text": 90}},
        )
    chief.post(PATH, DAYS)


@pytest.mark.parametrize(
    ("days", "said"),
    [("", "30日から400日"), ("29", "30日から400日"), ("１年", "30日から400日"), ("9999999", "30日から400日")],
)
def test_days_out_of_bounds_are_refused(chief: Colleague, days: str, said: str) -> None:
    assert said in chief.post(PATH, {**DAYS, "question_text": days}, status=422).text


def test_whoever_only_reads_changes_nothing(office: Flask) -> None:
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert "この日数で保存する" not in viewer.get(PATH).text
    viewer.post(PATH, DAYS, status=403)


def test_the_offices_own_rules_are_named_and_stand_in_the_table_of_records(
    chief: Colleague, office_database: Database
) -> None:
    named = {"class_question_text": "広聴・相談の記録", "period_question_text": "1年保存"}
    chief.post(PATH, {**DAYS, **named, "sure": "1"})
    assert 'value="広聴・相談の記録"' in chief.get(PATH).text
    table = chief.get(f"{PATH}/inventory.csv").data.decode("utf-8-sig")
    line = next(one for one in table.splitlines() if one.startswith("質問の文（伏せ字）"))
    assert "180日" in line
    assert line.endswith("広聴・相談の記録,1年保存")
    book = load_workbook(io.BytesIO(chief.get(f"{PATH}/inventory.xlsx").data))
    assert "サインインの失敗" in {row[0].value for row in book["整理表"].iter_rows()}
    chief.get(f"{PATH}/inventory.txt", 404)
    with office_database.reading() as session:
        assert classes_of(session, CODE)["question_text"] == ("広聴・相談の記録", "1年保存")
    chief.post(PATH, {**DAYS, "sure": "1"})
