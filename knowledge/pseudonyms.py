"""Who asked, without keeping who it is.

The key (pepper) of a 年度 follows from the one before it, and no way leads back.  So every process on every machine
knows next year's without being told, nobody need be there at midnight, and once the old one is destroyed no
pseudonym of the last year can be computed again, from whatever user id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from functools import lru_cache
from typing import Self

from knowledge.calendar import JST, era_year, fiscal_year_of

REDELIVERED = dt.timedelta(hours=1)
"""After that, nobody asks for a pseudonym of an earlier moment: LINE redelivers for 20 minutes."""
_MOST_YEARS = 100


class Pepper(bytes):
    """The key of the 年度 ``year``, from which those of the later years follow.

    Plain bytes are a key of no year: the same for all of them, so that nothing is ever out of reach.
    """

    year: int

    def __new__(cls, key: bytes, year: int) -> Self:
        made = super().__new__(cls, key)
        made.year = year
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[bytes, int]]:
        return type(self), (bytes(self), self.year)


def next_pepper(pepper: bytes, year: int) -> bytes:
    """The key of the 年度 after ``year``, whose own is ``pepper``: as text, so that it can stand in a setting."""
    return hmac.new(pepper, f"pepper of {year + 1}".encode(), hashlib.sha256).hexdigest().encode()


def pseudonym(pepper: bytes, municipality_code: str, identity: str, moment: dt.datetime) -> str:
    """A keyed hash of 128 bits, the same for one person within one municipality and 年度.

    It changes on 1 April 00:00 in Japan, so that nobody can be followed from year to year.  What was said before
    the first year of ``pepper`` counts to that year: the key of its own is destroyed.
    """
    year = fiscal_year_of(moment.astimezone(JST).date())
    if isinstance(pepper, Pepper):
        year = min(max(year, pepper.year), pepper.year + _MOST_YEARS)
        pepper = _key_of(bytes(pepper), pepper.year, year)
    message = f"{year}\0{municipality_code}\0{identity}".encode("utf-8", "surrogatepass")
    return hmac.new(pepper, message, hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=8)
def _key_of(pepper: bytes, first: int, year: int) -> bytes:
    for passed in range(first, year):
        pepper = next_pepper(pepper, passed)
    return pepper


def pepper_fault(pepper: bytes, moment: dt.datetime) -> str | None:
    """What is amiss with the key, for those who run the service; None where it is this year's.

    It never stops the service: residents are answered, and whoever holds the old key could still tell who asked.
    """
    year = fiscal_year_of((moment - REDELIVERED).astimezone(JST).date())
    if not isinstance(pepper, Pepper):
        return "PSEUDONYM_PEPPER_YEAR がないため、仮名の鍵が年度ごとに替わりません。鍵の年度を書いてください"
    if pepper.year < year:
        return (
            f"仮名の鍵が{era_year(pepper.year)}度のままです。`flask --app app pepper next` の出す鍵と年度に替え、"
            "前の鍵を（控えも）捨てて、サービスを起動し直してください"
        )
    return None
