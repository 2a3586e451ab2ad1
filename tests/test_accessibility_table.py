"""docs/accessibility.md has a line for each criterion, and every test that it names exists."""

from __future__ import annotations

import re

from tests.test_security_table import ROOT, names_in

TEXT = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
CRITERIA = [
    "1.1.1",
    "1.2.1",
    "1.2.2",
    "1.2.3",
    "1.2.4",
    "1.2.5",
    "1.3.1",
    "1.3.2",
    "1.3.3",
    "1.4.1",
    "1.4.2",
    "1.4.3",
    "1.4.4",
    "1.4.5",
    "2.1.1",
    "2.1.2",
    "2.2.1",
    "2.2.2",
    "2.3.1",
    "2.4.1",
    "2.4.2",
    "2.4.3",
    "2.4.4",
    "2.4.5",
    "2.4.6",
    "2.4.7",
    "3.1.1",
    "3.1.2",
    "3.2.1",
    "3.2.2",
    "3.2.3",
    "3.2.4",
    "3.3.1",
    "3.3.2",
    "3.3.3",
    "3.3.4",
    "4.1.1",
    "4.1.2",
]
ADDED = ["2.4.11", "2.5.7", "2.5.8", "3.2.6", "3.3.7", "3.3.8"]
RESULTS = ("誤りなし（自動）", "該当なし", "未実施（人による確認）")


def lines() -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines()]
    return {row[0]: row for row in rows if re.fullmatch(r"\d\.\d\.\d+", row[0])}


def test_each_criterion_has_its_line_and_its_result() -> None:
    assert list(lines()) == CRITERIA + ADDED
    assert [row for row in lines().values() if not row[-1].startswith(RESULTS)] == []


def test_what_no_test_shows_is_left_to_people() -> None:
    """Either a test is named, or the line points to another's, or it says that it was not done."""
    bare = [number for number, row in lines().items() if not re.search(r"`test_\w+`|::test_|と同じ", row[-2])]
    assert [number for number in bare if "未実施" not in lines()[number][-1]] == []


def test_every_test_that_is_named_exists() -> None:
    there = names_in("tests/bot/web/test_browser.py") | names_in("tests/bot/console/test_browser.py")
    assert [name for name in re.findall(r"`(test_\w+)`", TEXT) if name not in there] == []
    assert [one for one in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT) if one[1] not in names_in(one[0])] == []
