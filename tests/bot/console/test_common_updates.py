"""共通回答の更新: old and new side by side, taken over or not; common entries switched off and on."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge.db import Database
from knowledge.models import BundledDraft, Entry
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/common-updates"
MOMENT = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE)


def _entry(database: Database, prefix: str) -> Entry:
    """Some entry without an update."""
    with database.reading() as session:
        found = session.scalars(
            select(Entry).where(
                Entry.municipality_code == CODE,
                Entry.entry_id.startswith(prefix),
                Entry.state == "published",
                Entry.department.is_not(None),
            )
        ).first()
        assert found is not None
        return found


def _propose(database: Database, entry: Entry, **values: object) -> None:
    with database.writing() as session:
        session.merge(
            BundledDraft(
                municipality_code=CODE,
                entry_id=entry.entry_id,
                kind="entries",
                values=values,
                differences={},
                digest="new",
                noticed_at=MOMENT,
            )
        )


def _now(database: Database, entry: Entry) -> Entry:
    with database.reading() as session:
        return session.get_one(Entry, (CODE, entry.entry_id))


def _waits(database: Database, entry: Entry) -> bool:
    with database.reading() as session:
        return session.get(BundledDraft, (CODE, entry.entry_id)) is not None


@pytest.mark.parametrize("prefix", ["common-", ""])
def test_an_update_is_taken_over_or_passed_over(office_database: Database, chief: Colleague, prefix: str) -> None:
    entry = _entry(office_database, prefix)
    for to in ("skip", "adopt"):
        new = f"{entry.answer}新しい一文です（{to}）。"
        _propose(office_database, entry, answer=new, checked_on="2026-04-01")
        page = chief.get(PATH).text
        assert f"<mark>新しい一文です（{to}）。</mark>" in page
        assert html.escape(entry.question) in page
        form = {"to": to, "noticed": MOMENT.isoformat()}
        chief.post(f"{PATH}/{entry.entry_id}", form)
        assert not _waits(office_database, entry)
        assert (_now(office_database, entry).answer == new) == (to == "adopt")
        chief.post(f"{PATH}/{entry.entry_id}", form, status=404)
    assert _now(office_database, entry).checked_on == dt.date(2026, 4, 1)


def test_an_update_that_changed_meanwhile_is_shown_anew(office_database: Database, chief: Colleague) -> None:
    entry = _entry(office_database, "common-")
    _propose(office_database, entry, answer="まったく新しい答えです。")
    chief.post(f"{PATH}/{entry.entry_id}", {"to": "adopt", "noticed": "2026-01-01"})
    assert "もう一度見比べて" in chief.get(PATH).text
    assert _waits(office_database, entry)


def test_a_common_entry_is_switched_off_and_on(office_database: Database, chief: Colleague) -> None:
    entry = _entry(office_database, "common-")
    for on, state in (("", "ended"), ("1", "published")):
        chief.post(f"{PATH}/{entry.entry_id}/switch", {"on": on})
        assert _now(office_database, entry).state == state
    assert re.search(r"使うことにしました", chief.get(PATH).text)
    chief.post(f"{PATH}/nobody/switch", {"on": "1"}, status=404)


def test_an_approver_of_one_department_decides_only_what_is_of_it(office: Flask, office_database: Database) -> None:
    with office_database.reading() as session:
        entry = session.scalars(
            select(Entry).where(
                Entry.municipality_code == CODE,
                Entry.entry_id.not_like("common-%"),
                Entry.department.is_not(None),
                Entry.state == "published",
            )
        ).first()
    assert entry is not None
    _propose(office_database, entry, answer="課のための新しい答えです。")
    form = {"to": "skip", "noticed": MOMENT.isoformat()}
    other = signed_in(office, [Role.APPROVER], CODE, department="dep-another")
    assert "課のための新しい答え" not in other.get(PATH).text
    other.post(f"{PATH}/{entry.entry_id}", form, status=404)
    own = signed_in(office, [Role.APPROVER], CODE, department=entry.department)
    assert "課のための新しい答え" in own.get(PATH).text
    own.post(f"{PATH}/{entry.entry_id}", form)
    assert not _waits(office_database, entry)
