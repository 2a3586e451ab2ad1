"""The audit log: lines are added and never changed, and it shows when somebody did anyway."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import Actor
from knowledge.audit_chain import expire, note_daily_head, verify
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import AuditHead, AuditLine

SOMEBODY = Actor(7, "yamada-h", "a" * 32)
TODAY = now()


def add(database: Database, count: int = 1, at: dt.datetime = TODAY) -> None:
    with database.writing() as session:
        for number in range(count):
            audit.append(
                session, SOMEBODY, "signed_in", at=at, scope="242047", subject=f"s{number}", details={"how": "password"}
            )


def findings(database: Database, expected: tuple[int, str] | None = None) -> tuple[str, ...]:
    with database.reading() as session:
        return verify(session, expected).findings


def unguarded(session: Session) -> None:
    """As somebody who owns the database could do."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_lines_update"))
        session.execute(text("DROP TRIGGER audit_lines_delete"))
    else:
        session.execute(text("ALTER TABLE audit_lines DISABLE TRIGGER ALL"))


def test_an_untouched_log_is_whole(database: Database) -> None:
    assert findings(database) == ()
    add(database, 5)
    assert findings(database) == ()


@pytest.mark.parametrize(
    "statement",
    [update(AuditLine).values(subject="nobody"), delete(AuditLine), text("DELETE FROM audit_lines WHERE number = 2")],
    ids=["update", "delete", "delete one"],
)
def test_the_database_itself_refuses_to_change_a_line(database: Database, statement: object) -> None:
    add(database, 3)
    with pytest.raises(DBAPIError, match="audit log"), database.writing() as session:
        session.execute(statement)
    assert findings(database) == ()


def _change(session: Session) -> None:
    session.execute(update(AuditLine).where(AuditLine.number == 3).values(subject="somebody else"))


def _change_with_its_digest(session: Session) -> None:
    line = session.get_one(AuditLine, 3)
    line.subject = "somebody else"
    line.digest = audit.line_digest(line)


def _remove(session: Session) -> None:
    session.execute(delete(AuditLine).where(AuditLine.number == 3))


def _swap(session: Session) -> None:
    for number, other in ((2, 100), (3, 2), (100, 3)):
        session.execute(update(AuditLine).where(AuditLine.number == number).values(number=other))


def _cut(session: Session) -> None:
    session.execute(delete(AuditLine).where(AuditLine.number > 4))


def _cut_with_the_head(session: Session) -> None:
    _cut(session)
    head, last = session.get_one(AuditHead, 1), session.get_one(AuditLine, 4)
    head.number, head.digest = last.number, last.digest


def _write_anew(session: Session) -> None:
    """Every line from the third on, with digests that fit."""
    previous = session.get_one(AuditLine, 2).digest
    for number in range(3, 7):
        line = session.get_one(AuditLine, number)
        line.login, line.previous = "somebody-else", previous
        previous = line.digest = audit.line_digest(line)
    session.get_one(AuditHead, 1).digest = previous


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (_change, "3番の中身が"),
        (_change_with_its_digest, "4番が、前の行とつながりません"),
        (_remove, "間の行が消されました"),
        (_swap, "前の行とつながりません"),
        (_cut, "最後の行は6番のはず"),
        (_cut_with_the_head, "6番までの行があったことが控えに"),
        (_write_anew, "6番が、控えと違います"),
    ],
)
def test_whoever_owns_the_database_does_not_change_it_unnoticed(
    database: Database, tamper: Callable[[Session], None], said: str
) -> None:
    add(database, 6)
    with database.writing() as session:
        assert note_daily_head(session, TODAY)
    with database.writing() as session:
        unguarded(session)
        tamper(session)
    assert any(said in finding for finding in findings(database))


def test_the_application_log_shows_what_was_cut_off_with_every_checkpoint(database: Database) -> None:
    add(database, 6)
    with database.reading() as session:
        told = session.get_one(AuditHead, 1)
        expected = told.number, told.digest
    with database.writing() as session:
        unguarded(session)
        _cut_with_the_head(session)
    assert findings(database) == ()
    assert any("末尾が消されました" in finding for finding in findings(database, expected))


def test_the_head_is_noted_once_a_day(database: Database) -> None:
    add(database, 2)
    evening = dt.datetime(2026, 11, 24, 14, 59, tzinfo=dt.UTC)
    for moment, due in ((evening, True), (evening, False), (evening + dt.timedelta(minutes=1), True)):
        with database.writing() as session:
            assert note_daily_head(session, moment) == due


def test_old_lines_go_and_the_rest_is_whole(database: Database) -> None:
    add(database, 4, TODAY - dt.timedelta(days=500))
    add(database, 3)
    with database.writing() as session:
        note_daily_head(session, TODAY)
        assert expire(session, TODAY, 400) == 4
    with database.reading() as session:
        report = verify(session)
    assert (report.first, report.last, report.lines, report.findings) == (5, 8, 4, ())
    with database.writing() as session:
        assert expire(session, TODAY, 400) == 0


def test_lines_added_at_once_make_one_chain(database: Database) -> None:
    threads = [threading.Thread(target=add, args=(database, 5)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.reading() as session:
        report = verify(session)
    assert (report.lines, report.findings) == (30, ())


@pytest.mark.parametrize("details", [{}, {"how": "x", "more": 1}, {"why": "x"}])
def test_a_line_carries_its_fields_and_no_others(database: Database, details: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="carries"), database.writing() as session:
        audit.append(session, SOMEBODY, "signed_in", at=TODAY, details=details)
    assert findings(database) == ()


def test_an_act_that_fails_leaves_no_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    def act() -> None:
        with database.writing() as session:
            audit.append(session, SOMEBODY, "signed_out", at=TODAY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    with database.reading() as session:
        assert verify(session).lines == 0
    assert "signed_out" not in "".join(capsys.readouterr())
