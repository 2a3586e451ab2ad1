"""The years that a plan is for, read from its own words."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

from intents.years import fiscal_years
from knowledge.calendar import date_name, era_year
from knowledge.plan_tables import plain

_SPEAKS_OF_IT = re.compile(r"(?:計画|方針|プラン|戦略|ビジョン)の?(?:対象)?期間|計画期間|目標年[次度]|期間は")
_SPAN = re.compile(
    r"(?P<first>(?:令和|平成|R|20\d\d)[^。から~～〜ー-]{0,38}?)\s*(?:から|[~～〜]|ー|-)\s*"
    r"(?P<last>(?:令和|平成|R|20\d\d|\d)[^。、まで]{0,6}?年(?:度|\s?\d{1,2}月(?:\s?\d{1,2}日)?)?|\d{1,2}年度)"
)
_LASTING = re.compile(
    r"(?P<first>(?:令和|平成|R|20\d\d)\s?(?:\d{1,2}|元)?年度)\s?から(?:の|向こう)?\s?(?P<years>\d{1,2})(?:[かカヶケ箇]年|年間)"
)
_DAY = re.compile(r"(?:令和|平成)?\s?(?:\d{1,2}|元|20\d\d)年\s?(\d{1,2})月(?:\s?(\d{1,2})日)?")
_SAME_YEAR = re.compile(r"[((](?:(?:令和|平成|R)\s?(?:\d{1,2}|元)|20\d\d)\s?年?度?[))]")
"""The year again in the other calendar: 令和8（2026）年度."""
_LOOK_AHEAD = 3


@dataclass(frozen=True)
class Period:
    """The first and the last day of a plan, and how it is told."""

    begins: dt.date | None
    ends: dt.date

    @property
    def text(self) -> str:
        if self.begins is None:
            return f"{date_name(self.ends)}まで"
        if (self.begins.month, self.begins.day, self.ends.month, self.ends.day) == (4, 1, 3, 31):
            return f"{era_year(self.begins.year)}度から{era_year(self.ends.year - 1)}度まで"
        return f"{date_name(self.begins)}から{date_name(self.ends)}まで"


def plan_period(lines: Sequence[str]) -> Period | None:
    """The first span of years that the plan calls its period; None where it names none."""
    for number, line in enumerate(lines):
        if not _SPEAKS_OF_IT.search(plain(line)):
            continue
        near = _SAME_YEAR.sub("", plain(" ".join(lines[number : number + _LOOK_AHEAD])))
        span = _SPAN.search(near)
        # 「令和3年度から5年間」 is no span that ends in 令和5年.
        period = _lasting(near) or (_of_span(span["first"], span["last"]) if span else _of_target_year(near))
        if period is not None:
            return period
    return None


def _of_span(first: str, last: str) -> Period | None:
    # 「令和3年度から7年度まで」: the second year belongs to the era of the first.
    era = re.match("令和|平成|R", first)
    whole = era[0] + last if era and re.match(r"\d{1,2}(?!\d)", last) else last
    begin, end = fiscal_years(first, 0), fiscal_years(whole, 0)
    if not begin or not end or end[-1] < begin[0] or end[-1] - begin[0] > 30:
        return None
    begins = _day(begin[0], _DAY.search(first), dt.date(begin[0], 4, 1), last=False)
    return Period(begins, _day(end[-1], _DAY.search(whole), dt.date(end[-1] + 1, 3, 31), last=True))


def _day(year: int, told: re.Match[str] | None, otherwise: dt.date, *, last: bool) -> dt.date:
    """The day that is told in the fiscal ``year``; of a month without one its first or its ``last``."""
    if told is None:
        return otherwise
    month = int(told[1])
    try:
        first = dt.date(year + (month < 4), month, 1)
        if told[2]:
            return first.replace(day=int(told[2]))
        return first.replace(day=monthrange(first.year, month)[1]) if last else first
    except ValueError:
        return otherwise


def _lasting(text: str) -> Period | None:
    """From a fiscal year on, for so many years."""
    told = _LASTING.search(text)
    begin = fiscal_years(told["first"], 0) if told else ()
    if told is None or not begin or not 1 <= int(told["years"]) <= 30:
        return None
    return Period(dt.date(begin[0], 4, 1), dt.date(begin[0] + int(told["years"]), 3, 31))


def _of_target_year(text: str) -> Period | None:
    told = re.search(r"目標年[次度]\s*(?:は|を|[:：])?、?\s*([^。]{0,20})", text)
    years = fiscal_years(told[1], 0) if told else ()
    return Period(None, dt.date(years[0] + 1, 3, 31)) if years else None
