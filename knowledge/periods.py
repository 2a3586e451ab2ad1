"""The periods that figures are counted by: days, weeks, months, quarters and fiscal years (年度) of Japan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from knowledge.calendar import date_name, era_year, era_year_of, fiscal_year_of

CLOSING_DAY = 5
"""Of the month after: from then on the figures of a month stand."""
_ONE_DAY = dt.timedelta(days=1)
_MONTHS_IN_A_QUARTER = 3


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


KIND_NAMES: Mapping[PeriodKind, str] = MappingProxyType(
    {
        PeriodKind.DAY: "日",
        PeriodKind.WEEK: "週",
        PeriodKind.MONTH: "月",
        PeriodKind.QUARTER: "四半期",
        PeriodKind.YEAR: "年度",
    }
)
_FIRST_MONTHS = {PeriodKind.QUARTER: (4, 7, 10, 1)}


@dataclass(frozen=True, order=True)
class Period:
    """``first``: its first day in Japan.  A week begins on Monday, a 年度 on 1 April."""

    first: dt.date
    kind: PeriodKind

    @property
    def last(self) -> dt.date:
        return self.next.first - _ONE_DAY

    @property
    def next(self) -> Period:
        match self.kind:
            case PeriodKind.DAY:
                return Period(self.first + _ONE_DAY, self.kind)
            case PeriodKind.WEEK:
                return Period(self.first + 7 * _ONE_DAY, self.kind)
            case PeriodKind.MONTH:
                return Period(_months_on(self.first, 1), self.kind)
            case PeriodKind.QUARTER:
                return Period(_months_on(self.first, _MONTHS_IN_A_QUARTER), self.kind)
            case _:
                return Period(_months_on(self.first, 12), self.kind)

    @property
    def previous(self) -> Period:
        return period_of(self.kind, self.first - _ONE_DAY)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def closes_on(self) -> dt.date:
        """The day from which its figures stand: the fifth of the month after; of days and weeks the fifth day after."""
        if self.kind in (PeriodKind.DAY, PeriodKind.WEEK):
            return self.last + CLOSING_DAY * _ONE_DAY
        return self.next.first.replace(day=CLOSING_DAY)

    @property
    def name(self) -> str:
        """As an official writes it: ``令和8年11月``, ``令和8年度 第3四半期（10〜12月）``, ``令和8年度``."""
        match self.kind:
            case PeriodKind.DAY:
                return date_name(self.first)
            case PeriodKind.WEEK:
                return f"{date_name(self.first)}の週"
            case PeriodKind.MONTH:
                return f"{era_year_of(self.first)}{self.first.month}月"
            case PeriodKind.QUARTER:
                number = _FIRST_MONTHS[PeriodKind.QUARTER].index(self.first.month) + 1
                months = f"{self.first.month}〜{self.last.month}月"
                return f"{era_year(fiscal_year_of(self.first))}度 第{number}四半期（{months}）"
            case _:
                return f"{era_year(self.first.year)}度"

    @property
    def short_name(self) -> str:
        """As it stands at an axis: ``11/16``, ``R8.11``, ``R8 Q3``, ``R8年度``."""
        era = era_year(fiscal_year_of(self.first)).replace("令和", "R").replace("平成", "H").removesuffix("年")
        match self.kind:
            case PeriodKind.DAY | PeriodKind.WEEK:
                return f"{self.first.month}/{self.first.day}"
            case PeriodKind.MONTH:
                year = era_year_of(self.first).replace("令和", "R").replace("平成", "H").removesuffix("年")
                return f"{year}.{self.first.month}"
            case PeriodKind.QUARTER:
                return f"{era} Q{_FIRST_MONTHS[PeriodKind.QUARTER].index(self.first.month) + 1}"
            case _:
                return f"{era}年度"


def period_of(kind: PeriodKind, day: dt.date) -> Period:
    """The period of a kind that ``day`` falls in."""
    match kind:
        case PeriodKind.DAY:
            return Period(day, kind)
        case PeriodKind.WEEK:
            return Period(day - day.weekday() * _ONE_DAY, kind)
        case PeriodKind.MONTH:
            return Period(day.replace(day=1), kind)
        case PeriodKind.QUARTER:
            return Period(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), kind)
        case _:
            return Period(dt.date(fiscal_year_of(day), 4, 1), kind)


def last_periods(period: Period, count: int) -> list[Period]:
    """``period`` and those before it, ``count`` in all, the oldest first."""
    found = [period]
    while len(found) < count:
        found.append(found[-1].previous)
    return found[::-1]


def _months_on(first: dt.date, months: int) -> dt.date:
    number = first.year * 12 + first.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)
