"""Messages of people in need, who must read the right number first.

Deciding is by patterns, not by likeness: a miss here costs more than anywhere.  A question
about a plan, a figure or an office (自殺対策計画はありますか) is no emergency.
"""

from __future__ import annotations

from enum import StrEnum

from intents.patterns import patterns
from intents.text import normalize


class Need(StrEnum):
    """Who is needed.  The numbers for each stand in the common content, with source and date."""

    FIRE_AMBULANCE = "fire_ambulance"
    POLICE = "police"
    SUICIDE = "suicide"
    CHILD = "child"
    CHILD_ABUSE = "child_abuse"
    VIOLENCE = "violence"
    CONSUMER = "consumer"


_BY_URGENCY = (
    Need.SUICIDE,
    Need.FIRE_AMBULANCE,
    Need.CHILD_ABUSE,
    Need.VIOLENCE,
    Need.POLICE,
    Need.CHILD,
    Need.CONSUMER,
)


def emergency(text: str) -> Need | None:
    """The need that a message tells of, the most urgent first; None for questions and all else."""
    plain = normalize(text)
    known = patterns("emergencies")
    if known["question"].search(plain) and not known["certain"].search(plain):
        return None
    return next((need for need in _BY_URGENCY if known[need].search(plain)), None)
