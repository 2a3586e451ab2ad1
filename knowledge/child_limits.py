"""What a process that reads an uploaded file may do: little, without network, and for a short time.

A child calls ``serve``: limits first, then its imports, then every door closed, then the file.  What it
has to say goes to standard output as JSON lines, the last of them ``{"done": true}`` or ``{"fault": …}``.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from knowledge.upload_limits import CPU_SECONDS, MEMORY

Message: TypeAlias = "dict[str, Any]"
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


def serve(
    import_reader: Callable[[], Callable[[bytes], Iterator[Message]]], fault_of: Callable[[Exception], Message]
) -> None:
    """Be the child: read the file from standard input with what ``import_reader`` gives.

    That imports everything that reading needs, since nothing can be opened later.
    """
    limit_resources()
    content = sys.stdin.buffer.read()
    for codec in _CODECS:
        codecs.lookup(codec)
    read = import_reader()
    close_doors()
    try:
        for message in read(content):
            _write(message)
        _write({"done": True})
    except Exception as error:  # whatever a hostile file makes a library raise: it is a broken file
        _write(fault_of(error))


def _write(message: Message) -> None:
    sys.stdout.buffer.write(json.dumps(message, ensure_ascii=True).encode() + b"\n")
    sys.stdout.buffer.flush()
