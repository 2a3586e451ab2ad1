"""A file of sheets on its way into the database: its rows, what becomes of them, and what is said of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict

from sqlalchemy.orm import Session

from knowledge.entry_versions import SHEET, versions_by_entry
from knowledge.exports import names_by_id, rows_of
from knowledge.models import EntryVersion
from knowledge.sheet_kinds import (
    KINDS,
    SheetKind,
)
from knowledge.sheet_places import Place, plain_heading
from knowledge.sheet_rows import Values

Progress = Callable[[float], None]
"""Told the share that is done.  What it raises ends the work."""


class Flags(TypedDict):
    """What whoever brings a file allows: drafts may be published; rows that are not in it end."""

    publish: bool
    end_missing: bool


@dataclass(frozen=True)
class RowChange:
    """What happens to one row.  ``cells``: (heading, old, new); ``number``: its row in the sheet, if it has one.

    ``public``: it changes what is published, or publishes it; a draft that stays a draft does not.
    """

    kind: str
    key: str
    label: str
    action: str
    number: int | None
    cells: tuple[tuple[str, str, str], ...] = ()
    public: bool = True


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

    @property
    def changed(self) -> tuple[RowChange, ...]:
        """The rows that do not stay as they are."""
        return tuple(row for row in self.rows if row.action != "unchanged")


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


class Work:
    """One reading of a file against the database: collects faults and notices as it goes."""

    def __init__(
        self, session: Session, code: str, *, end_missing: bool, publish: bool, progress: Progress | None = None
    ) -> None:
        self.session = session
        self.code = code
        self.end_missing = end_missing
        self.publish = publish
        self.author = SHEET
        """Of the versions that are made."""
        self.faults: list[str] = []
        self.notices: list[str] = []
        self.present = {name: rows_of(session, kind, code) for name, kind in KINDS.items()}
        self.ids = _ids_by_name(names_by_id(session, code))
        self.items: dict[str, dict[str, Item]] = {name: {} for name in KINDS}
        self.changes: list[tuple[RowChange, Item | None]] = []
        self.sheets: set[str] = set()
        self.shared: list[RowChange] = []
        """What changes in sheets of things that all municipalities share."""
        self.later: list[Callable[[Session, dt.datetime], object]] = []
        """How those changes are made."""
        self.steps = 1
        """Rows to look at, each as often as it is."""
        self._progress = progress
        self._done = 0

    def step(self) -> None:
        """One more row was looked at."""
        self._done += 1
        if self._progress is not None:
            self._progress(min(self._done / self.steps, 1.0))

    @cached_property
    def versions(self) -> dict[str, list[EntryVersion]]:
        """The kept versions of every entry."""
        return versions_by_entry(self.session, self.code)


def _ids_by_name(names: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {sheet: {plain_heading(name): key for key, name in found.items()} for sheet, found in names.items()}
