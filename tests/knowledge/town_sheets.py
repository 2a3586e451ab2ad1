"""The small municipality's sheets, to change and to bring back."""

from __future__ import annotations

from knowledge.db import Database
from knowledge.exports import exported
from knowledge.tabular import Row, Sheet
from tests.knowledge.small_town import CODE


def sheets(database: Database, **changes: str | None) -> list[Sheet]:
    """The municipality's export, with cells changed: ``juki__答え="…"``; None takes the row out."""
    with database.reading() as session:
        out = exported(session, CODE)
    found = []
    for sheet in out.values():
        rows = []
        for number, cells in enumerate([sheet.headings, *sheet.rows], 1):
            new = list(cells)
            for name, text in changes.items():
                key, _, heading = name.partition("__")
                if cells[0] == key.replace("_", "-") and heading in sheet.headings:
                    new[sheet.headings.index(heading)] = text or ""
            if number == 1 or changes.get(f"without_{cells[0]}") is None:
                rows.append(Row(number, tuple(new)))
        found.append(Sheet(sheet.name, tuple(rows)))
    return found


def with_row(given: list[Sheet], title: str, **cells: str) -> list[Sheet]:
    """The same with one more row in the sheet ``title``."""
    made = []
    for sheet in given:
        if sheet.name == title:
            row = Row(99, tuple(cells.get(str(heading), "") for heading in sheet.rows[0].cells))
            sheet = Sheet(sheet.name, (*sheet.rows, row))
        made.append(sheet)
    return made
