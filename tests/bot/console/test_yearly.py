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


def _held(database: Database, year: int = YEAR) -> dict[str, str]:
    with database.reading() as session:
        return {key: value for key, (value, _) in values_of_year(session, CODE, year).items()}


def test_many_values_are_written_at_once_and_kept_with_their_history(
    office_database: Database, editor: Colleague
) -> None:
    first, second, third, *_ = ids = _ids(editor.get(PATH).text)
    given: dict[str, object] = {
        "id": ids,
        f"value-{first}": "10",
        f"value-{second}": "約20％",
        f"note-{second}": "速報",
    }
    editor.post(f"{PATH}?year={YEAR}", given)
    assert _held(office_database) == {first: "10", second: "約20％"}
    page = editor.get(PATH).text
    assert 'value="約20％"' in page
    seen = {f"seen-{first}": "10", f"seen-{second}": "約20％"}
    editor.post(
        f"{PATH}?year={YEAR}",
        {"id": ids, **seen, f"value-{first}": "12", f"value-{second}": "", f"value-{third}": "3"},
    )
    assert _held(office_database) == {first: "12", third: "3"}
    with office_database.reading() as session:
        assert [one.value for one in history(session, CODE, first)] == ["12", "10"]
        assert len(session.scalars(select(AuditLine).where(AuditLine.action == "indicator_value")).all()) == 5
    assert _held(office_database, YEAR - 1) == {}
    assert '<td class="number">12</td>' in editor.get(f"{PATH}?year={YEAR + 1}").text


def test_a_fault_in_one_line_keeps_all_as_it_was_and_what_was_typed(
    office_database: Database, editor: Colleague
) -> None:
    before = _held(office_database)
    *_, one, other = _ids(editor.get(PATH).text)
    page = editor.post(
        f"{PATH}?year={YEAR}", {"id": [one, other], f"value-{one}": "7", f"value-{other}": "9" * 41}, status=422
    ).text
    assert "実績値は40字まで" in page
    assert f'name="value-{one}" value="7"' in page
    assert _held(office_database) == before


def test_what_somebody_wrote_meanwhile_is_not_written_over(office_database: Database, editor: Colleague) -> None:
    one = _ids(editor.get(PATH).text)[-1]
    editor.post(f"{PATH}?year={YEAR}", {"id": [one], f"value-{one}": "1"})
    told = editor.post(f"{PATH}?year={YEAR}", {"id": [one], f"value-{one}": "2"}, status=409).text
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
    values = {f"value-{own.entry_id}": "5", f"value-{other.entry_id}": "6"}
    editor.post(f"{PATH}?year={YEAR - 2}", {"id": [own.entry_id, other.entry_id], **values})
    assert _held(office_database, YEAR - 2) == before | {own.entry_id: "5"}
    signed_in(office, [Role.VIEWER], CODE).get(PATH, 403)
