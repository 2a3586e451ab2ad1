"""docs/security.md names every requirement once, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
STATES = ("満たす", "満たす・外", "一部", "まだ", "対象外", "外")
"""外: what whoever operates it does; the software only helps.  満たす・外: its part is met, the rest is theirs."""
_COUNTS = {
    "D": 12,
    "LIN": 14,
    "GOV": 10,
    "PRV": 12,
    "ACC": 8,
    "AUT": 3,
    "AUD": 2,
    "WEB": 9,
    "RAT": 1,
    "NET": 2,
    "FIL": 3,
    "OPS": 5,
    "A11": 4,
}
IDS = {f"{kind}-{number}" for kind, most in _COUNTS.items() for number in range(1, most + 1)}
IDS |= {f"F{number:02}" for number in range(1, 29)} | {f"T{number:02}" for number in range(1, 22)}


@dataclass(frozen=True)
class Row:
    id: str
    state: str
    evidence: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", self.evidence)


def rows() -> list[Row]:
    """The lines of the tables that begin with an ID."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[A-Z]\w*-?\d+", cells[0]):
            assert len(cells) == 4, line
            found.append(Row(cells[0], cells[2], cells[3]))
    return found


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_one_line() -> None:
    named = Counter(row.id for row in rows())
    assert set(named) == IDS
    assert [name for name, times in named.items() if times > 1] == []


def test_every_line_has_a_state_and_what_is_met_names_what_shows_it() -> None:
    assert [row.id for row in rows() if row.state not in STATES] == []
    shown = re.compile(r"`tests/[\w/]+\.py::\w+`|`make [\w-]+`|`python -m tests\.")
    assert [row.id for row in rows() if row.state.startswith("満たす") and not shown.search(row.evidence)] == []
    assert [row.id for row in rows() if "外" in row.state and len(row.evidence) < 10] == []


def test_every_test_that_is_named_exists() -> None:
    named = {one for row in rows() for one in row.tests}
    missing = [f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in names_in(path)]
    assert missing == []
    targets = set(re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    used = {name for row in rows() for name in re.findall(r"`make ([\w-]+)", row.evidence)}
    assert used <= targets


def test_the_sums_at_the_top_are_those_of_the_lines() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    counted = Counter(row.state for row in rows())
    assert dict(re.findall(r"(?m)^- (\S+?)：(\d+)$", text)) == {state: str(counted[state]) for state in STATES}
