"""The subjects that a municipality may name an office for, as officials read them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from intents.subjects import all_subjects

GENERAL = "general"
"""Not a subject of questions: the city hall itself, for everything that has no office of its own."""


@lru_cache(maxsize=1)
def subject_names() -> Mapping[str, str]:
    """Id -> name in Japanese, in the order of the sheet."""
    return MappingProxyType(
        {GENERAL: "市役所・役場の代表"} | {subject.id: subject.name for subject in all_subjects().values()}
    )
