"""Other municipalities that a question names."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

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

    def other_place(self, text: str) -> NamedPlace | None:
        """The first other municipality or prefecture named in ``text``, or None.

        A bare name (松坂, 鈴鹿) may be a castle or a family; only those served here count bare.
        A prefecture right before a municipality only says where that lies.  町 and 村 are mostly
        quarters of this municipality (鎌田町の公民館): they count after a prefecture or 郡 only.
        """
        plain = normalize(text)
        places = list(place_names(plain))
        for at, (name, stem) in enumerate(places):
            following = places[at + 1][0] if at + 1 < len(places) else ""
            if name in self.own or (following and name[-1] in "都道府県" and name + following in plain):
                continue
            if name in self.served:
                return NamedPlace(name, served=True)
            if name != stem and (name[-1] not in "町村" or re.search(f"[都道府県郡]{re.escape(name)}", plain)):
                return NamedPlace(name, served=False)
        return None


def neighbourhood(own: Collection[str], served: Collection[str]) -> Neighbourhood:
    """``own`` names of this municipality, and those of all the others served here."""
    return Neighbourhood(frozenset(map(normalize, own)), frozenset(map(normalize, served)))
