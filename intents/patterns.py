"""Lists of patterns kept as data, so that officials can read and mend them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

_DATA = Path(__file__).parent / "data"
_LATIN = re.compile("[a-z]{2}")


@lru_cache
def pattern_sources(name: str) -> dict[str, str]:
    """The alternatives of each group in ``data/<name>.yaml``, joined, in the order of the file."""
    groups = yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return {group: "|".join(alternatives) for group, alternatives in groups.items()}


@lru_cache
def patterns(name: str) -> dict[str, re.Pattern[str]]:
    return {group: re.compile(source) for group, source in pattern_sources(name).items()}


def ending_of(text: str, word: re.Pattern[str], longest: int) -> int:
    """Where the words that ``text`` ends with begin: all of ``text`` from there on is ``word``, again and again.

    ``(?:word)+$`` says the same, and tries every way in which the words may be parted: of ですかですかですか…, for
    minutes.  Here every place is looked at once.  ``longest``: the letters of the longest word.
    """
    reached, waiting = {len(text)}, [len(text)]
    while waiting:
        end = waiting.pop()
        if _LATIN.fullmatch(text[max(end - 1, 0) : end + 1]):
            continue  # a word of Latin letters ends where they end
        for start in range(max(end - longest, 0), end):
            if start not in reached and word.fullmatch(text, start, end):
                reached.add(start)
                waiting.append(start)
    return min(reached)


def word_list(name: str) -> frozenset[str]:
    """The words of ``data/<name>.txt``, a line each."""
    return frozenset((_DATA / f"{name}.txt").read_text(encoding="utf-8").split())
