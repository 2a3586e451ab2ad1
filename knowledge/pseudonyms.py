"""Who asked, without keeping who it is."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from knowledge.calendar import JST, fiscal_year_of


def pseudonym(pepper: bytes, municipality_code: str, identity: str, moment: dt.datetime) -> str:
    """A keyed hash of 128 bits, the same for one person within one municipality and 年度.

    It changes on 1 April 00:00 in Japan, so that nobody can be followed from year to year.
    """
    year = fiscal_year_of(moment.astimezone(JST).date())
    message = f"{year}\0{municipality_code}\0{identity}".encode("utf-8", "surrogatepass")
    return hmac.new(pepper, message, hashlib.sha256).hexdigest()[:32]
