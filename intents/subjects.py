"""What a question is about, by the office of a city hall that sees to it: ごみ, 保育, 水道 …

Only words that give a subject away count, and a question may have none: a wrong office costs a
resident a telephone call, no office costs nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, count
from pathlib import Path
from typing import Any

import yaml

from intents.common_needs import CommonNeeds, make_common_needs
from intents.text import clean, shorten
from intents.tokenizer import tokenize

_BUNDLED = Path(__file__).parent / "data" / "subjects.yaml"

MOST = 2
"""Subjects of one question."""

_AND = re.compile(
    r"\s*(?:(?:のこと|の手続き?|のほう)?\s*(?:と|や|とか|も|・|/|&|及び|および|並びに|それと|それから|あと)\s*[、,]?\s*)?[、,・\s]*"
)
"""What stands between two subjects that are asked for side by side (国保と年金, 国保 年金)."""


@dataclass(frozen=True, order=True)
class Subject:
    """``id`` is what tables are keyed by; ``name`` is shown in Japanese."""

    id: str
    name: str


@dataclass(frozen=True)
class Subjects:
    """``rows``: one a row of the data: its subject, None for words that only look like one.

    ``ending``: the rows that leave a question without any subject.
    """

    rows: tuple[Subject | None, ...]
    ending: frozenset[int]
    needs: CommonNeeds

    def of(self, question: str) -> tuple[Subject, ...]:
        """At most one subject, two where both are asked for; in the order of the question."""
        tokens = tokenize(shorten(clean(question)))
        spans = self.needs.spans(tokens)
        if any(row in self.ending for row, _ in spans):
            return ()
        found = [(subject, span) for row, span in spans if (subject := self.rows[row]) is not None]
        return _meant(found, "".join(token.surface for token in tokens))


def _meant(found: Sequence[tuple[Subject, frozenset[int]]], text: str) -> tuple[Subject, ...]:
    """Of several: those asked for side by side, else the last, which the others only describe (道路のごみ)."""
    runs = sorted((start, end, subject) for subject, span in found for start, end in _runs(span))
    for (_, end, first), (start, _, second) in combinations(runs, 2):
        if first is not second and end <= start and _AND.fullmatch(text[end:start]):
            return first, second
    last = max(found, key=lambda one: (max(one[1]), min(one[1])), default=None)
    return (last[0],) if last else ()


def _runs(span: frozenset[int]) -> Iterator[tuple[int, int]]:
    """The stretches of neighbouring characters in a span: (from, to before)."""
    for place in span:
        if place - 1 not in span:
            yield place, next(end for end in count(place + 1) if end not in span)


def make_subjects(rows: Sequence[Mapping[str, Any]]) -> Subjects:
    """``rows`` as in ``data/subjects.yaml``."""
    return Subjects(
        tuple(Subject(row["id"], row["name"]) if "id" in row else None for row in rows),
        frozenset(number for number, row in enumerate(rows) if row.get("ends")),
        make_common_needs([{"name": row["name"], "signs": row["signs"]} for row in rows]),
    )


@lru_cache(maxsize=1)
def _bundled() -> Subjects:
    return make_subjects(yaml.safe_load(_BUNDLED.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def all_subjects() -> Mapping[str, Subject]:
    """Every subject by its id, in the order in which officials read them."""
    return {subject.id: subject for subject in _bundled().rows if subject}


@lru_cache(maxsize=2_000)
def subjects_of(question: str) -> tuple[Subject, ...]:
    """What ``question`` is about: nothing, one subject, or two that are both asked for."""
    return _bundled().of(question)


_MOST_OF_THEM = 0.6


def subject_of_most(texts: Sequence[str]) -> Subject | None:
    """The subject of an entry by its wordings: what at least six in ten of them are about, and no two."""
    named = Counter(found[0] for text in texts if len(found := subjects_of(text)) == 1)
    subject, times = next(iter(named.most_common(1)), (None, 0))
    return subject if times >= _MOST_OF_THEM * len(texts) else None
