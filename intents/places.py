"""Other municipalities that a question names."""

from __future__ import annotations

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
        """
        for name, stem in place_names(normalize(text)):
            if name in self.own:
                continue
            if name in self.served:
                return NamedPlace(name, served=True)
            if name != stem:
                return NamedPlace(name, served=False)
        return None


def neighbourhood(own: Collection[str], served: Collection[str]) -> Neighbourhood:
    """``own`` names of this municipality, and those of all the others served here."""
    return Neighbourhood(frozenset(map(normalize, own)), frozenset(map(normalize, served)))
