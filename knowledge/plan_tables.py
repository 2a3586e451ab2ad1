"""The tables in a plan's lines: rows that follow each other, cells with tabs between them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """``line``: where it stands, from 1.  ``given``: how many cells it has in the file."""

    cells: tuple[str, ...]
    line: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells that are not empty."""
        return tuple(cell for cell in self.cells if cell)

    def cell(self, place: int) -> str:
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True)
class PlanTable:
    rows: tuple[Row, ...]


def tables(lines: Sequence[str]) -> Iterator[PlanTable]:
    rows: list[Row] = []
    for number, line in enumerate([*lines, ""], 1):
        if "\t" in line:
            rows.append(Row(tuple(" ".join(cell.split()) for cell in line.split("\t")), number))
        elif rows:
            yield PlanTable(tuple(rows))
            rows = []


def plain(text: str) -> str:
    """``text`` in NFKC, without blanks at its ends or in rows."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
