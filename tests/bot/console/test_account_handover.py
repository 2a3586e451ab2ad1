"""引継ぎ: the list that an administrator sees of somebody who leaves, and the drafts given to a colleague."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge.approval import Actor
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.entry_versions import content_of, history, text_digest
from knowledge.models import AuditLine, Entry
from knowledge.publishing import Text, save_draft
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE, ENTRY = "242047", "online-procedures"


@pytest.fixture
def admin(office: Flask) -> Colleague:
    return signed_in(office, [Role.ADMIN], CODE, name="管理 花子")


@pytest.fixture
def leaver(office: Flask, office_database: Database) -> Colleague:
    found = signed_in(office, [Role.EDITOR], CODE, name="去る 一郎")
    with office_database.writing() as session:
        newest = history(session, CODE, ENTRY)[0]
        content = content_of(session.get_one(Entry, (CODE, ENTRY)))
        actor = Actor(str(found.account_id), "去る 一郎", edits=True)
        save_draft(session, CODE, Text(content), actor, now(), based_on=newest.number)
    return found


def _change(name: str, **fields: str) -> dict[str, str]:
    return {"name": name, "email": "", "active_from": "", "active_until": "", **fields}


def test_whoever_is_stopped_with_something_in_hand_is_shown_with_it_and_it_is_handed_over(
    office: Flask, office_database: Database, admin: Colleague, leaver: Colleague
) -> None:
    page = f"/staff/accounts/{leaver.account_id}"
    heir = signed_in(office, [Role.EDITOR], CODE, name="継ぐ 花子")
    sent = admin.post(f"{page}/change", _change("去る 一郎", active_until="2999-03-31"))
    assert sent.location.endswith("/handover")
    listed = admin.get(f"{page}/handover").text
    assert "下書き" in listed
    assert "2999年" in listed or "使い終わる日" in listed
    assert "引継ぎの一覧を見る" in admin.get(page).text
    assert admin.get(f"{page}/handover.xlsx").data[:2] == b"PK"
    assert "一覧からえらんで" in admin.post(f"{page}/handover", {"to": ""}, status=422).text
    admin.post(f"{page}/handover", {"to": str(heir.account_id)})
    assert "持っているものはありません" in admin.get(f"{page}/handover").text
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "drafts_handed_over")).one()
        assert (line.scope, line.details) == (CODE, {"to": heir.login, "answers": [ENTRY]})
        made = history(session, CODE, ENTRY)[0]
        assert made.author == str(heir.account_id)
        saved = session.scalars(select(AuditLine).where(AuditLine.action == "answer_saved")).one()
        assert (saved.subject, saved.details["version"], saved.details["new"]) == (
            ENTRY,
            made.number,
            text_digest(made),
        )


def test_a_colleague_without_the_right_is_not_offered_and_takes_nothing_on(
    office: Flask, office_database: Database, admin: Colleague, leaver: Colleague
) -> None:
    with office_database.reading() as session:
        own = history(session, CODE, ENTRY)[0].content["department"]
        other = session.scalars(select(Entry.department).where(Entry.municipality_code == CODE, Entry.department.is_not(None), Entry.department != own)).first()  # fmt: skip
    narrow = signed_in(office, [Role.EDITOR], CODE, department=other, name="ほかの 課")
    page = f"/staff/accounts/{leaver.account_id}/handover"
    assert "ほかの 課" not in admin.get(page).text
    assert 'aria-invalid="true"' in admin.post(page, {"to": str(narrow.account_id)}, status=422).text


def test_where_nobody_can_take_it_on_the_page_says_what_to_do(office: Flask, office_database: Database) -> None:
    code = "122106"
    alone = signed_in(office, [Role.EDITOR], code)
    with office_database.writing() as session:
        row = session.scalars(select(Entry).where(Entry.municipality_code == code, Entry.state == "published")).first()
        assert row is not None
        writer = Actor(str(alone.account_id), "去る 二郎", edits=True)
        save_draft(session, code, Text(content_of(row)), writer, now(), based_on=row.version)
    page = signed_in(office, [Role.ADMIN], code).get(f"/staff/accounts/{alone.account_id}/handover").text
    assert "引き継げる人（担当課の編集か承認の役割を持つ人）がいません" in page
    assert 'name="to"' not in page


def test_other_municipalities_administrators_see_nothing(office: Flask, leaver: Colleague) -> None:
    other = signed_in(office, [Role.ADMIN], "232084")
    for path in ("handover", "handover.xlsx"):
        other.get(f"/staff/accounts/{leaver.account_id}/{path}", 404)
    other.post(f"/staff/accounts/{leaver.account_id}/handover", {"to": "1"}, status=404)
