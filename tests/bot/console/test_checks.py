"""確認用の質問 on screen: listed with what they get, written, ended, out and in as a sheet."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge.check_questions import CheckQuestion, check_questions
from knowledge.db import Database
from knowledge.models import AuditLine, Entry
from knowledge.roles import Role
from knowledge.spreadsheet_files import read_tables
from tests.support.staff import Colleague, signed_in

CODE = "242047"
CHECKS = f"/staff/{CODE}/checks"
HEAD = "質問,正しい対応,答えの番号,言語,メモ\n"


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


@pytest.fixture
def entry(office_database: Database) -> Entry:
    with office_database.reading() as session:
        wanted = (
            select(Entry)
            .where(Entry.municipality_code == CODE, Entry.state == "published", Entry.department.is_not(None))
            .where(~Entry.entry_id.startswith("common-"))
        )
        return next(iter(session.scalars(wanted.order_by(Entry.entry_id))))


def kept(database: Database) -> dict[str, CheckQuestion]:
    with database.reading() as session:
        return {one.text: one for one in check_questions(session, CODE)}


def test_a_question_is_written_listed_with_what_it_gets_changed_and_ended(
    office_database: Database, editor: Colleague, entry: Entry
) -> None:
    editor.post(f"{CHECKS}/add", {"text": entry.question, "decision": "answer", "entry_ids": entry.entry_id})
    editor.post(f"{CHECKS}/add", {"text": "こんばんは", "decision": "answer", "note": "まちがい"})
    page = editor.get(CHECKS).text
    assert "正しい</span>" in page
    assert "ちがう</strong>" in page
    wrong = editor.get(f"{CHECKS}?wrong=1").text
    assert "こんばんは" in wrong
    assert entry.question not in wrong
    question = kept(office_database)["こんばんは"]
    address = f"{CHECKS}/{question.id}"
    assert "（ちがう）" in editor.get(address).text
    editor.post(address, {"text": "こんばんは！", "decision": "smalltalk"})
    now = kept(office_database)
    assert "こんばんは" not in now
    assert now["こんばんは！"].decision == "smalltalk"
    assert "ありません" in editor.get(f"{CHECKS}?wrong=1").text
    editor.post(f"{CHECKS}/{now['こんばんは！'].id}/end")
    assert "こんばんは！" not in kept(office_database)
    editor.get(f"{CHECKS}/{now['こんばんは！'].id}", 404)
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.subject == now["こんばんは！"].id)).all()
        assert [line.action for line in lines] == ["check_question_kept", "check_question_ended"]
        assert all("こんばんは" not in str(line.details) for line in lines)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " "}, "質問を書いてください"),
        ({"decision": "king"}, "どれかを選んでください"),
        ({"entry_ids": "no-such-answer"}, "no-such-answer という番号の答えはありません"),
        ({"decision": "handoff", "entry_ids": "x"}, "答えの番号を書きません"),
        ({"note": "あ" * 201}, "200字までで"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(editor: Colleague, changes: dict[str, str], said: str) -> None:
    page = editor.post(f"{CHECKS}/add", {"text": "何かの質問", "decision": "answer", **changes}, status=422)
    assert said in page.text


def test_somebody_of_one_department_sees_and_changes_what_is_answered_by_it(
    office: Flask, office_database: Database, editor: Colleague, entry: Entry
) -> None:
    editor.post(f"{CHECKS}/add", {"text": "課の質問です", "decision": "answer", "entry_ids": entry.entry_id})
    editor.post(f"{CHECKS}/add", {"text": "だれのでもない質問です", "decision": "none"})
    questions = kept(office_database)
    own = signed_in(office, [Role.EDITOR], CODE, department=entry.department)
    other = signed_in(office, [Role.EDITOR], CODE, department="dep-of-nobody")
    for colleague, status, sees in ((own, 200, True), (other, 404, False)):
        assert ("課の質問です" in colleague.get(CHECKS).text) is sees
        assert "だれのでもない質問です" not in colleague.get(CHECKS).text
        colleague.get(f"{CHECKS}/{questions['課の質問です'].id}", status)
        colleague.get(f"{CHECKS}/{questions['だれのでもない質問です'].id}", 404)
        colleague.post(f"{CHECKS}/{questions['だれのでもない質問です'].id}/end", status=404)
        colleague.get(f"{CHECKS}/import", 404)
    added = {"text": "課の新しい質問です", "decision": "answer", "entry_ids": entry.entry_id}
    other.post(f"{CHECKS}/add", added, status=404)
    own.post(f"{CHECKS}/add", added)
    own.post(f"{CHECKS}/add", {"text": "番号のない質問", "decision": "none"}, status=404)


def upload(colleague: Colleague, text: str, status: int = 200, name: str = "a.csv", **fields: str) -> str:
    file = {"file": (io.BytesIO(text.encode("utf-8-sig")), name), **fields}
    return unescape(colleague.post(f"{CHECKS}/import", file, status=status, content_type="multipart/form-data").text)


def test_a_sheet_goes_out_is_looked_at_and_comes_in(
    office_database: Database, editor: Colleague, tmp_path: Path
) -> None:
    editor.post(f"{CHECKS}/add", {"text": "表の前からある質問", "decision": "none"})
    out = tmp_path / "out.xlsx"
    out.write_bytes(editor.get(f"{CHECKS}/export.xlsx").data)
    (sheet,) = read_tables(out)
    assert "表の前からある質問" in {row.text(0) for row in sheet.rows}
    page = upload(editor, f"{HEAD}ありがとう,あいさつ,,,\n", end_missing="1")
    assert "追加 1件" in page
    assert "表の前からある質問" in page
    assert "ありがとう" not in kept(office_database)
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held is not None
    editor.post(f"{CHECKS}/import", {"carried": held[1], "end_missing": "1"})
    assert set(kept(office_database)) == {"ありがとう"}
    assert "変更なし 1件" in upload(editor, f"{HEAD}ありがとう,あいさつ,,,\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}何か,王様,,,\n", "どれかを選んでください"),
        (f"{HEAD}同じ,あいさつ,,,\n同じ,あいさつ,,,\n", "2行目と同じ質問です"),
        ("あ,い\n1,2\n", "見出し"),
    ],
)
def test_a_sheet_with_a_mistake_is_not_taken_at_all(
    office_database: Database, editor: Colleague, text: str, said: str
) -> None:
    before = kept(office_database)
    assert said in upload(editor, text, 422)
    assert kept(office_database) == before


@pytest.mark.parametrize(("name", "said"), [("a.exe", "この形式は読めません"), ("", "ファイルをえらんで")])
def test_a_file_of_another_kind_is_refused(editor: Colleague, name: str, said: str) -> None:
    assert said in upload(editor, HEAD, 422, name)


@pytest.mark.parametrize("held", ["", "[", "[[1]]", "WzFd.x.y"])
def test_a_table_that_was_tampered_with_is_refused(editor: Colleague, held: str) -> None:
    editor.post(f"{CHECKS}/import", {"carried": held}, status=422)
