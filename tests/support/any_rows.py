"""Rows for every table there is, made from the tables themselves: also of versions whose models are gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect

from knowledge.backups_rows import TableShape, as_line, fill_table, set_sequences, shapes

AUDIT = {"audit_lines", "audit_head", "audit_checkpoints"}
"""A chain: made by what it is for."""
CODE = "999999"

_BOUND = {("staff_grants", "role"): "editor", ("staff_grants", "scope"): CODE}
"""What the database itself demands."""


def fill_all(connection: Connection, rows: int, moment: dt.datetime) -> dict[str, int]:
    """``rows`` rows in each table that has none; how many each has then.  All are of one municipality."""
    inspector = inspect(connection)
    for shape in shapes(connection):
        if shape.name in AUDIT or _count(connection, shape.name):
            continue
        refers = {name: key for key in inspector.get_foreign_keys(shape.name) for name in key["constrained_columns"]}
        fill_table(connection, shape, _rows(connection, shape, rows, moment, refers))
    set_sequences(connection)
    return {shape.name: _count(connection, shape.name) for shape in shapes(connection)}


def _count(connection: Connection, name: str) -> int:
    return connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar() or 0


def _rows(
    connection: Connection, shape: TableShape, rows: int, moment: dt.datetime, refers: dict[str, Any]
) -> Iterator[list[Any]]:
    key = inspect(connection).get_pk_constraint(shape.name)["constrained_columns"]
    alone = shape.name == "municipalities" or key == ["municipality_code"]
    for number in range(1 if alone else rows):
        yield [
            _value(connection, shape.name, name, kind, number, moment, refers.get(name)) for name, kind in shape.columns
        ]


def _value(
    connection: Connection, table: str, name: str, kind: str, number: int, moment: dt.datetime, refers: Any
) -> Any:
    if (table, name) == ("municipalities", "code") or name == "municipality_code":
        return CODE
    if (table, name) in _BOUND:
        return _BOUND[table, name]
    if refers is not None:
        columns = ", ".join(f'"{each}"' for each in refers["referred_columns"])
        found = connection.exec_driver_sql(
            f'SELECT {columns} FROM "{refers["referred_table"]}" ORDER BY {columns}'
        ).all()
        value = found[number % len(found)][refers["constrained_columns"].index(name)]
        return value.isoformat() if isinstance(value, dt.date) else value
    match kind:
        case "moment":
            return (
                (moment - dt.timedelta(minutes=number))
                .astimezone(dt.UTC)
                .replace(tzinfo=None)
                .isoformat(timespec="microseconds")
            )
        case "day":
            return (moment.date() - dt.timedelta(days=number)).isoformat()
        case "integer":
            return number + 1
        case "number":
            return number + 0.1
        case "boolean":
            return number % 2 == 1
        case "json":
            return as_line({"数": number, "b": [1, 2.5, None], "a": "𠮷"}).decode()
        case "bytes":
            return "AP8="
    return f"{number:03}"
