"""One row of a sheet as a form: the same columns, the same checks, the same way into the database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from knowledge.entry_versions import Author
from knowledge.import_items import ImportPlan, RowChange
from knowledge.imports import import_into, planned
from knowledge.sheet_kinds import STATE, STATES, VERSION, SheetKind
from knowledge.sheet_places import ImportFaultsError
from knowledge.sheet_rows import cells_of, values_of
from knowledge.tabular import Row, Sheet

WHOLE_ROW = "row"
"""Where a fault belongs that is of no single field."""
_FAULT = re.compile(r"\Aシート「[^」]*」\d+行目(?: [A-Z]+列)?「(?P<heading>[^」]+)」: (?P<sentence>.*)", re.DOTALL)
_IN_A_FORM = (
    (
        re.compile("書き出したあとに、ほかの人が変えています.*", re.DOTALL),
        "開いたあとに、ほかの人が先に変えました。このページを開き直し、いまの内容を見てから直してください",
    ),
    (
        re.compile("先頭の 0 が消えています（(.*?)）.*", re.DOTALL),
        r"先頭の 0 がありません（\1）。0598-53-0000 のように書いてください",
    ),
    (re.compile("Excel が番号を日付に変えています（(.*?)）.*", re.DOTALL), r"1-1 のように書いてください（今は \1）"),
)
"""What is wrong with a file, and what to do with a field instead."""
_ROW = re.compile(r"\Aシート「[^」]*」(?:\d+行目)?: ")


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
    with _row_faults():
        plan = import_into(session, code, [_table(kind, cells)], moment, publish=True, author=author)
    return _the_change(plan)


def look_at_row(session: Session, code: str, kind: SheetKind, cells: Mapping[str, str]) -> RowChange | None:
    """What ``write_row`` would change; nothing is written.  Raises RowFaultsError."""
    with _row_faults():
        plan = planned(session, code, [_table(kind, cells)], publish=True)
    return _the_change(plan)


def _the_change(plan: ImportPlan) -> RowChange | None:
    """Without the number of a row in a sheet that nobody sees."""
    return next((replace(row, number=None) for row in plan.changed), None)


def _table(kind: SheetKind, cells: Mapping[str, str]) -> Sheet:
    headings = kind.headings
    return Sheet(kind.title, (Row(1, headings), Row(2, tuple(cells.get(heading, "") for heading in headings))))


@contextmanager
def _row_faults() -> Iterator[None]:
    try:
        yield
    except ImportFaultsError as error:
        raise RowFaultsError(_by_heading(error.faults)) from error


def _by_heading(faults: tuple[str, ...]) -> dict[str, str]:
    """The first fault of each field."""
    found: dict[str, str] = {}
    for fault in faults:
        told = _FAULT.fullmatch(fault)
        heading, sentence = (told["heading"], told["sentence"]) if told else (WHOLE_ROW, _ROW.sub("", fault, count=1))
        found.setdefault(heading if heading != VERSION else WHOLE_ROW, _for_a_form(sentence))
    return found


def _for_a_form(sentence: str) -> str:
    for wrong, told in _IN_A_FORM:
        if wrong.fullmatch(sentence):
            return wrong.sub(told, sentence)
    return sentence
