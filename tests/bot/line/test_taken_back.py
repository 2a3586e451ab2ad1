"""A message that its author took back is nowhere any more: in no column of any table, and not in the files."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.log_file_jobs import LOG_FILE
from bot.services import Services
from intents.grouping import text_key
from knowledge.calendar import JST, now
from knowledge.erasures import lines_since
from knowledge.jobs import EFFECT, ask_for
from knowledge.log_files import csv_text, keep_part
from knowledge.models import (
    AuditLine,
    CheckQuestionRow,
    Job,
    LoggedQuestion,
    NeedCard,
    NeedEvent,
    NeedText,
    ResidentWord,
    ResidentWordChoice,
    StaffAccount,
    StaffMail,
    UnsavedText,
)
from tests.bot.line.conftest import CODE, drain, sender_of
from tests.bot.line.test_sender import event, keep, text_event
from tests.support.every_column import places_of
from tests.support.fake_line import FakeLine

WORDS = "とりけしたいかなりあの巣箱の申請"
CANARY = ("かなりあ", "カナリア", "巣箱")
MINUTE = dt.timedelta(minutes=1)


def put_everywhere(kit: Services) -> None:
    """What jobs and staff make of a question: a card with a name and a history, words, files, results, notes, mails."""
    later, day = now() + MINUTE, now().astimezone(JST).date()
    with kit.database.writing() as session:
        row = session.scalars(select(LoggedQuestion).where(LoggedQuestion.text == WORDS)).one()
        row.need_signal, row.need = "none", 1
        session.add(
            NeedCard(
                municipality_code=CODE, number=1, name="かなりあ・巣箱・申請", made_at=later, changed_at=later, times=2
            )
        )
        session.flush()
        for text in (WORDS, "申請はどこ"):
            session.add(NeedText(municipality_code=CODE, key=text_key(text), number=1, text=text, times=1, last_on=day))
        session.add(
            NeedEvent(municipality_code=CODE, number=1, at=later, name="係", act="split", details={"texts": [WORDS]})
        )
        for word, entry, questions in (("巣箱", "", 1), ("かなりあ", "juki", 1), ("申請", "", 7)):
            session.add(
                ResidentWord(
                    municipality_code=CODE, word=word, entry_id=entry, official="", questions=questions,
                    askers=questions, months=1, score=1.0, known="", sources="", in_answers=False, need=None,
                    counted_at=later,
                )
            )  # fmt: skip
        session.add(
            ResidentWordChoice(
                municipality_code=CODE, word="かなりあ", entry_id="juki", choice="editors", chosen_by="1",
                chosen_name="係", chosen_at=later,
            )
        )  # fmt: skip
        session.add(
            CheckQuestionRow(
                municipality_code=CODE, check_id="c-1", text=WORDS, decision="none", entry_ids=[], changed_by="1",
                changed_at=later,
            )
        )  # fmt: skip
        session.add(
            UnsavedText(
                municipality_code=CODE, account="1", form="entry:x", fields={"a": f"「{WORDS}」"}, kept_at=later
            )
        )
        person = StaffAccount(login="k", name="係", created_at=later, changed_at=later)
        session.add(person)
        session.flush()
        session.add(
            StaffMail(
                id="mail-1", account_id=person.id, key="k", scope=CODE, subject="票", body="かなりあ・巣箱・申請の回答",
                created_at=later, next_at=later,
            )
        )  # fmt: skip
        wanted = {"first": day.isoformat(), "last": day.isoformat()}
        done = ask_for(session, CODE, LOG_FILE, {"file": "f-1", "filter": wanted}, later, "1")
        keep_part(session, CODE, "f-1", 0, csv_text([[WORDS]], head=True), later)
        effect = ask_for(session, CODE, EFFECT, {"of": "word"}, later, "1")
        session.flush()
        for job_id, result in ((done, {"rows": 1}), (effect, {"changed": [{"question": WORDS}]})):
            job = session.get_one(Job, job_id)
            job.state, job.finished_at, job.result = "done", later, result
        running = session.get_one(Job, ask_for(session, CODE, EFFECT, {"of": "versions"}, later, "1"))
        running.state, running.fence, running.attempts = "running", 1, 1


def test_what_was_taken_back_is_in_no_column_of_any_table(kit: Services, line: FakeLine) -> None:
    asked = text_event(line, WORDS)
    keep(kit, asked)
    drain(sender_of(kit))
    put_everywhere(kit)
    assert len(places_of(kit.database, CANARY)) == 12
    keep(kit, event("unsend", unsend={"messageId": asked["message"]["id"]}))
    assert places_of(kit.database, CANARY) == set()
    with kit.database.reading() as session:
        assert session.scalars(select(NeedCard.name)).one() == "申請", "the word of another's text stays"
        assert [(row.word, row.questions) for row in session.scalars(select(ResidentWord))] == [("申請", 6)]
        assert session.scalars(select(LoggedQuestion)).one().need == 1, "the count stays"
        again = session.scalars(select(Job)).one()
        assert (again.state, again.fence, again.attempts) == ("waiting", 2, 0), "begun anew, without the text"
        told = session.scalars(select(AuditLine).where(AuditLine.action == "message_taken_back")).one()
        assert told.login == "（システム）"
        assert told.details["counts"]["need_texts"] == 1
        (line_of_ledger,) = lines_since(session, now() - MINUTE)
        assert line_of_ledger.key == asked["message"]["id"]


def test_what_others_asked_in_the_same_words_stays(kit: Services, line: FakeLine) -> None:
    mine, other = text_event(line, "蜂の巣を取って"), text_event(line, "蜂の巣を取って", sender=2)
    for one in (mine, other):
        keep(kit, one)
        drain(sender_of(kit))
    day = now().astimezone(JST).date()
    with kit.database.writing() as session:
        session.add(NeedCard(municipality_code=CODE, number=1, name="蜂・巣", made_at=now(), changed_at=now()))
        session.flush()
        for row in session.scalars(select(LoggedQuestion)):
            row.need = 1
        session.add(
            NeedText(
                municipality_code=CODE,
                key=text_key("蜂の巣を取って"),
                number=1,
                text="蜂の巣を取って",
                times=2,
                last_on=day,
            )
        )
    keep(kit, event("unsend", unsend={"messageId": mine["message"]["id"]}))
    with kit.database.reading() as session:
        assert [(row.text, row.times) for row in session.scalars(select(NeedText))] == [("蜂の巣を取って", 1)]
        assert session.scalars(select(NeedCard.name)).one() == "蜂・巣"


def test_it_is_gone_from_the_files_within_a_minute(line_environment: dict[str, str], line: FakeLine) -> None:
    from app import create_app

    services: Services = create_app(line_environment).extensions["kotae"]
    asked = text_event(line, WORDS)
    keep(services, asked)
    drain(sender_of(services))
    put_everywhere(services)
    files = list(services.settings.instance.glob("kotae.db*"))
    assert held_in(files), "or this would prove nothing"
    keep(services, event("unsend", unsend={"messageId": asked["message"]["id"]}))
    services.housekeeping.shrink_soon()
    until = time.monotonic() + 20
    while held_in(files) and time.monotonic() < until:
        time.sleep(0.05)
    assert not held_in(files)
    services.housekeeping.stop()
    services.database.dispose()


def held_in(files: list[Path]) -> bool:
    content = b"".join(map(Path.read_bytes, files))
    return any(word.encode() in content for word in CANARY)


@pytest.mark.parametrize("times", [1, 2])
def test_taking_back_twice_is_noted_once(kit: Services, line: FakeLine, times: int) -> None:
    for number in range(times):
        keep(kit, event("unsend", unsend={"messageId": "77"}, webhookEventId=f"01U{number}"))
    with kit.database.reading() as session:
        assert len(list(lines_since(session, now() - MINUTE))) == 1
        assert len(session.scalars(select(AuditLine).where(AuditLine.action == "message_taken_back")).all()) == 1
