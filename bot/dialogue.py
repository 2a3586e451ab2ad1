"""What the last turns of a dialogue were about, and what a short message means after them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from intents.facets import is_bare_facet, without_reference
from intents.text import normalize

_NUMBER = re.compile(r"^([1-6])(?:番目?|つ目|です|で|を?お願いします|\.|\))*$")
_NONE_OF_THESE = re.compile(
    r"^(?:この中に(?:は)?(?:ない|ありません|無い)|どれ(?:でも|も)(?:ない|ありません|(?:違|ちが)(?:う|います))"
    r"|(?:全部|全て|すべて)(?:違|ちが)(?:う|います))(?:です)?。?$"
)
_LONGEST_FOLLOW_UP = 24


@dataclass(frozen=True)
class Dialogue:
    """``entry_id``: what was answered last.  ``offered``: the choices shown last, as (id, title)."""

    entry_id: str | None = None
    offered: tuple[tuple[str, str], ...] = ()
    log_id: str | None = None
    misses: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


NEW_DIALOGUE = Dialogue()


def dialogue_from_json(state: dict[str, Any]) -> Dialogue:
    offered = tuple((entry_id, title) for entry_id, title in state.get("offered", ()))
    return Dialogue(state.get("entry_id"), offered, state.get("log_id"), state.get("misses", 0))


@dataclass(frozen=True)
class Chosen:
    """The resident took one of the choices."""

    entry_id: str


@dataclass(frozen=True)
class NoneOfThese:
    """The resident said that none of the choices fits."""


@dataclass(frozen=True)
class FollowUp:
    """A message that only makes sense about ``entry_id``."""

    entry_id: str
    text: str


@dataclass(frozen=True)
class Fresh:
    """A question that stands alone."""

    text: str


def read_turn(text: str, before: Dialogue) -> Chosen | NoneOfThese | FollowUp | Fresh:
    """What a message means after ``before``."""
    plain = normalize(text)
    if before.offered:
        chosen = _choice(plain, before.offered)
        if chosen:
            return chosen
        if _NONE_OF_THESE.match(plain):
            return NoneOfThese()
    if before.entry_id and len(plain) <= _LONGEST_FOLLOW_UP:
        rest, pointed = without_reference(plain)
        if is_bare_facet(plain) or (pointed and rest):
            return FollowUp(before.entry_id, rest)
    return Fresh(text)


def _choice(plain: str, offered: Sequence[tuple[str, str]]) -> Chosen | NoneOfThese | None:
    """The choice named by its number or its title.  The number after the last is 「この中にない」."""
    number = _NUMBER.match(plain)
    if number and int(number[1]) <= len(offered):
        return Chosen(offered[int(number[1]) - 1][0])
    if number and int(number[1]) == len(offered) + 1:
        return NoneOfThese()
    return next((Chosen(entry_id) for entry_id, title in offered if normalize(title) == plain), None)
