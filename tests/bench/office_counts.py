"""Made-up counts of offices, for the pages that show them: five years of certificates, three of hours of applications."""

from __future__ import annotations

import datetime as dt
import random

from sqlalchemy import insert

from knowledge.calendar import fiscal_year_of, now, today
from knowledge.db import Database
from knowledge.models import OfficeCount
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    OFFICE,
    WAYS,
    CountKey,
    hour_cell,
    months_of_year,
)
from tests.knowledge.small_town import CODE

KINDS, PROCEDURES = 20, 15
_BATCH = 20_000


def fill_office_counts(database: Database) -> int:
    """How many counts there are then."""
    chance, this_year = random.Random(4), fiscal_year_of(today())
    keys = [key for back in range(5) for month in months_of_year(this_year - back) for key in _keys(month, back)]
    told = {"source": OFFICE, "written_by": "職員", "written_at": now(), "municipality_code": CODE}
    rows = [{**told, **vars(key), "count": chance.randrange(300)} for key in keys if key.month <= today()]
    for start in range(0, len(rows), _BATCH):
        with database.writing() as session:
            session.execute(insert(OfficeCount), rows[start : start + _BATCH])
    return len(rows)


def _keys(month: dt.date, back: int) -> list[CountKey]:
    certificates = [
        CountKey(CERTIFICATES, month, "dep-it", f"{number}番の証明書", way) for number in range(KINDS) for way in WAYS
    ]
    hours = [
        CountKey(APPLICATIONS, month, "", f"{number}番の手続", hour_cell(weekday, hour))
        for number in range(PROCEDURES if back < 3 else 0)
        for weekday in range(7)
        for hour in range(24)
    ]
    return certificates + hours
