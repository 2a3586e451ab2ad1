"""What is left of a plan's file once it has been read: its lines, in one shape for every kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["text", "markdown", "pdf", "docx"]

KIND_OF: Mapping[str, Kind] = {".txt": "text", ".md": "markdown", ".pdf": "pdf", ".docx": "docx"}
"""The kind of a file by the ending of its name."""

CONTINUED = "\u2060"
"""Stands in the places of a row that its cell before goes on over, as the file draws it; nobody sees it."""


class PlanFileError(Exception):
    """A plan's file cannot be read; the message tells staff why, and what to do."""


@dataclass(frozen=True)
class Line:
    """One line.  The cells of a table's row stand in one line with tabs between them.

    ``page``: where the file itself has pages.  ``level``: 1 for the highest heading, where the file
    itself marks headings; None for all else.
    """

    text: str
    page: int | None = None
    level: int | None = None


@dataclass(frozen=True)
class PlanDocument:
    """``pages``: how many the file has, None where it has none; ``empty_pages``: those without any text."""

    kind: Kind
    lines: tuple[Line, ...]
    pages: int | None = None
    empty_pages: tuple[int, ...] = ()
