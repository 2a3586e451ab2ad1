"""How much the content folders hold: how many of each kind, and how many wordings each has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from knowledge.bundle import Bundle, Entry, Item
from knowledge.common_content import CommonContent

ENOUGH = 5
"""The wordings that what a resident may ask should have."""

ENTRIES = "entries"


@dataclass(frozen=True)
class Wordings:
    """The wordings of one kind: how many pieces there are, the median of each one's, and which have too few."""

    pieces: int
    median: float
    few: tuple[str, ...]


@dataclass(frozen=True)
class ContentCounts:
    """One folder.  ``kinds`` counts entries by kind; ``wordings`` is by the kind of knowledge."""

    code: str
    name: str
    kinds: Counter[str]
    languages: Counter[str]
    measures: int
    wordings: dict[str, Wordings]


def counts_of(bundle: Bundle) -> ContentCounts:
    """What one municipality's folder holds."""
    return ContentCounts(
        bundle.municipality.code,
        bundle.municipality.name,
        _kinds(bundle.entries),
        _languages(bundle.entries),
        len(bundle.measures),
        {kind: wordings(items) for kind, items in _of_kinds(bundle).items()},
    )


def counts_of_common(content: CommonContent) -> ContentCounts:
    """What is common to all: entries alone."""
    return ContentCounts(
        "common",
        "共通",
        _kinds(content.entries),
        _languages(content.entries),
        0,
        {ENTRIES: wordings(content.entries)},
    )


def wordings(items: Sequence[Item]) -> Wordings:
    """The question itself and the names that the bot knows anyway are not counted: only what is written by hand."""
    numbers = [len(item.phrasings) for item in items]
    return Wordings(
        len(items),
        median(numbers) if numbers else 0,
        tuple(item.id for item in items if len(item.phrasings) < ENOUGH),
    )


def _of_kinds(bundle: Bundle) -> dict[str, Sequence[Item]]:
    return {
        ENTRIES: bundle.entries,
        "indicators": bundle.indicators,
        "schedule": bundle.schedule,
        "departments": bundle.departments,
        "terms": bundle.terms,
    }


def _kinds(entries: Sequence[Entry]) -> Counter[str]:
    return Counter(entry.kind for entry in entries)


def _languages(entries: Sequence[Entry]) -> Counter[str]:
    return Counter(language for entry in entries for language in entry.translations)
