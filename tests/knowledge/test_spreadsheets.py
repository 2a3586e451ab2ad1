"""Spreadsheets: what goes out comes back the same, and what staff change comes in whole or not at all."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.bundle import ApplicationTerm, Translation
from knowledge.common_content import is_common
from knowledge.common_entries import common_states, switch_by_staff
from knowledge.db import Database
from knowledge.exports import about, exported
from knowledge.models import (
    Department,
    Entry,
    Indicator,
    Measure,
    Municipality,
    Plan,
    ScheduleItem,
    SlotValue,
    SubjectOffice,
    Term,
)
from knowledge.sheet_kinds import KINDS, TRANSLATED, all_columns
from knowledge.sheet_rows import kept_fields, values_of
from knowledge.slot_values import slot_values
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.staff_content import StaffMunicipality
from knowledge.subject_offices import subject_table
from knowledge.tabular import Row, Sheet
from knowledge.taken_imports import imported

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = MOMENT + dt.timedelta(days=1)
CODES = ("122106", "222232", "232084", "242047", "382159")
TABLES = (Entry, Indicator, ScheduleItem, Department, Term, Plan, Measure)
OWN = {"by_staff", "bundled_digest", "version", "updated_at"}
"""What says who loaded a row and when, and nothing of what it holds."""


def written(database: Database, code: str, path: Path, encoding: str = "utf-8") -> Path:
    with database.reading() as session:
        sheets = exported(session, code)
        write_tables(path, about(session, code, sheets, MOMENT), list(sheets.values()), encoding)
    return path


def content(database: Database, code: str) -> dict[str, list[dict[str, Any]]]:
    """Every column of what is the municipality's own, by table."""
    with database.reading() as session:
        return {
            table.__tablename__: sorted(
                (
                    {name: value for name, value in vars(row).items() if name not in OWN and not name.startswith("_")}
                    for row in session.scalars(select(table).where(table.municipality_code == code))
                    if not is_common(str(vars(row).get("entry_id") or vars(row).get("plan_id")))
                ),
                key=str,
            )
            for table in TABLES
        }


@pytest.mark.parametrize("form", ["m.xlsx", "m.zip", "folder"])
@pytest.mark.parametrize("code", CODES)
def test_an_export_read_into_the_same_municipality_changes_nothing(
    loaded_database: Database, tmp_path: Path, code: str, form: str
) -> None:
    sheets = read_tables(written(loaded_database, code, tmp_path / form))
    plan = imported(loaded_database, code, sheets, LATER, end_missing=True)
    assert not plan.changes
    assert plan.notices == ()


@pytest.mark.parametrize("form", ["m.xlsx", "m.zip"])
@pytest.mark.parametrize("code", CODES)
def test_an_export_read_into_an_empty_municipality_makes_the_same_rows(
    loaded_database: Database, tmp_path: Path, code: str, form: str
) -> None:
    before, decided = content(loaded_database, code), decisions(loaded_database, code)
    path = written(loaded_database, code, tmp_path / form)
    with loaded_database.writing() as session:
        for table in TABLES:
            name = table.plan_id if table is Plan else table.number if table is Measure else table.entry_id
            session.execute(delete(table).where(table.municipality_code == code, name.not_like("common-%")))
        for table in (SlotValue, SubjectOffice):
            session.execute(delete(table).where(table.municipality_code == code))
        town = session.get_one(Municipality, code)
        town.name, town.aliases, town.examples, town.reply_languages = "別の市", [], [], ["ne"]
        town.contact_telephone, town.caution, town.sample = None, "bold", not town.sample
        switch_by_staff(session, code, "common-rpa", on=False, moment=MOMENT)
    plan = imported(loaded_database, code, [without_town_version(sheet) for sheet in read_tables(path)], LATER)
    assert {row.action for row in plan.rows if row.kind in KINDS and row.kind != "municipality"} == {"added"}
    assert content(loaded_database, code) == before
    assert decisions(loaded_database, code) == decided


def without_town_version(sheet: Sheet) -> Sheet:
    """As staff take the column out who mean to put back a municipality that has changed meanwhile."""
    if sheet.name != "市町村":
        return sheet
    return replace(sheet, rows=tuple(Row(row.number, (row.cells[0], *row.cells[2:])) for row in sheet.rows))


def decisions(database: Database, code: str) -> list[object]:
    """The municipality's own row, and what it has decided of what all share."""
    with database.reading() as session:
        town = session.get_one(Municipality, code)
        return [
            values_of(KINDS["municipality"], town),
            slot_values(session, code),
            subject_table(session, code),
            common_states_used(session, code),
        ]


def common_states_used(session: Session, code: str) -> dict[str, bool]:
    return {state.entry_id: state.used for state in common_states(session, code)}


def test_every_field_that_the_database_keeps_has_a_japanese_heading() -> None:
    for kind in KINDS.values():
        shown = {column.path[0] for column in all_columns(kind)}
        assert set(kept_fields(kind)) <= shown, kind.title
        assert all(
            re.search(r"[ぁ-んァ-ヶ一-龠]", heading) or heading in ("ID", "FAX", "URL") for heading in kind.headings
        )
    assert {*Translation.model_fields} == {*TRANSLATED}
    known = {column.path[1] for column in KINDS["entries"].columns if column.path[0] == "term"}
    assert known == {field.alias or name for name, field in ApplicationTerm.model_fields.items()}


def test_every_column_of_a_municipality_is_in_its_sheet_or_kept_by_the_system() -> None:
    kept_by_system = {"knowledge_version", "learned_version", "bundled_digest", "version", "by_staff"}
    kept_by_system |= {"drafts_version", "separate_approver"}  # who may approve is no matter for a sheet
    kept_by_system |= {"greeting", "staff_chat_hours"}  # LINE's, kept in the settings of the console
    assert {column.key for column in Municipality.__table__.columns} - kept_by_system == {
        *StaffMunicipality.model_fields
    }
