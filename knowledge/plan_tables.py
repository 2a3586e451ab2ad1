"""The tables in a plan's lines: rows that follow each other, cells with tabs between them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.plan_documents.document import CONTINUED


@dataclass(frozen=True)
class Row:
    """``line``: where it stands, from 1.  ``covered``: the places that the cell before goes on over."""

    cells: tuple[str, ...]
    line: int
    covered: frozenset[int] = frozenset()

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
            rows.append(_row(line.split("\t"), number))
        elif rows:
            yield PlanTable(tuple(rows))
            rows = []


def _row(cells: Sequence[str], number: int) -> Row:
    covered = frozenset(place for place, cell in enumerate(cells) if cell == CONTINUED)
    return Row(tuple(" ".join(cell.replace(CONTINUED, "").split()) for cell in cells), number, covered)


def shown(line: str) -> str:
    """A line as people read it."""
    return line.replace(CONTINUED, "")


def plain(text: str) -> str:
    """``text`` in NFKC, without blanks at its ends or in rows."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
