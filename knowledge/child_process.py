"""Starting a process that reads an uploaded file, and hearing what it says (the child's side: ``child_limits``)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.upload_limits import CHILD_SECONDS

_ROOT = Path(__file__).parent.parent


class ChildFaultError(Exception):
    """The child gave the file up.  ``fault`` is what it said; None where it died or said too much."""

    def __init__(self, fault: dict[str, Any] | None) -> None:
        super().__init__(fault)
        self.fault = fault


def child_messages(module: str, *arguments: str, content: bytes, most: int) -> Iterator[dict[str, Any]]:
    """What ``python -m module`` says of ``content``, message by message and ``most`` bytes in all.

    It never outlives this.  Raises ChildFaultError; what was said before is then worth nothing.
    """
    # Nothing of our environment goes along: there are secrets in it.
    environment = {"PYTHONIOENCODING": "utf-8", "PATH": "", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(  # noqa: S603 our own interpreter and module, no shell, the file through a pipe
        [sys.executable, "-s", "-B", "-m", module, *arguments],
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        clock = threading.Timer(CHILD_SECONDS, child.kill)
        feeder = threading.Thread(target=_feed, args=(child, content), daemon=True)
        clock.start()
        feeder.start()
        try:
            yield from _lines_of(child, most)
        finally:
            clock.cancel()
            child.kill()


def _feed(child: subprocess.Popen[bytes], content: bytes) -> None:
    """Hand the file over beside the reading: neither side waits for a full pipe."""
    if child.stdin is not None:
        try:
            child.stdin.write(content)
            child.stdin.close()
        except OSError:
            return  # the child is gone; what it said last tells why


def _lines_of(child: subprocess.Popen[bytes], most: int) -> Iterator[dict[str, Any]]:
    if child.stdout is None:
        return
    left = most
    while left > 0 and (line := child.stdout.readline(left)):
        left -= len(line)
        if not line.endswith(b"\n"):
            break
        message: dict[str, Any] = json.loads(line)
        if "fault" in message:
            raise ChildFaultError(message)
        if message.get("done"):
            return
        yield message
    raise ChildFaultError(None)
