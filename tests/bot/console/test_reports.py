"""報告書: every page says what the log says, prints on its paper, and tells what is not known, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from bot.services import Services
from knowledge.db import Database
from knowledge.roles import Role
from tests.support.report_year import CODE, NOW, forget_year, write_year
from tests.support.staff import Colleague, signed_in

REPORTS = f"/staff/{CODE}/reports"
MONTH = "2026-10"
OCTOBER = (
    "channel IN ('line','web','api') AND decision <> 'smalltalk' AND jst_date BETWEEN '2026-10-01' AND '2026-10-31'"
)


@pytest.fixture(scope="module", autouse=True)
def written(office: Flask) -> Iterator[None]:
    kit: Services = office.extensions["kotae"]
    with time_machine.travel(NOW, tick=False):
        write_year(kit)
    yield
    forget_year(kit)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER, Role.ADMIN], CODE)


def number(database: Database, expression: str, where: str = OCTOBER) -> int:
    with database.reading() as session:
        return int(session.execute(text(f"SELECT {expression} FROM query_log WHERE {where}")).scalar() or 0)


def test_smoke(chief: Colleague) -> None:
    for page in ("", "/monthly", "/overview", "/year-end", "/assembly", "/facts", "/settings", "/facts?year=2025"):
        print(page, len(chief.get(f"{REPORTS}{page}").text))
    for page in ("/monthly.xlsx", "/year-end.xlsx", "/assembly.xlsx", "/monthly-charts.zip"):
        print(page, len(chief.get(f"{REPORTS}{page}").data))
