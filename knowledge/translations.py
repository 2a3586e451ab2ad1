"""Answers in other languages, as staff wrote them, and whether their figures survived.

Every number and date of the Japanese answer must stand in the translation, and none that is
not there: 300 yen stay 300 yen.  A year may be added in the Western calendar beside its era.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.calendar import eras

_ERAS = eras()
_ERA_YEAR = re.compile(rf"({'|'.join(_ERAS)})(元|[0-9]+)年")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_FULL_HOUR = re.compile(r"(?<=[0-9]):00")


@dataclass(frozen=True)
class Translated:
    """An entry in another language.  ``reviewed``: a fluent speaker has checked it."""

    title: str
    text: str
    reviewed: bool


def translated(given: Mapping[str, Any]) -> dict[str, Translated]:
    """What a row holds, by language."""
    return {
        language: Translated(one["title"], one["answer"], one.get("reviewed", False)) for language, one in given.items()
    }


def lost_figures(japanese: str, translation: str) -> list[str]:
    """The numbers of ``japanese`` that ``translation`` lacks."""
    present = _numbers(translation)
    return [number for number in _numbers(japanese) if number not in present]


def added_figures(japanese: str, translation: str) -> list[str]:
    """The numbers of ``translation`` that ``japanese`` does not have."""
    known = {*_numbers(japanese), *_western_years(japanese)}
    return [number for number in _numbers(translation) if number not in known]


def _numbers(text: str) -> list[str]:
    plain = _FULL_HOUR.sub("", _THOUSANDS.sub("", unicodedata.normalize("NFKC", text)))
    return list(dict.fromkeys(_NUMBER.findall(plain)))


def _western_years(text: str) -> list[str]:
    """令和4年 -> 2022."""
    found = _ERA_YEAR.findall(unicodedata.normalize("NFKC", text))
    return [str(_ERAS[era] + (1 if year == "元" else int(year))) for era, year in found]
