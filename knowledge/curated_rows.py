"""A piece of bundled knowledge as the columns of a row, and the mark of what it says."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from pydantic import BaseModel

NOT_LOADED = {"explained", "text_file"}
"""What only the source check reads of a bundle."""

CORRECTED = "corrected"
"""In place of a digest, at a draft that staff have corrected in a sheet: bringing its plan or list again leaves it."""


def flat(values: dict[str, Any]) -> dict[str, Any]:
    """The bundle's ``source`` as three columns."""
    source = values.pop("source")
    return values | {
        "source_plan": source["plan"],
        "source_section": source["section"],
        "source_page": source["page"],
    }


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


_DAYS = ("checked_on", "recheck_on", "valid_from", "valid_until")


def typed(name: str, value: Any) -> Any:
    """The value of a column that was kept as JSON: a day is a day again."""
    return dt.date.fromisoformat(value) if name in _DAYS and isinstance(value, str) else value


def digest_of(*parts: BaseModel) -> str:
    text = json.dumps([_given(part) for part in parts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _given(part: BaseModel) -> dict[str, Any]:
    """What a part says; one that leaves out a newer field is the one loaded before there was that field."""
    values = part.model_dump(mode="json", exclude=NOT_LOADED)
    for name, left_out in _NEWER.items():
        if name in values and values[name] == left_out:
            del values[name]
    return values


_NEWER: dict[str, Any] = {
    "translations": {},
    "recheck_on": None,
    "term": None,
    "related_departments": [],
    "breaks": [],
}
"""Fields that came after the first bundles, and what they hold where nothing is written."""
