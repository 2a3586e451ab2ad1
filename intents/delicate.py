"""Matters so delicate that a question on them is kept as its kind and a count, never as its text.

The law calls much of it 要配慮個人情報: illness, disability, crime suffered or done, creed, descent; residents write of
violence at home and of want as well.  Deciding is by patterns, on the side of keeping nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from intents.emergencies import Need, emergency
from intents.patterns import patterns
from intents.text import normalize

_LOOK_ALIKES = "look_alikes"
_GAPS = re.compile(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")


class Matter(StrEnum):
    """What a delicate question is about, the first that fits."""

    VIOLENCE = "violence"
    MIND = "mind"
    CRIME = "crime"
    HARDSHIP = "hardship"
    ILLNESS = "illness"
    DISABILITY = "disability"
    IDENTITY = "identity"


_OF_NEED: Mapping[Need, Matter] = MappingProxyType(
    {
        Need.SUICIDE: Matter.MIND,
        Need.CHILD_ABUSE: Matter.VIOLENCE,
        Need.VIOLENCE: Matter.VIOLENCE,
        Need.CHILD: Matter.VIOLENCE,
        Need.POLICE: Matter.CRIME,
        Need.FIRE_AMBULANCE: Matter.ILLNESS,
    }
)
"""Whoever cries for help tells of themselves."""
_BEYOND_DOUBT = (Need.SUICIDE, Need.CHILD_ABUSE, Need.VIOLENCE)


def delicate_matter(text: str) -> Matter | None:
    """The delicate matter that ``text`` is about, in any language that is understood; None for all else."""
    need = emergency(text)
    if need in _BEYOND_DOUBT:
        return _OF_NEED[need]
    known = patterns("delicate")
    plain = known[_LOOK_ALIKES].sub(" ", _GAPS.sub("", normalize(text)))
    found = next((matter for matter in Matter if known[matter].search(plain)), None)
    return found or (_OF_NEED.get(need) if need else None)
