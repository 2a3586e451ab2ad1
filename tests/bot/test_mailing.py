"""Notices to staff by mail: written once, sent to a real server, tried again, never with a resident's words."""

from __future__ import annotations

import datetime as dt
import email
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from sqlalchemy import select

from bot.mailing import send_next
from bot.settings import MailServer
from knowledge.approval import Step
from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import StaffAccount, StaffMail
from knowledge.outbox import HELD, RETRIES, Tally, claim, forget_old, put, tally
from knowledge.query_log import AskedQuestion, record
from knowledge.reviews import start_review
from knowledge.roles import Grant, Role
from knowledge.staff import add_account
from knowledge.staff_mails import write_mails
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import MOMENT, WRITER, Desk, later
from tests.support.certificates import self_signed

ADDRESS = "https://kotae.example.jp"
MONDAY = dt.datetime(2026, 11, 23, 0, 30, tzinfo=dt.UTC)
"""9:30 in Japan."""


@dataclass
class Post:
    """A mail server on loopback that keeps what it gets, or answers as it is told."""

    answer: str = "250 OK"
    letters: list[EmailMessage] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Who signed in, and how."""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        made = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(made, EmailMessage)
        self.letters.append(made)
        return "250 OK"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer("127.0.0.1", port, "", "", starttls=False, sender="kotae@city.example.jp")
    controller.stop()


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def colleague(database: Database, login: str, role: Role, address: str = "a@city.example.jp") -> int:
    with database.writing() as session:
        return add_account(session, login, "試験 太郎", [Grant(role, CODE)], MOMENT, email=address).id


def notices(database: Database) -> list[StaffMail]:
    with database.reading() as session:
        return list(session.scalars(select(StaffMail).order_by(StaffMail.created_at, StaffMail.account_id)))


def write(database: Database, moment: dt.datetime) -> None:
    with database.writing() as session:
        write_mails(session, moment, ADDRESS)


def test_a_request_is_told_once_to_those_who_may_approve_and_arrives(
    desk: Desk, server: MailServer, post: Post
) -> None:
    approver = colleague(desk.database, "approver", Role.APPROVER, "kacho@city.example.jp")
    colleague(desk.database, "editor", Role.EDITOR)
    colleague(desk.database, "viewer", Role.VIEWER)
    desk.take(Step.REQUEST, WRITER, desk.write(1))
    write(desk.database, later(10))
    write(desk.database, later(11))
    assert [one.account_id for one in notices(desk.database)] == [approver]
    assert send_next(desk.database, server)
    assert not send_next(desk.database, server)
    (letter,) = post.letters
    assert str(letter["To"]) == "kacho@city.example.jp"
    assert "承認依頼" in str(letter["Subject"])
    assert letter.get_content_type() == "text/plain"
    assert f"{ADDRESS}/staff/{CODE}/" in letter.get_content()
    assert [one.state for one in notices(desk.database)] == ["sent"]


def test_what_is_sent_back_is_told_to_its_writer_with_the_reason(desk: Desk) -> None:
    writer = colleague(desk.database, "writer", Role.EDITOR)
    colleague(desk.database, "other", Role.EDITOR)
    who = replace(WRITER, account=str(writer))
    number = desk.write(1, actor=who)
    desk.take(Step.REQUEST, who, number)
    desk.take(Step.RETURN, replace(WRITER, account="x", approves=True), number, reason="年度を直してください")
    write(desk.database, later(10))
    (notice,) = notices(desk.database)
    assert (notice.account_id, "年度を直してください" in notice.body) == (writer, True)


def test_a_question_that_is_not_public_yet_is_told_of_without_its_words(desk: Desk) -> None:
    """A new answer may be begun with a resident's own wording: 「この言い方で新しい答えを書く」."""
    colleague(desk.database, "approver", Role.APPROVER)
    words = "まごがひみつの病気なんだけどどうしたらいい？"
    number = desk.write(None, content=desk.content(id="new-answer", question=words, phrasings=[]))
    desk.take(Step.REQUEST, WRITER, number, entry_id="new-answer")
    write(desk.database, later(10))
    (notice,) = notices(desk.database)
    assert "ひみつ" not in notice.subject + notice.body
    assert f"{ADDRESS}/staff/{CODE}/answers/new-answer" in notice.body


def test_a_public_question_names_the_answer_that_waits(desk: Desk) -> None:
    colleague(desk.database, "approver", Role.APPROVER)
    desk.take(Step.REQUEST, WRITER, desk.write(1))
    write(desk.database, later(10))
    (notice,) = notices(desk.database)
    assert "計画の目標は何ですか？" in notice.subject


def test_what_is_old_is_not_told_when_mail_is_switched_on(desk: Desk) -> None:
    colleague(desk.database, "approver", Role.APPROVER)
    desk.take(Step.REQUEST, WRITER, desk.write(1))
    write(desk.database, later(10) + dt.timedelta(days=3))
    assert [one for one in notices(desk.database) if one.key.startswith("REQUEST")] == []


def test_monday_morning_brings_one_summary_without_anybodys_words(desk: Desk) -> None:
    colleague(desk.database, "editor", Role.EDITOR)
    asked = AskedQuestion(
        CODE,
        "web:1",
        "web",
        MONDAY,
        "ひみつの質問",
        False,
        None,
        None,
        "ja",
        "none",
        None,
        None,
        None,
        None,
        [],
        1,
        1.0,
    )
    with desk.database.writing() as session:
        record(session, asked)
    for hours in (-3, 0, 1, 24):
        write(desk.database, MONDAY + dt.timedelta(hours=hours))
    (notice,) = notices(desk.database)
    assert "答えられなかった質問　1件" in notice.body
    assert "ひみつ" not in notice.body + notice.subject


@pytest.mark.parametrize(("days", "told"), [(8, 0), (7, 1), (3, 0), (0, 1), (-1, 0)])
def test_the_deadline_of_a_review_is_told_a_week_before_and_on_the_day(desk: Desk, days: int, told: int) -> None:
    colleague(desk.database, "editor", Role.EDITOR)
    moment = dt.datetime(2026, 12, 10, 3, tzinfo=dt.UTC)
    with desk.database.writing() as session:
        start_review(
            session,
            CODE,
            "年度末",
            dt.date(2026, 12, 10) + dt.timedelta(days=days),
            WRITER.author,
            MOMENT - dt.timedelta(days=40),
        )
    write(desk.database, moment)
    assert len(notices(desk.database)) == told


def _put(database: Database, login: str = "editor", address: str = "a@city.example.jp") -> int:
    account = colleague(database, login, Role.EDITOR, address)
    with database.writing() as session:
        put(session, account, "k", CODE, "件名\r\nBcc: evil@example.jp", "本文", now())
    return account


def test_a_server_that_is_away_is_asked_again_later_and_given_up_in_the_end(desk: Desk, server: MailServer) -> None:
    _put(desk.database)
    away = replace(server, port=1)
    for _ in range(len(RETRIES) + 1):
        with desk.database.writing() as session:
            session.scalars(select(StaffMail)).one().next_at = now()
        assert send_next(desk.database, away)
    (notice,) = notices(desk.database)
    assert (notice.state, notice.attempts, notice.fault) == ("given_up", len(RETRIES) + 1, "ConnectionRefusedError")


@pytest.mark.parametrize(("answer", "state"), [("550 no such user", "given_up"), ("451 try later", "waiting")])
def test_an_address_refused_for_good_is_given_up_at_once(
    desk: Desk, server: MailServer, post: Post, answer: str, state: str
) -> None:
    post.answer = answer
    _put(desk.database)
    assert send_next(desk.database, server)
    (notice,) = notices(desk.database)
    assert (notice.state, notice.fault) == (state, "SMTPRecipientsRefused")


@pytest.fixture
def guarded(post: Post, tmp_path: Path) -> Iterator[tuple[MailServer, Path]]:
    """A server that takes letters and passwords behind TLS only, and the certificate that it shows."""
    certificate, key = self_signed(tmp_path, "127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        post.names.append(f"{mechanism} {data.login.decode()} {data.password.decode()}")
        return AuthResult(success=data.password == b"secret of the office", handled=False)

    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    controller = Controller(
        post, hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=True,
        authenticator=known, auth_required=True,
    )  # fmt: skip
    controller.start()
    yield MailServer("127.0.0.1", port, "kotae", "secret of the office", starttls=True, sender="k@c.jp"), certificate
    controller.stop()


def test_a_letter_and_the_password_go_through_tls(
    desk: Desk, guarded: tuple[MailServer, Path], post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = guarded
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    _put(desk.database)
    assert send_next(desk.database, server)
    assert len(post.letters) == 1
    assert {name.split(" ", 1)[1] for name in post.names} == {"kotae secret of the office"}


def test_a_server_that_nobody_vouches_for_gets_no_letter_and_no_password(
    desk: Desk, guarded: tuple[MailServer, Path], post: Post
) -> None:
    _put(desk.database)
    assert send_next(desk.database, guarded[0])
    assert (post.letters, post.names) == ([], [])
    (notice,) = notices(desk.database)
    assert (notice.state, notice.fault) == ("waiting", "SSLCertVerificationError")


def test_a_server_that_offers_no_tls_gets_no_letter_and_no_password(desk: Desk, server: MailServer, post: Post) -> None:
    _put(desk.database)
    assert send_next(desk.database, replace(server, starttls=True, user="kotae", password="secret"))
    assert (post.letters, [one.state for one in notices(desk.database)]) == ([], ["waiting"])


def test_a_wrong_password_sends_nothing_and_is_tried_again(
    desk: Desk, guarded: tuple[MailServer, Path], post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = guarded
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    _put(desk.database)
    assert send_next(desk.database, replace(server, password="wrong"))
    (notice,) = notices(desk.database)
    assert (post.letters, notice.state, notice.fault) == ([], "waiting", "SMTPAuthenticationError")


def test_a_subject_cannot_bring_a_header_of_its_own(desk: Desk, server: MailServer, post: Post) -> None:
    _put(desk.database)
    assert send_next(desk.database, server)
    assert post.letters[0]["Bcc"] is None
    assert str(post.letters[0]["Subject"]) == "件名 Bcc: evil@example.jp"


def test_whoever_left_gets_nothing(desk: Desk, server: MailServer, post: Post) -> None:
    account = _put(desk.database)
    with desk.database.writing() as session:
        session.get_one(StaffAccount, account).disabled = True
    assert not send_next(desk.database, server)
    assert (post.letters, notices(desk.database)[0].state) == ([], "given_up")


def test_what_one_process_sends_the_others_leave_alone(desk: Desk) -> None:
    _put(desk.database)
    moment = now()
    assert claim(desk.database, moment) is not None
    assert claim(desk.database, moment) is None
    assert claim(desk.database, moment + HELD) is not None


def test_what_was_sent_long_ago_is_forgotten(desk: Desk, server: MailServer) -> None:
    _put(desk.database)
    send_next(desk.database, server)
    with desk.database.writing() as session:
        forget_old(session, now() + dt.timedelta(days=31))
    assert notices(desk.database) == []


def test_what_became_of_the_notices_is_counted_with_the_last_fault(desk: Desk, server: MailServer) -> None:
    _put(desk.database)
    assert send_next(desk.database, server)
    _put(desk.database, "other")
    assert send_next(desk.database, replace(server, port=1))
    with desk.database.reading() as session:
        assert tally(session, CODE, now()) == Tally(1, 1, 0, "ConnectionRefusedError")
        assert tally(session, "999999", now()) == Tally(0, 0, 0, None)
