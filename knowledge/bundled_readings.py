"""Readings that the dictionary has wrong: how words of municipalities and their places are read, for ふりがな."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

_READINGS = Path(__file__).parent / "data" / "readings.yaml"
_COMMON = "common"


def bundled_readings(code: str) -> dict[str, str]:
    """A word and its reading in hiragana, of all municipalities and of this one."""
    return {**_read().get(_COMMON, {}), **_read().get(code, {})}


@lru_cache(maxsize=1)
def _read() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(_READINGS.read_text(encoding="utf-8"))
    return found
