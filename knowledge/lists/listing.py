"""A list as made from published facts, before anybody words or cuts it; and which answers go into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intents.list_requests import OR
from intents.text import normalize
from knowledge.answers import Answer
from knowledge.corpus import Knowledge


@dataclass(frozen=True)
class Row:
    """A line of a list.  ``entry_id``: the answer that it comes from."""

    entry_id: str
    name: str
    value: str


@dataclass(frozen=True)
class Listing:
    """``key``: the sentence over the rows, ``also`` one of its rows of another sort, both with ``values``;
    ``note``: one under them.

    Where nothing was found, ``rows`` is empty and the sentence says so.
    """

    id: str
    key: str
    rows: tuple[Row, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    note_values: Mapping[str, Any] = field(default_factory=dict)
    also: str | None = None


def of_kind(knowledge: Knowledge, kind: str, topic: str = "") -> list[Answer]:
    """The answers of one kind that speak of ``topic``."""
    wanted = normalize(topic).split(OR)
    return [answer for answer in knowledge.answers.values() if answer.kind == kind and _speaks_of(answer, wanted)]


def _speaks_of(answer: Answer, wanted: Sequence[str]) -> bool:
    """Whether an answer holds one of the topics."""
    held = normalize(f"{answer.name} {answer.measure_title} {answer.text}")
    return any(topic in held for topic in wanted)


def in_plan_order(knowledge: Knowledge, kind: str, topic: str = "") -> list[Answer]:
    """The same in the order of the plan's measures."""
    places = {number: place for place, number in enumerate(knowledge.measures)}
    return sorted(of_kind(knowledge, kind, topic), key=lambda answer: places.get(answer.measure or "", len(places)))
