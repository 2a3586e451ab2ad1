"""Other municipalities that a question names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from intents.patterns import pattern_sources
from intents.text import normalize
from intents.tokenizer import place_names


@dataclass(frozen=True)
class NamedPlace:
    """A municipality or prefecture that is not this one.  ``served``: it is answered for here, too."""

    name: str
    served: bool


@dataclass(frozen=True)
class Neighbourhood:
    """What this municipality may be called, and what the others served here are."""

    own: frozenset[str]
    served: frozenset[str]

    @cached_property
    def _nearby(self) -> tuple[re.Pattern[str], ...]:
        """町 and 村 of the own prefecture."""
        return tuple(pattern for prefecture, pattern in _towns().items() if prefecture in self.own)

    def other_place(self, text: str) -> NamedPlace | None:
        """The first other municipality or prefecture named in ``text``, or None.

        A bare name (松坂, 鈴鹿) may be a castle or a family; only those served here count bare.
        A prefecture right before a municipality only says where that lies.  町 and 村 are mostly
        quarters of this municipality (鎌田町の公民館): they count after a prefecture or 郡, and
        where a 町 or 村 of the same prefecture is called so.
        """
        plain = normalize(text)
        return self._named_by_its_kind(plain) or self._town_nearby(plain)

    def _named_by_its_kind(self, plain: str) -> NamedPlace | None:
        places = place_names(plain)
        for at, (name, stem) in enumerate(places):
            following = places[at + 1][0] if at + 1 < len(places) else ""
            if name in self.own or (following and name[-1] in "都道府県" and name + following in plain):
                continue
            if name in self.served:
                return NamedPlace(name, served=True)
            if name != stem and (name[-1] not in "町村" or re.search(f"[都道府県郡]{re.escape(name)}", plain)):
                return NamedPlace(name, served=False)
        return None

    def _town_nearby(self, plain: str) -> NamedPlace | None:
        found = next((match.group() for pattern in self._nearby for match in pattern.finditer(plain)), None)
        return NamedPlace(found, served=False) if found and found not in self.own else None


@lru_cache(maxsize=1)
def _towns() -> Mapping[str, re.Pattern[str]]:
    """Per prefecture its 町 and 村; not at the end of a longer name (東一宮町)."""
    return {
        prefecture: re.compile(f"(?<![一-龥])(?:{names})") for prefecture, names in pattern_sources("towns").items()
    }


def neighbourhood(own: Collection[str], served: Collection[str]) -> Neighbourhood:
    """``own`` names of this municipality, and those of all the others served here."""
    return Neighbourhood(frozenset(map(normalize, own)), frozenset(map(normalize, served)))
