"""A Word file as lines.  Runs in the limited child process only."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from knowledge.plan_documents.document import CONTINUED
from knowledge.plan_documents.word_numbers import WordNumbers
from knowledge.upload_limits import MAX_COLUMNS, MAX_ROWS

_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_SPACE = re.compile(r"(?<!\s)\s*\n\s*|\t")
_LEVELS = 9


class UnsafeXmlError(Exception):
    """A part declares a document type or entities, which no Word file does."""


class TableTooLargeError(Exception):
    """A table has more rows or columns than are read."""


def word_lines(content: bytes) -> Iterator[tuple[str, int | None]]:
    """(text, level of a heading or None) of each paragraph and each row, in the document's order.

    Raises UnsafeXmlError, TableTooLargeError, and whatever python-docx raises for a broken file.
    """
    refuse_entities(content)
    document = docx.Document(io.BytesIO(content))
    levels, numbers = _levels_of_styles(document), WordNumbers(document)
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield "", None
            yield from ((row, None) for row in _rows(block))
            yield "", None
        else:
            level = _level(block, levels)
            text = block.text if level is None else " ".join(block.text.split())
            if number := numbers.before(block):
                text = f"{number} {text}"
            for line in text.split("\n"):
                yield line, level if line.strip() else None
    yield from ((note, None) for note in _footnotes(content))


def refuse_entities(content: bytes) -> None:
    """Read every XML part once, without building it, and refuse declarations that could unfold."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                try:
                    with package.open(name) as part:
                        for _, element in iterparse(part, forbid_dtd=True):
                            element.clear()
                except DefusedXmlException as error:
                    raise UnsafeXmlError(name) from error


def _levels_of_styles(document: Document) -> dict[str, int]:
    """Paragraph styles that are headings, by their name or their outline level, their bases' included."""
    found: dict[str, int] = {}
    for style in document.styles:
        ancestor: Any = style
        for _ in range(_LEVELS):
            if ancestor is None or not hasattr(ancestor, "base_style"):
                break
            level = _own_level(ancestor)
            if level is not None:
                found[style.style_id] = level
                break
            ancestor = ancestor.base_style
    return found


def _own_level(style: Any) -> int | None:
    named = _HEADING.match(style.name or "")
    if named:
        return int(named[1])
    properties = style.element.find(qn("w:pPr"))
    return _outline(properties)


def _outline(properties: Any) -> int | None:
    outline = None if properties is None else properties.find(qn("w:outlineLvl"))
    level = None if outline is None else int(outline.get(qn("w:val")))
    return None if level is None or level >= _LEVELS else level + 1


def _level(paragraph: Paragraph, levels: dict[str, int]) -> int | None:
    if not paragraph.text.strip():
        return None
    own = _outline(paragraph._p.pPr)
    if own is not None:
        return own
    style = paragraph.style
    return levels.get(style.style_id) if style is not None and style.style_id else None


def _rows(table: Table) -> Iterator[str]:
    if len(table.rows) > MAX_ROWS or len(table.columns) > MAX_COLUMNS:
        raise TableTooLargeError
    for row in table.rows:
        yield "\t".join(_cells(row))


def _cells(row: Any) -> Iterator[str]:
    """The texts of a row's cells; one that spans columns or rows stands in its first place only."""
    yield from [""] * row.grid_cols_before
    for cell in row._tr.tc_lst:
        continues = cell.vMerge == "continue"
        text = "" if continues else "\n".join(paragraph.text for paragraph in cell.p_lst)
        yield _SPACE.sub(" ", text).strip()
        yield from [CONTINUED if text.strip() else ""] * (cell.grid_span - 1)


def _footnotes(content: bytes) -> Iterator[str]:
    """The texts of the footnotes and endnotes, which python-docx leaves out."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for part in ("word/footnotes.xml", "word/endnotes.xml"):
            if part not in package.namelist():
                continue
            with package.open(part) as opened:
                for _, element in iterparse(opened, forbid_dtd=True):
                    if element.tag in (qn("w:footnote"), qn("w:endnote")):
                        text = "".join(run.text or "" for run in element.iter(qn("w:t"))).strip()
                        if text:
                            yield f"※{text}"
