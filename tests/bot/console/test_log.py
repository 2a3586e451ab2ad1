"""質問の記録 and 受けた質問を書く: what was asked is found and read whole; what staff heard is noted in a line."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from knowledge.db import Database
from knowledge.models import AuditLine, Department, Entry, LoggedQuestion
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
LOG, NOTE, IMPORT = f"/staff/{CODE}/log", f"/staff/{CODE}/log/note", f"/staff/{CODE}/log/import"


@pytest.fixture(autouse=True)
def _empty_log(office_database: Database) -> Iterator[None]:
    yield
    with office_database.writing() as session:
        session.execute(delete(LoggedQuestion))


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def office_id(database: Database) -> str:
    with database.reading() as session:
        wanted = select(Department.entry_id).where(
            Department.municipality_code == CODE, Department.state == "published"
        )
        return session.scalars(wanted.order_by(Department.entry_id)).first() or ""


def rows(database: Database) -> list[LoggedQuestion]:
    with database.reading() as session:
        return list(session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.asked_at)))


def ask(office: Flask, *questions: str) -> None:
    for question in questions:
        office.test_client().post(f"/api/v1/{CODE}/ask", json={"question": question, "conversation": "one"})


def test_a_residents_dialogue_is_found_by_a_word_and_read_whole(office: Flask, editor: Colleague) -> None:
    ask(office, "ペンギンの餌やりは何時？", "それはどこ？", "マイナンバーは123456789018です、住民票は？")
    page = editor.get(f"{LOG}?words=ぺんぎんの餌&channel=api").text
    assert "ペンギンの餌やりは何時" not in page
    page = editor.get(f"{LOG}?words=ペンギン").text
    assert "ペンギンの餌やりは何時" in page
    assert "1件のうち" in page
    link = re.search(rf'href="({LOG}/[0-9a-f-]+)"', page)
    assert link is not None
    whole = editor.get(link[1]).text
    assert "それはどこ" in whole
    assert "同じ人が続けてたずねた3件" in whole
    assert "123456789018" not in whole + editor.get(LOG).text


def test_of_a_delicate_question_the_kind_is_shown(office: Flask, editor: Colleague) -> None:
    ask(office, "生活保護をペンギンで受けたい")
    page = editor.get(f"{LOG}?delicate=1").text
    assert "文は残していません：生活保護・生活の困りごと" in page
    assert "ペンギン" not in page


@pytest.mark.parametrize(
    "query", ["first=あした", "first=2026-12-01&last=2026-11-01", "page=99999", "rating=x", "words=%00"]
)
def test_odd_filters_are_told_or_find_nothing(editor: Colleague, query: str) -> None:
    editor.get(f"{LOG}?{query}")


def test_a_question_at_the_counter_is_noted_within_one_form(editor: Colleague, office_database: Database) -> None:
    own = office_id(office_database)
    fields = {
        "text": "住民票の郵送はできますか。電話は090-1234-5678",
        "result": "answer",
        "channel": "counter",
        "department": own,
    }
    page = editor.get(NOTE).text
    turn = re.search(r'name="turn" value="([^"]+)"', page)
    assert turn is not None
    address = str(editor.post(NOTE, {**fields, "turn": turn[1]}).location)
    editor.post(NOTE, {**fields, "turn": turn[1]})
    (row,) = rows(office_database)
    assert (row.channel, row.decision, row.department) == ("counter", "answer", own)
    assert "090" not in (row.text or "")
    following = editor.get(address).text
    assert 'value="counter" checked' in following
    assert f'value="{own}" selected' in following
    assert "伏せ字にしました" in following
    assert "住民票の郵送" in editor.get(f"{LOG}?channel=counter").text
    editor.post(f"{LOG}/{row.id}/take-back")
    assert rows(office_database) == []
    with office_database.reading() as session:
        wanted = select(AuditLine.action).where(AuditLine.action.like("question_%")).order_by(AuditLine.number)
        assert list(session.scalars(wanted))[-1] == "question_taken_back"
        assert "住民票" not in str(session.scalars(select(AuditLine.details)).all())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": ""}, "聞かれた言葉で一行書いてください"),
        ({"channel": "line"}, "どれかをえらんでください"),
        ({"result": ""}, "どれかをえらんでください"),
        ({"department": "dep-of-nobody"}, "課をえらんでください"),
        ({"day": "あした"}, "日付は"),
        ({"day": "2099-01-01"}, "先の日"),
        ({"time": "99時"}, "時刻を"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(editor: Colleague, changed: dict[str, str], said: str) -> None:
    fields = {"text": "ごみの日", "result": "answer", "channel": "phone", "department": "", **changed}
    page = editor.post(NOTE, fields, 422).text
    assert said in page
    if changed.get("text") is None:
        assert 'value="ごみの日"' in page


def test_somebody_of_one_department_notes_and_reads_for_it_alone(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    own = office_id(office_database)
    helper = signed_in(office, [Role.VIEWER], CODE, department=own)
    helper.post(NOTE, {"text": "印鑑は要りますか", "result": "none", "channel": "phone", "department": own})
    helper.post(NOTE, {"text": "ほかの課のこと", "result": "none", "channel": "phone", "department": ""}, 404)
    editor.post(NOTE, {"text": "課の決まらない質問", "result": "none", "channel": "voice", "department": ""})
    page = helper.get(LOG).text
    assert "印鑑は要りますか" in page
    assert "課の決まらない質問" not in page
    other = next(row.id for row in rows(office_database) if row.channel == "voice")
    helper.get(f"{LOG}/{other}", 404)
    helper.post(f"{LOG}/{other}/take-back", status=404)
    mine = next(row.id for row in rows(office_database) if row.channel == "phone")
    stranger = signed_in(office, [Role.VIEWER], CODE)
    stranger.post(f"{LOG}/{mine}/take-back", status=404)
    helper.post(f"{LOG}/{mine}/take-back")


def test_what_a_resident_asked_the_bot_cannot_be_taken_back(
    office: Flask, editor: Colleague, office_database: Database
) -> None:
    ask(office, "ごみの日")
    (row,) = rows(office_database)
    editor.post(f"{LOG}/{row.id}/take-back", status=404)


def brought(who: Colleague, content: str, status: int = 200, encoding: str = "utf-8-sig") -> str:
    file = (io.BytesIO(content.encode(encoding)), "受付.csv")
    return who.post(IMPORT, {"file": file}, status, content_type="multipart/form-data").text


def test_what_is_noted_is_joined_to_the_answer_it_is_about(editor: Colleague, office_database: Database) -> None:
    with office_database.reading() as session:
        title = session.get_one(Entry, (CODE, "online-procedures")).question
    editor.post(NOTE, {"text": title, "result": "none", "channel": "phone", "department": ""})
    page = brought(editor, f"日付,時刻,受けた方法,課,内容,結果\n2026-11-02,9:15,電話,,{title},答えた\n")
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held is not None
    editor.post(IMPORT, {"carried": held[1]})
    assert [row.entry_id for row in rows(office_database)] == ["online-procedures"] * 2
    page = editor.get(f"{LOG}?first=2026-11-01&channel=phone").text
    assert page.count("合う答え（こたえが選んだもの）") == 2
    assert "合う答え（こたえが文から選んだもの）" in editor.get(f"{LOG}/{rows(office_database)[0].id}").text


def test_a_table_is_shown_taken_whole_and_adds_nothing_the_second_time(
    editor: Colleague, office_database: Database
) -> None:
    content = "日付,時刻,受けた方法,課,内容,結果\n2026-11-02,9:15,電話,,ごみの日はいつ,答えた\n2026-11-02,,窓口,,=1+1の紙,答えられなかった\n"
    page = brought(editor, content, encoding="cp932")
    assert rows(office_database) == []
    assert "新しい質問が2件" in page
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held is not None
    editor.post(IMPORT, {"carried": held[1]})
    assert [row.text for row in rows(office_database)] == ["ごみの日はいつ", "=1+1の紙"]
    assert "すでに入っている質問が2件" in brought(editor, content)
    assert "C列「受けた方法」" in brought(editor, content.replace("電話", "のろし"), 422)
    assert len(rows(office_database)) == 2
    sample = editor.get(f"{IMPORT}/sample.csv").data.decode("utf-8-sig")
    assert "新しい質問が2件" in brought(editor, sample)
