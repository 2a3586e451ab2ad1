"""What the last turns of a dialogue were about, and what a short message means after them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from intents.facets import is_bare_facet, without_reference
from intents.text import normalize

_NUMBER = re.compile(
    r"^(?:([1-9])|([一二三四五六七八九])|(最初|初め|はじめ))"
    r"(?:番目?|つ目|個目)?(?:の(?:やつ|もの|項目)?)?(?:です|で|を?お願いします|がいい(?:です)?|\.|\))*$"
)
_KANJI_NUMBERS = "一二三四五六七八九"
_NONE_OF_THESE = re.compile(
    r"^(?:この中に(?:は)?(?:ない|ありません|無い)|どれ(?:でも|も)(?:ない|ありません|(?:違|ちが)(?:う|います))"
    r"|(?:全部|全て|すべて)(?:違|ちが)(?:う|います)|(?:いや|いいえ)?[、,]?(?:そう(?:じゃ|では)な(?:い|くて)|(?:違|ちが)(?:う|います)(?:よ|って)?)"
    r"|ない|なし|(?:ほか|他)(?:には?|は)?(?:ない|ありません)?(?:の|か|ですか)?\??)(?:です)?。?$"
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
class Unclear:
    """A number without a list, or 「いつから？」 without a topic."""


@dataclass(frozen=True)
class Fresh:
    """A question that stands alone."""

    text: str


def read_turn(text: str, before: Dialogue) -> Chosen | NoneOfThese | FollowUp | Fresh | Unclear:
    """What a message means after ``before``."""
    plain = normalize(text)
    named = _named_choice(plain, before.offered)
    if named is not None:
        return named
    if _NONE_OF_THESE.match(plain):
        return NoneOfThese()
    if _NUMBER.match(plain):
        return Unclear()
    rest, pointed = without_reference(plain)
    needs_topic = is_bare_facet(plain) or (pointed and bool(rest))
    if before.entry_id and needs_topic and len(plain) <= _LONGEST_FOLLOW_UP:
        return FollowUp(before.entry_id, rest)
    return Unclear() if is_bare_facet(plain) else Fresh(text)


def _named_choice(plain: str, offered: Sequence[tuple[str, str]]) -> Chosen | NoneOfThese | None:
    """The choice named by its number or its title.  The number after the last is 「この中にない」."""
    number = _chosen_number(plain)
    if number and number <= len(offered):
        return Chosen(offered[number - 1][0])
    if number and offered and number == len(offered) + 1:
        return NoneOfThese()
    return next((Chosen(entry_id) for entry_id, title in offered if normalize(title) == plain), None)


def _chosen_number(plain: str) -> int | None:
    found = _NUMBER.match(plain)
    if found is None:
        return None
    digit, kanji, _ = found.groups()
    if digit:
        return int(digit)
    return _KANJI_NUMBERS.index(kanji) + 1 if kanji else 1
