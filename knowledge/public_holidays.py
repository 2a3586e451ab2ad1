"""Public holidays of Japan (国民の祝日), reckoned by the law's own rules, equinoxes and substitutes included."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import jpholiday


@lru_cache(maxsize=1024)
def holiday_name(day: dt.date) -> str | None:
    """``勤労感謝の日``; None on any other day."""
    name: str | None = jpholiday.is_holiday_name(day)
    return name


def holidays_between(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """The holidays from ``first`` to ``last``, in their order."""
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return [(day, name) for day in days if (name := holiday_name(day))]
