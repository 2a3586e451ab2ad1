"""障害・災害モード: a notice before every answer, from the next one on, until it ends by itself."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import AuditLine
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/notice"
SAID = "大雨のため、市民課の窓口を閉めています。"


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def _asked(office: Flask) -> tuple[str, str]:
    """What residents read on the page and over the API."""
    client = office.test_client()
    page = client.post(f"/{CODE}/", data={"question": "証明書をコンビニで取れますか"}).text
    told = client.post(f"/api/v1/{CODE}/ask", json={"question": "証明書をコンビニで取れますか"})
    return page, told.get_json()["text"]


def test_a_notice_comes_before_the_next_answer_and_ends_by_itself(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    assert SAID not in _asked(office)[0]
    editor.post(PATH, {"text": SAID, "hours": "1"})
    page, spoken = _asked(office)
    assert spoken.startswith(f"【重要なお知らせ】{SAID}\n\n")
    assert f"【重要なお知らせ】{SAID}" in page
    assert SAID in editor.get(PATH).text
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1, seconds=1), tick=False):
        assert SAID not in _asked(office)[0]
    editor.post(PATH, {"text": SAID, "hours": "1", "drill": "1"})
    assert f"【訓練】{SAID}（これは訓練です）" in _asked(office)[0]
    editor.post(f"{PATH}/end")
    assert SAID not in _asked(office)[0]
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine.action).where(AuditLine.action.startswith("notice_")))
        assert list(lines) == ["notice_begun", "notice_begun", "notice_ended"]
    editor.post(f"{PATH}/end")
    assert "もう出ていません" in editor.get(PATH).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": " ", "hours": "1"}, "文を書いて"),
        ({"text": "あ" * 301, "hours": "1"}, "300字まで"),
        ({"text": SAID, "hours": "9999"}, "いつまで"),
    ],
)
def test_what_is_wrong_is_said(editor: Colleague, form: dict[str, str], said: str) -> None:
    assert said in editor.post(PATH, form, status=422).text


def test_whoever_only_reads_begins_nothing(office: Flask) -> None:
    viewer = signed_in(office, [Role.VIEWER], CODE)
    assert "お知らせを出す" not in viewer.get(PATH).text
    viewer.post(PATH, {"text": SAID, "hours": "1"}, status=403)
    own = signed_in(office, [Role.EDITOR], CODE, department="dep-some")
    own.post(PATH, {"text": SAID, "hours": "1"}, status=404)
