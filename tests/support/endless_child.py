"""A child that reads a file for ever: ``python -m tests.support.endless_child [SECONDS]`` of the processor at most."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from knowledge import child_limits


def _reader() -> Callable[[bytes], Iterator[dict[str, Any]]]:
    return _read


def _read(_: bytes) -> Iterator[dict[str, Any]]:
    yield {"begun": True}
    while True:
        pass


if __name__ == "__main__":
    child_limits.CPU_SECONDS = int(sys.argv[1])
    child_limits.serve(_reader, lambda error: {"fault": str(error)})
