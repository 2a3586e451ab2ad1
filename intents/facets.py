"""Which side of a matter is asked about: its fee, its deadline, whom to telephone …"""

from __future__ import annotations

import re
from enum import StrEnum

from intents.patterns import patterns
from intents.text import normalize


class Facet(StrEnum):
    FEE = "fee"
    DEADLINE = "deadline"
    BRING = "bring"
    COUNTER = "counter"
    METHOD = "method"
    TARGET = "target"
    DELIVERY_DAYS = "delivery_days"
    PROXY = "proxy"
    MAIL = "mail"
    BRANCH = "branch"
    ONLINE = "online"
    TELEPHONE = "telephone"
    OFFICE = "office"
    WHEN = "when"


_KNOWN = patterns("facets")
_PATTERNS = {facet: _KNOWN[facet] for facet in map(Facet, (name for name in _KNOWN if name != "filler"))}
"""In the order of the file: 「どこに電話」 asks for a telephone, not for a place."""

_REFERENCE = re.compile(
    r"^(?:(?:じゃあ|じゃ(?!が)|それでは|では|ちなみに|あと(?!で|の|から)|えっと|それから|それなら)[、,\s]*|(?:で|なら)[、,\s]+)"
)
_POINTING = re.compile(
    r"(?:(?<!お)それ(?!ぞれ|だけ)|その(?!他|ほか|後|うち)|これ(?!から|まで)|この件|そこ|そちら)(?:は|って|の|を|に|で|も|が)?"
)


def asked_facet(text: str) -> Facet | None:
    """The facet that a question asks for, if it asks for one."""
    plain = normalize(text)
    return next((facet for facet, pattern in _PATTERNS.items() if pattern.search(plain)), None)


def without_reference(text: str) -> tuple[str, bool]:
    """``text`` without 「じゃあ」「それは」, and whether it pointed back at all."""
    plain = normalize(text)
    rest = _REFERENCE.sub("", plain)
    bare = _POINTING.sub("", rest, count=1)
    return bare, bare != plain


def is_bare_facet(text: str) -> bool:
    """Whether a message is nothing but the asking for a facet: it needs the topic before it."""
    rest, _ = without_reference(text)
    for pattern in _PATTERNS.values():
        rest = pattern.sub("", rest)
    return len(rest) < len(normalize(text)) and not _KNOWN["filler"].sub("", rest)
