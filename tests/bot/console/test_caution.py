"""確かさ on screen: what each level would have changed, and which one is used."""

from __future__ import annotations

import threading
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from bot import jobs
from bot.conversation import answer
from bot.log_rows import asked_question
from bot.services import Services
from intents.decision import POLICIES, Decision
from knowledge.calendar import now
from knowledge.caution import caution
from knowledge.db import Database
from knowledge.models import AuditLine
from knowledge.query_log import record
from knowledge.roles import Role
from tests.support.gold import GOLD, questions
from tests.support.staff import Colleague, signed_in

CODE = "242047"
CAUTION = f"/staff/{CODE}/caution"


@pytest.fixture
def admin(office: Flask) -> Colleague:
    return signed_in(office, [Role.ADMIN], CODE)


def level(database: Database) -> str:
    with database.reading() as session:
        return caution(session, CODE)


def unsure_question(kit: Services) -> str:
    """One that is answered at 積極的 and not at 慎重."""
    knowledge = kit.corpus.current(CODE)
    for _, row in (pair for pair in questions(GOLD) if pair[0] == CODE):
        said = [
            answer(knowledge, row["question"], policy=POLICIES[name]).reply.decision for name in ("cautious", "bold")
        ]
        if said[0] is not Decision.ANSWER and said[1] is Decision.ANSWER:
            return str(row["question"])
    raise LookupError("no such question")


def test_where_nobody_asked_anything_that_is_said(office: Flask) -> None:
    address = "/staff/122106/caution"
    other = signed_in(office, [Role.ADMIN], "122106")
    other.post(f"{address}/check")
    jobs.work(office.extensions["kotae"], threading.Event(), once=True)
    assert "この30日に届いた質問がありません" in other.get(address).text


def test_what_each_level_would_have_changed_is_asked_for_and_shown(office: Flask, admin: Colleague) -> None:
    kit: Services = office.extensions["kotae"]
    question = unsure_question(kit)
    row = asked_question(
        answer(kit.corpus.current(CODE), question),
        municipality_code=CODE,
        event_key="test:unsure",
        channel="web",
        asked_at=now(),
        text=question,
        personal_data=False,
        asker=None,
    )
    with kit.database.writing() as session:
        record(session, row)
    assert "まだ調べていません" in admin.get(CAUTION).text
    admin.post(f"{CAUTION}/check")
    waiting = admin.get(CAUTION)
    assert "順番を待っています" in waiting.text
    assert waiting.headers["Refresh"] == "3"
    jobs.work(kit, threading.Event(), once=True)
    page = unescape(admin.get(CAUTION).text)
    assert question in page
    assert "1種類（1回）" in page
    assert "今の水準" not in page
    own = signed_in(office, [Role.VIEWER], CODE, department="dep-of-somebody")
    assert question not in unescape(own.get(CAUTION).text)


def test_a_level_is_chosen_and_the_old_comparison_is_no_longer_shown(
    office_database: Database, admin: Colleague
) -> None:
    admin.post(CAUTION, {"level": "cautious"})
    assert level(office_database) == "cautious"
    assert "いまは「慎重」です" in admin.get(CAUTION).text
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "caution_set")).all()
    assert [line.details for line in lines] == [{"before": "standard", "after": "cautious"}]
    admin.post(CAUTION, {"level": "cautious"})
    assert "どれかを選んで" in admin.post(CAUTION, {"level": "king"}, status=422).text
    assert level(office_database) == "cautious"


def test_a_check_of_the_levels_is_stopped(admin: Colleague, office: Flask) -> None:
    admin.post(f"{CAUTION}/check")
    page = admin.get(CAUTION).text
    stop = next(part for part in page.split('"') if part.endswith("/stop"))
    signed_in(office, [Role.EDITOR], CODE).post(stop, status=404)
    admin.post(stop)
    assert "止めました" in admin.get(CAUTION).text


def test_only_administrators_choose(office: Flask) -> None:
    editor = signed_in(office, [Role.EDITOR], CODE)
    assert "この水準にする" not in editor.get(CAUTION).text
    editor.post(CAUTION, {"level": "bold"}, status=403)
