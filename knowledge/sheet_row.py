"""One row of a sheet as a form: the same columns, the same checks, the same way into the database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from knowledge.entry_versions import Author
from knowledge.import_items import RowChange
from knowledge.imports import import_into
from knowledge.sheet_kinds import STATE, STATES, VERSION, SheetKind
from knowledge.sheet_places import ImportFaultsError
from knowledge.sheet_rows import cells_of, values_of
from knowledge.tabular import Row, Sheet

WHOLE_ROW = "row"
"""Where a fault belongs that is of no single field."""
_FAULT = re.compile(r"シート「[^」]*」\d+行目(?: [A-Z]+列)?「(?P<heading>[^」]+)」: (?P<sentence>.*)", re.DOTALL)
_ROW = re.compile(r"シート「[^」]*」(?:\d+行目)?: ")


class RowFaultsError(ValueError):
    """``faults``: heading (or WHOLE_ROW) -> the sentence with the remedy."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("\n".join(faults.values()))
        self.faults = faults


def row_cells(kind: SheetKind, row: Any) -> dict[str, str]:
    """The cells of a row of the database, its version and state among them."""
    cells = cells_of(kind, values_of(kind, row))
    shown = {column.heading: cells[column.heading] for column in kind.columns}
    state = {STATE: STATES.get(row.state, row.state)} if kind.curated else {}
    return shown | {VERSION: str(row.version)} | state


def write_row(
    session: Session, code: str, kind: SheetKind, cells: Mapping[str, str], moment: dt.datetime, author: Author
) -> RowChange | None:
    """Bring one row as a sheet of it alone would; what changed, None where nothing did.  Raises RowFaultsError."""
    headings = kind.headings
    table = Sheet(kind.title, (Row(1, headings), Row(2, tuple(cells.get(heading, "") for heading in headings))))
    try:
        plan = import_into(session, code, [table], moment, publish=True, author=author)
    except ImportFaultsError as error:
        raise RowFaultsError(_by_heading(error.faults)) from error
    return next((change for change in plan.rows if change.action != "unchanged"), None)


def _by_heading(faults: tuple[str, ...]) -> dict[str, str]:
    """The first fault of each field."""
    found: dict[str, str] = {}
    for fault in faults:
        told = _FAULT.fullmatch(fault)
        heading, sentence = (told["heading"], told["sentence"]) if told else (WHOLE_ROW, _ROW.sub("", fault, count=1))
        found.setdefault(heading, sentence)
    return found
