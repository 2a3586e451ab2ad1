"""Figures that were kept before an invented year was laid over their periods: put aside whole, and put back.

They could not all be counted anew: the reasons that staff wrote for a 訂正, when a month was closed, and what was
counted of questions whose rows are gone since stand nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from knowledge.models import CountedPeriod, PeriodCorrection, PeriodCount
from knowledge.period_closing import forget_counts
from knowledge.periods import Period, PeriodKind

_TABLES = tuple(table.metadata.tables[table.__tablename__] for table in (CountedPeriod, PeriodCount, PeriodCorrection))
"""In the order in which rows may be put back."""
_MOMENT, _DAY = "moment", "day"
SetAside = dict[str, Any]
"""By table, its columns and its rows: as JSON."""


def put_aside(session: Session, code: str, first: dt.date) -> SetAside:
    """The kept figures of all periods that end on ``first`` or later, which are forgotten here."""
    found = {table.name: _rows(session, table, code, first) for table in _TABLES}
    forget_counts(session, code, first)
    return found


def put_back(session: Session, code: str, first: dt.date, aside: Mapping[str, Any] | None) -> None:
    """What ``put_aside`` took, in the place of what was counted since."""
    forget_counts(session, code, first)
    for table in _TABLES:
        rows = [_read(table, row) for row in (aside or {}).get(table.name, ())]
        if rows:
            session.execute(insert(table), rows)


def _rows(session: Session, table: Table, code: str, first: dt.date) -> list[list[Any]]:
    rows = session.execute(select(table).where(table.c.municipality_code == code))
    return [[_written(value) for value in row] for row in rows if Period(row.first, PeriodKind(row.kind)).last >= first]


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {_MOMENT: value.isoformat()}
    return {_DAY: value.isoformat()} if isinstance(value, dt.date) else value


def _read(table: Table, row: Sequence[Any]) -> dict[str, Any]:
    return {column.name: _of(value) for column, value in zip(table.c, row, strict=True)}


def _of(value: Any) -> Any:
    match value:
        case {"moment": str(told)}:
            return dt.datetime.fromisoformat(told)
        case {"day": str(told)}:
            return dt.date.fromisoformat(told)
    return value
