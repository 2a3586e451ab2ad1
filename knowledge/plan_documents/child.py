"""The process that reads PDF and Word files: limited, without network, and gone afterwards.

``python -m knowledge.plan_documents.child KIND`` reads the file from its standard input and writes
JSON lines: ``{"page", "of", "lines"}`` for each page, then ``{"done": true}``, or ``{"fault"}``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from knowledge.child_limits import serve
from knowledge.upload_limits import MAX_CHARACTERS


class TooLongError(Exception):
    """More text than we take."""


def read(kind: str, content: bytes) -> Iterator[dict[str, Any]]:
    """The messages for one file."""
    characters = 0
    for message in _pdf(content) if kind == "pdf" else _word(content):
        characters += sum(len(line) for line, _ in message["lines"])
        if characters > MAX_CHARACTERS:
            raise TooLongError
        yield message


def _pdf(content: bytes) -> Iterator[dict[str, Any]]:
    from knowledge.plan_documents.pdf_file import page_count, pdf_pages

    total = page_count(content)
    for number, lines in enumerate(pdf_pages(content), 1):
        yield {"page": number, "of": total, "lines": [[line, None] for line in lines]}


def _word(content: bytes) -> Iterator[dict[str, Any]]:
    from knowledge.plan_documents.word_file import word_lines

    yield {"lines": [[text, level] for text, level in word_lines(content)]}


_FAULTS = {
    "UnsafeXmlError": "unsafe_xml",
    "TableTooLargeError": "table_too_large",
    "TooLongError": "too_long",
    "MemoryError": "memory",
}


def fault_of(error: Exception) -> dict[str, Any]:
    """What is wrong with a file, by the error that reading it raised."""
    name = type(error).__name__
    if name == "TooManyPagesError":
        return {"fault": "too_many_pages", "count": error.args[0]}
    if name in _FAULTS:
        return {"fault": _FAULTS[name]}
    if name == "PdfiumError" and "password" in str(error).lower():
        return {"fault": "password"}
    return {"fault": "broken"}


def _reader(kind: str) -> Callable[[bytes], Iterator[dict[str, Any]]]:
    importlib.import_module(
        "knowledge.plan_documents.pdf_file" if kind == "pdf" else "knowledge.plan_documents.word_file"
    )
    return lambda content: read(kind, content)


if __name__ == "__main__":
    serve(lambda: _reader(sys.argv[1]), fault_of)
