"""What the schema has against something that staff wrote, by the heading that they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.bundle import in_japanese
from knowledge.import_checks import nowhere
from knowledge.sheet_kinds import TRANSLATION_COLUMNS, Column, SheetKind, all_columns


@dataclass(frozen=True)
class SchemaFault:
    """``location``: the way to the field in the schema; ``heading``: its name, None where no single field is meant."""

    location: tuple[str, ...]
    heading: str | None
    sentence: str


_WORDS: Mapping[str, str] = {
    "facets": "手続きの列（対象になる人〜届くまで）",
    "kind: procedure": "種類「手続き」",
    "valid_from": "「公開を始める日」",
    "valid_until": "「公開を終える日」",
    "recheck_on": "「再確認日」",
    "checked_on": "「確認した日」",
    "term.until": "「受付の最終日」",
    "、term に": "、「受付の初日」か「受付の最終日」に",
    "from（受付の初日）": "「受付の初日」",
    "until（受付の最終日）": "「受付の最終日」",
    " before（受付前の文）": "「受付前の文」",
    " after（終了後の文）": "「終了後の文」",
    "from は until より": "「受付の初日」は「受付の最終日」より",
    **{f"translations.{column.path[1]}": f"{column.heading.partition('の')[0]}の訳" for column in TRANSLATION_COLUMNS},
}


def schema_fault(kind: SheetKind, fault: Mapping[str, Any]) -> SchemaFault:
    """One fault of pydantic, as staff read it."""
    location = tuple(str(step) for step in fault["loc"])
    empty = fault.get("input") is None or fault["type"] == "missing"
    sentence = "空です。書いてください" if empty else in_japanese(fault)
    column = _column(kind, location)
    if column is not None and column.refers and fault.get("input"):
        sentence = nowhere(str(fault["input"]), column.refers)
    if column is not None and column.path == location[:-1] and location[-1].isdecimal():
        sentence = f"{int(location[-1]) + 1}行目：{sentence}"
    for word, shown in _WORDS.items():
        sentence = sentence.replace(word, shown)
    return SchemaFault(location, column.heading if column else None, sentence)


def _column(kind: SheetKind, location: Sequence[str]) -> Column | None:
    """The column that a fault of the schema is about."""
    columns = all_columns(kind)
    for length in range(len(location), 0, -1):
        for column in columns:
            if column.path[:length] == tuple(location[:length]):
                return column
    return None
