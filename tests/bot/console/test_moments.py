"""Moments as staff write them, in the time of Japan."""

from __future__ import annotations

import pytest

from bot.console.moments import moment_of, moment_text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-04-01 08:30", "2026-04-01 08:30"),
        ("2026-04-01T08:30", "2026-04-01 08:30"),
        ("２０２６/４/１　８：３０", "2026-04-01 08:30"),
        ("令和8年4月1日 8時", "2026-04-01 08:00"),
        ("令和8年4月1日 17時15分", "2026-04-01 17:15"),
        ("2026-04-01", "2026-04-01 00:00"),
        ("令和8年3月31日 24:00", "2026-04-01 00:00"),
        ("2026-12-31 24時", "2027-01-01 00:00"),
        ("  ", ""),
    ],
)
def test_a_moment_is_read_in_many_ways(given: str, shown: str) -> None:
    errors: dict[str, str] = {}
    assert moment_text(moment_of(given, "at", errors)) == shown
    assert errors == {}


@pytest.mark.parametrize(
    "given", ["あした", "2026-04-31 8:00", "2026-04-01 25:00", "2026-04-01 24:01", "2026-04-01 8:99", "8:30", "1" * 60]
)
def test_what_is_no_moment_is_said_to_be_none(given: str) -> None:
    errors: dict[str, str] = {}
    assert moment_of(given, "at", errors) is None
    assert "at" in errors
