"""A PDF as lines.  Runs in the limited child process only.

A PDF holds letters and their places, no lines and no tables.  Where a table is drawn with lines, these tell its
cells.  Elsewhere letters at one height are one line; a gap between two of them that is wider than a letter parts
the cells of a table.
"""

from __future__ import annotations

import ctypes
from bisect import bisect
from collections.abc import Iterator
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.plan_documents.pdf_grids import Letter, Stroke, grids
from knowledge.plan_documents.pdf_strokes import StrokeReader
from knowledge.upload_limits import MAX_PDF_PAGES

_CELL_GAP, _WORD_GAP = 1.2, 0.2
"""Of the height of the letters: what parts two cells, and two words."""
_SAME_LINE = 0.5
"""The share of the lower letter's height that two letters of one line have in common."""


class TooManyPagesError(Exception):
    """``args[0]``: how many pages there are."""


def pdf_pages(content: bytes) -> Iterator[list[str]]:
    """The lines of each page.  Raises TooManyPagesError, and pdfium.PdfiumError for a broken or locked file."""
    document = pdfium.PdfDocument(content)
    try:
        if len(document) > MAX_PDF_PAGES:
            raise TooManyPagesError(len(document))
        reader = StrokeReader()
        for number in range(len(document)):
            page = document[number]
            try:
                yield _lines(page, reader.strokes(page))
            finally:
                page.close()
    finally:
        document.close()


def page_count(content: bytes) -> int:
    document = pdfium.PdfDocument(content)
    try:
        return len(document)
    finally:
        document.close()


def _lines(page: pdfium.PdfPage, strokes: list[Stroke]) -> list[str]:
    text = page.get_textpage()
    try:
        letters = list(_letters(text))
    finally:
        text.close()
    tables = grids(strokes, letters, _in_one_cell)
    taken = frozenset(place for table in tables for place in table.letters)
    left = _rows([letter for place, letter in enumerate(letters) if place not in taken])
    found = [(table.top, ["", *table.lines, ""]) for table in tables]
    found += [(row[0].top, [line]) for row in left if (line := _joined(row).strip(" "))]
    return [line for _, lines in sorted(found, key=lambda part: -part[0]) for line in lines]


def _in_one_cell(letters: list[Letter]) -> str:
    """The text of one cell, its broken lines made whole."""
    whole = ""
    for row in _rows(letters):
        line = " ".join(_joined(row).split())
        joint = " " if whole and line and whole[-1].isascii() and line[0].isascii() else ""
        whole += joint + line
    return whole


def _letters(text: pdfium.PdfTextPage) -> Iterator[Letter]:
    """The letters that stand on the page, without the blanks that pdfium adds by its own guess."""
    page, box = text.raw, raw.FS_RECTF()
    pointer = ctypes.byref(box)
    for place in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(page, place)
        if not code or 0xD800 <= code <= 0xDFFF:
            continue
        shown = chr(code)
        if shown.isspace():
            shown = " "
            if raw.FPDFText_IsGenerated(page, place) == 1:
                continue
        if raw.FPDFText_GetLooseCharBox(page, place, pointer):
            bottom, top = box.bottom, box.top
            yield Letter(box.left, bottom, box.right, top, shown, max(top - bottom, 1.0))


def _rows(letters: list[Letter]) -> list[list[Letter]]:
    """Letters at one height together, from the top of the page to its bottom."""
    rows: list[list[Letter]] = []
    for letter in sorted(letters, key=lambda one: -(one.top + one.bottom)):
        if rows and _shares_height(rows[-1][0], letter):
            rows[-1].append(letter)
        else:
            rows.append([letter])
    return rows


def _shares_height(one: Letter, other: Letter) -> bool:
    _, one_bottom, _, one_top, _, one_height = one
    _, bottom, _, top, _, height = other
    common = (min(top, one_top)) - (max(bottom, one_bottom))
    return common >= _SAME_LINE * (min(height, one_height))


def _joined(row: list[Letter]) -> str:
    ordered = sorted((letter for letter in row if letter.text != " "), key=lambda letter: letter.left)
    blanks = sorted(letter.left for letter in row if letter.text == " ")
    if not ordered:
        return ""
    line = ordered[0].text
    for before, letter in pairwise(ordered):
        if before.text == letter.text and abs(before.left - letter.left) < 0.2 * letter.height:
            continue  # printed twice, to look bold
        gap = (letter.left - before.right) / min(before.height, letter.height)
        blank = bisect(blanks, before.left) < bisect(blanks, letter.left)
        line += "\t" if gap > _CELL_GAP else " " if blank or gap > _WORD_GAP else ""
        line += letter.text
    cells = line.split("\t")
    return "".join(cells) if len(cells) > 1 and all(len(cell) == 1 for cell in cells) else line
