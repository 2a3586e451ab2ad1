"""A file of sheets on its way into the database: its rows, what becomes of them, and what is said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from knowledge.exports import names_by_id, rows_of
from knowledge.sheet_kinds import (
    KINDS,
    SheetKind,
    plain_heading,
)
from knowledge.sheet_rows import Values
from knowledge.tabular import Row, column_letter

MOST_FAULTS = 100


class ImportFaultsError(ValueError):
    """What keeps a file from being taken; ``faults`` is a line each, at most MOST_FAULTS and one that counts."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = list(faults[:MOST_FAULTS])
        if len(faults) > MOST_FAULTS:
            shown.append(f"ほかに {len(faults) - MOST_FAULTS}件あります")
        super().__init__("\n".join(shown))
        self.faults = tuple(shown)


@dataclass(frozen=True)
class RowChange:
    """What happens to one row.  ``cells``: (heading, old, new); ``number``: its row in the sheet, if it has one."""

    kind: str
    key: str
    label: str
    action: str
    number: int | None
    cells: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """Everything that a file changes.  ``action`` of a row is added, changed, unchanged or ended."""

    rows: tuple[RowChange, ...]
    notices: tuple[str, ...]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.action for row in self.rows)

    @property
    def changes(self) -> bool:
        return any(row.action != "unchanged" for row in self.rows)


@dataclass
class Item:
    """A row of the file on its way: what it says, and where each part of it stands."""

    kind: SheetKind
    key: str
    values: Values
    place: Place
    state: str = "published"
    version: int | None = None
    generated: bool = False
    translations: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A row of a sheet, and which column has which heading."""

    sheet: str
    number: int
    letters: Mapping[str, str]

    def fault(self, heading: str | None, sentence: str) -> str:
        where = f"シート「{self.sheet}」{self.number}行目"
        if heading:
            letter = self.letters.get(plain_heading(heading))
            where += f" {letter}列「{heading}」" if letter else f"「{heading}」"
        return f"{where}: {sentence}"


@dataclass(frozen=True)
class Known:
    """A sheet whose headings say what it is."""

    name: str
    sheet: str
    places: Mapping[str, int]
    rows: Sequence[Row]

    def place(self, row: Row) -> Place:
        letters = {heading: column_letter(place) for heading, place in self.places.items()}
        return Place(self.sheet, row.number, letters)

    def text(self, row: Row, heading: str) -> str | None:
        """The cell under a heading; None where the sheet has no such column."""
        place = self.places.get(plain_heading(heading))
        return None if place is None else row.text(place)


class Work:
    """One reading of a file against the database: collects faults and notices as it goes."""

    def __init__(self, session: Session, code: str, *, end_missing: bool) -> None:
        self.code = code
        self.end_missing = end_missing
        self.faults: list[str] = []
        self.notices: list[str] = []
        self.present = {name: rows_of(session, kind, code) for name, kind in KINDS.items()}
        self.ids = _ids_by_name(names_by_id(session, code))
        self.items: dict[str, dict[str, Item]] = {name: {} for name in KINDS}
        self.changes: list[tuple[RowChange, Item | None]] = []
        self.sheets: set[str] = set()


def _ids_by_name(names: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {sheet: {plain_heading(name): key for key, name in found.items()} for sheet, found in names.items()}
