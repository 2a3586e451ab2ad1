"""The national numbers for people in need: one short list, with source and date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from intents.emergencies import Need
from intents.handoff import Wish
from knowledge.bundle import CONTENT_ROOT


@dataclass(frozen=True)
class EmergencyNumber:
    name: str
    number: str
    needs: tuple[Need, ...]
    source: str
    checked_on: dt.date
    wishes: tuple[Wish, ...] = ()


@lru_cache(maxsize=1)
def emergency_numbers() -> Sequence[EmergencyNumber]:
    """All of them, in the order in which they are shown."""
    rows = yaml.safe_load((CONTENT_ROOT / "common" / "emergency_numbers.yaml").read_text(encoding="utf-8"))
    return tuple(
        EmergencyNumber(
            row["name"],
            str(row["number"]),
            tuple(map(Need, row["needs"])),
            row["source"],
            row["checked_on"],
            tuple(map(Wish, row.get("wishes", ()))),
        )
        for row in rows
    )


def numbers_for(need: Need) -> tuple[EmergencyNumber, ...]:
    return tuple(number for number in emergency_numbers() if need in number.needs)


def numbers_for_wish(wish: Wish) -> tuple[EmergencyNumber, ...]:
    """Who listens to somebody in no danger."""
    return tuple(number for number in emergency_numbers() if wish in number.wishes)
