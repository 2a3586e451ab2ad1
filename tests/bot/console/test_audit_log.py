"""操作の記録: auditors see what is theirs, and take it away as a file that runs nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from knowledge import audit
from knowledge.audit import Actor
from knowledge.audit_actions import ACTIONS
from knowledge.audit_words import FIELDS, details_text
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


def test_every_field_of_every_act_has_a_name_that_officials_read() -> None:
    assert {field for action in ACTIONS.values() for field in action.fields} <= FIELDS.keys()


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({"how": "password"}, "方法：パスワード"),
        ({"before": "standard", "after": "bold"}, "変える前：標準、変えたあと：積極的"),
        ({"kind": "synonym", "means": "ごみ", "language": "ja"}, "種類：同義語、意味する語：ごみ、言葉：日本語"),
        ({"before": {"greeting": None}, "after": {"greeting": "やあ"}}, "変える前：（あいさつ：なし）、変えたあと：（あいさつ：やあ）"),
        ({"drill": True, "paused": [], "ends_at": "2026-11-22 11:57:34.5+00:00"}, "訓練：はい、止めた答え：なし、終わる日時：2026-11-22 20:57"),
        ({"before": [], "after": [{"role": "editor", "scope": "242047"}]}, "変える前：なし、変えたあと：（役割：編集、市町村：242047）"),
        ({"cells": [["意味", "", "新しい"]]}, "変わったところ：意味「」→「新しい」"),
        ({"week": [["08:30", "17:15"], None], "lunch": ["12:00", "13:00"]}, "曜日ごとの時間（月曜から）：08:30から17:15・なし、昼休み：12:00から13:00"),
        ({"an_older_name": 3}, "an_older_name：3"),
        ({"old": None, "new": "0123456789abcdef" * 2}, "前の値：なし、新しい文の印：0123456789abcdef0123456789abcdef"),
        ({"old": "12", "new": "13"}, "前の値：12、新しい値：13"),
    ],
)  # fmt: skip
def test_what_a_line_tells_is_told_in_their_words(details: dict[str, object], text: str) -> None:
    assert details_text(details) == text
