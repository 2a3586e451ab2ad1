"""A row of a sheet between the database, the schema and the cells."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from knowledge.answers import FACETS
from knowledge.curated_rows import NOT_LOADED
from knowledge.digests import short_digest
from knowledge.sheet_forms import Blank
from knowledge.sheet_kinds import Column, SheetKind, all_columns
from knowledge.sheet_places import plain_heading

Values = dict[str, Any]
"""An item as the schema writes it: nested."""


def values_of(kind: SheetKind, row: Any) -> Values:
    """What a row of the database holds, in the shape of the schema."""
    return {name: _own(_value(kind, row, name)) for name in kept_fields(kind)}


def _own(value: Any) -> Any:
    """A copy that may be changed; most values are words, which cannot."""
    return copy.deepcopy(value) if isinstance(value, (list, dict)) else value


def kept_fields(kind: SheetKind) -> list[str]:
    """The fields of the schema that the database keeps."""
    return [name for name in kind.model.model_fields if name not in NOT_LOADED]


def _value(kind: SheetKind, row: Any, name: str) -> Any:
    if name == "id":
        return row.plan_id if kind.name == "plans" else row.entry_id
    if name == "source":
        return {"plan": row.source_plan, "section": row.source_section, "page": row.source_page}
    # A row that is yet to be written has no list in the place of nothing.
    return (getattr(row, name) or []) if name in ("related_departments", "breaks") else getattr(row, name)


def row_values(values: Values) -> dict[str, Any]:
    """The columns of the database for an item of the schema, its ID left out."""
    flat = {name: value for name, value in values.items() if name not in {"id", "source"} | NOT_LOADED}
    if source := values.get("source"):
        flat |= {f"source_{name}": source[name] for name in ("plan", "section", "page")}
    return flat


def cells_of(kind: SheetKind, values: Values) -> dict[str, str]:
    """The text of every cell, by heading."""
    return {column.heading: cell_of(column, values) for column in all_columns(kind)}


def cell_of(column: Column, values: Values) -> str:
    """The text of one cell."""
    value: Any = values
    for step in column.path[:-1]:
        value = _step(value, step)
        if not value:
            return ""
    if isinstance(value, Mapping) and column.path[-1] not in value:
        return ""
    return column.form.write(_step(value, column.path[-1]))


def _step(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return value[int(step)] if int(step) < len(value) else None
    return value.get(step)


def put(values: Values, column: Column, text: str) -> None:
    """Set what a cell says.  Raises ValueError with a sentence."""
    blank = not text.strip(" \t\n\u3000")
    value = copy.copy(column.form.blank) if blank else column.form.read(text)
    target: Any = values
    for step in column.path[:-1]:
        target = _opened(target, step)
    target[column.path[-1]] = value


def _opened(target: Any, step: str) -> Any:
    """The part ``step`` of ``target``, made where there is none.  Links are a dict by place until ``closed``."""
    found = target.get(step)
    if isinstance(found, list):
        found = {str(place): part for place, part in enumerate(found)}
    if found is None:
        found = {}
    target[step] = found
    return found


def closed(kind: SheetKind, values: Values) -> Values:
    """``values`` after all cells are put: groups of cells that are empty become nothing."""
    for name in ("baseline", "target"):
        if isinstance(values.get(name), dict):
            values[name] = _reading(values[name])
    if isinstance(values.get("links"), dict):
        links = (values["links"][place] for place in sorted(values["links"], key=int))
        values["links"] = [link for link in links if any(link.values())]
    if kind.name == "entries":
        values["facets"] = _facets(values)
        term = values.get("term") or {}
        values["term"] = term if any(term.values()) else None
        values["translations"] = {
            language: {"reviewed": False} | {part: text for part, text in one.items() if text is not None}
            for language, one in (values.get("translations") or {}).items()
            if one.get("title") or one.get("answer")
        }
    return values


def _reading(given: dict[str, Any]) -> dict[str, Any] | None:
    """None where nothing is written at all; a figure that the plan leaves open is written as such."""
    if given.get("value", Blank.UNTOLD) is not Blank.UNTOLD:
        return given
    whole = given | {"value": None}
    return whole if any(part is not None for part in whole.values()) else None


def _facets(values: Values) -> dict[str, Any] | None:
    """All facets of a procedure; of anything else none, unless staff wrote one, which the schema then refuses."""
    given = values.get("facets") or {}
    if values.get("kind") == "procedure" or any(given.values()):
        return dict.fromkeys(FACETS) | given
    return None


def generated_key(kind: SheetKind, label: str) -> str:
    """The same for the same words, so that what is brought twice is added once."""
    if not label.strip() or kind.name in ("measures", "municipality"):
        return ""
    return f"staff-{short_digest(f'{kind.name}:{plain_heading(label)}', letters=12)}"
