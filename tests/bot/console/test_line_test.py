"""試験用のLINE: drafts are answered there, to listed colleagues alone, and none of it is a resident's question."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import create_app
from bot.line.inbox import reconcile
from bot.line.sender import Sender
from bot.line.test_channel import MARK, STRANGER
from bot.services import Services
from knowledge.approval import Actor
from knowledge.calendar import now
from knowledge.entry_versions import content_of
from knowledge.models import AuditLine, Entry, LineEvent, LineTester, LoggedQuestion, StaffAccount, StaffGrant
from knowledge.publishing import Text, save_draft
from knowledge.roles import Role
from tests.bot.line.conftest import drain
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, event, signature, text_event, webhook_body
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PAGE = f"/staff/{CODE}/line-test"
TEST_SECRET, TEST_TOKEN = "secret-of-the-test-channel", "token-of-the-test-channel"
DRAFTED = "書きかけの答えで、まだだれも決めていません。"
LISTED, UNLISTED = 7, 8
"""Two people of LINE."""


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        fake.access_tokens.add(TEST_TOKEN)
        yield fake
        assert fake.violations == []


@pytest.fixture
def office_line(line: FakeLine, tmp_path: Path, vectors_folder: Path, loaded_file: Path) -> Iterator[Flask]:
    """An office with both channels."""
    (tmp_path / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, tmp_path / "kotae.db")
    made = create_app(
        {
            "INSTANCE_PATH": str(tmp_path),
            "SENDER_THREADS": "0",
            "LINE_API_HOST": line.url,
            f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
            f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
            f"LINE_{CODE}_TEST_CHANNEL_SECRET": TEST_SECRET,
            f"LINE_{CODE}_TEST_CHANNEL_ACCESS_TOKEN": TEST_TOKEN,
        }
    )
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def editor(office_line: Flask) -> Colleague:
    return signed_in(office_line, [Role.EDITOR], CODE, name="編集 花子")


def kit_of(app: Flask) -> Services:
    kit: Services = app.extensions["kotae"]
    return kit


def deliver(app: Flask, one: dict[str, Any], *, channel: str = f"{CODE}-test", secret: str = TEST_SECRET) -> int:
    body = webhook_body([one])
    headers = {"x-line-signature": signature(body, secret), "Host": "127.0.0.1"}
    return app.test_client().post(f"/line/{channel}/webhook", data=body, headers=headers).status_code


def replies(app: Flask, line: FakeLine, one: dict[str, Any], **where: str) -> list[dict[str, Any]]:
    """What LINE was given in reply to an event."""
    kit = kit_of(app)
    assert deliver(app, one, **where) == 200
    drain(Sender(kit.database, kit.corpus, kit.line_clients, now, kit.previews))
    (accepted,) = line.accepted(one["replyToken"])
    messages: list[dict[str, Any]] = accepted["messages"]
    return messages


def said(app: Flask, line: FakeLine, text: str, sender: int = LISTED, **where: str) -> str:
    return "\n".join(texts(replies(app, line, text_event(line, text, sender=sender), **where)))


def said_really(app: Flask, line: FakeLine, text: str, sender: int = LISTED) -> str:
    """The same on the channel of residents."""
    return said(app, line, text, sender, channel=CODE, secret=SECRET)


def texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, each in part.items():
            yield from [each] if name in ("text", "altText") and isinstance(each, str) else texts(each)
    elif isinstance(part, list):
        for each in part:
            yield from texts(each)


def code_for(colleague: Colleague) -> str:
    page = colleague.post(f"{PAGE}/code", status=200).text
    found = re.search(r'<p class="code">([A-Z0-9-]+)</p>', page)
    assert found is not None
    return found[1]


def let_in(app: Flask, line: FakeLine, colleague: Colleague, sender: int = LISTED) -> None:
    assert "利用者に加えました" in said(app, line, code_for(colleague), sender)


def own_entries(session: Session) -> list[Entry]:
    wanted = select(Entry).where(Entry.municipality_code == CODE, Entry.state == "published")
    wanted = wanted.where(~Entry.entry_id.startswith("common-"), Entry.department.is_not(None))
    return [row for row in session.scalars(wanted.order_by(Entry.entry_id)) if len(row.question) > 8]


def drafted_question(app: Flask, department: str | None = None) -> str:
    """A published question whose answer somebody writes anew."""
    with kit_of(app).database.writing() as session:
        row = next(row for row in own_entries(session) if department in (None, row.department))
        text = Text(content_of(row) | {"answer": DRAFTED, "translations": {}})
        save_draft(session, CODE, text, Actor("someone", "情報 一郎", edits=True), now(), based_on=row.version)
        return row.question


def rows_of_the_log(app: Flask) -> int:
    with kit_of(app).database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoggedQuestion)) or 0


def test_a_draft_is_answered_there_and_not_to_residents(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    let_in(office_line, line, editor)
    question = drafted_question(office_line)
    (message,) = replies(office_line, line, text_event(line, question, sender=LISTED))
    assert message["altText"].startswith(f"{MARK}\nこの答えは、まだ公開していません（第")
    assert next(texts(message["contents"])).startswith(MARK)
    assert DRAFTED in "\n".join(texts(message))
    assert line.used_tokens[-1] == TEST_TOKEN
    before = rows_of_the_log(office_line)
    real = said_really(office_line, line, question)
    assert DRAFTED not in real
    assert MARK not in real
    assert line.used_tokens[-1] == ACCESS_TOKEN
    assert rows_of_the_log(office_line) == before + 1


def test_what_is_public_says_so(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    let_in(office_line, line, editor)
    told = said(office_line, line, "オンラインで申請できる手続きは？")
    assert told.startswith(MARK)
    assert "まだ公開していません" not in told


def test_nothing_of_it_is_a_residents_question(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    """Neither a question, nor a tap on a button of the reply, nor a picture, a follow or a message taken back."""
    let_in(office_line, line, editor)
    kit, before = kit_of(office_line), rows_of_the_log(office_line)
    asked = text_event(line, drafted_question(office_line), sender=LISTED)
    (message,) = replies(office_line, line, asked)
    said(office_line, line, "こんな質問にはだれも答えていないはずのくじらの飼い方")
    for data in dict.fromkeys(re.findall(r"'data': '([^']+)'", str(message))):
        tap = event("postback", sender=LISTED, replyToken=line.issue_token(), postback={"data": data})
        assert next(texts(replies(office_line, line, tap))).startswith(MARK)
    picture = event(sender=LISTED, replyToken=line.issue_token(), message={"type": "image", "id": "1"})
    assert next(texts(replies(office_line, line, picture))).startswith(MARK)
    assert deliver(office_line, event("unsend", sender=LISTED, unsend={"messageId": asked["message"]["id"]})) == 200
    assert rows_of_the_log(office_line) == before
    assert kit.database is not None
    assert reconcile(kit.database, now()).sound


def test_what_was_talked_of_there_is_not_known_to_the_residents_channel(
    office_line: Flask, line: FakeLine, editor: Colleague
) -> None:
    let_in(office_line, line, editor)
    said(office_line, line, drafted_question(office_line))
    said_really(office_line, line, "電話番号は？")
    with kit_of(office_line).database.reading() as session:
        tried = set(session.scalars(select(LineEvent.asker).where(LineEvent.test)))
        asked = set(session.scalars(select(LineEvent.asker).where(~LineEvent.test)))
    assert (len(tried), len(asked), len(tried & asked)) == (1, 1, 0)


@pytest.mark.parametrize("kind", ["text", "follow", "image"])
def test_a_stranger_is_sent_to_the_residents_channel(office_line: Flask, line: FakeLine, kind: str) -> None:
    token = line.issue_token()
    events = {
        "text": text_event(line, "住民票はコンビニで取れますか", sender=UNLISTED),
        "follow": event("follow", sender=UNLISTED, replyToken=token, follow={"isUnblocked": False}),
        "image": event(sender=UNLISTED, replyToken=token, message={"type": "image", "id": "1"}),
    }
    assert list(texts(replies(office_line, line, events[kind]))) == [STRANGER]
    assert rows_of_the_log(office_line) == 0


def test_a_code_lets_in_one_person_once(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    code = code_for(editor)
    assert "編集 花子さん" in said(office_line, line, code.lower().replace("-", " "))
    assert said(office_line, line, code, UNLISTED) == STRANGER
    with kit_of(office_line).database.reading() as session:
        lines = [row.action for row in session.scalars(select(AuditLine).where(AuditLine.scope == CODE))]
        assert lines[-2:] == ["line_tester_code", "line_tester_admitted"]
        kept = session.scalars(select(LineTester)).one()
        assert len(kept.asker) == 32
        assert all(row.text is None for row in session.scalars(select(LineEvent)))
    page = editor.get(PAGE).text
    assert "編集 花子" in page
    assert code not in page


@pytest.mark.parametrize("change", ["newer", "too late", "stopped", "no role", "unsent"])
def test_a_code_that_no_longer_counts_lets_nobody_in(
    office_line: Flask, line: FakeLine, editor: Colleague, change: str
) -> None:
    code = code_for(editor)
    later = now()
    with kit_of(office_line).database.writing() as session:
        if change == "stopped":
            session.get_one(StaffAccount, editor.account_id).disabled = True
        elif change == "no role":
            session.execute(delete(StaffGrant).where(StaffGrant.account_id == editor.account_id))
    if change == "newer":
        code_for(editor)
    elif change == "too late":
        later += dt.timedelta(minutes=61)
    elif change == "unsent":
        code = code[:-1] + ("A" if code[-1] != "A" else "B")
    with time_machine.travel(later, tick=True):
        assert said(office_line, line, code) == STRANGER


@pytest.mark.parametrize("change", ["dismissed", "stopped", "no role", "viewer"])
def test_whoever_may_no_longer_see_drafts_is_a_stranger_at_once(
    office_line: Flask, line: FakeLine, editor: Colleague, change: str
) -> None:
    let_in(office_line, line, editor)
    database = kit_of(office_line).database
    with database.reading() as session:
        tester = session.scalars(select(LineTester)).one()
    if change == "dismissed":
        signed_in(office_line, [Role.EDITOR], CODE).post(f"{PAGE}/{tester.id}/dismiss")
    with database.writing() as session:
        if change == "stopped":
            session.get_one(StaffAccount, editor.account_id).disabled = True
        elif change == "no role":
            session.execute(delete(StaffGrant).where(StaffGrant.account_id == editor.account_id))
        elif change == "viewer":
            session.execute(update(StaffGrant).where(StaffGrant.account_id == editor.account_id).values(role="viewer"))
    told = said(office_line, line, "オンラインで申請できる手続きは？")
    assert (told == STRANGER) == (change != "viewer"), "who may see the answers in the console sees them here, too"


def test_drafts_of_another_department_stay_its_own(office_line: Flask, line: FakeLine) -> None:
    with kit_of(office_line).database.reading() as session:
        own, other = sorted({str(row.department) for row in own_entries(session)})[:2]
    let_in(office_line, line, signed_in(office_line, [Role.EDITOR], CODE, department=own), LISTED)
    let_in(office_line, line, signed_in(office_line, [Role.EDITOR], CODE), UNLISTED)
    question = drafted_question(office_line, other)
    assert DRAFTED not in said(office_line, line, question, LISTED)
    assert DRAFTED in said(office_line, line, question, UNLISTED)


def test_a_group_that_reads_along_gets_nothing(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    let_in(office_line, line, editor)
    kit = kit_of(office_line)
    mention = {"mentionees": [{"index": 0, "length": 4, "type": "user", "isSelf": True}]}
    one = text_event(line, "@こたえ オンラインで申請できる手続きは？", message={"mention": mention})
    one["source"] = {"type": "group", "groupId": "C1", "userId": one["source"]["userId"]}
    assert deliver(office_line, one) == 200
    drain(Sender(kit.database, kit.corpus, kit.line_clients, now, kit.previews))
    assert line.accepted(one["replyToken"]) == []


@pytest.mark.parametrize(
    ("channel", "secret", "status"),
    [
        pytest.param(f"{CODE}-test", SECRET, 400, id="signed for the residents' channel"),
        pytest.param(CODE, TEST_SECRET, 400, id="signed for the test channel"),
        pytest.param("222232-test", TEST_SECRET, 404, id="a channel that is not set up"),
    ],
)
def test_each_channel_takes_its_own_signature_alone(
    office_line: Flask, line: FakeLine, channel: str, secret: str, status: int
) -> None:
    assert deliver(office_line, text_event(line, "住民票"), channel=channel, secret=secret) == status


def test_a_repeated_event_is_answered_once(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    let_in(office_line, line, editor)
    one = text_event(line, "オンラインで申請できる手続きは？", sender=LISTED)
    assert deliver(office_line, one) == 200
    assert len(replies(office_line, line, one)) == 1


def test_the_page_tells_what_is_missing(office: Flask) -> None:
    page = signed_in(office, [Role.EDITOR]).get(PAGE).text
    assert "まだ設定していません" in page
    assert f"http://127.0.0.1:8000/line/{CODE}-test/webhook" in page
    assert f"LINE_{CODE}_TEST_CHANNEL_SECRET" in page


def test_only_those_of_the_municipality_are_dismissed(office_line: Flask, line: FakeLine, editor: Colleague) -> None:
    let_in(office_line, line, editor)
    elsewhere = signed_in(office_line, [Role.EDITOR], "222232")
    with kit_of(office_line).database.reading() as session:
        tester = session.scalars(select(LineTester)).one()
    elsewhere.post(f"/staff/222232/line-test/{tester.id}/dismiss", status=404)
    editor.post(f"{PAGE}/999999/dismiss", status=404)
    assert "編集 花子" in editor.get(PAGE).text
