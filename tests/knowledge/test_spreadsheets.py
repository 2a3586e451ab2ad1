"""Spreadsheets: what goes out comes back the same, and what staff change comes in whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from knowledge.common_content import is_common
from knowledge.db import Database
from knowledge.exports import about, exported
from knowledge.imports import imported
from knowledge.models import Department, Entry, Indicator, Measure, Plan, ScheduleItem, Term
from knowledge.spreadsheet_files import read_tables, write_tables

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
    before = content(loaded_database, code)
    path = written(loaded_database, code, tmp_path / form)
    with loaded_database.writing() as session:
        for table in TABLES:
            session.execute(delete(table).where(table.municipality_code == code))
    plan = imported(loaded_database, code, read_tables(path), LATER)
    assert set(plan.counts) == {"added"}
    assert content(loaded_database, code) == before
