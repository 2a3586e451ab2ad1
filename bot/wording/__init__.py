"""Every fixed sentence that a resident reads, per language, kept apart from the code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

DEFAULT = "ja"


@lru_cache
def sentences(language: str) -> Mapping[str, str | list[str]]:
    path = Path(__file__).parent / f"{language}.yaml"
    if not path.exists():
        return {}
    loaded: Mapping[str, str | list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def say(key: str, turn: int = 0, language: str = DEFAULT, **values: object) -> str:
    """The sentence ``key`` with its values.  Where it has variants, ``turn`` picks one in rotation."""
    found = sentences(language).get(key) or sentences(DEFAULT)[key]
    if isinstance(found, list):
        found = found[turn % len(found)]
    return found.format(**values)
