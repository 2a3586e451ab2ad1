"""What a process weighs: its own pages, and its share of those that it has in common with others."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from knowledge.bundle import content_folders
from tests.bench.material import ROOT, gold_questions
from tests.support.server import Service

_NAMES = ("RssAnon", "Pss", "Rss")


@dataclass(frozen=True)
class Memory:
    """In MB: pages of its own, proportional share, all that is mapped and present."""

    anonymous: float
    proportional: float
    resident: float

    def __str__(self) -> str:
        return f"RssAnon {self.anonymous:.0f} MB、PSS {self.proportional:.0f} MB、RSS {self.resident:.0f} MB"


def memory_of(process: int | None = None) -> Memory:
    """Of a process of this machine; of this one by default.  Linux only."""
    folder = Path("/proc") / str(process or os.getpid())
    lines = (folder / "status").read_text().splitlines() + (folder / "smaps_rollup").read_text().splitlines()[1:]
    found = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if name in _NAMES}
    return Memory(*(found[name] / 1024 for name in _NAMES))


def measure_service(console: Console) -> None:
    """The real service with the bundled knowledge as set-up left it, after every gold question."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        shutil.copytree(ROOT / "instance", instance, ignore=shutil.ignore_patterns("*.db-shm"))
        service = Service({"INSTANCE_PATH": str(instance), "JOBS": "0"})
        service.start()
        try:
            table = Table("", "RssAnon MB", "PSS MB", title="Web のプロセスのメモリー（同梱の五つの市）")
            _add(table, "はじめ", service.worker())
            for code in (folder.name for folder in content_folders()):
                for question in gold_questions(code):
                    _ask(f"{service.url}/api/v1/{code}/ask", question)
            _add(table, "用意した質問をすべてたずねたあと", service.worker())
            console.print(table)
        finally:
            service.stop()


def _add(table: Table, label: str, process: int) -> None:
    found = memory_of(process)
    table.add_row(label, f"{found.anonymous:.0f}", f"{found.proportional:.0f}")


def _ask(address: str, question: str) -> None:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        reply.read()
