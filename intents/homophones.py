"""Words that sound alike, told apart by the word right before them: すいどうのけんしん is 検針, no 健診."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_WORDS = Path(__file__).parent / "data" / "homophones.yaml"


def as_meant(text: str) -> str:
    """``text`` with each such word as it is meant, whatever it was written as."""
    for pattern, meant in _patterns():
        text = pattern.sub(meant, text)
    return text


@lru_cache(maxsize=1)
def told_apart() -> frozenset[str]:
    """The words that were told from those that sound like them: they are no slip for any other."""
    return frozenset(row["means"] for row in _rows())


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(f"(?:{_any(forms)})(?P<of>の?)(?:{_any(row['said'])})"), rf"{beside}\g<of>{row['means']}")
        for row in _rows()
        for beside, forms in sorted(row["beside"].items(), key=lambda one: -len(one[0]))
    )


def _rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return found


def _any(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
