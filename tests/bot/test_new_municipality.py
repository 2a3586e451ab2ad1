"""docs/new-municipality.md, followed as it is written: every command of the chapter, in its order."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.server import free_port

ROOT = Path(__file__).parent.parent.parent
CHAPTER = (ROOT / "docs" / "new-municipality.md").read_text(encoding="utf-8")
DATA = ROOT / "tests" / "data" / "new_municipality"
_END = "---end of command---"


@dataclass(frozen=True)
class Step:
    """A command and what the chapter says that one sees."""

    command: str
    shown: tuple[str, ...]


def steps() -> Iterator[Step]:
    for block in re.findall(r"```console\n(.*?)```", CHAPTER, re.DOTALL):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, *shown = part.strip().split("\n")
            yield Step(command, tuple(line for line in shown if line.strip()))


@pytest.mark.timeout(900)  # some fifteen processes, each of which loads the dictionary
def test_the_chapter_brings_a_city_up(environment: dict[str, str], tmp_path: Path) -> None:
    if not (ROOT / ".venv" / "bin" / "flask").exists():
        pytest.skip("the chapter's commands need .venv: run make setup")
    followed = list(steps())
    script = "\n".join(f"{step.command}\necho '{_END}'" for step in followed)
    ours = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "BASE_URL": f"http://127.0.0.1:{free_port()}",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=ROOT, env=ours | environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    outputs = done.stdout.split(_END)
    for step, output in zip(followed, outputs, strict=False):
        for line in step.shown:
            assert re.search(_expected(line), output), f"{step.command}\n{line}\n--- was ---\n{output}"
    assert "LINE に返信できます" in next(line for line in done.stdout.splitlines() if line.startswith("  汐見浜市"))
    assert "見本です" not in outputs[len(followed) - 1]
    assert (tmp_path / "kotae-content" / "312983" / "entries.yaml").exists()


def _expected(line: str) -> str:
    """A path of the reader's own machine is shown with 「…」; how much is loaded grows with the common entries."""
    shown = re.escape(line.split("…", 1)[1] if "…" in line else line)
    return re.sub(r"\d+", r"\\d+", shown) if "追加" in line else shown


def test_what_the_chapter_shows_of_the_entries_is_what_the_folder_holds() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", CHAPTER, re.DOTALL)
    assert shown in (DATA / "312983" / "entries.yaml").read_text(encoding="utf-8")
