"""公開前の影響確認 on screen: started for versions that wait, watched, stopped, read."""

from __future__ import annotations

import datetime as dt
import threading
from html import unescape

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from bot import jobs
from bot.conversation import answer
from bot.effect_jobs import PREPARE
from bot.log_rows import asked_question
from bot.services import Services
from intents.decision import Decision
from knowledge.approval import Actor
from knowledge.calendar import now, today
from knowledge.check_questions import keep_check_question, new_check_question
from knowledge.db import Database
from knowledge.entry_versions import content_of
from knowledge.jobs import recent_jobs
from knowledge.models import CheckQuestionRow, Entry, EntryVersion, Job, LoggedQuestion
from knowledge.publishing import Text, save_draft
from knowledge.query_log import record
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
EFFECT = f"/staff/{CODE}/effect"
WRITER = Actor("someone-else", "情報 一郎", edits=True)
ASKED = "カピバラの温泉の予約はどこでできますか"


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


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


@pytest.fixture(autouse=True)
def _clean(office_database: Database) -> None:
    with office_database.writing() as session:
        for table in (Job, LoggedQuestion, CheckQuestionRow):
            session.execute(delete(table))
    _clear_versions(office_database)


def _clear_versions(database: Database) -> None:
    with database.writing() as session:
        for version in session.scalars(select(EntryVersion).where(EntryVersion.state.in_(("draft", "requested")))):
            version.state = "withdrawn"


def do_jobs(kit: Services) -> None:
    jobs.work(kit, threading.Event(), once=True)


def draft(database: Database, entry: Entry, **changes: object) -> int:
    with database.writing() as session:
        row = session.get_one(Entry, (CODE, entry.entry_id))
        content = content_of(row) | {"phrasings": [*row.phrasings, ASKED]} | changes
        return save_draft(session, CODE, Text(content), WRITER, now(), based_on=row.version).number


def log_question(kit: Services, text: str) -> None:
    outcome = answer(kit.corpus.current(CODE), text)
    row = asked_question(
        outcome,
        municipality_code=CODE,
        event_key=f"test:{text}",
        channel="web",
        asked_at=now(),
        text=text,
        personal_data=False,
        asker=None,
    )
    with kit.database.writing() as session:
        record(session, row)


def start(colleague: Colleague, entry: Entry, number: int) -> str:
    return str(colleague.post(EFFECT, {"version": f"{entry.entry_id}:{number}"}).location)


def test_a_check_is_started_watched_and_read(kit: Services, editor: Colleague, entry: Entry) -> None:
    before = answer(kit.corpus.current(CODE), ASKED).reply.decision
    assert before is not Decision.ANSWER
    with kit.database.writing() as session:
        keep_check_question(session, CODE, new_check_question(ASKED, before.value), now())
    log_question(kit, ASKED)
    log_question(kit, "こんにちは")
    number = draft(kit.database, entry)
    assert entry.question in unescape(editor.get(EFFECT).text)
    address = start(editor, entry, number)
    waiting = editor.get(address)
    assert "順番を待っています" in waiting.text
    assert waiting.headers["Refresh"] == "3"
    assert "Refresh" not in editor.get(f"{address}?still=1").headers
    assert start(editor, entry, number) == address
    do_jobs(kit)
    result = editor.get(address)
    assert "Refresh" not in result.headers
    page = unescape(result.text)
    assert "新しく答える" in page
    assert "2種類（のべ 2回）" in page
    assert "1件が、正しくなくなります" in page
    assert ASKED in unescape(editor.get(f"{address}?change=answered").text)
    assert "変わる質問：答えなくなる" in unescape(editor.get(f"{address}?change=unanswered").text)
    for part in ("changed", "now_wrong"):
        beside = unescape(editor.get(f"{address}/replies/{part}/0").text)
        assert ASKED in beside
        assert entry.question in beside or entry.answer[:20] in beside
    editor.get(f"{address}/replies/changed/1", 404)
    editor.get(f"{address}/replies/anything/0", 404)
    assert address.rsplit("/", 1)[1] in editor.get(EFFECT).text


def request_approval(kit: Services, editor: Colleague, entry: Entry) -> None:
    """Of a version that waits newly."""
    number = draft(kit.database, entry)
    editor.post(f"/staff/{CODE}/answers/{entry.entry_id}/steps/request", {"number": str(number)})
    _clear_versions(kit.database)


def test_what_is_in_force_is_asked_before_anybody_waits_and_once(
    kit: Services, editor: Colleague, entry: Entry
) -> None:
    log_question(kit, "こんにちは")
    editor.get(EFFECT)
    with kit.database.reading() as session:
        assert recent_jobs(session, CODE, PREPARE) == []
    request_approval(kit, editor, entry)
    request_approval(kit, editor, entry)
    with kit.database.reading() as session:
        (one,) = recent_jobs(session, CODE, PREPARE)
    assert one.state == "waiting"
    do_jobs(kit)
    request_approval(kit, editor, entry)
    with kit.database.reading() as session:
        (one,) = recent_jobs(session, CODE, PREPARE)
    assert one.state == "done"


def test_a_check_is_stopped(kit: Services, editor: Colleague, entry: Entry) -> None:
    address = start(editor, entry, draft(kit.database, entry))
    editor.post(f"{address}/stop")
    assert "止めました" in editor.get(address).text
    do_jobs(kit)
    assert "止めました" in editor.get(address).text


def test_what_nobody_begins_is_said_to_wait_too_long(kit: Services, editor: Colleague, entry: Entry) -> None:
    address = start(editor, entry, draft(kit.database, entry))
    with time_machine.travel(now() + dt.timedelta(minutes=1)):
        assert "まだ始まりません" in editor.get(address).text


def test_a_version_that_is_gone_by_then_is_told(kit: Services, editor: Colleague, entry: Entry) -> None:
    number = draft(kit.database, entry)
    address = start(editor, entry, number)
    with kit.database.writing() as session:
        session.get_one(EntryVersion, (CODE, entry.entry_id, number)).state = "withdrawn"
    do_jobs(kit)
    assert "版が見つかりません" in editor.get(address).text


def test_a_version_that_is_gone_after_the_check_is_told_beside_the_question(
    kit: Services, editor: Colleague, entry: Entry
) -> None:
    log_question(kit, ASKED)
    number = draft(kit.database, entry)
    address = start(editor, entry, number)
    do_jobs(kit)
    with kit.database.writing() as session:
        session.get_one(EntryVersion, (CODE, entry.entry_id, number)).state = "withdrawn"
    assert "版が見つかりません" in editor.get(f"{address}/replies/changed/0").text


def test_what_residents_would_miss_is_told_before_an_answer_ends(
    kit: Services, office: Flask, editor: Colleague, entry: Entry
) -> None:
    log_question(kit, entry.question)
    step = f"/staff/{CODE}/answers/{entry.entry_id}/steps/end-urgently?number={entry.version}"
    assert f'name="ending" value="{entry.entry_id}"' in editor.get(step).text
    address = str(editor.post(EFFECT, {"ending": entry.entry_id}).location)
    do_jobs(kit)
    page = unescape(editor.get(address).text)
    assert f"「{entry.question}」の公開終了" in page
    assert f"/staff/{CODE}/answers/{entry.entry_id}" in page
    kinds = ("unanswered", "taken")
    assert any(
        entry.question in unescape(editor.get(f"{address}?change={one}").text).split("変わる質問")[-1] for one in kinds
    )
    old, new = unescape(editor.get(f"{address}/replies/changed/0").text).split("<h2>変えたあと</h2>")
    first = entry.answer.splitlines()[0]
    assert first in old
    assert first not in new
    assert answer(kit.corpus.current(CODE), entry.question).reply.answer is not None
    editor.post(EFFECT, {"ending": "nothing-like-it"}, status=404)
    signed_in(office, [Role.EDITOR], CODE, department="dep-of-nobody").post(
        EFFECT, {"ending": entry.entry_id}, status=404
    )


def test_where_nothing_changes_that_is_said_in_a_sentence(kit: Services, editor: Colleague, entry: Entry) -> None:
    log_question(kit, "あしたの天気はどうですか")
    number = draft(kit.database, entry, phrasings=list(entry.phrasings), answer=f"{entry.answer}\n一文を足しました。")
    address = start(editor, entry, number)
    do_jobs(kit)
    assert "確かめた質問への返事は、どれも変わりません" in editor.get(address).text


def test_a_version_of_a_later_day_is_tried_on_that_day(kit: Services, editor: Colleague, entry: Entry) -> None:
    log_question(kit, ASKED)
    first = (today() + dt.timedelta(days=40)).isoformat()
    address = start(editor, entry, draft(kit.database, entry, valid_from=first))
    do_jobs(kit)
    assert ASKED in editor.get(address).text


@pytest.mark.parametrize("given", [["nothing:1"], ["nothing"], ["x:y"], ["a:99999999"], ["goal:1", "x:1"]])
def test_a_version_that_is_not_there_is_not_started(editor: Colleague, given: list[str]) -> None:
    editor.post(EFFECT, {"version": given}, status=404)


def test_nothing_chosen_is_said_with_the_remedy(editor: Colleague) -> None:
    assert "一つ以上えらんで" in editor.post(EFFECT, status=422).text


def test_somebody_of_another_department_neither_starts_nor_reads_nor_stops(
    kit: Services, office: Flask, editor: Colleague, entry: Entry
) -> None:
    number = draft(kit.database, entry)
    address = start(editor, entry, number)
    other = signed_in(office, [Role.EDITOR], CODE, department="dep-of-nobody")
    assert entry.question not in other.get(EFFECT).text
    other.post(EFFECT, {"version": f"{entry.entry_id}:{number}"}, status=404)
    other.get(address, 404)
    other.post(f"{address}/stop", status=404)
    own = signed_in(office, [Role.EDITOR], CODE, department=entry.department)
    own.get(address)
    own.post(f"{address}/stop")
    viewer = signed_in(office, [Role.VIEWER], CODE)
    viewer.get(address)
    viewer.post(f"{address}/stop", status=404)
