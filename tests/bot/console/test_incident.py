"""漏えいの調べ: people and questions by days and way, the duty to report, as a file, without a text."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from knowledge.db import Database
from knowledge.incidents import Affected, affected, duty_of
from knowledge.models import AuditLine
from knowledge.query_log import AskedQuestion, record
from knowledge.roles import Role
from tests.support.staff import signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/incident"
MOMENT = dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC)
USUAL = AskedQuestion(
    CODE, "", "line", MOMENT, "漏れたかなりあ", False, "a" * 32, None, "ja", "none", None, None, None, 0.1, (), 1, 1.0
)  # fmt: skip
ASKED = (
    replace(USUAL, event_key="1"),
    replace(USUAL, event_key="2", personal_data=True),
    replace(USUAL, event_key="3", asker="b" * 32, channel="web"),
    replace(USUAL, event_key="4", asker=None, channel="phone", text=None, delicate="mind"),
    replace(USUAL, event_key="5", asker="c" * 32, asked_at=MOMENT - dt.timedelta(days=40)),
    replace(USUAL, event_key="6", municipality_code="242012", asker="d" * 32),
)


def test_it_is_counted_shown_and_taken_as_a_file(office: Flask, office_database: Database) -> None:
    with office_database.writing() as session:
        for one in ASKED:
            record(session, one)
    with office_database.reading() as session:
        whole, line, phone, web = affected(session, CODE, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert whole == Affected("", 2, 1, 4, 3, 1, 1)
    assert (line.channel, line.people, line.questions) == ("line", 1, 2)
    assert (phone.people, phone.nameless, web.people) == (0, 1, 1)
    chief = signed_in(office, [Role.ADMIN], CODE)
    chief.get(PATH)
    days = {"first": "2026-11-01", "last": "2026-11-30", "channel": ""}
    page = chief.post(PATH, days, status=200).text
    assert "速報" in page, "a delicate question is among them"
    assert "かなりあ" not in page
    content = chief.post(PATH, {**days, "channel": "line", "file": "1"}, status=200).data
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content))["人数と件数"].iter_rows()]
    assert any(row[:4] == ["LINE", 1, 0, 2] for row in rows)
    with office_database.reading() as session:
        told = session.scalars(select(AuditLine).where(AuditLine.action == "incident_counted")).all()
    assert [(one.details["people"], one.details["questions"]) for one in told] == [(2, 4), (1, 2)]
    assert "より後" in chief.post(PATH, {**days, "first": "2026-12-01"}, status=422).text
    signed_in(office, [Role.APPROVER], CODE).get(PATH, 403)


@pytest.mark.parametrize(
    ("people", "nameless", "delicate", "said"),
    [(100, 0, 0, "超えていません"), (101, 0, 0, "速報"), (60, 41, 0, "速報"), (1, 0, 1, "速報")],
)
def test_more_than_a_hundred_people_or_one_delicate_matter_is_to_be_reported(
    people: int, nameless: int, delicate: int, said: str
) -> None:
    questions = people + nameless
    assert said in duty_of(Affected("", people, nameless, questions, questions, 0, delicate))
