"""A table of a document, whatever it is printed on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportTable:
    """``numbers``: the places of the columns that hold numbers.  ``empty``: what is said where there is no row.

    ``wide``: the places of the columns that hold most of the text.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numbers: frozenset[int] = frozenset()
    empty: str = "ありません。"
    wide: frozenset[int] = frozenset()
