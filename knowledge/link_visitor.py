"""The process in which links are visited: no environment, no files to write, few rights.

``python -I -c …`` starts it with one line a link on its standard input; it answers with one JSON
line each.  ``LinkVisitor`` is the other end of the pipe.
"""

from __future__ import annotations

import contextlib
import encodings.idna  # noqa: F401 - loaded while its file may still be read
import importlib
import json
import os
import resource
import selectors
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO

from knowledge.link_visits import MAX_REDIRECTS, SECONDS, Visit, visit
from knowledge.public_addresses import Rule

_ROOT = str(Path(__file__).parent.parent)
_BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from knowledge.link_visitor import serve; serve(sys.argv[2])"
_PATIENCE = 2 * (MAX_REDIRECTS + 1) * SECONDS + 10
"""Seconds for one link with all its requests, HEAD and GET; what hangs longer (a name server) is ended."""
_NOBODY = 65534
_MEMORY = 512 << 20
_CPU_SECONDS = 600

PUBLIC_RULE = "knowledge.public_addresses:PUBLIC"


class LinkVisitor:
    """Visits links one after the other in a process of its own, started at the first.

    ``rule`` names where visits may go, as ``module:name``.
    """

    def __init__(self, rule: str = PUBLIC_RULE) -> None:
        self._rule = rule
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> LinkVisitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def visit(self, url: str) -> Visit:
        """Visit ``url``; a process that hangs or dies is replaced at the next call."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(url) + "\n")
            process.stdin.flush()
            line = _line_within(process.stdout, _PATIENCE)
            return Visit(**json.loads(line))
        except (OSError, ValueError):
            self.close()
            return Visit("failed", "時間内に確かめられません", network=True)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 - our own program; a link goes in by the pipe
                [sys.executable, "-I", "-c", _BEGIN, _ROOT, self._rule],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # No environment: the service's secrets are no business of a process that talks to strangers.
                env={},
                cwd="/",
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        return self._process


def _line_within(pipe: IO[str], seconds: float) -> str:
    """One line, or an empty text when none comes in time."""
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        return pipe.readline(1 << 16) if ready.select(seconds) else ""


def serve(rule_name: str) -> None:
    """The process: a JSON text a line in, a visit a line out, until the input ends."""
    rule = _named_rule(rule_name)
    _give_up_rights()
    for line in sys.stdin:
        found = visit(json.loads(line), rule)
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        sys.stdout.flush()


def _named_rule(name: str) -> Rule:
    module, _, attribute = name.partition(":")
    rule = getattr(importlib.import_module(module), attribute)
    if not isinstance(rule, Rule):
        raise TypeError(name)
    return rule


def _give_up_rights() -> None:
    """Little memory and time, no files, no further processes; and nobody's rights where we had the machine's."""
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # Not every system lets a process limit its memory.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
