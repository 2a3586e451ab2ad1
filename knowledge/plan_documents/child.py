"""The process that reads PDF and Word files: limited, without network, and gone afterwards.

``python -m knowledge.plan_documents.child KIND`` reads the file from its standard input and writes
JSON lines: ``{"page", "of", "lines"}`` for each page, then ``{"done": true}``, or ``{"fault"}``.
"""

from __future__ import annotations

import codecs
import contextlib
import importlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from knowledge.upload_limits import CPU_SECONDS, MAX_CHARACTERS, MEMORY

_CODECS = ("ascii", "latin-1", "cp437", "cp932", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def limit_resources() -> None:
    """Memory and time; no file may be written, no core dumped."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def close_doors() -> None:
    """From here on nothing can be opened: no file, no connection, by whatever code.

    A socket needs a descriptor as a file does, so this holds for libraries written in C as well.
    """
    most = sys.stderr.fileno() + 1
    os.closerange(most, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.suppress(AttributeError, ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def read(kind: str, content: bytes) -> Iterator[dict[str, Any]]:
    """The messages for one file."""
    try:
        characters = 0
        for message in _pdf(content) if kind == "pdf" else _word(content):
            characters += sum(len(line) for line, _ in message["lines"])
            if characters > MAX_CHARACTERS:
                yield {"fault": "too_long"}
                return
            yield message
        yield {"done": True}
    except MemoryError:
        yield {"fault": "memory"}


def _pdf(content: bytes) -> Iterator[dict[str, Any]]:
    from knowledge.plan_documents.pdf_file import page_count, pdf_pages

    total = page_count(content)
    for number, lines in enumerate(pdf_pages(content), 1):
        yield {"page": number, "of": total, "lines": [[line, None] for line in lines]}


def _word(content: bytes) -> Iterator[dict[str, Any]]:
    from knowledge.plan_documents.word_file import word_lines

    yield {"lines": [[text, level] for text, level in word_lines(content)]}


def fault_of(error: Exception) -> dict[str, Any]:
    """What is wrong with a file, by the error that reading it raised."""
    name = type(error).__name__
    if name == "TooManyPagesError":
        return {"fault": "too_many_pages", "count": error.args[0]}
    if name in ("UnsafeXmlError", "TableTooLargeError"):
        return {"fault": {"UnsafeXmlError": "unsafe_xml", "TableTooLargeError": "table_too_large"}[name]}
    if name == "PdfiumError" and "password" in str(error).lower():
        return {"fault": "password"}
    return {"fault": "broken"}


def main(kind: str, given: BinaryIO, out: BinaryIO) -> None:
    content = given.read()
    _import_readers(kind)
    close_doors()
    try:
        for message in read(kind, content):
            _write(out, message)
    except Exception as error:  # whatever a hostile file makes a library raise: it is a broken file
        _write(out, fault_of(error))


def _import_readers(kind: str) -> None:
    """Everything that reading needs, codecs included, since nothing can be opened later."""
    for codec in _CODECS:
        codecs.lookup(codec)
    importlib.import_module(
        "knowledge.plan_documents.pdf_file" if kind == "pdf" else "knowledge.plan_documents.word_file"
    )


def _write(out: BinaryIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message, ensure_ascii=True).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    limit_resources()
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
