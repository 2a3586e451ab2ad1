"""Records go when their time is over, and none before; what goes is counted first and told afterwards."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, DateTime, func, select

from knowledge.audit_words import details_text
from knowledge.data_items import ITEMS, Item, inventory_markdown, period_of, purge_fixed, tables_of_items
from knowledge.db import Database
from knowledge.models import (
    AuditLine,
    Base,
    Conversation,
    Erasure,
    ErasureCode,
    LineEvent,
    LoggedQuestion,
    Municipality,
    QuarantinedBody,
    SignInFailure,
    UnsentMessage,
)
from knowledge.models.base import UtcDateTime
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


def test_everything_with_a_date_has_its_time_or_is_the_offices_content() -> None:
    """A table that is added later is named in the list of records, or here."""
    content = {
        *("municipalities", "plans", "plan_sections", "measures", "departments", "entries", "entry_versions", "terms"),
        *("indicators", "indicator_values", "indicator_formulas", "schedule_items", "bundled_drafts", "slot_values"),
        *("check_questions", "staff_words", "learned", "link_checks", "link_rounds", "notices", "opening_places"),
        *("special_days", "organisation_changes", "organisation_assignments", "reviews", "review_rows", "pictures"),
        *("office_counts", "former_office_counts", "report_settings", "subject_offices", "retentions"),
    }
    dated = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(isinstance(column.type, Date | DateTime | UtcDateTime) for column in table.c)
    }
    assert dated - content - tables_of_items() == set()
    assert tables_of_items() <= set(Base.metadata.tables)


def test_what_nobody_sets_goes_too(database: Database) -> None:
    at = MOMENT
    with database.writing() as session:
        for days in (1, 29, 31, 89, 91, 429, 431):
            old = at - dt.timedelta(days=days)
            session.add(UnsentMessage(municipality_code=CODE, message_id=str(days), unsent_at=old))
            session.add(QuarantinedBody(municipality_code=CODE, received_at=old, reason="r", size=1, sha256="s"))
            session.add(SignInFailure(login_hash="l", address_hash="a", at=old))
            session.add(Erasure(municipality_code=CODE, kind="unsend", key=str(days), at=old))
            session.add(
                ErasureCode(
                    municipality_code=CODE, digest=str(days), asker="a", channel="web", issued_at=old, expires_at=old
                )
            )
    assert purge_fixed(database, at) == 3 + 3 + 5 + 1 + 5
    assert purge_fixed(database, at) == 0
    with database.reading() as session:
        (line,) = session.scalars(select(AuditLine))
        assert (line.action, line.scope) == ("records_expired", None)
        assert line.details["counts"] == {
            "unsent_messages": 3,
            "quarantined_bodies": 3,
            "sign_in_failures": 5,
            "erasures": 1,
            "erasure_codes": 5,
        }
        assert "消したことの台帳：1" in details_text(line.details)
        assert {row.key for row in session.scalars(select(Erasure))} == {"1", "29", "31", "89", "91", "429"}
        assert {row.message_id for row in session.scalars(select(UnsentMessage))} == {"1", "29", "31", "89"}


def test_the_docs_hold_the_table_of_records() -> None:
    assert inventory_markdown() in (Path(__file__).parent.parent.parent / "docs" / "retention.md").read_text("utf-8")


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_the_paper_for_the_office_holds_every_record(item: Item) -> None:
    """With its class, and the days that begin what is said of its time."""
    page = (Path(__file__).parent.parent.parent / "docs/introduction/personal-data.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    (row,) = (row for row in rows if row[0] == item.name)
    assert str(item.secrecy) in row
    told = period_of(item, {kind.id: kind.default for kind in KINDS})
    usual = re.search("ふつうは([0-9]+日)", told)
    assert any(cell.startswith(usual[1] if usual else told.split("（")[0]) for cell in row)
