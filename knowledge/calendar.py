"""Days, eras and fiscal years (年度) as Japan counts them.  Never typed by hand: computed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")

_ERAS = ((dt.date(2019, 5, 1), "令和"), (dt.date(1989, 1, 8), "平成"), (dt.date(1926, 12, 25), "昭和"))
"""The first day of each era."""


def eras() -> dict[str, int]:
    """The western year before each era's first: add an era's year to get the western one."""
    return {era: first.year - 1 for first, era in _ERAS}


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Today's date in Japan."""
    return now().astimezone(JST).date()


def fiscal_year_of(day: dt.date) -> int:
    """The 年度 of a day: it begins on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def era_year(year: int) -> str:
    """``2022`` -> ``令和4年``.  A year in which an era began counts as that era's 元年."""
    return era_year_of(dt.date(year, 12, 31))


def era_year_of(day: dt.date) -> str:
    """The era's year that ``day`` fell in: 2019-04-30 -> ``平成31年``, the next day ``令和元年``."""
    known = next(((first, era) for first, era in _ERAS if day >= first), None)
    if known is None:
        return f"{day.year}年"  # before 昭和 nothing here happened, but anybody may write a day
    first, era = known
    number = day.year - first.year + 1
    return f"{era}{'元' if number == 1 else number}年"


def fiscal_year_name(year: int) -> str:
    """``2026`` -> ``令和8年度（2026年度）``: officials count by era, many residents do not."""
    return f"{era_year(year)}度（{year}年度）"


def fiscal_years_name(years: Iterable[int]) -> str:
    """Years that follow each other as one span, others listed."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return "、".join(map(_span_name, spans))


def _span_name(span: list[int]) -> str:
    first, last = f"{era_year(span[0])}度", f"{era_year(span[-1])}度"
    if len(span) == 1:
        return first
    return f"{first}と{last}" if len(span) == 2 else f"{first}から{last}まで"


def as_of_name(as_of: str) -> str:
    """``2022-07`` -> ``令和4年7月``; ``2022-07-31`` -> ``令和4年7月31日``."""
    year, month, *day = map(int, as_of.split("-"))
    era = era_year_of(dt.date(year, month, day[0] if day else 28))
    return f"{era}{month}月" + (f"{day[0]}日" if day else "")


def date_name(day: dt.date) -> str:
    return f"{era_year_of(day)}{day.month}月{day.day}日"


@lru_cache(maxsize=8)
def year_words(day: dt.date, *, western: bool = False) -> Mapping[str, str]:
    """What 今年度, 来年度 and 昨年度 are on ``day``, by the placeholder that stands for each in a text.

    ``western``: the year alone (``2026``), as other languages write it.
    """
    this = fiscal_year_of(day)
    words = {
        name: str(year) if western else f"{era_year(year)}度"
        for name, year in (("{今年度}", this), ("{来年度}", this + 1), ("{昨年度}", this - 1))
    }
    return MappingProxyType(words)  # the same for all who ask: none of them changes it


def a_year_after(day: dt.date) -> dt.date:
    """The same day of the next year; 28 February where there is none."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
