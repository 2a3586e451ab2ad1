"""操作の記録: auditors see what is theirs, and take it away as a file that runs nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from knowledge import audit
from knowledge.audit import Actor
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.roles import Role
from tests.support.staff import signed_in

HOSTILE = '=HYPERLINK("http://evil.example")'


@pytest.fixture(autouse=True)
def _lines(office_database: Database) -> None:
    with office_database.writing() as session:
        for scope, subject in (("242047", HOSTILE), ("222232", "another-town"), (None, "for-all")):
            audit.append(
                session, Actor(1, "kobayashi", "b" * 32), "account_disabled", at=now(), scope=scope, subject=subject
            )


def test_an_auditor_sees_the_lines_of_the_municipality_alone(office: Flask) -> None:
    page = signed_in(office, [Role.AUDITOR], "242047").get("/staff/audit").text
    assert "HYPERLINK" in page
    assert "another-town" not in page
    assert "for-all" not in page
    page = signed_in(office, [Role.AUDITOR], None).get("/staff/audit").text
    assert "another-town" in page
    assert "for-all" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("login=kobayashi", True),
        ("login=somebody-else", False),
        ("action=account_disabled", True),
        ("action=account_enabled", False),
        ("municipality=222232", True),
        ("municipality=382159", False),
        ("first=2020-01-01&last=2099-12-31", True),
        ("last=令和2年1月1日", False),
        ("first=2099-01-01", False),
        ("refused=1&login=kobayashi", False),
        ("page=99999", True),
        ("page=x", True),
    ],
)
def test_lines_are_found_by_who_what_when_and_where(office: Flask, query: str, shown: bool) -> None:
    page = signed_in(office, [Role.AUDITOR], None).get(f"/staff/audit?{query}").text
    assert ("another-town" in page) == (shown and "page=9" not in query) or "page=9" in query


def test_a_day_that_is_none_is_said(office: Flask) -> None:
    assert "日付は" in signed_in(office, [Role.AUDITOR], None).get("/staff/audit?first=someday").text


def test_the_export_runs_nothing_and_is_noted(office: Flask) -> None:
    auditor = signed_in(office, [Role.AUDITOR], "242047")
    file = auditor.post("/staff/audit/export", {"action": "account_disabled"}, status=200)
    text = file.data.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert "another-town" not in text
    assert "attachment" in file.headers["Content-Disposition"]
    whole = signed_in(office, [Role.AUDITOR], None).get(f"/staff/audit?login={auditor.login}").text
    assert "操作の記録の書き出し" in whole


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER, Role.ADMIN])
def test_other_roles_do_not_see_it_and_their_try_is_noted(office: Flask, role: Role) -> None:
    colleague = signed_in(office, [role], "242047")
    colleague.get("/staff/audit", 403)
    whole = signed_in(office, [Role.AUDITOR], None).get(f"/staff/audit?login={colleague.login}&refused=1").text
    assert "権限のない操作" in whole
    assert "console.audit_log.index" in whole
