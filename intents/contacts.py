"""Questions that ask for nothing but how to reach somebody: the telephone of the office, whom to ask.

Such a message is short of any matter, so ranking it finds only entries that share the word 電話.
It is recognised by being used up: what asks, the words for the city office, and a name at most.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from intents.facets import Facet
from intents.patterns import ending_of, patterns
from intents.remembered import remembered
from intents.text import normalize
from intents.tokenizer import tokenize

_PARTS = patterns("contacts")
_SIDES = {Facet(name.removeprefix("side_")): part for name, part in _PARTS.items() if name.startswith("side_")}
_HALL, _FILLER, _PLACE, _UNIT = (_PARTS[name].pattern for name in ("hall", "filler", "place", "unit"))
_FILLERS = re.compile(_FILLER)
_HALL_OR_FILLERS = re.compile(f"{_HALL}|{_FILLER}")
LONGEST_WORD = 16
"""Letters of a word around a name: more than any of them has."""
_NAMES_A_PLACE = re.compile(_PLACE)
_NAMED_OUTSIDE = re.compile(_PARTS["outside"].pattern)
_NO_NAME = re.compile(r"[\sをがはでにへと?]|する|した|して")
_PROPER_NOUN = ("名詞", "固有名詞")
_UNITS = re.compile(_UNIT)
_UNIT_AT_END = re.compile(rf"(?:{_UNIT})$")
_ABOUT = re.compile(_PARTS["about"].pattern)
_BEFORE = re.compile(r"^(?:[\s、。・]|の|あの|えっと|すみません|すいません)+")
_SPACE_IN_JAPANESE = re.compile(r"(?<=[ぁ-ゖァ-ヺ一-龥]) (?=[ぁ-ゖァ-ヺ一-龥])")
_LABEL = re.compile("〔[^〕]{1,20}〕")
_LONGEST = 60
_SHORTEST_STEM = 2
_SAYS_MORE = re.compile("[はがをに?]|何|どこ|だれ|誰|いつ")
"""What tells a sentence about an office (市民代表が入る委員会) from a name of it."""


@dataclass(frozen=True)
class Offices:
    """The offices of a municipality by each name that they go by; ``main``: the one that residents turn to."""

    names: Mapping[str, str]
    main: str


NO_OFFICES = Offices({}, "")


@dataclass(frozen=True)
class ContactQuestion:
    """What is asked (``side``) of whom: a known ``office``, another ``place``, or (neither) the hall."""

    side: Facet
    office: str | None = None
    place: str | None = None
    bare: bool = False
    """Whether not even the hall is named: after an answer, its own office is meant."""
    outside: bool = False
    """Whether ``place`` is no part of the municipality: a company, a ministry, a society."""


def side_of_contact(text: str) -> Facet | None:
    """What a message says of reaching somebody, whatever else it is about."""
    plain = _plain(text)
    if len(plain) > _LONGEST:
        return None
    return next((side for side, asking in _SIDES.items() if asking.search(plain)), None)


def contact_question(text: str, own: Collection[str] = (), offices: Offices = NO_OFFICES) -> ContactQuestion | None:
    """``text`` as a question for a contact and nothing else.  ``own``: the municipality's names."""
    side, plain = side_of_contact(text), _plain(text)
    if side is None:
        return None
    named = max((name for name in offices.names if name in plain), key=len, default="")
    rest = plain.replace(named, " ", 1) if named else plain
    for asking in _SIDES.values():
        rest = asking.sub(" ", rest)
    left = _without_own(rest, own)
    if _is_the_hall(left):
        bare = not named and ending_of(rest, _FILLERS, LONGEST_WORD) == 0
        return ContactQuestion(side, office=offices.names[named] if named else None, bare=bare)
    return None if named or side is Facet.OFFICE else _of_another(side, left, offices)


@dataclass(frozen=True)
class MatterAsked:
    """A question for who sees to something: what of them is asked (``side``), and the ``matter``."""

    side: Facet
    matter: str


@remembered
def matter_asked(text: str) -> MatterAsked | None:
    """``text`` as a question for whom to ask about something: without what asks."""
    side, rest = side_of_contact(text), _plain(text)
    if side is None:
        return None
    for asking in _SIDES.values():
        rest = asking.sub(" ", rest)
    return MatterAsked(side, _trimmed(_ABOUT.sub(" ", rest)))


def without_unit(name: str) -> str:
    """An office's name without 課, 係 …: what it sees to."""
    return _trimmed(_UNIT_AT_END.sub("", name))


def _plain(text: str) -> str:
    return _SPACE_IN_JAPANESE.sub("", normalize(_LABEL.sub(" ", text)))


def _without_own(rest: str, own: Collection[str]) -> str:
    """``rest`` without the municipality's own name before 市役所, or alone."""
    bare = _trimmed(rest)
    for name in sorted(own, key=len, reverse=True):
        left = bare.removeprefix(name)
        if left != bare and _is_the_hall(left):
            return ""
    return bare


def _of_another(side: Facet, rest: str, offices: Offices) -> ContactQuestion | None:
    """An office by a part of its name (the digital office), else a place that is none of the offices."""
    stem = _trimmed(_UNITS.sub(" ", rest))
    if stem != rest and len(stem) >= _SHORTEST_STEM:
        meant = {office for name, office in offices.names.items() if stem in name and not _SAYS_MORE.search(name)}
        if offices.main in meant or len(meant) == 1:
            return ContactQuestion(side, office=offices.main if offices.main in meant else meant.pop())
    outside = _is_outside(rest)
    return ContactQuestion(side, place=rest, outside=outside) if outside or _NAMES_A_PLACE.search(rest) else None


def _is_outside(name: str) -> bool:
    """Whether a bare name is one of a body (国税庁, NTT東日本) that is neither an office nor a place of the town."""
    if not name or _NO_NAME.search(name):
        return False
    if _NAMED_OUTSIDE.search(name):
        return True
    return not _NAMES_A_PLACE.search(name) and any(token.part == _PROPER_NOUN for token in tokenize(name))


def _trimmed(rest: str) -> str:
    whole = _BEFORE.sub("", rest)
    return whole[: ending_of(whole, _FILLERS, LONGEST_WORD)].strip()


def _is_the_hall(text: str) -> bool:
    """Whether ``text`` is words for the city office and what stands around them, or nothing."""
    begins = ending_of(text, _HALL_OR_FILLERS, LONGEST_WORD)
    return text[:begins] in ("", "市")
