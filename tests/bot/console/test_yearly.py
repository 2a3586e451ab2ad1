"""年度の実績をまとめて書く: many indicators in one table, all or nothing, each with its history."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge.calendar import fiscal_year_of, today
from knowledge.db import Database
from knowledge.indicator_values import history, values_of_year
from knowledge.models import AuditLine, Department, Indicator
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "242047"
PATH = f"/staff/{CODE}/indicators/yearly"
YEAR = fiscal_year_of(today()) - 1


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR], CODE)


def _ids(page: str) -> list[str]:
    return re.findall(r'name="id" value="([^"]+)"', page)


def _lines(*lines: tuple[str, str, str, str]) -> dict[str, list[str]]:
    """ID, value, note and what the page showed."""
    return {name: [line[place] for line in lines] for place, name in enumerate(("id", "value", "note", "seen"))}


def _held(database: Database, year: int = YEAR) -> dict[str, str]:
    with database.reading() as session:
        return {key: value for key, (value, _) in values_of_year(session, CODE, year).items()}


def test_many_values_are_written_at_once_and_kept_with_their_history(
    office_database: Database, editor: Colleague
) -> None:
    first, second, third, *others = _ids(editor.get(PATH).text)
    rest = [(one, "", "", "") for one in others]
    lines = _lines((first, "10", "", ""), (second, "約20％", "速報", ""), (third, "", "", ""), *rest)
    editor.post(f"{PATH}?year={YEAR}", lines)
    assert _held(office_database) == {first: "10", second: "約20％"}
    page = editor.get(PATH).text
    assert 'value="約20％"' in page
    lines = _lines((first, "12", "", "10"), (second, "", "", "約20％"), (third, "3", "", ""), *rest)
    editor.post(f"{PATH}?year={YEAR}", lines)
    assert _held(office_database) == {first: "12", third: "3"}
    with office_database.reading() as session:
        assert [one.value for one in history(session, CODE, first)] == ["12", "10"]
        assert len(session.scalars(select(AuditLine).where(AuditLine.action == "indicator_value")).all()) == 5
    assert _held(office_database, YEAR - 1) == {}
    assert '<td data-label="前の年度" class="number">12</td>' in editor.get(f"{PATH}?year={YEAR + 1}").text


def test_a_fault_in_one_line_keeps_all_as_it_was_and_what_was_typed(
    office_database: Database, editor: Colleague
) -> None:
    before = _held(office_database)
    *_, one, other = _ids(editor.get(PATH).text)
    lines = _lines((one, "7", "", ""), (other, "9" * 41, "", ""))
    page = editor.post(f"{PATH}?year={YEAR}", lines, status=422).text
    assert "実績値は40字まで" in page
    assert f'id="value-{one}" name="value" value="7"' in page
    assert _held(office_database) == before


def test_what_somebody_wrote_meanwhile_is_not_written_over(office_database: Database, editor: Colleague) -> None:
    one = _ids(editor.get(PATH).text)[-1]
    editor.post(f"{PATH}?year={YEAR}", _lines((one, "1", "", "")))
    told = editor.post(f"{PATH}?year={YEAR}", _lines((one, "2", "", "")), status=409).text
    assert "ほかの人が先に書きました（いまは「1」）" in told
    assert _held(office_database)[one] == "1"


def test_somebody_of_one_department_writes_only_its_own(office: Flask, office_database: Database) -> None:
    with office_database.writing() as session:
        own, other = session.scalars(select(Indicator).where(Indicator.municipality_code == CODE).limit(2))
        offices = session.scalars(select(Department.entry_id).where(Department.municipality_code == CODE)).all()
        own.department, other.department = offices[0], offices[1]
    before = _held(office_database, YEAR - 2)
    editor = signed_in(office, [Role.EDITOR], CODE, department=own.department)
    assert _ids(editor.get(PATH).text) == [own.entry_id]
    editor.post(f"{PATH}?year={YEAR - 2}", _lines((own.entry_id, "5", "", ""), (other.entry_id, "6", "", "")))
    assert _held(office_database, YEAR - 2) == before | {own.entry_id: "5"}
    signed_in(office, [Role.VIEWER], CODE).get(PATH, 403)


def test_lines_that_do_not_match_are_refused(editor: Colleague) -> None:
    editor.post(PATH, {"id": ["a", "b"], "value": ["1"]}, status=400)
