"""The municipalities served here, as questions to any of them may name them: shared by all."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from intents.places import Neighbourhood, neighbourhood
from intents.romaji import known_places, latin_names
from intents.text import normalize


def short_name(name: str) -> str:
    """``四日市市`` -> ``四日市``; ``京都府`` -> ``京都``: as people call it, the last letter alone left out."""
    return name[:-1] if len(name) > 1 and name[-1] in "市区町村都府県" else name


def hall_name(name: str) -> str:
    """``松阪市`` -> ``松阪市役所``; ``明和町`` -> ``明和町役場``."""
    return f"{name}役場" if name.endswith(("町", "村")) else f"{name}役所"


@dataclass(frozen=True)
class Country:
    """``codes``: name -> code; ``names``: full or short name -> full name; ``latin``: Latin spelling -> name."""

    codes: Mapping[str, str]
    names: Mapping[str, str]
    latin: dict[str, str]
    _everywhere: Neighbourhood

    def latin_around(self, name: str) -> ChainMap[str, str]:
        """Places by their Latin spelling, as they are meant in the municipality ``name``."""
        return ChainMap(latin_names([name]), self.latin)

    def around(self, own: Iterable[str]) -> Neighbourhood:
        """The places that a question may name beside the municipality with these ``own`` names."""
        return replace(self._everywhere, own=frozenset(map(normalize, own)))


@lru_cache(maxsize=2)
def country(municipalities: str) -> Country:
    """Of all municipalities, a line each: ``242047 松阪市``."""
    codes = {name: code for code, _, name in (line.partition(" ") for line in municipalities.splitlines())}
    names = {short_name(name): name for name in codes} | {name: name for name in codes}
    return Country(codes, names, {**known_places(), **latin_names(codes)}, neighbourhood((), names))
