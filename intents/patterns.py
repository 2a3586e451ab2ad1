"""Lists of patterns kept as data, so that officials can read and mend them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

_DATA = Path(__file__).parent / "data"


@lru_cache
def pattern_sources(name: str) -> dict[str, str]:
    """The alternatives of each group in ``data/<name>.yaml``, joined, in the order of the file."""
    groups = yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return {group: "|".join(alternatives) for group, alternatives in groups.items()}


@lru_cache
def patterns(name: str) -> dict[str, re.Pattern[str]]:
    return {group: re.compile(source) for group, source in pattern_sources(name).items()}


def word_list(name: str) -> frozenset[str]:
    """The words of ``data/<name>.txt``, a line each."""
    return frozenset((_DATA / f"{name}.txt").read_text(encoding="utf-8").split())
