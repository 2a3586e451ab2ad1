"""The audit log's marks of the answers' texts: a text changed past the program is told, and which one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.approval import Step
from knowledge.archives import erase
from knowledge.audit import BY_COMMAND
from knowledge.audit_texts import TextReport, verify_texts
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.entry_versions import Author, text_digest
from knowledge.loading import load_bundle
from knowledge.models import AuditLine, Entry, EntryVersion
from knowledge.organisation import RENAME, Entered, enter_change
from knowledge.organisation_settling import settle_due
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def saved(desk: Desk, based_on: int, answer: str, entry_id: str = "goal") -> int:
    """Written, with the line that the console adds."""
    number = desk.write(based_on, answer, entry_id=entry_id)
    with desk.database.writing() as session:
        made = session.get_one(EntryVersion, (CODE, entry_id, number))
        told = {
            "version": number,
            "based_on": based_on,
            "old": text_digest(session.get_one(EntryVersion, (CODE, entry_id, based_on))),
            "new": text_digest(made),
        }
        audit.append(session, BY_COMMAND, "answer_saved", at=MOMENT, scope=CODE, subject=entry_id, details=told)
    return number


def report(desk: Desk) -> TextReport:
    with desk.database.reading() as session:
        return verify_texts(session)


def two_versions_live(desk: Desk) -> None:
    """The bundled text, a draft that never was shown, and what is live."""
    saved(desk, 1, "はじめの文です。")
    number = saved(desk, 2, "次の文です。")
    desk.take(Step.REQUEST, WRITER, number)
    desk.take(Step.APPROVE, APPROVER, number)


def test_texts_that_only_the_program_changed_are_those_of_the_log(desk: Desk) -> None:
    two_versions_live(desk)
    assert report(desk) == TextReport(3, ())


def _change(number: int) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        version = session.get_one(EntryVersion, (CODE, "goal", number))
        version.content = {**version.content, "answer": "すり替えた文です。"}

    return change


def _note(session: Session) -> None:
    session.get_one(EntryVersion, (CODE, "goal", 2)).staff_note = "あとから書いたメモ"


def _remove(session: Session) -> None:
    session.delete(session.get_one(EntryVersion, (CODE, "goal", 2)))


def _row(session: Session) -> None:
    session.get_one(Entry, (CODE, "goal")).answer = "すり替えた文です。"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            _change(1), "011002 の答え「goal」第1版の文が、操作の記録1番のときと違います", id="what was there"
        ),
        pytest.param(_change(2), "011002 の答え「goal」第2版の文が、操作の記録1番のときと違います", id="an old draft"),
        pytest.param(_note, "「goal」第2版の文が、操作の記録1番のときと違います", id="職員メモ"),
        pytest.param(_remove, "「goal」第2版が、操作の記録1番にありますが、保存されていません", id="removed"),
        pytest.param(
            _row, "いま出している011002 の答え「goal」第3版が、保存した版の文と違います", id="what residents are told"
        ),
    ],
)
def test_which_version_was_changed_behind_the_logs_back_is_told(
    desk: Desk, change: Callable[[Session], None], told: str
) -> None:
    two_versions_live(desk)
    with desk.database.writing() as session:
        change(session)
    (finding,) = report(desk).findings
    assert told in finding


def test_a_department_that_is_renamed_changes_what_is_being_written_and_the_log_follows(desk: Desk) -> None:
    saved(desk, 1, "書きかけの文です。", "juki")
    start = dt.date(2027, 4, 1)
    with desk.database.writing() as session:
        given = Entered(RENAME, start, ["dep-it"], new=[{"課名": "デジタル推進課"}])
        enter_change(session, CODE, given, Author("総務 太郎", "9"), MOMENT)
    settle_due(desk.database, start, dt.datetime(2027, 4, 1, tzinfo=JST))
    with desk.database.reading() as session:
        lines = [line.action for line in session.query(AuditLine).order_by(AuditLine.number)]
    assert lines == ["answer_saved", "answer_moved", "organisation_settled"]
    assert report(desk).findings == ()


def test_a_municipality_that_was_erased_has_nothing_left_to_compare(desk: Desk, tmp_path: Path) -> None:
    two_versions_live(desk)
    erase(desk.database, CODE, None)
    assert report(desk) == TextReport(0, ())
    load_bundle(desk.database, read_bundle(write_town(tmp_path)), MOMENT)
    assert report(desk).findings == ()
