"""A table as rows of text, whatever file it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class BadCell:
    """A cell that has no plain value, and why."""

    reason: str


Cell: TypeAlias = "str | BadCell"


@dataclass(frozen=True)
class Row:
    """``number`` counts from 1, as the spreadsheet program shows it; an empty cell is ``""``."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, place: int) -> str:
        cell = self.cells[place] if place < len(self.cells) else ""
        return cell if isinstance(cell, str) else ""

    @property
    def blank(self) -> bool:
        return not any(isinstance(cell, BadCell) or cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """What a file holds under one name: the rows that are not blank.

    ``merged``: ranges of joined cells as ``B3:B5``, whose text stands in the first; ``hidden`` ones are read too.
    """

    name: str
    rows: tuple[Row, ...]
    merged: tuple[str, ...] = ()
    hidden: bool = False
    hidden_rows: int = 0


def sheets_as_json(sheets: Sequence[Sheet]) -> list[Any]:
    """Sheets without a fault: every cell is a text."""
    return [
        [sheet.name, [[row.number, *(row.text(place) for place in range(len(row.cells)))] for row in sheet.rows]]
        for sheet in sheets
    ]


def sheets_of(value: Any) -> list[Sheet]:
    """What ``sheets_as_json`` wrote."""
    return [Sheet(name, tuple(Row(number, tuple(cells)) for number, *cells in rows)) for name, rows in value]


def sheets_digest(sheets: Sequence[Sheet]) -> str:
    """Names what was in the tables, for the audit log."""
    told = json.dumps(sheets_as_json(sheets), ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class OutSheet:
    """A sheet to be written.  ``widths`` in letters, ``numbers``: the columns that hold numbers."""

    name: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    numbers: frozenset[int]
    rows: Sequence[tuple[str, ...]]
    frozen: str = "C2"
    """The first cell that moves when one scrolls."""


def column_place(letters: str) -> int:
    """A -> 0, AA -> 26."""
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def column_letter(place: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
