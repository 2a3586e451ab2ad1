"""The pages of 一括見直し: started by who leads, answered by each 課 for its own, taken back in from sheets."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from knowledge.calendar import today
from knowledge.db import Database
from knowledge.models import AuditLine, Entry, Review, ReviewRow
from knowledge.reviews import progress
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
DEADLINE = today() + dt.timedelta(days=30)


@pytest.fixture(scope="module")
def lead(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], name="課長 次郎")


@pytest.fixture
def number(lead: Colleague, office_database: Database) -> int:
    """A round under way."""
    with office_database.reading() as session:
        found = session.scalar(
            select(Review.number).where(Review.municipality_code == CODE, Review.closed_at.is_(None))
        )
    if found is None:
        there = lead.post(f"/staff/{CODE}/review/start", {"title": "年度末の見直し", "deadline": DEADLINE.isoformat()})
        found = int(there.location.rsplit("/", 1)[1])
    return found


def own_department(database: Database, number: int) -> str:
    """A 課 that has answered nothing yet."""
    with database.reading() as session:
        return next(
            one.department for one in progress(session, CODE, number) if one.department and one.left == one.total
        )


def unanswered(database: Database, number: int, department: str) -> list[str]:
    with database.reading() as session:
        wanted = select(ReviewRow.entry_id).where(
            ReviewRow.number == number, ReviewRow.department == department, ReviewRow.verdict.is_(None)
        )
        return list(session.scalars(wanted.order_by(ReviewRow.entry_id)))


def test_a_round_is_started_with_a_deadline_and_asks_every_department(lead: Colleague, number: int) -> None:
    page = lead.get(f"/staff/{CODE}/review/{number}").text
    assert "まだ答えていない" in page
    assert "年度末の見直し" in lead.get(f"/staff/{CODE}/review").text
    page = lead.post(f"/staff/{CODE}/review/start", {"title": "二つ目", "deadline": DEADLINE.isoformat()}, 422).text
    assert "前の見直しが終わっていません" in page


def test_offices_that_have_no_name_yet_can_be_told_apart(lead: Colleague, number: int) -> None:
    page = lead.get(f"/staff/{CODE}/review/{number}").text
    assert "（証明書の担当課）" in page
    names = re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page)
    assert len(names) == len(set(names)) > 1


@pytest.mark.parametrize(
    ("deadline", "told"), [("", "期限の日を書いてください"), ("いつか", "日付は"), ("2020-01-01", "過ぎた日")]
)
def test_a_deadline_that_cannot_be_is_told(lead: Colleague, deadline: str, told: str) -> None:
    assert told in lead.post(f"/staff/{CODE}/review/start", {"title": "x", "deadline": deadline}, 422).text


def test_one_click_says_that_nothing_changes(office: Flask, office_database: Database, number: int) -> None:
    department = own_department(office_database, number)
    entry_id, *others = unanswered(office_database, number, department)
    editor = signed_in(office, [Role.EDITOR], department=department)
    page = editor.get(f"/staff/{CODE}/review/{number}/answers?department={department}").text
    version = re.search(f'name="version:{entry_id}" value="([0-9]+)"', page)
    assert version is not None
    address = f"/staff/{CODE}/review/{number}/answers"
    editor.post(address, {"one": entry_id, f"version:{entry_id}": version[1], "department": department})
    with office_database.reading() as session:
        entry = session.get_one(Entry, (CODE, entry_id))
        assert (entry.checked_on, entry.version) == (today(), int(version[1]) + 1)
        line = session.scalars(
            select(AuditLine).where(AuditLine.action == "review_answered").order_by(AuditLine.number.desc())
        ).first()
        assert line is not None
        assert (line.details["same"], line.details["how"]) == (1, "page")
    assert "変更なし" in editor.get(f"{address}?department={department}").text
    page = editor.post(
        address,
        {
            "one": others[0] if others else entry_id,
            "version:" + (others[0] if others else entry_id): "999",
            "department": department,
        },
        422,
    ).text
    assert "選び直してください" in page


def test_several_are_marked_at_once_with_a_reason(office: Flask, office_database: Database, number: int) -> None:
    department = own_department(office_database, number)
    chosen = unanswered(office_database, number, department)[:2]
    editor, address = signed_in(office, [Role.EDITOR], department=department), f"/staff/{CODE}/review/{number}/answers"
    assert (
        "内容か理由"
        in editor.post(address, {"chosen": chosen, "verdict": "revise", "department": department}, 422).text
    )
    assert "一つ以上" in editor.post(address, {"verdict": "revise", "department": department}, 422).text
    assert (
        "どれかを選んで"
        in editor.post(address, {"chosen": chosen, "verdict": "maybe", "department": department}, 422).text
    )
    editor.post(address, {"chosen": chosen, "verdict": "revise", "note": "様式が変わる", "department": department})
    assert not set(chosen) & set(unanswered(office_database, number, department))


def test_nobody_answers_for_another_department(office: Flask, office_database: Database, number: int) -> None:
    department = own_department(office_database, number)
    entry_id = unanswered(office_database, number, department)[0]
    other = signed_in(office, [Role.EDITOR], department="dep-none-such")
    address = f"/staff/{CODE}/review/{number}/answers"
    other.get(f"{address}?department={department}", 404)
    other.get(f"/staff/{CODE}/review/{number}/sheet.xlsx?department={department}", 404)
    other.post(address, {"one": entry_id, "department": department}, 404)
    other.post(address, {"one": entry_id, "department": "dep-none-such"}, 404)
    assert entry_id in unanswered(office_database, number, department)
    assert "あなたの課の答えは" in other.get(f"/staff/{CODE}/review/{number}").text


def test_a_sheet_goes_out_is_looked_at_and_then_taken(
    office: Flask, office_database: Database, lead: Colleague, number: int
) -> None:
    department = own_department(office_database, number)
    content = lead.get(f"/staff/{CODE}/review/{number}/sheet.xlsx?department={department}").data
    book = load_workbook(io.BytesIO(content))
    page = book["一括見直し"]
    for row in range(2, page.max_row + 1):
        page.cell(row, 8).value = "変更なし"
    page.title = "Sheet1"
    stream = io.BytesIO()
    book.save(stream)
    before, address = len(unanswered(office_database, number, department)), f"/staff/{CODE}/review/{number}/import"
    shown = lead.post(
        address, {"file": (io.BytesIO(stream.getvalue()), "戻り.xlsx")}, 200, content_type="multipart/form-data"
    ).text
    assert f"新しい結果が{before}件" in shown
    assert len(unanswered(office_database, number, department)) == before
    held = re.search(r'name="carried" value="([^"]+)"', shown)
    assert held is not None
    lead.post(address, {"carried": held[1]})
    assert unanswered(office_database, number, department) == []
    stranger = signed_in(office, [Role.EDITOR], department="dep-none-such")
    refused = stranger.post(
        address, {"file": (io.BytesIO(stream.getvalue()), "a.xlsx")}, 422, content_type="multipart/form-data"
    ).text
    assert "ほかの課の答えです" in refused
    assert (
        "読めません"
        in lead.post(address, {"file": (io.BytesIO(b"x"), "a.pdf")}, 422, content_type="multipart/form-data").text
    )


def test_only_who_leads_the_whole_starts_and_ends_a_round(
    office: Flask, office_database: Database, lead: Colleague, number: int
) -> None:
    for colleague, status in (
        (signed_in(office, [Role.EDITOR]), 403),
        (signed_in(office, [Role.APPROVER], department="dep-x"), 404),
    ):
        colleague.get(f"/staff/{CODE}/review/start", status)
        colleague.post(f"/staff/{CODE}/review/{number}/close", status=status)
    assert "まだ答えていないもの" in lead.get(f"/staff/{CODE}/review/{number}/close").text
    lead.post(f"/staff/{CODE}/review/{number}/close")
    lead.post(f"/staff/{CODE}/review/{number}/close")
    with office_database.reading() as session:
        assert session.scalar(select(func.count()).where(AuditLine.action == "review_closed")) == 1
    page = lead.get(f"/staff/{CODE}/review/{number}").text
    assert "終わりました" in page
    lead.get(f"/staff/{CODE}/review/999999999", 404)


def test_the_deadline_is_moved_by_who_leads(
    office: Flask, lead: Colleague, office_database: Database, number: int
) -> None:
    address = f"/staff/{CODE}/review/{number}/deadline"
    later = DEADLINE + dt.timedelta(days=7)
    assert "過ぎた日" in lead.post(address, {"deadline": "2020-01-01"}, 422).text
    assert "期限の日を書いて" in lead.post(address, {"deadline": ""}, 422).text
    lead.post(address, {"deadline": later.isoformat()})
    with office_database.reading() as session:
        assert session.get_one(Review, (CODE, number)).deadline == later
        line = session.scalars(select(AuditLine).where(AuditLine.action == "review_deadline")).one()
    assert line.details["after"] == later.isoformat()
    signed_in(office, [Role.EDITOR]).post(address, {"deadline": DEADLINE.isoformat()}, 403)


def test_what_was_marked_is_listed_until_it_is_done(
    office: Flask, lead: Colleague, office_database: Database, number: int
) -> None:
    department = own_department(office_database, number)
    entry_id = unanswered(office_database, number, department)[0]
    editor = signed_in(office, [Role.EDITOR], department=department)
    address = f"/staff/{CODE}/review/{number}"
    page = editor.get(f"{address}/answers?department={department}").text
    assert f'href="/staff/{CODE}/answers/{entry_id}"' in page
    editor.post(
        f"{address}/answers",
        {"chosen": entry_id, "verdict": "end", "note": "制度がなくなった", "department": department},
    )
    assert f'href="/staff/{CODE}/answers/{entry_id}"' in lead.get(address).text
    with office_database.writing() as session:
        session.get_one(Entry, (CODE, entry_id)).state = "ended"
    assert f'href="/staff/{CODE}/answers/{entry_id}"' not in lead.get(address).text
