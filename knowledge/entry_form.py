"""An entry as the fields of a form: each column of the sheets is a field, read and written as its cell."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, get_args

from knowledge.bundle import Category
from knowledge.curated_rows import typed
from knowledge.entry_checks import EntryFaultsError
from knowledge.sheet_kinds import KINDS, LANGUAGES, Column, all_columns
from knowledge.sheet_rows import Values, cells_of, closed, put

_KIND = KINDS["entries"]
CATEGORIES: tuple[str, ...] = get_args(Category)
_YES = "はい"
ID = "id"


def name_of(column: Column) -> str:
    """``source.plan``: the name of the field."""
    return ".".join(column.path)


COLUMNS: Mapping[str, Column] = {name_of(column): column for column in all_columns(_KIND)}
"""By the name of the field."""
FIELDS = tuple(name for name in COLUMNS if name != ID)


def fields_of(content: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the form of a version."""
    cells = cells_of(_KIND, {name: typed(name, value) for name, value in content.items()})
    return {name: cells[column.heading] for name, column in COLUMNS.items()}


def content_of_fields(fields: Mapping[str, str], base: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    """The content that the form says, on what ``base`` has beside it; what cannot be read, in ``errors``.

    A field that was not sent stays as it was.
    """
    values: Values = {name: typed(name, value) for name, value in copy.deepcopy(dict(base)).items()}
    for name in FIELDS:
        if name not in fields:
            continue
        column, text = COLUMNS[name], fields[name].replace("\r\n", "\n")
        try:
            put(values, column, text)
        except ValueError as error:
            errors[name] = f"「{column.heading}」：{error}"
    return {name: _day_as_text(value) for name, value in closed(_KIND, values).items()}


def _day_as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def errors_of(error: EntryFaultsError) -> dict[str, str]:
    """The faults by the field that they belong to; what is of no single field belongs to the answer."""
    found: dict[str, str] = {}
    for fault in error.faults:
        name = field_of(fault.location) if fault.location else _meant(fault.sentence)
        sentence = f"「{fault.heading}」：{fault.sentence}" if fault.heading else fault.sentence
        found[name] = f"{found[name]}。{sentence}" if name in found else sentence
    return found


def _meant(sentence: str) -> str:
    """The field that a fault of the whole entry is best mended at."""
    for language, name in LANGUAGES.items():
        if sentence.startswith(f"{name}の訳"):
            return f"translations.{language}.answer"
    return "kind" if "種類" in sentence else "answer"


def field_of(location: tuple[str, ...]) -> str:
    """The field that a fault's place in the schema stands for."""
    whole = ".".join(location)
    if whole in COLUMNS or whole in ("publish_at", "end_at"):
        return whole
    for length in range(len(location), 0, -1):
        for name, column in COLUMNS.items():
            if column.path[:length] == location[:length] and name != ID:
                return name
    return "answer"
