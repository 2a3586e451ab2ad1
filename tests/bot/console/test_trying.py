"""ためしに聞く: what a resident would get and why, and what one makes of it."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation import answer_masked
from bot.replies import plain_text
from bot.services import Services
from knowledge.approval import Actor
from knowledge.calendar import now
from knowledge.check_questions import check_questions
from knowledge.db import Database
from knowledge.entry_versions import content_of, versions_of
from knowledge.models import AuditLine, Entry, EntryVersion, LoggedQuestion, Municipality
from knowledge.publishing import Text, save_draft
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
TRY = f"/staff/{CODE}/try"
WRITER = Actor("someone-else", "情報 一郎", edits=True)


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def ask(colleague: Colleague, question: str, status: int = 200, **fields: str) -> str:
    return unescape(colleague.post(TRY, {"question": question, **fields}, status=status).text)


def entry_of(database: Database) -> Entry:
    """A published answer of some 課."""
    with database.reading() as session:
        wanted = select(Entry).where(
            Entry.municipality_code == CODE, Entry.state == "published", ~Entry.entry_id.startswith("common-")
        )
        rows = session.scalars(wanted.where(Entry.department.is_not(None)).order_by(Entry.entry_id))
        return next(row for row in rows if len(row.question) > 8)


def draft(database: Database, entry: Entry, *, answer: str = "書きかけの答えです。", audience: str = "public") -> int:
    with database.writing() as session:
        row = session.get_one(Entry, (CODE, entry.entry_id))
        kept = [version for version in versions_of(session, CODE, entry.entry_id) if version.state == "draft"]
        based_on = kept[-1].number if kept else row.version
        text = Text(content_of(row) | {"answer": answer}, audience)
        return save_draft(session, CODE, text, WRITER, now(), based_on=based_on).number


def withdraw_drafts(database: Database) -> None:
    with database.writing() as session:
        for version in session.scalars(select(EntryVersion).where(EntryVersion.state == "draft")):
            version.state = "withdrawn"


def log_rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoggedQuestion)) or 0


@pytest.mark.parametrize(
    "question",
    [
        "コンビニで住民票は取れますか",
        "火事です",
        "こんにちは",
        "住民票 ペンギン",
        "Where can I get a residence record?",
    ],
)
def test_the_reply_is_the_one_that_residents_get_with_its_reason_and_nothing_is_logged(
    office: Flask, office_database: Database, question: str
) -> None:
    kit: Services = office.extensions["kotae"]
    viewer, before = signed_in(office, [Role.VIEWER], CODE), log_rows(office_database)
    page = ask(viewer, question)
    said = plain_text(answer_masked(kit.corpus.current(CODE), question)[0].reply)
    assert said in page
    assert "なぜこの返事か" in page
    assert 'class="fx-bubble' in page
    assert "この言い方を答えに加える" not in page
    assert log_rows(office_database) == before


def test_the_field_comes_back_empty_and_the_same_words_can_be_written_anew(editor: Colleague) -> None:
    page = ask(editor, "住民票はどこで取れますか", seen="staff")
    assert re.search(r'id="question" name="question" value=""[^>]*autofocus', page)
    assert '<option value="staff" selected>' in page
    assert 'value="住民票はどこで取れますか" maxlength' in ask(editor, "住民票はどこで取れますか", rewrite="1")


def test_an_empty_question_is_said_at_its_field(editor: Colleague) -> None:
    assert "質問を書いてください" in ask(editor, "  ", 422)


def test_words_synonyms_and_candidates_are_shown(editor: Colleague) -> None:
    page = ask(editor, "マイナカードの使い道 ペンギン")
    assert "マイナンバーカード" in page
    assert "どの答えにもないことば" in page
    assert "近かった答え" in page
    opened = re.search(rf'<a href="(/staff/{CODE}/answers/[^"]+)">', page)
    assert opened is not None
    editor.get(opened[1])


def test_a_choice_can_be_opened(editor: Colleague) -> None:
    page = ask(editor, "防災")
    chosen = re.search(r'name="entry" value="([^"]+)"', page)
    assert chosen is not None
    assert "選択肢からえらんだ答えです" in ask(editor, "防災", entry=chosen[1])
    assert "選択肢からえらんだ答えです" not in ask(editor, "防災", entry="no-such-entry")


def test_drafts_and_entries_for_staff_are_seen_only_where_they_are_chosen_and_only_those_of_the_own_department(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    entry = entry_of(office_database)
    number = draft(office_database, entry)
    assert "書きかけの答えです" not in ask(editor, entry.question)
    assert f"第{number}版・まだ公開していません" in ask(editor, entry.question, seen="drafts")
    own = signed_in(office, [Role.EDITOR], CODE, department=entry.department)
    other = signed_in(office, [Role.EDITOR], CODE, department="dep-of-nobody")
    assert "書きかけの答えです" in ask(own, entry.question, seen="drafts")
    assert "書きかけの答えです" not in ask(other, entry.question, seen="drafts")
    with office_database.writing() as session:
        row = session.get_one(Entry, (CODE, entry.entry_id))
        row.state = "staff"
        _moved(session)
    try:
        assert "職員のみ</span>" in ask(editor, entry.question, seen="staff")
        assert "職員のみ</span>" not in ask(editor, entry.question)
        assert "職員のみ</span>" in ask(own, entry.question, seen="staff")
        assert "職員のみ</span>" not in ask(other, entry.question, seen="staff")
    finally:
        with office_database.writing() as session:
            session.get_one(Entry, (CODE, entry.entry_id)).state = "published"
            _moved(session)
        withdraw_drafts(office_database)


def _moved(session: Session) -> None:
    session.get_one(Municipality, CODE).knowledge_version += 1


def test_a_wording_becomes_a_draft_of_the_answer_and_residents_get_what_they_got(
    office: Flask, office_database: Database, editor: Colleague
) -> None:
    entry = entry_of(office_database)
    added = editor.post(f"{TRY}/wording", {"question": "ペンギンの散歩はどうなりますか", "entry_id": entry.entry_id})
    page = unescape(editor.get(added.location).text)
    assert "下書きに加えました" in page
    assert "公開前の影響を確かめる" in page
    assert f'href="/staff/{CODE}/answers/{entry.entry_id}">この答えを開く' in page
    with office_database.reading() as session:
        version = versions_of(session, CODE, entry.entry_id)[-1]
        assert version.state == "draft"
        assert version.content["phrasings"] == [*entry.phrasings, "ペンギンの散歩はどうなりますか"]
        assert session.get_one(Entry, (CODE, entry.entry_id)).phrasings == entry.phrasings
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc())).first()
        assert line is not None
        assert (line.action, line.subject, line.details["version"]) == (
            "wording_added",
            entry.entry_id,
            version.number,
        )
    refused = editor.post(
        f"{TRY}/wording", {"question": "ペンギンの散歩はどうなりますか", "entry_id": entry.entry_id}, status=422
    )
    assert "この言い方がもうあります" in refused.text
    assert "言い方がぴったり同じです" in ask(editor, "ペンギンの散歩はどうなりますか", seen="drafts")
    withdraw_drafts(office_database)


def test_a_wording_goes_on_top_of_what_somebody_writes_already(office_database: Database, editor: Colleague) -> None:
    entry = entry_of(office_database)
    draft(office_database, entry, answer="ほかの人の書きかけです。")
    editor.post(f"{TRY}/wording", {"question": "ラッコの昼寝の時間は", "entry_id": entry.entry_id})
    with office_database.reading() as session:
        version = versions_of(session, CODE, entry.entry_id)[-1]
        assert version.content["answer"] == "ほかの人の書きかけです。"
        assert "ラッコの昼寝の時間は" in version.content["phrasings"]
    withdraw_drafts(office_database)


def test_another_departments_answer_and_one_that_is_not_there_take_no_wording(
    office: Flask, office_database: Database
) -> None:
    entry = entry_of(office_database)
    other = signed_in(office, [Role.EDITOR], CODE, department="dep-of-nobody")
    other.post(f"{TRY}/wording", {"question": "新しい言い方", "entry_id": entry.entry_id}, status=404)
    other.post(f"{TRY}/wording", {"question": "新しい言い方", "entry_id": "nothing"}, status=404)
    other.post(f"{TRY}/check", {"question": "新しい言い方", "decision": "none"}, status=404)
    assert "この言い方を答えに加える" not in ask(other, entry.question)


def test_an_answer_that_is_not_near_is_searched_for(editor: Colleague, office_database: Database) -> None:
    entry = entry_of(office_database)
    page = ask(editor, "ペンギン", search=entry.question)
    assert re.search(rf"{re.escape(entry.question)}<div class=\"quiet\">{entry.entry_id}", page)
    assert "当てはまる答えはありません" in ask(editor, "ペンギン", search="ｑｑｑｑｑｑ")


def test_what_came_becomes_a_question_to_check(office_database: Database, editor: Colleague) -> None:
    question = "こんにちは。"
    page = ask(editor, question)
    assert "確認用の質問にする" in page
    editor.post(f"{TRY}/check", {"question": question, "decision": "smalltalk"})
    with office_database.reading() as session:
        assert "こんにちは。" in {one.text for one in check_questions(session, CODE)}
    assert (
        "もうあります"
        in editor.get(editor.post(f"{TRY}/check", {"question": question, "decision": "smalltalk"}).location).text
    )
    wrong = editor.post(f"{TRY}/check", {"question": question, "decision": "king"}, status=422)
    assert "どれかを選んでください" in wrong.text


def test_personal_data_is_masked_and_nothing_is_made_of_it(editor: Colleague) -> None:
    page = ask(editor, "電話は090-1234-5678です。住民票はどこで取れますか")
    assert "090-1234-5678" not in page
    assert "個人の情報があるようです" in page
    assert "この言い方を答えに加える" not in page


def test_the_time_of_a_draft_is_kept(office_database: Database, editor: Colleague) -> None:
    entry = entry_of(office_database)
    moment = now() + dt.timedelta(days=30)
    with office_database.writing() as session:
        row = session.get_one(Entry, (CODE, entry.entry_id))
        save_draft(session, CODE, Text(content_of(row), publish_at=moment), WRITER, now(), based_on=row.version)
    editor.post(f"{TRY}/wording", {"question": "カワウソの遠足の日は", "entry_id": entry.entry_id})
    with office_database.reading() as session:
        assert versions_of(session, CODE, entry.entry_id)[-1].publish_at == moment
    withdraw_drafts(office_database)


def test_what_was_tried_for_a_caller_stands_in_the_form_that_notes_it(editor: Colleague) -> None:
    page = ask(editor, '蜂の巣を"取って"ほしい')
    assert f'action="/staff/{CODE}/log/note/begin"' in page
    response = editor.post(f"/staff/{CODE}/log/note/begin", {"question": '蜂の巣を"取って"ほしい'}, 200)
    assert 'value="蜂の巣を&#34;取って&#34;ほしい"' in response.text
    assert "turn" in response.text
