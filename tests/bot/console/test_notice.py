"""障害・災害モード: a notice before every answer, from the next one on, until it ends by itself."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import AuditLine, Department, Entry
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
    now_shown = editor.get(PATH).text
    assert SAID in now_shown
    assert "この内容に替える</button>" in now_shown
    # Whoever opens the page reads it before asking anything.
    assert SAID in office.test_client().get(f"/{CODE}/").text
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1, seconds=1), tick=False):
        assert SAID not in _asked(office)[0]
        assert SAID not in office.test_client().get(f"/{CODE}/").text
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


QUESTION = "証明書をコンビニで取れますか"


def _answer(office: Flask, question: str = QUESTION, **given: str) -> dict[str, Any]:
    told: dict[str, Any] = (
        office.test_client().post(f"/api/v1/{CODE}/ask", json={"question": question, **given}).get_json()
    )
    return told


def test_chosen_answers_pause_with_the_notice_and_come_back_by_themselves(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    shown = _answer(office)
    entry_id = shown["entry_id"]
    found = editor.post(PATH, {"text": SAID, "hours": "1", "words": "証明書 コンビニ", "find": "1"}, status=200).text
    assert f'value="{entry_id}"' in found
    assert SAID in found
    editor.post(PATH, {"text": SAID, "hours": "1", "paused": [entry_id, "no-such-entry"]})
    paused = _answer(office)
    assert (paused["entry_id"], paused["decision"]) == (None, "handoff")
    assert "案内を今は止めています" in paused["text"]
    assert paused["contact"] is not None
    page = office.test_client().post(f"/{CODE}/", data={"act": "choose", "e": entry_id, "label": "x"}).text
    assert "案内を今は止めています" in page
    assert "案内を止めている答え（1件）" in editor.get(PATH).text
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc())).first()
        assert line is not None
        assert line.details["paused"] == [entry_id]
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1, seconds=1), tick=False):
        assert _answer(office)["entry_id"] == entry_id
    editor.post(f"{PATH}/end")
    assert _answer(office)["entry_id"] == entry_id


def test_a_drill_pauses_nothing_unless_it_says_so(office: Flask, editor: Colleague) -> None:
    entry_id = _answer(office)["entry_id"]
    drill = {"text": SAID, "hours": "1", "drill": "1", "paused": entry_id}
    editor.post(PATH, drill)
    assert _answer(office)["entry_id"] == entry_id
    assert "答えは止めていません" in editor.get(PATH).text
    editor.post(PATH, {**drill, "drill_pauses": "1"})
    assert _answer(office)["entry_id"] is None
    editor.post(f"{PATH}/end")


def test_all_answers_of_an_office_can_be_paused(office: Flask, office_database: Database, editor: Colleague) -> None:
    entry_id = _answer(office)["entry_id"]
    with office_database.writing() as session:
        entry = session.get_one(Entry, (CODE, entry_id))
        before, entry.department = (
            entry.department,
            session.scalars(select(Department.entry_id).where(Department.municipality_code == CODE)).first(),
        )
        office_id = entry.department
    editor.post(PATH, {"text": SAID, "hours": "1", "departments": office_id})
    assert _answer(office)["entry_id"] is None
    editor.post(f"{PATH}/end")
    with office_database.writing() as session:
        session.get_one(Entry, (CODE, entry_id)).department = before


def test_a_notice_is_read_in_the_language_of_the_reply(office: Flask, editor: Colleague) -> None:
    editor.post(PATH, {"text": SAID, "hours": "1", "text_en": "The counter is closed.", "text_easy": "閉まっています"})
    assert _answer(office, language="en")["text"].startswith("[Important notice] The counter is closed.")
    assert _answer(office, language="easy")["text"].startswith("【大事（だいじ）な お知（し）らせ】閉まっています")
    assert _answer(office)["text"].startswith(f"【重要なお知らせ】{SAID}")
    editor.post(PATH, {"text": SAID, "hours": "1"})
    assert _answer(office, language="en")["text"].startswith(f"【重要なお知らせ】{SAID}")
    editor.post(f"{PATH}/end")


def _seen(editor: Colleague) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', editor.get(PATH).text)
    assert found is not None
    return found[1]


def test_other_words_leave_the_end_where_it_is(office: Flask, editor: Colleague) -> None:
    editor.post(PATH, {"text": SAID, "hours": "168"})
    page = editor.get(PATH).text
    end = re.search("([^>]*) に自動で終わります", page)
    assert end is not None
    assert re.search(r'<option value="same" selected>いまのまま（', page)
    editor.post(PATH, {"text": "支所も閉めています。", "hours": "same", "seen": _seen(editor)})
    page = editor.get(PATH).text
    assert f"{end[1]} に自動で終わります" in page
    assert "支所も閉めています。" in _asked(office)[1]
    editor.post(f"{PATH}/end")
    told = editor.post(PATH, {"text": SAID, "hours": "same"}, status=409).text
    assert "いつまで出すかをえらんでください" in told
    assert SAID not in _asked(office)[1]


def test_a_notice_that_somebody_else_began_meanwhile_gives_way_only_when_it_was_read(
    office: Flask, editor: Colleague
) -> None:
    """Two begin at once: a drill on one desk, the earthquake on the other."""
    before = _seen(editor)
    other = signed_in(office, [Role.EDITOR], CODE, name="地震 担当")
    other.post(PATH, {"text": SAID, "hours": "6", "seen": before})
    page = editor.post(PATH, {"text": "避難の練習です。", "hours": "1", "drill": "1", "seen": before}, status=409).text
    assert "地震 担当さんが、先にお知らせを出しました" in page
    assert "避難の練習です。" in page
    assert SAID in _asked(office)[1]
    again = re.search(r'name="seen" value="([^"]+)"', page)
    assert again is not None
    editor.post(PATH, {"text": "避難の練習です。", "hours": "1", "drill": "1", "seen": again[1]})
    assert "【訓練】避難の練習です。" in _asked(office)[1]
    editor.post(f"{PATH}/end")
