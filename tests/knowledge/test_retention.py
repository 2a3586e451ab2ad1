"""Records go when their time is over, and none before; what goes is counted first and told afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge.db import Database
from knowledge.models import AuditLine, Conversation, LineEvent, LoggedQuestion, Municipality
from knowledge.query_log import AskedQuestion, record
from knowledge.retention import KINDS, days_kept, due_counts, faults_of, purge, purge_all, set_days

CODE, OTHER = "242047", "242012"
MOMENT = dt.datetime(2026, 11, 22, 1, tzinfo=dt.UTC)
DEFAULTS = {kind.id: kind.default for kind in KINDS}


@pytest.fixture
def towns(database: Database) -> Database:
    """Two municipalities with a record of each kind from each of these many days ago."""
    with database.writing() as session:
        for code in (CODE, OTHER):
            session.add(
                Municipality(
                    code=code, name=f"{code}市", kana="し", prefecture="県", aliases=[], contact_department="c",
                    sample=False, examples=[], reply_languages=[],
                )
            )  # fmt: skip
        session.flush()
        for code in (CODE, OTHER):
            for days in (0, 29, 30, 31, 180, 181, 1825, 1826):
                at = MOMENT - dt.timedelta(days=days)
                record(session, asked(code, days, at))
                session.add(Conversation(municipality_code=code, key=f"k{days}", occurred_at=at, state={}))
                session.add(event(code, days, at, "answered"))
            session.add(event(code, 9999, MOMENT - dt.timedelta(days=9999), "received"))
    return database


def asked(code: str, days: int, at: dt.datetime) -> AskedQuestion:
    return AskedQuestion(
        code, f"web:{days}", "web", at, "伏せ字", False, None, None, "ja", "none", None, None, None, None, [], 1, 1.0
    )


def event(code: str, days: int, at: dt.datetime, state: str) -> LineEvent:
    return LineEvent(municipality_code=code, webhook_event_id=f"w{days}", kind="message", state=state, occurred_at=at, received_at=at, deadline_at=at, next_try_at=at)  # fmt: skip


def left(database: Database, code: str) -> dict[str, int]:
    with database.reading() as session:

        def count(table: type[Any], *conditions: Any) -> int:
            found = select(func.count()).select_from(table).where(table.municipality_code == code, *conditions)
            return session.scalar(found) or 0

        return {
            "question_text": count(LoggedQuestion, LoggedQuestion.text.is_not(None)),
            "question_row": count(LoggedQuestion),
            "dialogue": count(Conversation),
            "line_event": count(LineEvent),
        }


def test_only_what_is_older_than_its_days_goes_and_it_was_counted_before(towns: Database) -> None:
    assert left(towns, CODE) == {"question_text": 8, "question_row": 8, "dialogue": 8, "line_event": 9}
    with towns.reading() as session:
        assert days_kept(session, CODE) == DEFAULTS
        counted = due_counts(session, CODE, DEFAULTS, MOMENT)
    assert counted == {"question_text": 2, "question_row": 1, "dialogue": 5, "line_event": 4, "change_request": 0, "figures": 0}  # fmt: skip
    counted.pop("change_request")
    counted.pop("figures")
    assert purge(towns, CODE, MOMENT) == counted
    assert left(towns, CODE) == {"question_text": 5, "question_row": 7, "dialogue": 3, "line_event": 5}
    assert left(towns, OTHER) == {"question_text": 8, "question_row": 8, "dialogue": 8, "line_event": 9}
    assert purge(towns, CODE, MOMENT) == {}
    with towns.reading() as session:
        lines = list(session.scalars(select(AuditLine)))
    assert [(line.action, line.scope, line.details) for line in lines] == [
        ("records_expired", CODE, {"counts": counted})
    ]


def test_the_job_keeps_to_what_each_municipality_has_set(towns: Database) -> None:
    own = {
        "question_text": 30,
        "question_row": 3650,
        "dialogue": 180,
        "line_event": 400,
        "change_request": 90,
        "figures": 3650,
    }
    with towns.writing() as session:
        set_days(session, CODE, own)
    purge_all(towns, MOMENT)
    assert left(towns, CODE) == {"question_text": 3, "question_row": 8, "dialogue": 5, "line_event": 7}
    assert left(towns, OTHER) == {"question_text": 5, "question_row": 7, "dialogue": 3, "line_event": 5}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set()),
        ({"question_text": 29}, {"question_text"}),
        ({"question_text": 401}, {"question_text"}),
        ({"question_row": 364}, {"question_row"}),
        ({"question_row": 365, "question_text": 400}, {"question_row"}),
        ({"question_row": 3651}, {"question_row"}),
        ({"dialogue": 0}, {"dialogue"}),
        ({"dialogue": None}, {"dialogue"}),
        ({"line_event": 6}, {"line_event"}),
    ],
)
def test_the_days_have_bounds(changed: Mapping[str, int | None], wrong: set[str]) -> None:
    assert set(faults_of({**DEFAULTS, **changed})) == wrong


def test_who_stops_in_the_middle_has_told_what_is_gone(towns: Database) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(towns, CODE, MOMENT, stop)
    with towns.reading() as session:
        assert [line.details for line in session.scalars(select(AuditLine))] == [{"counts": {"question_row": 1}}]
